import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_gan_zoo import metrics

from . import fidelity


@pytest.mark.parametrize(
    "rows, expected",
    [
        ([[0.2, 0.3, 0.5]] * 6, 1.0),
        (np.eye(5), 5.0),
        ([[0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8]], 1.583409),
        ([[0.9, 0.1], [0.3, 0.7]], 1.227572),
    ],
)
def test_closed_forms(rows, expected):
    mean, deviation = metrics.inception_score(rows, splits=1)
    assert mean == pytest.approx(expected, abs=1e-6)
    assert deviation == 0.0


@pytest.mark.parametrize("splits", [1, 3, 10])
def test_equals_torch_fidelity(splits):
    isc = fidelity.load("isc")
    import torch

    logits = 3 * np.random.default_rng(0).standard_normal((101, 7))
    expected = isc.isc_features_to_metric(torch.from_numpy(logits), splits, shuffle=False)
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    mean, deviation = metrics.inception_score(probabilities, splits, seed=None)
    assert mean == pytest.approx(expected["inception_score_mean"], rel=1e-12)
    assert deviation == pytest.approx(expected["inception_score_std"], rel=1e-9, abs=1e-12)


def test_samples_sorted_by_class_are_shuffled_before_the_split():
    rows = np.repeat(np.eye(4), 100, axis=0)
    assert metrics.inception_score(rows, splits=4, seed=None)[0] == pytest.approx(1.0)
    assert metrics.inception_score(rows, splits=4)[0] > 3.9


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 30), st.integers(1, 9))
def test_properties(seed, samples, classes):
    random = np.random.default_rng(seed)
    rows = random.dirichlet(np.full(classes, 0.3), size=samples)
    score, _ = metrics.inception_score(rows, splits=1)
    assert 1 - 1e-9 <= score <= min(classes, samples) + 1e-9
    shuffled = random.permutation(rows)[:, random.permutation(classes)]
    assert metrics.inception_score(shuffled, splits=1)[0] == pytest.approx(score, rel=1e-9)


@pytest.mark.parametrize(
    "rows, splits, message",
    [
        ([[2.0, -1.0]], 1, "apply a softmax to logits.*minimum -1"),
        ([[0.5, 0.2]], 1, "sums from 0.7 to 0.7"),
        ([[0.5, 0.5]], 2, "at least as many samples as `splits` = 2. Received: 1"),
        ([[0.5, np.nan]], 1, "`probabilities` to hold finite"),
        (np.eye(2), 0, "`splits` to be an integer >= 1"),
    ],
)
def test_bad_input(rows, splits, message):
    with pytest.raises(ValueError, match=message):
        metrics.inception_score(rows, splits)

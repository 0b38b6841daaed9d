import numpy as np
import pytest

from keras_gan_zoo import metrics
from keras_gan_zoo.datasets import builtin


@pytest.mark.parametrize(
    "means, std", [(builtin.ring_means(), 0.01), (builtin.grid_means(), 0.05)], ids=["ring", "grid"]
)
def test_the_true_mixture(means, std):
    random = np.random.default_rng(0)
    modes = random.integers(len(means), size=50_000)
    samples = means[modes] + std * random.standard_normal((50_000, 2))
    value = metrics.mode_coverage(samples, means, std)
    assert value["modes"] == len(means)
    assert value["high_quality"] == pytest.approx(1 - np.exp(-4.5), abs=0.002)
    # The bias of the estimate is (K - 1) / (2 n).
    assert value["reverse_kl"] < 3 * (len(means) - 1) / (2 * 50_000)


def test_modes_count_by_samples_of_high_quality_only():
    modes = np.array([[0.0, 0.0], [10.0, 0.0], [20.0, 0.0]])
    samples = np.array([[0.0, 0.29], [10.0, 0.3001], [10.0, 5.0], [0.1, 0.0]])
    value = metrics.mode_coverage(samples, modes, std=0.1)
    assert (value["modes"], value["high_quality"]) == (1, 0.5)
    assert value["reverse_kl"] == pytest.approx(np.log(3 / 2))
    assert metrics.mode_coverage(samples, modes, std=0.1, threshold=4.0)["modes"] == 2


@pytest.mark.parametrize(
    "shares, expected",
    [
        ([1] * 8, 0.0),
        ([1] * 4 + [0] * 4, np.log(2)),
        ([8] + [0] * 7, np.log(8)),
        ([7] + [1] * 7, 0.413339),
    ],
)
def test_reverse_kl(shares, expected):
    labels = np.repeat(np.arange(8), shares)
    value = metrics.label_coverage(labels, num_modes=8)
    assert value["reverse_kl"] == pytest.approx(expected, abs=1e-6)
    assert value["modes"] == np.count_nonzero(shares)


def test_bias_of_perfect_stacked_digits():
    labels = np.random.default_rng(1).integers(1000, size=26_000)
    value = metrics.label_coverage(labels, num_modes=1000)
    assert value["modes"] == 1000
    assert value["reverse_kl"] == pytest.approx(999 / 52_000, rel=0.15)


@pytest.mark.parametrize(
    "arguments, message",
    [
        (([[0.0]], [[0.0, 0.0]], 1.0), "Received: 1 and 2"),
        (([[0.0]], [[0.0]], 0.0), "`std` > 0. Received: 0.0"),
        (([[0.0]], [[0.0]], 1.0, np.nan), "`threshold` > 0"),
        (([[np.nan]], [[0.0]], 1.0), "`samples` to hold finite"),
    ],
)
def test_bad_samples(arguments, message):
    with pytest.raises(ValueError, match=message):
        metrics.mode_coverage(*arguments)


@pytest.mark.parametrize(
    "labels, message",
    [
        ([0, 4], r"in \[0, 4\). Received: minimum 0, maximum 4"),
        ([-1], "minimum -1"),
        ([0.5], "to be integers"),
        (np.zeros(0, int), "Received: none"),
    ],
)
def test_bad_labels(labels, message):
    with pytest.raises(ValueError, match=message):
        metrics.label_coverage(labels, num_modes=4)

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from keras_gan_zoo import metrics
from keras_gan_zoo.metrics import neighbours

from . import fidelity


def naive(real, fake, k):
    """The definitions, on whole float64 matrices of squared distances."""
    real, fake = real.astype("float64"), fake.astype("float64")
    across = cdist(real, fake, "sqeuclidean")
    of_real, of_fake = (
        np.sort(cdist(x, x, "sqeuclidean"), axis=1)[:, k][:, None] for x in (real, fake)
    )
    return {
        "precision": (across <= of_real).any(axis=0).mean(),
        "recall": (of_fake >= across.T).any(axis=0).mean(),
        "density": (across < of_real).sum() / (k * len(fake)),
        "coverage": (across < of_real).any(axis=1).mean(),
    }


def same(a, b):
    # Counts are equal; the division may differ in the last digit.
    assert a == pytest.approx(b, rel=1e-14, abs=0)


@pytest.fixture
def small_tiles(monkeypatch):
    monkeypatch.setattr(neighbours, "TILE", 37)
    monkeypatch.setattr(neighbours, "PILOTS", 11)
    monkeypatch.setattr(neighbours, "PENDING", 500)
    monkeypatch.setattr(neighbours, "EXACT", 500)


def test_equals_torch_fidelity():
    prc = fidelity.load("prc")
    import torch

    random = np.random.default_rng(0)
    real = random.standard_normal((400, 12)).astype("float32")
    fake = (0.7 * random.standard_normal((300, 12)) + 0.3).astype("float32")
    expected = prc.prc_features_to_metric(
        torch.from_numpy(fake), torch.from_numpy(real), verbose=False
    )
    value = metrics.precision_recall(real, fake, k=3)
    assert value["precision"] == pytest.approx(expected["precision"], abs=1e-6)
    assert value["recall"] == pytest.approx(expected["recall"], abs=1e-6)
    assert 0.1 < value["precision"] != value["recall"] < 0.9


@pytest.mark.parametrize(
    "make",
    [
        lambda random: random.standard_normal((2, 150, 8)),
        # Far from the origin: float32 coordinates themselves could not tell these apart.
        lambda random: random.standard_normal((2, 150, 8)) + 1e6,
        # Many equal distances, which only exact arithmetic decides.
        lambda random: random.integers(0, 3, (2, 150, 3)).astype("float64"),
        # Collapsed sets: everything is within the error bound of everything.
        lambda random: 1e-6 * random.standard_normal((2, 150, 8)) + np.eye(8)[:2, None],
        lambda random: np.repeat(random.standard_normal((2, 3, 8)), 50, axis=1),
        lambda random: 1e30 * random.standard_normal((2, 150, 8)),
        lambda random: 1e-30 * random.standard_normal((2, 150, 8)),
        lambda random: np.zeros((2, 20, 4)),
    ],
    ids=["normal", "offset", "lattice", "collapsed", "copies", "huge", "tiny", "zero"],
)
@pytest.mark.parametrize("k", [1, 5])
def test_equals_the_definition(make, k, small_tiles):
    real, fake = make(np.random.default_rng(1))
    same(metrics.precision_recall(real, fake, k), naive(real, fake, k))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.integers(6, 90), st.integers(6, 90), st.integers(1, 5))
def test_any_sizes(seed, real_size, fake_size, k):
    random = np.random.default_rng(seed)
    dimensions = random.integers(1, 20)
    real = random.standard_normal((real_size, dimensions)).astype("float32")
    fake = 1.2 * random.standard_normal((fake_size, dimensions)).astype("float32")
    value = metrics.precision_recall(real, fake, k)
    same(value, naive(real, fake, k))
    assert metrics.precision_recall(random.permutation(real), fake[::-1], k) == value
    swapped = metrics.precision_recall(fake, real, k)
    assert (swapped["precision"], swapped["recall"]) == (value["recall"], value["precision"])
    # Powers of two scale without rounding.
    assert metrics.precision_recall(8 * real, 8 * fake, k) == value


def test_radii_across_tiles(small_tiles):
    points = np.random.default_rng(2).standard_normal((300, 6))
    expected = np.sort(cdist(points, points, "sqeuclidean"), axis=1)[:, 4]
    np.testing.assert_allclose(neighbours.squared_radii(points, 4), expected, rtol=1e-12)


def test_bounds_hold():
    points = 50 + np.random.default_rng(3).standard_normal((200, 500))
    frame = neighbours.Frame(points)
    placed = neighbours.Placed(frame, points)
    every = np.arange(200)
    exact = cdist(points, points, "sqeuclidean") / frame.scale**2
    width = placed.width(every[:, None], placed, every)
    assert width.max() < 1e-3
    for lower in (
        placed.lower(slice(None), placed, slice(None)),
        placed.lower_within(slice(None)),
    ):
        assert (lower <= exact).all()
        assert (lower + width >= exact).all()


def test_same_set_and_far_sets():
    real = np.random.default_rng(4).standard_normal((100, 5))
    value = metrics.precision_recall(real, real)
    assert value["precision"] == value["recall"] == value["coverage"] == 1.0
    far = metrics.precision_recall(real, real + 100.0)
    assert far == {"precision": 0.0, "recall": 0.0, "density": 0.0, "coverage": 0.0}


def test_a_dropped_mode_costs_recall_only():
    random = np.random.default_rng(5)
    modes = 100.0 * np.eye(10)
    real = np.repeat(modes, 100, axis=0) + random.standard_normal((1000, 10))
    fake = np.repeat(modes[:9], 100, axis=0) + random.standard_normal((900, 10))
    value = metrics.precision_recall(real, fake, k=5)
    kept = metrics.precision_recall(real[:900], fake, k=5)
    assert value["recall"] == pytest.approx(0.9 * kept["recall"])
    assert value["precision"] == kept["precision"] > 0.9


def test_expected_coverage_and_density_of_equal_distributions():
    # E coverage = 1 - prod_j (N - j) / (M + N - j), j = 1..k; E density = 1.
    random = np.random.default_rng(6)
    k, n = 3, 300
    values = [metrics.precision_recall(*random.standard_normal((2, n, 4)), k) for _ in range(30)]
    expected = 1 - np.prod([(n - j) / (2 * n - j) for j in range(1, k + 1)])
    assert np.mean([v["coverage"] for v in values]) == pytest.approx(expected, abs=0.01)
    assert np.mean([v["density"] for v in values]) == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize(
    "real, k, message",
    [
        (np.ones((3, 2)), 3, "`real` to hold at least 4 samples. Received: 3"),
        (np.ones((9, 2)), 0, "`k` to be an integer >= 1"),
        (np.full((9, 2), np.nan), 3, "`real` to hold finite"),
        (np.ones((9, 3)), 3, "Received: 3 and 2"),
    ],
)
def test_bad_input(real, k, message):
    with pytest.raises(ValueError, match=message):
        metrics.precision_recall(real, np.ones((9, 2)), k)

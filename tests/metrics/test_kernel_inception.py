import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_gan_zoo import metrics
from keras_gan_zoo.metrics import kernel_inception

from . import fidelity


def unbiased(x, y):
    """The definition, one pair after another."""
    d = x.shape[1]

    def kernel(a, b):
        return (a @ b / d + 1.0) ** 3

    m, n = len(x), len(y)
    xx = sum(kernel(x[i], x[j]) for i in range(m) for j in range(m) if i != j) / (m * (m - 1))
    yy = sum(kernel(y[i], y[j]) for i in range(n) for j in range(n) if i != j) / (n * (n - 1))
    return xx + yy - 2 * sum(kernel(a, b) for a in x for b in y) / (m * n)


def test_two_points_each():
    # k over {0, 1}: 1; over {1, 2}: 27; across: 1, 1, 8, 27, mean 9.25.
    assert metrics.kernel_distance([[0.0], [1.0]], [[1.0], [2.0]], 2) == (9.5, 0.0)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 12), st.integers(1, 6))
def test_equals_the_definition(seed, size, dimensions):
    x, y = np.random.default_rng(seed).standard_normal((2, size, dimensions)) + 0.3
    value, deviation = metrics.kernel_distance(x, y, block_size=size)
    assert value == pytest.approx(unbiased(x, y), rel=1e-10, abs=1e-12)
    assert deviation == 0.0
    assert metrics.kernel_distance(y[::-1], x, size)[0] == pytest.approx(value, abs=1e-12)
    doubled = metrics.kernel_distance(np.hstack([x, x]), np.hstack([y, y]), size)[0]
    assert doubled == pytest.approx(value, rel=1e-10, abs=1e-12)


@pytest.mark.parametrize("dtype, tolerance", [("float64", 1e-12), ("float32", 2e-6)])
def test_equals_torch_fidelity(dtype, tolerance):
    kid = fidelity.load("kid")
    import torch

    random = np.random.default_rng(0)
    real, fake = np.maximum(random.standard_normal((2, 300, 40)) + 0.2, 0).astype(dtype)
    # One subset that holds every sample leaves nothing to chance.
    expected = kid.kid_features_to_metric(
        torch.from_numpy(real), torch.from_numpy(fake), kid_subsets=1, kid_subset_size=300
    )["kernel_inception_distance_mean"]
    # torch-fidelity adds float32 kernels up in float32: there it is the less exact of the two.
    assert metrics.kernel_distance(real, fake, 300)[0] == pytest.approx(expected, abs=tolerance)


def test_float32_features_lose_nothing_that_matters():
    random = np.random.default_rng(1)
    real, fake = np.maximum(random.standard_normal((2, 1000, 256)), 0).astype("float32")
    single = metrics.kernel_distance(real, fake, 500)
    double = metrics.kernel_distance(real.astype("float64"), fake.astype("float64"), 500)
    np.testing.assert_allclose(single, double, rtol=0, atol=1e-9)


def test_expectation_of_shifted_normals():
    # d = 1, N(0, 1) against N(1, 1): E k(x,x') + E k(y,y') - 2 E k(x,y) = 22 by moments.
    random = np.random.default_rng(2)
    real, fake = random.standard_normal((100_000, 1)), random.standard_normal((100_000, 1)) + 1
    value, deviation = metrics.kernel_distance(real, fake, 1000)
    assert value == pytest.approx(22.0, abs=4 * deviation / 10)


def test_zero_on_average_for_equal_distributions():
    random = np.random.default_rng(3)
    value, deviation = metrics.kernel_distance(*random.standard_normal((2, 5000, 16)), 100)
    assert abs(value) < 4 * deviation / np.sqrt(50)
    assert deviation > 0


def test_rows_held_at_once_do_not_matter(monkeypatch):
    x, y = np.random.default_rng(4).standard_normal((2, 50, 5))
    value = metrics.kernel_distance(x, y, 50)[0]
    for rows in (1, 7, 64, 1000):
        monkeypatch.setattr(kernel_inception, "ROWS", rows)
        assert metrics.kernel_distance(x, y, 50)[0] == pytest.approx(value, rel=1e-12)


def test_blocks_are_disjoint_until_samples_run_out():
    random = np.random.default_rng(5)
    blocks = kernel_inception._blocks(10, 3, 7, random)
    for start in (0, 3):
        assert len(set(np.concatenate(blocks[start : start + 3]))) == 9
    assert all(len(set(block)) == 3 for block in blocks)
    x, y = random.standard_normal((2, 30, 4))
    by_hand = [unbiased(x[i], y[j]) for i, j in _pairs(30, 10, seed=11)]
    expected = np.mean(by_hand), np.std(by_hand)
    assert metrics.kernel_distance(x, y, 10, seed=11) == pytest.approx(expected, rel=1e-10)
    assert metrics.kernel_distance(x, y, 10, seed=12) != pytest.approx(expected, rel=1e-3)


def _pairs(samples, size, seed):
    random = np.random.default_rng(seed)
    orders = [random.permutation(samples).reshape(-1, size) for _ in range(2)]
    return zip(*orders, strict=True)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"block_size": 5}, "`block_size` = 5 samples.*Received: 4 real, 4 fake"),
        ({"block_size": 1}, "`block_size` to be an integer >= 2"),
        ({"block_size": 2, "num_blocks": 0}, "`num_blocks` to be an integer >= 1"),
    ],
)
def test_bad_input(arguments, message):
    with pytest.raises(ValueError, match=message):
        metrics.kernel_distance(np.ones((4, 2)), np.ones((4, 2)), **arguments)

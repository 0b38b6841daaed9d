import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.spatial.distance import jensenshannon

from keras_gan_zoo import metrics

GRID = np.linspace(-12, 14, 20_001)


def normal(mean=0.0, std=1.0):
    cells = stats.norm.pdf(GRID, mean, std) * (GRID[1] - GRID[0])
    return cells / cells.sum()


@pytest.mark.parametrize(
    "function, values",
    [
        (metrics.kl_divergence, (0.125, 0.5, 2.0)),
        (metrics.total_variation, (0.197413, 0.382925, 0.682689)),
        (metrics.js_divergence, (0.0303113, 0.1114215, 0.3368308)),
        (lambda p, q: metrics.wasserstein_1(GRID, GRID, p, q), (0.5, 1.0, 2.0)),
    ],
    ids=["kl", "tv", "js", "w1"],
)
def test_shifted_normals(function, values):
    for shift, expected in zip((0.5, 1.0, 2.0), values, strict=True):
        assert function(normal(), normal(shift)) == pytest.approx(expected, abs=1e-6)


def test_wider_normal():
    p, q = normal(), normal(std=2.0)
    assert metrics.kl_divergence(p, q) == pytest.approx(0.318147, abs=1e-5)
    assert metrics.kl_divergence(q, p) == pytest.approx(0.806853, abs=1e-5)
    assert metrics.total_variation(p, q) == pytest.approx(0.322675, abs=1e-5)
    assert metrics.wasserstein_1(GRID, GRID, p, q) == pytest.approx(np.sqrt(2 / np.pi), abs=1e-5)


def test_two_values():
    p, q = [0.5, 0.5], [0.9, 0.1]
    assert metrics.total_variation(p, q) == pytest.approx(0.4)
    assert metrics.kl_divergence(p, q) == pytest.approx(0.510826, abs=1e-6)
    assert metrics.kl_divergence(q, p) == pytest.approx(0.368064, abs=1e-6)
    assert metrics.js_divergence(p, q) == pytest.approx(0.101749, abs=1e-6)


def test_disjoint_supports():
    p, q = [1.0, 0.0], [0.0, 1.0]
    assert metrics.total_variation(p, q) == 1.0
    assert metrics.kl_divergence(p, q) == np.inf
    assert metrics.js_divergence(p, q) == pytest.approx(np.log(2))
    assert metrics.kl_divergence([0.0, 1.0], [0.5, 0.5]) == pytest.approx(np.log(2))


def distributions(seed, size):
    return np.random.default_rng(seed).dirichlet(np.full(size, 0.4), size=2)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 20))
def test_inequalities_and_scipy(seed, size):
    p, q = distributions(seed, size)
    tv, kl, js = (
        function(p, q)
        for function in (metrics.total_variation, metrics.kl_divergence, metrics.js_divergence)
    )
    assert 2 * tv**2 <= kl + 1e-12  # Pinsker
    assert js <= np.log(2) * tv + 1e-12
    assert kl == pytest.approx(stats.entropy(p, q), rel=1e-9)
    assert js == pytest.approx(jensenshannon(p, q) ** 2, abs=1e-9)
    assert metrics.js_divergence(q, p) == pytest.approx(js)
    assert metrics.total_variation(q, p) == tv
    for function in (metrics.total_variation, metrics.kl_divergence, metrics.js_divergence):
        assert function(p, p) == 0.0
        assert function(p[::-1], q[::-1]) == pytest.approx(function(p, q))


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 20), st.integers(1, 20))
def test_wasserstein_equals_scipy(seed, n, m):
    random = np.random.default_rng(seed)
    a, b = random.integers(-4, 5, n) / 2.0, random.standard_normal(m)
    value = metrics.wasserstein_1(a, b)
    assert value == pytest.approx(stats.wasserstein_distance(a, b), abs=1e-12)
    assert metrics.wasserstein_1(b[::-1], a) == pytest.approx(value, abs=1e-12)
    weights = random.dirichlet(np.ones(n)), random.dirichlet(np.ones(m))
    expected = stats.wasserstein_distance(a, b, *weights)
    assert metrics.wasserstein_1(a, b, *weights) == pytest.approx(expected, abs=1e-12)


def test_parallel_lines_have_wasserstein_only():
    # (0, U) against (theta, U): W1 = |theta| whatever the size of theta.
    for theta in (0.0, 0.01, -2.0):
        assert metrics.wasserstein_1([0.0], [theta]) == abs(theta)


def test_optimal_discriminator():
    x = np.array([0.0, 0.5])
    p, q = stats.norm.pdf(x), stats.norm.pdf(x, 1.0)
    np.testing.assert_allclose(metrics.optimal_discriminator(p, q), [0.622459, 0.5], atol=1e-6)
    smoothed = metrics.optimal_discriminator(p, q, real_target=0.9)
    np.testing.assert_allclose(smoothed, 0.9 * p / (p + q))
    least_squares = metrics.optimal_discriminator(p, q, 1.0, -1.0)
    np.testing.assert_allclose(least_squares, (p - q) / (p + q))
    assert metrics.optimal_discriminator([0.0], [0.0])[0] == 0.5


def test_value_of_the_game_at_the_optimum():
    # -log 4 + 2 JS
    p, q = normal(), normal(1.0)
    best = metrics.optimal_discriminator(p, q)
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.nan_to_num(p * np.log(best)) + np.nan_to_num(q * np.log1p(-best))
    expected = -np.log(4) + 2 * metrics.js_divergence(p, q)
    assert terms.sum() == pytest.approx(expected, abs=1e-9)
    assert expected == pytest.approx(-1.163451, abs=1e-6)


@pytest.mark.parametrize(
    "function, arguments, message",
    [
        (metrics.total_variation, ([0.5, 0.6], [0.5, 0.5]), "`p` to sum to 1. Received: sum 1.1"),
        (metrics.kl_divergence, ([0.5, 0.5], [1.5, -0.5]), "`q` >= 0. Received: minimum -0.5"),
        (metrics.js_divergence, ([1.0], [0.5, 0.5]), r"same shape. Received: \(1,\) and \(2,\)"),
        (metrics.optimal_discriminator, ([np.nan], [1.0]), "`p` to hold finite"),
        (metrics.wasserstein_1, ([], [1.0]), r"`values_a` of shape \(samples,\)"),
        (metrics.wasserstein_1, ([1.0], [1.0], [0.5]), "`weights_a`.*sum 0.5"),
    ],
)
def test_bad_input(function, arguments, message):
    with pytest.raises(ValueError, match=message):
        function(*arguments)

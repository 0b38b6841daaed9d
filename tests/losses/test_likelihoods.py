"""Oracles: scipy.stats, PyTorch's distributions, sums over all values, finite differences.

And constants: 784 ln 2, 784/2 ln 2 pi, a KL of 0.733994, a marginal likelihood in closed form.
"""

import numpy as np
import pytest
import tensorflow as tf
from scipy import stats
from scipy.special import logsumexp

import keras_gan_zoo as kgz
from tests.replicas import on_two_replicas

LOSSES = kgz.losses
RANDOM = np.random.default_rng(0)
SHAPE = (5, 4, 3, 2)
GRID = np.linspace(-1, 1, 256)


def normal(*shape):
    return RANDOM.standard_normal(shape)


def summed(values):
    return values.reshape(len(values), -1).sum(1)


def test_bernoulli_is_scipys_on_bits_and_a_cross_entropy_between():
    logits, bits = 3 * normal(*SHAPE), RANDOM.integers(0, 2, SHAPE)
    probabilities = 1 / (1 + np.exp(-logits))
    expected = -summed(stats.bernoulli.logpmf(bits, probabilities))
    np.testing.assert_allclose(LOSSES.bernoulli_nll(bits, logits), expected, rtol=1e-5)
    torch = pytest.importorskip("torch")
    grey = RANDOM.uniform(size=SHAPE)
    theirs = torch.distributions.Bernoulli(logits=torch.tensor(logits), validate_args=False)
    expected = -summed(theirs.log_prob(torch.tensor(grey)).numpy())
    np.testing.assert_allclose(LOSSES.bernoulli_nll(grey, logits), expected, rtol=1e-5)


def test_constants_of_a_mnist_image():
    zeros, grey = np.zeros((2, 28, 28, 1)), RANDOM.uniform(size=(2, 28, 28, 1))
    np.testing.assert_allclose(LOSSES.bernoulli_nll(grey, zeros), 543.42739, rtol=1e-5)
    np.testing.assert_allclose(LOSSES.gaussian_nll(grey, grey), 720.44781, rtol=1e-5)


@pytest.mark.parametrize("spread_shape", [(), SHAPE, (5, 1, 1, 1), (1, 1, 1, 2)])
def test_gaussian_is_scipys(spread_shape):
    x, mean, log_variance = normal(*SHAPE), normal(*SHAPE), normal(*spread_shape)
    expected = -summed(stats.norm.logpdf(x, mean, np.exp(0.5 * log_variance)))
    np.testing.assert_allclose(LOSSES.gaussian_nll(x, mean, log_variance), expected, rtol=1e-5)
    torch = pytest.importorskip("torch")
    theirs = torch.distributions.Normal(torch.tensor(mean), 1.0).log_prob(torch.tensor(x))
    np.testing.assert_allclose(LOSSES.gaussian_nll(x, mean), -summed(theirs.numpy()), rtol=1e-5)


def bins(x, mean, log_scale, levels):
    """The logarithms of scipy's probabilities of bins, infinite at the ends of the grid."""
    half, scale = 1 / (levels - 1), np.exp(log_scale)
    upper = np.where(np.isclose(x, 1), np.inf, x + half)
    lower = np.where(np.isclose(x, -1), -np.inf, x - half)
    # Of two differences of distribution functions, the one without cancellation.
    cdf = stats.logistic.cdf(upper, mean, scale) - stats.logistic.cdf(lower, mean, scale)
    sf = stats.logistic.sf(lower, mean, scale) - stats.logistic.sf(upper, mean, scale)
    return np.log(np.where(x < mean, cdf, sf))


@pytest.mark.parametrize("spread_shape", [(), SHAPE, (1, 1, 1, 2)])
@pytest.mark.parametrize("levels", [2, 32, 256])
def test_discretized_logistic_is_a_difference_of_scipys(levels, spread_shape):
    grid = np.linspace(-1, 1, levels)
    x, mean = RANDOM.choice(grid, SHAPE), RANDOM.uniform(-1.2, 1.2, SHAPE)
    x[0, 0, 0], x[1, 0, 0] = -1, 1
    log_scale = np.clip(normal(*spread_shape) - 2, -3.5, None)
    expected = -summed(bins(x, mean, log_scale, levels))
    value = LOSSES.discretized_logistic_nll(x, mean, log_scale, levels)
    np.testing.assert_allclose(value, expected, rtol=2e-5)


@pytest.mark.parametrize("mean", [-1.3, 0.0, 0.101, 1.0])
@pytest.mark.parametrize("log_scale", [-12.0, -7.0, -3.0, 0.0, 9.0])
def test_the_probabilities_of_all_levels_add_up_to_1(mean, log_scale):
    nll = LOSSES.discretized_logistic_nll(GRID[:, None], np.full((256, 1), mean), log_scale)
    assert np.sum(np.exp(-np.float64(nll))) == pytest.approx(1.0, abs=2e-3)


def test_a_tiny_bin_far_away_has_its_exact_logarithm_and_gradient():
    """Bin and distance in units of a scale of 1e6: density 1/4e6 times 2/255."""
    zeros = tf.zeros((1, 1))
    value = LOSSES.discretized_logistic_nll(zeros, zeros, np.log(1e6))
    assert float(value[0]) == pytest.approx(-np.log(2 / 255 / 4e6), rel=1e-6)
    mean = tf.constant([[0.9], [0.9]])
    with tf.GradientTape() as tape:
        tape.watch(mean)
        value = LOSSES.discretized_logistic_nll(tf.zeros((2, 1)), mean, -7.0)
    # The tail falls as exp(-distance / scale); 0.9 - 1/255 is the way to the bin's near edge.
    scale = np.exp(-7.0)
    np.testing.assert_allclose(value, (0.9 - 1 / 255) / scale, rtol=1e-5)
    np.testing.assert_allclose(tape.gradient(value, mean), 1 / scale, rtol=1e-5)


def test_standard_normal_is_scipys():
    latents = normal(6, 8)
    expected = -stats.norm.logpdf(latents).sum(1)
    np.testing.assert_allclose(LOSSES.standard_normal_nll(latents), expected, rtol=1e-5)


def test_importance_weights_are_averaged_before_the_logarithm():
    log_weights = 20 * normal(7, 5) - 500
    expected = logsumexp(log_weights, axis=0) - np.log(7)
    value = LOSSES.importance_weighted_log_likelihood(log_weights)
    np.testing.assert_allclose(value, expected, rtol=1e-6)
    one = LOSSES.importance_weighted_log_likelihood(log_weights[:1])
    np.testing.assert_allclose(one, log_weights[0], rtol=1e-6)


def test_importance_sampling_finds_a_marginal_likelihood():
    """z ~ N(0, 1), x ~ N(z, 1) is x ~ N(0, 2); proposals N(0.3, 0.8) instead of N(x/2, 1/2)."""
    x, count = 1.1, 200_000
    z = 0.3 + np.sqrt(0.8) * normal(count, 1)
    joint = LOSSES.gaussian_nll(np.full_like(z, x), z) + LOSSES.standard_normal_nll(z)
    proposal = LOSSES.gaussian_nll(z, np.full_like(z, 0.3), np.log(0.8))
    log_weights = np.reshape(proposal - joint, (count, 1))
    value = LOSSES.importance_weighted_log_likelihood(log_weights)
    expected = stats.norm.logpdf(x, 0, np.sqrt(2))
    assert float(value[0]) == pytest.approx(expected, abs=5e-3)
    assert np.mean(log_weights) < expected - 0.01  # the ELBO of these proposals


@pytest.mark.parametrize(
    "loss",
    [
        lambda x, one, other: LOSSES.bernoulli_nll((x + 1) / 2, one),
        LOSSES.gaussian_nll,
        LOSSES.discretized_logistic_nll,
    ],
    ids=["bernoulli", "gaussian", "discretized_logistic"],
)
def test_gradients_by_finite_differences(loss):
    x = np.array([[-1.0, GRID[100], 1.0, GRID[3]]])
    parameters = tf.constant([[0.0, 0.2, -0.3, -0.9], [-1.0, -2.0, 0.3, -3.0]])
    rows = tf.split(parameters, 2)
    with tf.GradientTape() as tape:
        tape.watch(rows)
        value = loss(x, *rows)[0]
    gradients = tape.gradient(value, rows, unconnected_gradients="zero")
    for row, gradient in enumerate(gradients):
        for column in range(4):
            step = np.zeros((2, 4), "float32")
            step[row, column] = 1e-2
            above, below = (loss(x, *tf.split(parameters + s * step, 2)) for s in (1, -1))
            numeric = float((above - below)[0]) / 2e-2
            assert float(gradient[0, column]) == pytest.approx(numeric, rel=5e-3, abs=5e-4)


def test_extreme_logits_and_scales_stay_finite():
    huge, ones = np.full((1, 2), 1e4), np.ones((1, 2))
    np.testing.assert_allclose(LOSSES.bernoulli_nll(ones, huge), 0.0)
    np.testing.assert_allclose(LOSSES.bernoulli_nll(ones, -huge), 2e4)
    for log_scale in (-20.0, 20.0):
        for x in (-ones, 0 * ones, ones):
            assert np.isfinite(LOSSES.discretized_logistic_nll(x, 0.3 * ones, log_scale)).all()
    half = LOSSES.gaussian_nll(ones.astype("float16"), 0 * ones.astype("float16"))
    assert half.dtype == "float32" and half.shape == (1,)


def test_kl_terms_of_the_worked_example():
    mean, log_variance = np.array([[0.5, -1.0]]), np.array([[0.2, -0.7]])
    terms = LOSSES.kl_per_dimension(mean, log_variance)
    assert terms.shape == (1, 2) and np.sum(terms) == pytest.approx(0.733994, abs=1e-6)
    np.testing.assert_allclose(LOSSES.gaussian_kl(mean, log_variance), [0.733994], atol=1e-6)
    prior = [tf.zeros((3, 2)), tf.zeros((3, 2))]
    with tf.GradientTape() as tape:
        tape.watch(prior)
        value = LOSSES.gaussian_kl(*prior)
    for gradient in tape.gradient(value, prior):
        np.testing.assert_array_equal(gradient, np.zeros((3, 2)))


def test_free_bits_clamp_the_average_of_a_dimension():
    """Means 0 and 2 have KL 0 and 2, on average 1: clamped at 1.5, not touched at 0.5."""
    mean = tf.constant([[0.0, 0.0], [2.0, 4.0]])
    for free_bits, expected, slopes in (
        (0.5, 1.0 + 4.0, [[0.0, 0.0], [1.0, 2.0]]),
        (1.5, 1.5 + 4.0, [[0.0, 0.0], [0.0, 2.0]]),
    ):
        with tf.GradientTape() as tape:
            tape.watch(mean)
            terms = LOSSES.kl_per_dimension(mean, tf.zeros((2, 2)), free_bits)
            value = tf.reduce_mean(tf.reduce_sum(terms, axis=1))
        assert float(value) == pytest.approx(expected)
        np.testing.assert_allclose(tape.gradient(value, mean), slopes, atol=1e-6)


def test_free_bits_of_two_replicas_are_those_of_one_device():
    mean = np.array([[0.0], [0.0], [2.0], [2.0]], "float32")  # averages 0, 2 and together 1

    def make():
        return lambda mean: [LOSSES.kl_per_dimension(mean, tf.zeros_like(mean), 0.9)]

    expected = make()(mean)[0]
    results = on_two_replicas(make, mean)
    np.testing.assert_allclose(np.concatenate([one[0] for one in results]), expected, atol=1e-6)
    np.testing.assert_allclose(expected, mean**2 / 2, atol=1e-6)


@pytest.mark.parametrize(
    "call",
    [
        lambda: LOSSES.bernoulli_nll(np.zeros((2, 4, 4, 1)), np.zeros((2, 4, 4))),
        lambda: LOSSES.gaussian_nll(np.zeros((2, 3)), np.zeros((2, 1))),
        lambda: LOSSES.gaussian_nll(np.zeros((2, 3)), np.zeros((2, 3)), np.zeros(3)),
        lambda: LOSSES.discretized_logistic_nll(np.zeros((2, 3)), np.zeros((2, 3)), np.ones(2)),
        lambda: LOSSES.discretized_logistic_nll(np.zeros((2, 3)), np.zeros((2, 3)), 0.0, 1),
        lambda: LOSSES.importance_weighted_log_likelihood(np.zeros(3)),
        lambda: LOSSES.importance_weighted_log_likelihood(np.zeros((0, 3))),
        lambda: LOSSES.kl_per_dimension(np.zeros((2, 3)), np.zeros((2, 3)), -1.0),
    ],
)
def test_bad_input(call):
    with pytest.raises(ValueError, match=r"Expected `.*Received: "):
        call()

"""Oracles: scipy (assignment, distances), closed forms of Gaussians, finite differences."""

import numpy as np
import pytest
import scipy.optimize
import scipy.spatial
import scipy.stats
import tensorflow as tf

import keras_gan_zoo as kgz
from tests.replicas import on_two_replicas

RANDOM = np.random.default_rng(0)


def normal(*shape):
    return RANDOM.standard_normal(shape).astype("float32")


@pytest.mark.parametrize(("shift", "expected"), [(0.5, 0.139596), (1, 0.541807), (2, 1.944260)])
def test_energy_distance_of_two_gaussians(shift, expected):
    """`2 int (F - G)^2` for N(0, 1) and N(shift, 1)."""
    x, y = normal(4000, 1), shift + normal(4000, 1)
    value = kgz.losses.energy_distance(x, y)
    assert float(value) == pytest.approx(expected, abs=0.06)
    biased = float(kgz.losses.energy_distance(x, y, biased=True))
    assert biased == pytest.approx(scipy.stats.energy_distance(x[:, 0], y[:, 0]) ** 2, rel=1e-3)


def test_energy_distance_equals_the_double_sums_of_scipy():
    x, y = normal(7, 2, 3) + 5.0, normal(9, 2, 3)
    flat_x, flat_y = x.reshape(7, -1), y.reshape(9, -1)
    distance = scipy.spatial.distance.cdist
    expected = 2 * distance(flat_x, flat_y).mean()
    expected -= distance(flat_x, flat_x).sum() / 42 + distance(flat_y, flat_y).sum() / 72
    assert float(kgz.losses.energy_distance(x, y)) == pytest.approx(expected, rel=1e-4)


def test_energy_distance_has_a_finite_gradient_where_samples_coincide():
    with tf.GradientTape() as tape:
        tape.watch(x := tf.constant(np.ones((4, 2), "float32")))
        value = kgz.losses.energy_distance(x, x, biased=True)
    assert float(value) == pytest.approx(0.0, abs=1e-5)
    assert np.isfinite(tape.gradient(value, x)).all()


def test_cosine_cost_equals_scipy():
    x, y = normal(5, 4), normal(6, 4)
    expected = scipy.spatial.distance.cdist(x, y, "cosine")
    np.testing.assert_allclose(kgz.losses.cosine_cost(x, y), expected, atol=1e-5)


def test_sinkhorn_marginals_are_uniform():
    plan = np.array(kgz.losses.sinkhorn(RANDOM.uniform(size=(3, 6, 8)), 0.05, 200))
    np.testing.assert_allclose(plan.sum(-1), 1 / 6, atol=1e-4)
    np.testing.assert_allclose(plan.sum(-2), 1 / 8, rtol=1e-5)


def test_sinkhorn_approaches_the_optimal_assignment():
    """scipy's Hungarian algorithm, as the regularisation vanishes."""
    cost = RANDOM.uniform(size=(8, 8)).astype("float32")
    rows, columns = scipy.optimize.linear_sum_assignment(cost)
    plan = np.array(kgz.losses.sinkhorn(cost, 1 / 500, 2000))
    assert np.sum(plan * cost) == pytest.approx(cost[rows, columns].mean(), abs=1e-3)
    np.testing.assert_array_equal(plan.argmax(1), columns)


def test_sinkhorn_minimises_the_regularised_cost():
    """The optimum of a 2x2 problem has one free number, found by scipy's scalar minimiser."""
    cost, strength = np.array([[0.2, 1.0], [0.7, 0.4]]), 0.3

    def objective(mass):
        plan = np.array([[mass, 0.5 - mass], [0.5 - mass, mass]])
        return np.sum(plan * cost) + strength * np.sum(plan * np.log(plan))

    best = scipy.optimize.minimize_scalar(objective, bounds=(1e-6, 0.5 - 1e-6), method="bounded")
    plan = kgz.losses.sinkhorn(cost, strength, 200)
    assert float(plan[0, 0]) == pytest.approx(best.x, abs=1e-4)


def test_sinkhorn_gradients():
    """None through a constant plan; through a differentiable one, as finite differences say."""
    cost = tf.constant(RANDOM.uniform(size=(3, 4)), "float32")
    weights = tf.constant(normal(3, 4))

    def value(cost):
        return tf.reduce_sum(weights * kgz.losses.sinkhorn(cost, 0.2, 30, differentiable=True))

    with tf.GradientTape(persistent=True) as tape:
        tape.watch(cost)
        constant = tf.reduce_sum(kgz.losses.sinkhorn(cost))
        flowing = value(cost)
    assert tape.gradient(constant, cost) is None
    step = np.zeros((3, 4), "float32")
    step[1, 2] = 1e-2
    expected = (value(cost + step) - value(cost - step)) / 2e-2
    assert float(tape.gradient(flowing, cost)[1, 2]) == pytest.approx(float(expected), rel=1e-2)


def six_terms(x, y, other_x, other_y, regularization, iterations):
    def transport(a, b):
        cost = scipy.spatial.distance.cdist(a, b, "cosine")
        plan = np.exp(-cost / regularization)
        for _ in range(iterations):  # not in log space, and with sums 1 instead of 1/n
            plan /= plan.sum(1, keepdims=True)
            plan /= plan.sum(0, keepdims=True)
        return np.sum(plan * cost) / len(a)

    crossed = [transport(a, b) for a in (x, other_x) for b in (y, other_y)]
    return sum(crossed) - 2 * transport(x, other_x) - 2 * transport(y, other_y)


def test_minibatch_energy_distance_equals_its_six_terms():
    """Sinkhorn as matrix scaling in NumPy, term by term; half batches by default."""
    batches = [normal(6, 5) for _ in range(4)]
    real, fake, other_real, other_fake = batches
    expected = six_terms(real, fake, other_real, other_fake, 0.1, 50)
    value = kgz.losses.minibatch_energy_distance(*batches, regularization=0.1)
    assert float(value) == pytest.approx(expected, rel=1e-4)
    halves = (np.concatenate([real, other_real]), np.concatenate([fake, other_fake]))
    value = kgz.losses.minibatch_energy_distance(*halves, regularization=0.1)
    assert float(value) == pytest.approx(expected, rel=1e-4)


def test_minibatch_energy_distance_of_one_distribution_has_mean_zero():
    values = [
        float(kgz.losses.minibatch_energy_distance(*(normal(16, 3) for _ in range(4))))
        for _ in range(60)
    ]
    assert abs(np.mean(values)) < 3 * np.std(values) / np.sqrt(60) + 1e-3
    apart = kgz.losses.minibatch_energy_distance(
        *(normal(16, 3) + shift for shift in (0.0, 4.0, 0.0, 4.0))
    )
    assert float(apart) > 3 * np.std(values)


def test_minibatch_energy_distance_does_not_depend_on_order():
    batches = [normal(8, 3) for _ in range(4)]
    value = float(kgz.losses.minibatch_energy_distance(*batches))
    batches[1] = batches[1][::-1]
    assert float(kgz.losses.minibatch_energy_distance(*batches)) == pytest.approx(value, rel=1e-4)


def test_losses_of_two_replicas_that_couple_samples_equal_those_of_one_device():
    """Value and gradient on a batch in two parts; the oracle is the batch in one."""
    x, y = normal(8, 3), normal(8, 3)

    def losses(x, y):
        relativistic = kgz.losses.get("relativistic_average").discriminator(x, y)
        distances = kgz.losses.energy_distance(x, y) + kgz.losses.minibatch_energy_distance(x, y)
        return distances + relativistic

    with tf.GradientTape() as tape:
        tape.watch(whole := tf.constant(x))
        expected = losses(whole, tf.constant(y))
    gradient = tape.gradient(expected, whole)

    def share(x, y):
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = losses(x, y)
            half = value / 2.0  # gradients are summed over replicas
        return value, tape.gradient(half, x)

    results = on_two_replicas(lambda: share, x, y)
    np.testing.assert_allclose([value for value, _ in results], float(expected), rtol=1e-4)
    np.testing.assert_allclose(np.concatenate([part for _, part in results]), gradient, atol=1e-5)


def test_bad_input():
    with pytest.raises(ValueError, match=r"regularization.*Received: 0"):
        kgz.losses.sinkhorn(np.zeros((2, 2)), 0)
    with pytest.raises(ValueError, match=r"iterations.*Received: 0"):
        kgz.losses.sinkhorn(np.zeros((2, 2)), iterations=0)
    with pytest.raises(ValueError, match="Received: other_real only"):
        kgz.losses.minibatch_energy_distance(normal(2, 2), normal(2, 2), normal(2, 2))

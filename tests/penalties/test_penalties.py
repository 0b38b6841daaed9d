"""Oracles: linear and quadratic critics, whose gradients are known; finite differences."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz

RANDOM = np.random.default_rng(0)
REAL = RANDOM.standard_normal((6, 3, 3, 2)).astype("float32")
FAKE = RANDOM.standard_normal((6, 3, 3, 2)).astype("float32")


def linear(norm):
    """A critic with gradient norm `norm` everywhere."""
    direction = np.ones((18, 1), "float32") * norm / np.sqrt(18)
    return lambda x: tf.reshape(x, (-1, 18)) @ direction


@pytest.mark.parametrize("norm", [0.0, 0.5, 1.0, 3.0])
def test_gradient_penalty_of_a_linear_critic(norm):
    value = float(kgz.penalties.GradientPenalty(10.0)(linear(norm), REAL, FAKE, seed=0))
    assert value == pytest.approx(10.0 * (norm - 1.0) ** 2, rel=1e-4, abs=1e-4)
    one_sided = kgz.penalties.GradientPenalty(10.0, one_sided=True)
    value = float(one_sided(linear(norm), REAL, FAKE, seed=0))
    assert value == pytest.approx(10.0 * max(norm - 1.0, 0.0) ** 2, rel=1e-4, abs=1e-4)


def test_gradient_penalty_has_a_target():
    penalty = kgz.penalties.GradientPenalty(2.0, target=0.0)
    assert float(penalty(linear(3.0), REAL, FAKE, seed=0)) == pytest.approx(18.0, rel=1e-5)


def test_interpolation_is_uniform_and_per_sample():
    """On the line from 0 to 1, the critic x^2 / 2 has the gradient e, so E (e - 0)^2 = 1/3."""
    real, fake = np.zeros((200_000, 1), "float32"), np.ones((200_000, 1), "float32")
    penalty = kgz.penalties.GradientPenalty(1.0, target=0.0)
    value = penalty(lambda x: 0.5 * x**2, real, fake, seed=0)
    assert float(value) == pytest.approx(1 / 3, abs=5e-3)


def test_a_flat_critic_gives_no_nan():
    weight = tf.Variable(0.0)
    with tf.GradientTape() as tape:
        value = kgz.penalties.GradientPenalty()(
            lambda x: weight * tf.reduce_sum(x, axis=(1, 2, 3)), REAL, FAKE, seed=0
        )
    assert np.isfinite(value) and np.isfinite(tape.gradient(value, weight))


def test_r1_of_a_linear_critic():
    """w = (3, 4), weight 10: 10 / 2 * 25 = 125."""
    value = kgz.penalties.R1(10.0)(
        lambda x: x @ np.array([[3.0], [4.0]], "float32"), np.ones((5, 2), "float32"), None
    )
    assert float(value) == pytest.approx(125.0)


def test_r2_is_of_the_fakes_alone():
    """The critic x^2 has the gradient 2x: 3 / 2 * E ||2x||^2."""
    value = kgz.penalties.R2(3.0)(lambda x: tf.reduce_sum(x**2, axis=(1, 2, 3)), REAL, FAKE)
    expected = 1.5 * np.mean(np.sum((2 * FAKE) ** 2, axis=(1, 2, 3)))
    assert float(value) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    "penalty", [kgz.penalties.GradientPenalty(), kgz.penalties.R1(), kgz.penalties.R2()]
)
def test_second_derivative_against_finite_differences(penalty):
    weight = tf.Variable(0.8, dtype="float32")

    def critic(x):
        return tf.reduce_sum(tf.tanh(weight * x) * x, axis=(1, 2, 3))

    with tf.GradientTape() as tape:
        value = penalty(critic, REAL, FAKE, seed=3)
    gradient = float(tape.gradient(value, weight))
    step = 1e-2
    sides = []
    for sign in (1, -1):
        weight.assign(0.8 + sign * step)
        sides.append(float(penalty(critic, REAL, FAKE, seed=3)))
    assert gradient == pytest.approx((sides[0] - sides[1]) / (2 * step), rel=2e-3)


SCHEDULED = kgz.penalties.R2(kgz.training.LinearDecay(2.0, stop=4), every=2)


@pytest.mark.parametrize(
    "penalty",
    [kgz.penalties.GradientPenalty(3.0, 0.5, True, 2), kgz.penalties.R1(3.0, every=4), SCHEDULED],
)
def test_penalties_serialise(penalty):
    config = keras.saving.serialize_keras_object(penalty)
    twin = keras.saving.deserialize_keras_object(config)
    assert type(twin) is type(penalty) and twin.get_config() == penalty.get_config()


def test_bad_input():
    with pytest.raises(ValueError, match=r"weight.*Received: -1"):
        kgz.penalties.R1(-1)
    with pytest.raises(ValueError, match=r"every.*Received: 0"):
        kgz.penalties.R1(1.0, every=0)
    with pytest.raises(ValueError, match=r"penalties.*Received: 'r1'"):
        kgz.models.GAN(sample_shape=(2,), hidden_units=10, penalties=["r1"])

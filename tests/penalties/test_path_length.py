"""Oracles: linear generators, whose Jacobians are known; finite differences."""

import numpy as np
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz

RANDOM = np.random.default_rng(0)
MATRIX = RANDOM.standard_normal((5, 2 * 3 * 2)).astype("float32")
STYLES = RANDOM.standard_normal((4, 3, 5)).astype("float32")


def linear(styles):
    """Images of 2 by 3 pixels of the sum of the styles of all layers."""
    return tf.reshape(tf.reduce_sum(styles, axis=1) @ MATRIX, (-1, 2, 3, 2))


def lengths(synthesize, styles=STYLES):
    with kgz.backend.noise(3):
        return kgz.penalties.path_lengths(synthesize, styles)


def test_length_of_a_linear_generator():
    """|A y| / root of the pixels: the gradient is the same for all layers."""
    with kgz.backend.noise(3):
        noise = np.reshape(kgz.backend.random_normal((4, 2, 3, 2)), (4, 12))
    expected = np.linalg.norm(noise @ MATRIX.T, axis=1) / np.sqrt(6)
    np.testing.assert_allclose(lengths(linear), expected, rtol=1e-4)


def test_layers_are_averaged():
    """If one layer of three matters, a third of the squares is left."""
    one = lengths(lambda styles: linear(styles[:, :1]))
    np.testing.assert_allclose(one, lengths(linear) / np.sqrt(3), rtol=1e-4)


def test_an_isometry_has_the_length_of_its_scale_on_average():
    """A of orthonormal columns times c has lengths c |y| / root of the pixels, c on average."""
    basis, _ = np.linalg.qr(RANDOM.standard_normal((64, 64)))
    matrix = 2.5 * basis.astype("float32")
    found = kgz.penalties.path_lengths(
        lambda styles: tf.reshape(styles[:, 0] @ matrix, (-1, 8, 8, 1)),
        np.zeros((50, 1, 64), "float32"),
        seed=0,
    )
    assert np.mean(found) == pytest.approx(2.5, rel=0.03)


def test_second_order_gradient_against_finite_differences():
    weight = tf.Variable(0.8)

    def squares():
        found = lengths(lambda styles: tf.tanh(weight * linear(styles)))
        return tf.reduce_mean(tf.square(found - 0.1))

    with tf.GradientTape() as tape:
        value = squares()
    gradient = float(tape.gradient(value, weight))
    sides = []
    for step in (1e-2, -1e-2):
        weight.assign(0.8 + step)
        sides.append(float(squares()))
    assert gradient == pytest.approx((sides[0] - sides[1]) / 2e-2, rel=1e-2)


def test_where_nothing_moves_no_gradient_is_nan():
    weight = tf.Variable(0.0)
    with tf.GradientTape() as tape:
        value = tf.reduce_sum(lengths(lambda styles: weight * linear(styles)))
    assert np.isfinite(value) and np.isfinite(tape.gradient(value, weight))

"""Oracles: the same layer with the scaled kernel, and the variance it is for."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz


def normal(*shape):
    return np.random.default_rng(0).standard_normal(shape).astype("float32")


@pytest.mark.parametrize(
    ("make", "shape", "fan_in"),
    [
        (lambda: keras.layers.Dense(5), (4, 7), 7),
        (lambda: keras.layers.Conv2D(5, 3), (2, 6, 6, 2), 18),
        (lambda: kgz.layers.TransposedConv2D(5, 4), (2, 6, 6, 2), 32),
    ],
)
def test_it_is_the_layer_with_a_scaled_kernel_and_bias(make, shape, fan_in):
    inputs = normal(*shape)
    layer = kgz.layers.EqualizedLearningRate(make(), gain=2.0**0.5, multiplier=0.1)
    layer.build(shape)
    layer.layer.bias.assign(normal(5))
    plain = make()
    plain.build(shape)
    plain.kernel.assign(layer.layer.kernel * 0.1 * np.sqrt(2.0 / fan_in))
    plain.bias.assign(0.1 * normal(5))
    np.testing.assert_allclose(layer(inputs), plain(inputs), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("fan_in", "multiplier"), [(20, 1.0), (2000, 0.01)])
def test_outputs_have_the_deviation_of_the_gain_and_kernels_one_of_their_own(fan_in, multiplier):
    keras.utils.set_random_seed(0)
    dense = keras.layers.Dense(500, kernel_initializer="zeros")
    layer = kgz.layers.EqualizedLearningRate(dense, 1.5, multiplier)
    outputs = layer(normal(100, fan_in))
    assert np.std(outputs) == pytest.approx(1.5, rel=0.1)
    assert np.std(dense.kernel) == pytest.approx(1.0 / multiplier, rel=0.05)


def test_gradients_are_those_of_the_stored_kernel():
    """y = x k c has the gradient x c."""
    layer = kgz.layers.EqualizedLearningRate(keras.layers.Dense(1), multiplier=0.5)
    layer.build((None, 4))
    inputs = np.array([[1.0, 2.0, 3.0, 4.0]], "float32")
    with tf.GradientTape() as tape:
        output = tf.reduce_sum(layer(inputs))
    kernel, bias = tape.gradient(output, [layer.layer.kernel.value, layer.layer.bias.value])
    np.testing.assert_allclose(kernel[:, 0], inputs[0] * 0.25)
    np.testing.assert_allclose(bias, 0.5)


def test_bad_input():
    with pytest.raises(ValueError, match=r"`gain` and `multiplier` > 0.*multiplier=0"):
        kgz.layers.EqualizedLearningRate(keras.layers.Dense(1), multiplier=0)
    with pytest.raises(ValueError, match="layer with a `kernel`.*Received: ReLU"):
        kgz.layers.EqualizedLearningRate(keras.layers.ReLU()).build((None, 3))

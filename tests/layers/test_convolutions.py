"""Oracles: a dense convolution with zeros between groups; the same without XLA."""

import keras
import numpy as np
import tensorflow as tf

import keras_gan_zoo as kgz


def normal(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape).astype("float32")


def test_grouped_convolution_is_one_with_zeros_between_groups():
    layer = kgz.layers.GroupedConv2D(4, 3, groups=2, strides=2, padding="same")
    dense = keras.layers.Conv2D(4, 3, strides=2, padding="same")
    inputs, kernel = normal(2, 6, 5, 6), normal(3, 3, 3, 4, seed=1)
    whole = np.zeros((3, 3, 6, 4), "float32")
    whole[:, :, :3, :2], whole[:, :, 3:, 2:] = kernel[..., :2], kernel[..., 2:]
    for one, weights in ((layer, kernel), (dense, whole)):
        one.build(inputs.shape)
        one.set_weights([weights, normal(4, seed=2)])
    np.testing.assert_allclose(layer(inputs), dense(inputs), rtol=1e-5, atol=1e-5)
    kernel = layer.kernel.value
    with tf.GradientTape() as tape:
        tape.watch(kernel)
        loss = tf.reduce_sum(layer(inputs) ** 2)
    gradient = tape.gradient(loss, kernel)
    with tf.GradientTape() as tape:
        tape.watch(dense.kernel.value)
        loss = tf.reduce_sum(dense(inputs) ** 2)
    whole = tape.gradient(loss, dense.kernel.value)
    expected = np.concatenate([whole[:, :, :3, :2], whole[:, :, 3:, 2:]], axis=-1)
    np.testing.assert_allclose(gradient, expected, rtol=1e-4, atol=1e-4)


def test_resizing_has_a_gradient_under_xla():
    layer, inputs = kgz.layers.ResizeConv2D(2, 3), tf.constant(normal(2, 4, 4, 3))
    layer.build(inputs.shape)

    def gradient(inputs):
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            total = tf.reduce_sum(layer(inputs) ** 2)
        return tape.gradient(total, inputs)

    found = tf.function(gradient, jit_compile=True)(inputs)
    np.testing.assert_allclose(found, gradient(inputs), rtol=1e-4, atol=1e-5)

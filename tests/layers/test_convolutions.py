"""Oracles: dense convolution with zeros between groups, pooling after it, the same without XLA."""

import keras
import numpy as np
import pytest
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


@pytest.mark.parametrize(
    ("sides", "kernel_size", "pooling"),
    [((6, 8), 3, 2), ((6, 9), 5, 3), ((8, 4), 2, 2), ((7, 8), 3, 2), ((4, 4), (1, 3), 4)],
)
def test_convolution_with_pooling_equals_keras_layers(sides, kernel_size, pooling):
    """Values, and the gradient of a gradient, as a gradient penalty has it; 7 does not divide."""
    options = {"padding": "same", "bias_initializer": "normal"}
    layer = kgz.layers.Conv2D(4, kernel_size, pooling=pooling, **options)
    conv, pool = keras.layers.Conv2D(4, kernel_size, **options), keras.layers.AveragePooling2D
    inputs = tf.constant(normal(2, *sides, 3))
    for one in (layer, conv):
        one.build(inputs.shape)
    conv.set_weights(layer.get_weights())

    def found(function, kernel):
        with tf.GradientTape() as outer:
            outer.watch(kernel)
            with tf.GradientTape() as inner:
                inner.watch(inputs)
                outputs = function(inputs)
                total = tf.reduce_sum(tf.tanh(outputs))
            penalty = tf.reduce_sum(inner.gradient(total, inputs) ** 2)
        return outputs, penalty, outer.gradient(penalty, kernel)

    ours = found(layer, layer.kernel.value)
    theirs = found(lambda x: pool(pooling)(conv(x)), conv.kernel.value)
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)
    assert layer.compute_output_shape((None, *sides, 3)) == (None, *ours[0].shape[1:])


def test_pooling_of_maps_of_any_size_and_its_config():
    layer = kgz.layers.Conv2D(4, 3, padding="same", pooling=2)
    network = keras.Sequential([keras.Input((None, None, 3)), layer])
    assert network.output_shape == (None, None, None, 4)
    assert network(normal(1, 6, 7, 3)).shape == (1, 3, 3, 4)
    assert kgz.layers.Conv2D.from_config(layer.get_config()).pooling == 2
    assert "pooling" not in kgz.layers.Conv2D(4, 3).get_config()


@pytest.mark.parametrize(
    ("options", "received"),
    [
        ({"pooling": 0}, "0"),
        ({"pooling": True}, "True"),
        ({"pooling": 2, "padding": "valid"}, "valid"),
        ({"pooling": 2, "strides": 2}, "strides"),
        ({"pooling": 2, "activation": "relu"}, "relu"),
    ],
)
def test_pooling_goes_with_plain_convolutions_alone(options, received):
    with pytest.raises(ValueError, match=f"Expected `pooling`.*Received: .*{received}"):
        kgz.layers.Conv2D(4, 3, **{"padding": "same", **options})


@pytest.mark.parametrize("side", [4, 6])
def test_resizing_has_a_gradient_under_xla(side):
    layer, inputs = kgz.layers.ResizeConv2D(2, 3), tf.constant(normal(2, side, side, 3))
    layer.build(inputs.shape)

    def gradient(inputs):
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            total = tf.reduce_sum(layer(inputs) ** 2)
        return tape.gradient(total, inputs)

    found = tf.function(gradient, jit_compile=True)(inputs)
    np.testing.assert_allclose(found, gradient(inputs), rtol=1e-4, atol=1e-5)

"""The small layers of style-based networks. Oracles: closed forms, one device for two replicas."""

import numpy as np
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz
from keras_gan_zoo.layers.scaled_leaky_relu import scaled_leaky_relu
from tests.replicas import on_two_replicas


def normal(*shape):
    return np.random.default_rng(0).standard_normal(shape).astype("float32")


def test_pixel_normalization():
    """A mean square of 1 over channels, whatever the scale."""
    layer, inputs = kgz.layers.PixelNormalization(), normal(2, 3, 3, 8)
    outputs = layer(inputs)
    np.testing.assert_allclose(np.mean(np.square(outputs), axis=-1), 1.0, rtol=1e-5)
    np.testing.assert_allclose(layer(5.0 * inputs), outputs, rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(layer(np.zeros((1, 4), "float32")), 0.0)


def test_scaled_leaky_relu():
    inputs = tf.constant([-5.0, 0.0, 3.0])
    expected = np.sqrt(2.0) * np.array([-1.0, 0.0, 3.0])
    np.testing.assert_allclose(scaled_leaky_relu(inputs), expected, rtol=1e-6)


def test_learned_constant_is_one_for_all():
    layer = kgz.layers.LearnedConstant((2, 2, 3), "normal")
    outputs = layer(normal(4, 7))
    assert outputs.shape == layer.compute_output_shape((4, 7)) == (4, 2, 2, 3)
    np.testing.assert_array_equal(outputs, np.repeat(layer.constant[None], 4, axis=0))


@pytest.mark.parametrize("per_channel", [False, True])
def test_noise_starts_at_zero_and_is_one_image_for_all_channels(per_channel):
    layer, inputs = kgz.layers.NoiseInjection(per_channel, seed=1), normal(3, 16, 16, 2)
    np.testing.assert_array_equal(layer(inputs), inputs)
    layer.strength.assign([0.5, -2.0] if per_channel else 0.5)
    first, second = layer(inputs) - inputs, layer(inputs) - inputs
    assert not np.allclose(first, second)  # drawn anew in each call
    np.testing.assert_allclose(
        first[..., 1], first[..., 0] * (-4.0 if per_channel else 1.0), 1e-3, 1e-5
    )
    assert np.std(first[..., 0]) == pytest.approx(0.5, rel=0.1)
    with kgz.backend.noise(7):
        given = layer(inputs)
    with kgz.backend.noise(7):
        np.testing.assert_array_equal(layer(inputs), given)


def test_moving_mean_counts_what_it_saw_in_training():
    layer, inputs = kgz.layers.MovingMean(0.9), normal(4, 3)
    np.testing.assert_array_equal(layer(inputs), inputs)
    np.testing.assert_array_equal(layer.mean, 0.0)
    for _ in range(5):
        layer(inputs, training=True)
    np.testing.assert_allclose(layer.mean, (1 - 0.9**5) * inputs.mean(axis=0), rtol=1e-4, atol=1e-6)
    with pytest.raises(ValueError, match=r"`decay` in \[0, 1\). Received: 1.0"):
        kgz.layers.MovingMean(1.0)


def test_on_two_replicas_means_and_deviations_are_those_of_the_whole_batch():
    inputs = normal(8, 2, 2, 3)

    def make():
        mean, deviation = kgz.layers.MovingMean(0.5), kgz.layers.MinibatchStdDev()
        mean.build((None, 3))

        def call(images):
            mean(images[:, 0, 0], training=True)
            means = tf.repeat(mean.mean.value[None], tf.shape(images)[0], axis=0)
            return deviation(images), means

        return call

    expected = make()(inputs)
    results = on_two_replicas(make, inputs)
    for index, one in enumerate(expected):
        parts = np.concatenate([result[index] for result in results])
        np.testing.assert_allclose(parts, one, rtol=1e-5, atol=1e-6)

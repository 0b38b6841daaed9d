"""Oracles: the paper's double sum in NumPy, closed forms, one device for two replicas."""

import numpy as np
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz
from tests.replicas import on_two_replicas

RANDOM = np.random.default_rng(0)


def normal(*shape):
    return RANDOM.standard_normal(shape).astype("float32")


def test_the_papers_double_sum():
    layer = kgz.layers.MinibatchDiscrimination(kernels=4, dims=2)
    inputs = normal(5, 7)
    outputs = layer(inputs)
    tensor = np.array(layer.kernel).reshape(7, 4, 2)  # T of the paper
    matrices = np.einsum("na,abc->nbc", inputs, tensor)
    expected = np.zeros((5, 4))
    for i in range(5):
        for j in range(5):
            if i != j:
                expected[i] += np.exp(-np.abs(matrices[i] - matrices[j]).sum(-1))
    assert outputs.shape == layer.compute_output_shape(inputs.shape) == (5, 11)
    np.testing.assert_array_equal(outputs[:, :7], inputs)
    np.testing.assert_allclose(outputs[:, 7:], expected, rtol=1e-4, atol=1e-6)


def test_an_identical_batch_counts_all_others_and_a_scattered_one_none():
    layer = kgz.layers.MinibatchDiscrimination(3, 5)
    same = layer(np.tile(normal(1, 6), (8, 1)))[:, 6:]
    np.testing.assert_allclose(same, 7.0, rtol=1e-5)
    apart = layer(1e4 * np.arange(8, dtype="float32")[:, None] * np.ones((8, 6), "float32"))
    np.testing.assert_allclose(apart[:, 6:], 0.0, atol=1e-6)


def test_two_replicas_equal_one_device():
    """Similarities and their gradients cross replicas."""
    inputs, kernel = normal(6, 5), normal(5, 6)

    def make():
        layer = kgz.layers.MinibatchDiscrimination(3, 2)
        layer.build((None, 5))
        layer.kernel.assign(kernel)

        def run(x):
            with tf.GradientTape() as tape:
                tape.watch(x)
                outputs = layer(x)
                loss = tf.reduce_sum(outputs**2)
            return outputs, tape.gradient(loss, x)

        return run

    expected = make()(tf.constant(inputs))
    results = on_two_replicas(make, inputs)
    for index in range(2):
        parts = np.concatenate([result[index] for result in results])
        np.testing.assert_allclose(parts, expected[index], rtol=1e-4, atol=1e-5)


def test_a_discriminator_with_it_couples_samples():
    plain = kgz.networks.dcgan_discriminator((16, 16, 1), 4, normalization="none")
    network = kgz.networks.with_minibatch_discrimination(plain, 6, 2)
    images = normal(4, 16, 16, 1)
    together, alone = network(images)[:1], network(images[:1])
    assert together.shape == (1, 1) and np.abs(together - alone).max() > 1e-5
    np.testing.assert_allclose(plain(images)[:1], plain(images[:1]), atol=1e-6)


def test_bad_input():
    with pytest.raises(ValueError, match=r"kernels.*Received: kernels=0"):
        kgz.layers.MinibatchDiscrimination(0)
    with pytest.raises(ValueError, match="batch, features.*Received"):
        kgz.layers.MinibatchDiscrimination()(normal(2, 3, 4))

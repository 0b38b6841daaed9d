"""Oracles: the paper's statistics in NumPy, our batch normalisation, one device for two."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz
from tests.replicas import on_two_replicas

RANDOM = np.random.default_rng(0)


def normal(*shape):
    return RANDOM.standard_normal(shape).astype("float32")


@pytest.mark.parametrize("shape", [(3, 3, 4), (4,)])
def test_statistics_of_the_paper(shape):
    """The reference with weight N/(N+1) and the sample itself with 1/(N+1)."""
    reference, batch = 5.0 + 2.0 * normal(6, *shape), normal(3, *shape)
    layer = kgz.layers.VirtualBatchNormalization(6, epsilon=1e-3)
    outputs = np.array(layer(np.concatenate([reference, batch])))
    axes = tuple(range(len(shape)))  # of the reference: the batch and the positions
    mean, square = reference.mean(axes), (reference**2).mean(axes)
    expected = (reference - mean) / np.sqrt(square - mean**2 + 1e-3)
    np.testing.assert_allclose(outputs[:6], expected, atol=1e-4)
    for sample, output in zip(batch, outputs[6:], strict=True):
        own_mean, own_square = sample.mean(axes[:-1]), (sample**2).mean(axes[:-1])
        new_mean, new_square = (6 * mean + own_mean) / 7, (6 * square + own_square) / 7
        expected = (sample - new_mean) / np.sqrt(new_square - new_mean**2 + 1e-3)
        np.testing.assert_allclose(output, expected, atol=1e-4)


def test_the_reference_is_normalised_as_by_batch_normalization():
    reference = normal(6, 3, 3, 4)
    plain = kgz.layers.BatchNormalization()(reference, training=True)
    virtual = kgz.layers.VirtualBatchNormalization(6)(reference)
    np.testing.assert_allclose(virtual, plain, atol=1e-4)


def network():
    discriminator = kgz.networks.dcgan_discriminator((16, 16, 1), 4)
    return kgz.networks.with_virtual_batch_normalization(discriminator, 0.5 * normal(6, 16, 16, 1))


def test_other_samples_do_not_matter():
    """In training and in inference, through the whole network."""
    model, images = network(), normal(5, 16, 16, 1)
    together = model(images, training=True)
    assert together.shape == (5, 1)
    for index in range(5):
        alone = model(images[index : index + 1], training=True)
        np.testing.assert_allclose(together[index : index + 1], alone, atol=1e-5)
    np.testing.assert_allclose(model(images, training=False), together, atol=1e-5)


def test_gradients_flow_through_the_reference():
    """With N -> infinity the statistics are the reference's: finite differences see it too."""
    layer = kgz.layers.VirtualBatchNormalization(4)
    weight = tf.Variable(1.3)
    inputs = tf.constant(normal(6, 3))

    def value():
        return tf.reduce_sum(layer(tf.tanh(weight * inputs))[4:] ** 3)

    with tf.GradientTape() as tape:
        loss = value()
    gradient = float(tape.gradient(loss, weight))
    sides = []
    for step in (1e-2, -1e-2):
        weight.assign(1.3 + step)
        sides.append(float(value()))
    assert gradient == pytest.approx((sides[0] - sides[1]) / 2e-2, rel=1e-2)


def test_the_reference_is_saved_with_the_model(tmp_path):
    model, images = network(), normal(3, 16, 16, 1)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(model(images), loaded(images))
    assert not model.get_layer("reference_samples").trainable_variables


def test_a_conditional_generator_has_a_reference_of_latents_and_conditions():
    generator = kgz.networks.dcgan_generator((16, 16, 1), 3, 2, condition_dim=2)
    conditions = np.eye(2, dtype="float32")[[0, 1, 1, 0]]
    model = kgz.networks.with_virtual_batch_normalization(generator, [normal(4, 3), conditions])
    latents = normal(4, 3)
    assert [one.name for one in model.inputs] == ["latents", "labels"]
    together = model([latents, conditions], training=True)
    alone = model([latents[2:3], conditions[2:3]])
    np.testing.assert_allclose(together[2:3], alone, atol=1e-5)


def test_weights_are_copied_and_outputs_keep_their_structure():
    discriminator = kgz.networks.with_features(kgz.networks.dcgan_discriminator((16, 16, 1), 4))
    model = kgz.networks.with_virtual_batch_normalization(discriminator, 8)
    assert [one.shape for one in model.outputs] == [(None, 1), (None, 4 * 4 * 8)]
    assert len(model.trainable_variables) == len(discriminator.trainable_variables)
    for one, other in zip(
        model.trainable_variables, discriminator.trainable_variables, strict=True
    ):
        np.testing.assert_array_equal(one, other)


def test_two_replicas_equal_one_device():
    images = normal(6, 16, 16, 1)

    def make():
        model = kgz.networks.dcgan_discriminator((16, 16, 1), 4)
        random = np.random.default_rng(3)
        model.set_weights([0.1 * random.standard_normal(v.shape) for v in model.get_weights()])
        reference = random.standard_normal((4, 16, 16, 1))
        virtual = kgz.networks.with_virtual_batch_normalization(model, reference)
        return lambda x: virtual(x, training=True)

    expected = make()(images)
    np.testing.assert_allclose(np.concatenate(on_two_replicas(make, images)), expected, atol=1e-5)


def test_bad_input():
    with pytest.raises(ValueError, match=r"reference_size.*Received: 0"):
        kgz.layers.VirtualBatchNormalization(0)
    plain = kgz.networks.dcgan_discriminator((16, 16, 1), 4, normalization="none")
    with pytest.raises(ValueError, match="BatchNormalization layers.*Received: layers"):
        kgz.networks.with_virtual_batch_normalization(plain)
    generator = kgz.networks.dcgan_generator((16, 16, 1), 3, 2, condition_dim=2)
    for reference in (8, normal(4, 3), [normal(4, 3), normal(5, 2)]):
        with pytest.raises(ValueError, match="2 batches of one size.*Received: shapes"):
            kgz.networks.with_virtual_batch_normalization(generator, reference)

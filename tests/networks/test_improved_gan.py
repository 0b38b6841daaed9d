"""Oracles: parameter counts of the authors' code, moments of noise, the classifier's identity."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz
from tests.networks.counting import layer_names, trainable

RANDOM = np.random.default_rng(0)


def test_counts_of_the_authors_code():
    classifier = kgz.networks.improved_gan_classifier()
    assert trainable(classifier) == 1_538_770  # 1,538,760 and the last layer's 10 scales
    assert trainable(kgz.networks.improved_gan_generator()) == 694_568
    noises = [one.stddev for one in classifier.layers if hasattr(one, "stddev")]
    assert noises == [0.3, 0.5, 0.5, 0.5, 0.5, 0.5]


def test_outputs_are_logits_and_the_last_hidden_layer():
    network = kgz.networks.improved_gan_classifier((4, 4, 1), 3, (8, 6))
    images = RANDOM.uniform(-1, 1, (5, 4, 4, 1)).astype("float32")
    logits, features = network(images)
    assert logits.shape == (5, 3) and features.shape == (5, 6) and np.min(features) >= 0
    head = network.get_layer("class_logits")
    np.testing.assert_allclose(logits, head(features), rtol=1e-4, atol=1e-6)
    hidden = np.array(images.reshape(5, 16) / 2 + 0.5)
    for layer in [one for one in network.layers if hasattr(one, "normalized_kernel")][:-1]:
        hidden = np.maximum(hidden @ np.array(layer.normalized_kernel()) + layer.layer.bias, 0)
    np.testing.assert_allclose(features, hidden, rtol=1e-4, atol=1e-5)


def test_noise_is_there_in_training_only():
    network = kgz.networks.improved_gan_classifier((4, 4, 1), 3, (8, 6))
    images = np.zeros((5, 4, 4, 1), "float32")
    for output in network(images):
        np.testing.assert_allclose(output[0], output[1], rtol=1e-5, atol=1e-6)
    for output in network(images, training=True):
        assert np.ptp(output, axis=0).max() > 0.01
    noise = kgz.layers.GaussianNoise(0.3, seed=0)(np.ones((300, 300), "float32"), training=True)
    assert np.std(noise) == pytest.approx(0.3, rel=1e-2)
    assert np.mean(noise) == pytest.approx(1.0, abs=1e-2)


def test_generator_has_the_range_and_no_gain():
    network = kgz.networks.improved_gan_generator((4, 4, 1), 5, (8, 8))
    images = network(RANDOM.uniform(size=(6, 5)).astype("float32"), training=True)
    assert images.shape == (6, 4, 4, 1) and np.abs(images).max() <= 1
    norms = [one for one in network.layers if isinstance(one, keras.layers.BatchNormalization)]
    assert len(norms) == 2 and not any(one.scale for one in norms)
    points = kgz.networks.improved_gan_generator((2,), 5, (8,))
    assert points.output_shape == (None, 2) and "Rescaling" not in layer_names(points)


def test_it_learns_classes_from_few_labels():
    """Two separable classes and fakes: after training the right logit wins."""
    network = kgz.networks.improved_gan_classifier((2,), 2, (16, 16), 0.1, 0.1)
    optimizer = keras.optimizers.Adam(1e-2)
    centres = np.array([[2.0, 0.0], [-2.0, 0.0]], "float32")
    labels = np.tile([0, 1], 20)
    real = (centres[labels] + 0.2 * RANDOM.standard_normal((40, 2))).astype("float32")
    fake = np.array([0.0, 3.0], "float32") + 0.2 * RANDOM.standard_normal((40, 2))
    kgz.layers.WeightNormalization.initialize_from_data(network, real)

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            logits, _ = network(real, training=True)
            fake_logits, _ = network(tf.cast(fake, tf.float32), training=True)
            loss = kgz.losses.auxiliary_classification(logits, labels)
            loss += kgz.losses.semi_supervised_unlabelled(logits, fake_logits)
        variables = network.trainable_variables
        gradients = tape.gradient(loss, [one.value for one in variables])
        optimizer.apply(gradients, variables)

    optimizer.build(network.trainable_variables)
    for _ in range(60):
        step()
    logits, _ = network(real)
    assert np.mean(np.argmax(logits, axis=1) == labels) == 1.0
    evidence = kgz.losses.class_evidence(network(fake.astype("float32"))[0])
    assert np.mean(evidence < 0) > 0.9 < np.mean(kgz.losses.class_evidence(logits) > 0)

"""The K+1 classifier.

Oracles: the K+1-way softmax with its last logit at 0, written out in numpy; feature matching by
its definition; for `classify`, the exported signature.
"""

import numpy as np
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz

CLASSES = 4


def tiny(**arguments):
    model = kgz.models.SemiSupervisedGAN((8, 8, 1), 4, CLASSES, seed=0, **arguments)
    model.compile()
    return model


def batch(count=6, seed=0):
    random = np.random.default_rng(seed)
    images = random.uniform(-1, 1, (2, count, 8, 8, 1)).astype("float32")
    labels = random.integers(CLASSES, size=count)
    return {"image": images[0], "labelled_image": images[1], "label": labels}


def log_probabilities(logits):
    """Of the K classes and of "generated", whose logit is 0."""
    logits = np.concatenate([logits, np.zeros((len(logits), 1))], axis=1).astype("float64")
    return logits - np.log(np.sum(np.exp(logits), axis=1, keepdims=True))


def test_the_losses_are_those_of_a_softmax_with_one_class_more(monkeypatch):
    model = tiny(ema_decay=None)
    data = batch()
    latents = model.sample_latents(6, seed=3)
    monkeypatch.setattr(model, "sample_latents", lambda count, seed=None: latents)
    received = model.discriminator_losses(model.prepare_batch(data))
    fake = model.generator(latents, training=False)
    logits = {
        name: np.array(model.discriminator(images, training=False)[0])
        for name, images in (
            ("labelled", data["labelled_image"]),
            ("real", data["image"]),
            ("fake", fake),
        )
    }
    real, generated = (log_probabilities(logits[name]) for name in ("real", "fake"))
    is_real = np.log(np.sum(np.exp(real[:, :-1]), axis=1))
    unsupervised = -0.5 * np.mean(is_real) - 0.5 * np.mean(generated[:, -1])
    among_classes = log_probabilities(logits["labelled"])[:, :-1]
    among_classes -= np.log(np.sum(np.exp(among_classes), axis=1, keepdims=True))
    supervised = -np.mean(among_classes[np.arange(6), data["label"]])
    assert float(received["discriminator_loss"]) == pytest.approx(unsupervised, rel=1e-5)
    assert float(received["supervised_loss"]) == pytest.approx(supervised, rel=1e-5)
    matched = model.generator_losses(model.prepare_batch(data))["generator_loss"]
    means = [
        np.mean(model.discriminator(images, training=False)[1], axis=0)
        for images in (data["image"], fake)
    ]
    assert float(matched) == pytest.approx(np.mean((means[0] - means[1]) ** 2), rel=1e-4)


def test_a_generator_that_fools_minimises_the_non_saturating_loss(monkeypatch):
    model = tiny(ema_decay=None, feature_matching=None)
    latents = model.sample_latents(6, seed=3)
    monkeypatch.setattr(model, "sample_latents", lambda count, seed=None: latents)
    received = model.generator_losses(model.prepare_batch(batch()))["generator_loss"]
    logits = np.array(model.discriminator(model.generator(latents))[0])
    is_real = np.log(np.sum(np.exp(log_probabilities(logits)[:, :-1]), axis=1))
    assert float(received) == pytest.approx(-np.mean(is_real), rel=1e-5)


def test_initialisation_from_data_normalises_every_layer():
    model = tiny()
    samples = np.random.default_rng(0).uniform(-1, 1, (400, 8, 8, 1)).astype("float32")
    model.initialize_from_data(samples)
    logits, features = model.discriminator(samples, training=True)
    assert float(tf.math.reduce_std(logits)) == pytest.approx(1.0, abs=0.1)
    assert float(tf.reduce_mean(features)) == pytest.approx(0.4, abs=0.1)  # of a rectified normal
    for one, other in zip(
        model.discriminator.weights, model.averaged(model.discriminator).weights, strict=True
    ):
        np.testing.assert_array_equal(one, other)


def test_outside_of_training_the_averaged_classifier_judges(tmp_path):
    model = tiny()
    for step in range(3):
        model.train_on_batch(batch(seed=step))
    images = batch()["image"]
    probabilities = np.array(model.classify(images))
    averaged = model.averaged(model.discriminator)(images, training=False)[0]
    np.testing.assert_allclose(probabilities, tf.nn.softmax(averaged), atol=1e-6)
    raw = model.discriminator(images, training=False)[0]
    assert np.abs(probabilities - tf.nn.softmax(raw)).max() > 1e-4
    model.save_to_preset(tmp_path / "preset", {"data": "random"})
    loaded = kgz.models.from_preset(str(tmp_path / "preset"))
    np.testing.assert_array_equal(loaded.classify(images), probabilities)
    model.export(tmp_path / "exported")
    classify = tf.saved_model.load(str(tmp_path / "exported")).signatures["classify"]
    np.testing.assert_allclose(
        classify(samples=tf.constant(images))["probabilities"], probabilities, atol=1e-6
    )


def test_two_clusters_are_told_apart_from_one_label_each():
    """Images of two kinds, and one label of each: nearest neighbours would do, so must this."""
    random = np.random.default_rng(0)
    labels = np.arange(200) % 2
    images = np.full((200, 8, 8, 1), -0.8, "float32")
    images[labels == 0, :4] = 0.8
    images[labels == 1, 4:] = 0.8
    images += random.normal(0, 0.1, images.shape).astype("float32")
    model = kgz.models.SemiSupervisedGAN((8, 8, 1), 4, 2, seed=0)
    model.compile()
    model.initialize_from_data(images)
    few = kgz.datasets.few_labels(images, labels, 1, batch_size=50)
    model.fit(few, epochs=10, verbose=0)
    assert np.mean(np.argmax(model.classify(images), axis=1) == labels) == 1.0


def test_bad_input_is_refused():
    model = tiny()
    data = batch()
    for missing in ("image", "label"):
        rest = {key: value for key, value in data.items() if key != missing}
        with pytest.raises(
            ValueError, match=f"keys 'image', 'label'.*Received.*without '{missing}'"
        ):
            model.prepare_batch(rest)
    with pytest.raises(ValueError, match="`label`.*Received"):
        model.prepare_batch({**data, "label": data["label"] + CLASSES})
    with pytest.raises(ValueError, match="num_classes.*Received: 1"):
        kgz.models.SemiSupervisedGAN((8, 8, 1), 4, 1)

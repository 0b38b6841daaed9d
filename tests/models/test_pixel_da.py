"""PixelDA: its losses by hand, and which images go through which layers."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz

SHAPE = (8, 8, 3)


def images(count=4, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, (count, *SHAPE)).astype("float32")


def pixel_da(**arguments):
    options = {"num_classes": 3, "filters": 2, "discriminator_filters": 4, "blocks": 1, "seed": 0}
    return kgz.models.PixelDA(SHAPE, 3, **{**options, **arguments})


def batch_of(source):
    label = tf.constant([0, 1, 2, 1])
    return {"source": tf.constant(source), "label": label, "target": tf.constant(images(seed=1))}


def silent(network):
    """The network, with a last layer of zeros: logits of 0."""
    network.layers[-1].set_weights([np.zeros(one.shape) for one in network.layers[-1].weights])


def shifting(value):
    """A generator that shifts the image, and starts from latents in vain."""
    latents, image = keras.Input((10,)), keras.Input(SHAPE)
    bias = keras.initializers.Constant(value)
    shift = keras.layers.Dense(1, kernel_initializer="zeros", bias_initializer=bias)(latents)
    return keras.Model([latents, image], image + keras.layers.Reshape((1, 1, 1))(shift))


def test_the_losses_by_hand():
    """Logits of 0: ln 2 for each domain, ln 3 for each of three classes; a shift is no distance."""
    model = pixel_da(
        generator=shifting(0.25),
        domain_weight=0.5,
        style_weight=0.25,
        task_weight=2.0,
        similarity_weight=4.0,
    )
    silent(model.discriminator)
    silent(model.classifier)
    source = 0.5 * images() - 0.2  # no pixel is black
    generator = model.generator_losses(batch_of(source))
    assert float(generator["generator_loss"]) == pytest.approx(0.25 * np.log(2), rel=1e-5)
    assert float(generator["generator_task_loss"]) == pytest.approx(2.0 * np.log(3), rel=1e-5)
    assert float(generator["similarity_loss"]) == pytest.approx(0.0, abs=1e-6)
    discriminator = model.discriminator_losses(batch_of(source))
    assert float(discriminator["discriminator_loss"]) == pytest.approx(np.log(2), rel=1e-5)
    for name in ("source_task_loss", "adapted_task_loss"):
        assert float(discriminator[name]) == pytest.approx(np.log(3), rel=1e-5)
    # Half of the image is black background: the shift of the other half counts a quarter.
    source[:, :4] = -1.0
    generator = model.generator_losses(batch_of(source))
    expected = 4.0 * 0.25**2 * (1 / 2 - 1 / 4)
    assert float(generator["similarity_loss"]) == pytest.approx(expected, rel=1e-4)


def test_each_domain_has_a_first_layer_of_its_own():
    model = pixel_da()
    target = images()
    before = np.array(model.classify(target))
    losses = model.discriminator_losses(batch_of(images()))
    for weight in model.source_layers.weights:
        weight.assign(weight + 1.0)
    np.testing.assert_array_equal(model.classify(target), before)
    after = model.discriminator_losses(batch_of(images()))
    assert after["source_task_loss"] != losses["source_task_loss"]
    for weight in model.target_layers.weights:
        weight.assign(weight + 1.0)
    assert np.abs(model.classify(target) - before).max() > 1e-4


def test_translations_are_those_of_their_latents():
    model = pixel_da()
    for variable in model.generator.trainable_variables:  # the first weights are small
        variable.assign_add(tf.random.stateless_normal(variable.shape, (0, 1), stddev=0.3))
    source = images()
    drawn = model.translate(source, seed=3)
    np.testing.assert_array_equal(drawn, model.translate(source, seed=3))
    latents = model.sample_latents(4, seed=3)
    assert np.abs(latents).max() <= 1.0
    np.testing.assert_array_equal(drawn, model.translate(source, latents))
    assert np.abs(drawn - model.translate(source, -latents)).max() > 1e-3
    with pytest.raises(ValueError, match=r"one size. Received: sizes \[3, 4\]"):
        model.translate(source, latents[:3])
    with pytest.raises(ValueError, match="Expected `latents`.*Received"):
        model.translate(source, latents[:, :3])


def test_rates_fall_every_ten_thousand_updates():
    model = pixel_da()
    model.compile()
    for optimizer in model.optimizers.values():
        schedule = optimizer._learning_rate
        rates = [float(schedule(step)) for step in (0, 9_999, 10_000, 20_000)]
        np.testing.assert_allclose(rates, [1e-3, 1e-3, 0.95e-3, 0.95**2 * 1e-3], rtol=1e-5)
        assert optimizer.clipnorm == 5.0


def test_labels_of_the_source_reach_the_classifier_of_the_target():
    """Bright or dark left halves, and translations that are the source itself."""
    random = np.random.default_rng(0)
    label = random.integers(0, 2, 64)
    source = random.normal(0.0, 0.05, (64, *SHAPE)).astype("float32")
    source[:, :, :4] += np.where(label, 0.6, -0.6)[:, None, None, None]
    model = pixel_da(num_classes=2, generator=shifting(0.0))
    model.compile({"discriminator": keras.optimizers.Adam(0.01)})
    model.fit((source, label), source[::-1], batch_size=32, epochs=15, verbose=0)
    found = np.argmax(model.classify(source), axis=1)
    assert (found == label).mean() > 0.9


def test_parts_of_other_shapes_are_refused():
    model = pixel_da()
    model.compile()
    with pytest.raises(ValueError, match="learns from sources and labels and targets"):
        model.fit(images(), verbose=0)
    with pytest.raises(ValueError, match="`targets`.*Received: shape"):
        model.fit((images(), np.zeros(4, int)), images()[..., :1], verbose=0)

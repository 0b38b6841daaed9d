"""GauGAN: its losses by hand, and where the latents of a picture come from."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz
from keras_gan_zoo.families.multiscale_critic import MultiscaleCritic

SHAPE, CLASSES, LATENTS = (16, 16, 3), 4, 8


def maps(count=3, seed=0):
    return np.random.default_rng(seed).integers(0, CLASSES, (count, 16, 16), "int32")


def images(count=3, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, (count, *SHAPE)).astype("float32")


def batch():
    return {"source": tf.constant(maps()), "target": tf.constant(images())}


def gau_gan(**arguments):
    options = {
        "latent_dim": LATENTS,
        "filters": 2,
        "hidden_filters": 4,
        "upsamplings": 2,
        "discriminator_filters": 2,
        "seed": 0,
    }
    return kgz.models.GauGAN(SHAPE, CLASSES, **{**options, **arguments})


def larger(model, *names):
    """The model, after its networks have left their small weights."""
    for name in names:
        for index, variable in enumerate(getattr(model, name).trainable_variables):
            noise = tf.random.stateless_normal(variable.shape, (0, index), stddev=0.3)
            variable.assign_add(noise)
    return model


def encoder_of(mean, log_variance):
    """An encoder that gives the same of every image."""
    image = keras.Input(SHAPE)
    zero = 0.0 * keras.layers.GlobalAveragePooling2D()(image)[:, :1]
    zeros = keras.ops.repeat(zero, LATENTS, axis=1)
    return keras.Model(image, [zeros + mean, zeros + log_variance])


def painter_of(value):
    latents, label_map = keras.Input((LATENTS,)), keras.Input(SHAPE[:2], dtype="int32")
    zero = 0.0 * keras.ops.cast(keras.ops.one_hot(label_map, 3), "float32")
    return keras.Model([latents, label_map], zero + value)


def test_the_losses_by_hand():
    """Logits of 0: 2 for the discriminator, 0 for the generator. A mean of 1: 1/2 a latent."""
    model = gau_gan(generator=painter_of(0.25), encoder=encoder_of(1.0, 0.0), kl_weight=1.0)
    for layer in model.discriminator.layers:
        if isinstance(layer, keras.layers.Conv2D) and layer.filters == 1:  # which gives logits
            layer.set_weights([np.zeros(one.shape) for one in layer.weights])
    batch = {"source": tf.constant(maps(2)), "target": tf.fill((2, *SHAPE), 0.25)}
    generator = model.generator_losses(batch)
    assert float(generator["generator_loss"]) == 0.0
    assert float(generator["feature_loss"]) == 0.0  # of an image that is the real one
    assert float(generator["kl_loss"]) == pytest.approx(2 * LATENTS * 0.5)
    assert float(model.discriminator_losses(batch)["discriminator_loss"]) == pytest.approx(2.0)
    batch["target"] = tf.constant(images(2))
    judged = [
        model.critic.judge(one, batch["source"])["features"]
        for one in (batch["target"], tf.fill((2, *SHAPE), 0.25))
    ]
    distances = [
        np.abs(np.array(real) - np.array(fake)).mean()
        for scales in zip(*judged, strict=True)
        for real, fake in zip(*scales, strict=True)
    ]
    assert len(distances) == 8
    expected = 10.0 * np.sum(distances) / 2  # two scales
    assert float(model.generator_losses(batch)["feature_loss"]) == pytest.approx(expected, 1e-4)


def test_two_equal_scales_have_the_loss_of_one():
    """Logits of 1/2: the hinges are 1/2 and 3/2. By scale, the generator's loss is -1/2."""
    image = keras.Input(SHAPE)
    features = keras.layers.AveragePooling2D(4)(image)
    logits = 0.0 * features[..., :1] + 0.5

    def losses(scales):
        model = kgz.training.PhasedModel(
            networks={"discriminator": lambda: keras.Model(image, [logits, features] * scales)}
        )
        critic = MultiscaleCritic(model, loss="hinge", scales=scales)
        pair = (images(),), (images(seed=1),)
        return *critic.losses(*pair).values(), *critic.generator_losses(*pair)

    one, two = losses(1), losses(2)
    np.testing.assert_allclose(one, two, rtol=1e-6)
    np.testing.assert_allclose(two[:2], [2.0, -0.5], rtol=1e-6)


def test_styles_are_drawn_or_taken_from_a_picture():
    model = larger(gau_gan(), "generator", "encoder")
    label_maps = maps()
    drawn = model.translate(label_maps, seed=3)
    np.testing.assert_array_equal(drawn, model.translate(label_maps, seed=3))
    assert np.abs(drawn - model.translate(label_maps, seed=4)).max() > 1e-3
    latents = model.encode(images())
    assert latents.shape == (3, LATENTS)
    mean, _ = model.encoder(images())
    np.testing.assert_allclose(latents, mean, atol=1e-6)
    styled = model.translate(label_maps, latents)
    np.testing.assert_array_equal(styled, model.translate(label_maps, latents, seed=9))
    assert np.abs(styled - model.translate(label_maps, latents[::-1])).max() > 1e-3


def test_a_map_of_one_class_is_painted_by_its_class():
    model = larger(gau_gan(latent_dim=None), "generator")
    one, other = (np.full((1, 16, 16), label) for label in (0, 1))
    assert np.abs(model.translate(one) - model.translate(other)).max() > 1e-2
    np.testing.assert_array_equal(model.translate(one), model.translate(one))


def test_without_latents_there_is_no_encoder():
    model = gau_gan(latent_dim=None)
    assert [phase.networks for phase in model.phases()] == [
        (model.generator,),
        (model.discriminator,),
    ]
    assert set(model.generator_losses(batch())) == {"generator_loss", "feature_loss"}
    with pytest.raises(ValueError, match="no `latents`.*Received: latents of type ndarray"):
        model.translate(maps(), np.zeros((3, LATENTS)))
    with pytest.raises(ValueError, match="encode.*Received"):
        model.encode(images())


def test_classes_that_the_model_does_not_have_are_refused():
    model = gau_gan()
    with pytest.raises(ValueError, match="Expected `label_maps`.*Received"):
        model.translate(maps() + 1)
    with pytest.raises(ValueError, match="Expected `label_maps`.*Received"):
        model.translate(maps()[:, :8])


def test_the_encoder_learns_with_the_generator():
    """What the image is to be reaches it through the latents, with the divergence left out."""
    model = larger(gau_gan(kl_weight=0.0), "generator", "encoder", "discriminator")
    assert model.encoder in model.phase("generator").networks
    weights = model.encoder.trainable_variables
    with tf.GradientTape() as tape:
        loss = model.generator_losses(batch())["feature_loss"]
    for slope in tape.gradient(loss, [one.value for one in weights]):
        assert np.abs(slope).max() > 1e-7


def test_a_discriminator_of_other_scales_is_refused():
    one = kgz.networks.multiscale_discriminator(SHAPE, CLASSES, 2, scales=1)
    assert gau_gan(discriminator=one, scales=1).critic.layers == 4
    with pytest.raises(ValueError, match="gives logits_of_scale_0, .*Received: 5 outputs"):
        gau_gan(discriminator=one, scales=2)

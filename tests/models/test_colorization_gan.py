"""Colourisation: its losses by hand, the lightness of what it makes, pictures of any size."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

import keras_gan_zoo as kgz
from keras_gan_zoo import colors

SHAPE = (16, 16, 3)


def photos(count=4, shape=SHAPE, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, (count, *shape)).astype("float32")


def colorization(**arguments):
    options = {"network": "cifar10", "filters": 2, "discriminator_filters": 2, "seed": 0}
    model = kgz.models.ColorizationGAN(SHAPE, **{**options, **arguments})
    model.compile()
    return model


def batch_of(photographs):
    return {"source": colors.to_grey(photographs), "target": tf.constant(photographs)}


def painting(a, b):
    """A network that gives one colour everywhere."""
    grey = keras.Input((None, None, 1))
    both = keras.layers.Lambda(lambda x: ops.concatenate([0.0 * x + a, 0.0 * x + b], axis=-1))
    return keras.Model(grey, both(grey))


def test_the_losses_by_hand():
    """Red is 80.09 and 67.20 away from grey, of 110. Logits of 0: ln 2 for each term."""
    model = colorization(generator=painting(0.0, 0.0))
    conv = model.discriminator.layers[-2]
    conv.set_weights([np.zeros(weight.shape) for weight in conv.weights])
    red = np.tile(np.float32([1.0, -1.0, -1.0]), (2, 16, 16, 1))
    generator, critic = (
        model.generator_losses(batch_of(red)),
        model.discriminator_losses(batch_of(red)),
    )
    expected = 100.0 * (80.09 + 67.20) / 2.0 / 110.0
    assert float(generator["l1_loss"]) == pytest.approx(expected, rel=1e-3)
    assert float(generator["generator_loss"]) == pytest.approx(np.log(2.0))
    assert float(critic["discriminator_loss"]) == pytest.approx(2.0 * np.log(2.0))


def test_the_networks_see_numbers_between_minus_one_and_one():
    batch = batch_of(np.concatenate([photos(), np.sign(photos(seed=1))]))
    seen = []
    model = colorization()
    model.critic.criticize = lambda *parts: seen.extend(parts) or tf.zeros((8, 2, 2, 1))
    model.discriminator_losses(batch)
    assert [one.shape[-1] for one in seen] == [2, 1, 2, 1]
    assert 0.9 < max(np.abs(one).max() for one in seen) <= 1.0
    np.testing.assert_array_equal(seen[1], seen[3])


def test_the_discriminator_sees_the_lightness():
    model = colorization()
    color, lightness = photos(4, (16, 16, 2)), photos(4, (16, 16, 1))
    judged = model.critic.criticize(color, lightness)
    assert np.abs(judged - model.critic.criticize(color, lightness[::-1])).max() > 1e-4


@pytest.mark.parametrize("color", [(0.0, 0.0), (0.3, -0.2), (1.0, 1.0), (-1.0, 0.9)])
def test_the_lightness_is_kept_exactly(color):
    model = colorization(generator=painting(*color))
    grey = np.linspace(-1.0, 1.0, 16 * 16).reshape(1, 16, 16, 1).astype("float32")
    made = model.translate(grey)
    assert np.abs(made).max() <= 1.0
    expected = np.array(colors.lightness(grey))
    np.testing.assert_allclose(colors.rgb_to_lab(made)[..., :1], expected, atol=5e-3)
    if color == (0.0, 0.0):
        np.testing.assert_allclose(made, np.repeat(grey, 3, axis=-1), atol=1e-4)


def test_true_colours_make_the_picture_itself():
    rgb = photos(1)
    lab = np.array(colors.rgb_to_lab(rgb))
    made = colorization(generator=painting(*lab[0, 0, 0, 1:] / 110.0)).translate(
        colors.to_grey(rgb)
    )
    np.testing.assert_allclose(made[0, 0, 0], rgb[0, 0, 0], atol=2e-3)


def test_pictures_of_any_size():
    """Sides that 16 divides go through as they are, others with their last row repeated."""
    model = colorization()
    grey = photos(2, (21, 32, 1))
    made = np.array(model.translate(grey))
    assert made.shape == (2, 21, 32, 3)
    padded = np.concatenate([grey, np.repeat(grey[:, -1:], 11, axis=1)], axis=1)
    np.testing.assert_allclose(made, np.array(model.translate(padded))[:, :21], atol=1e-5)
    with pytest.raises(ValueError, match=r"\(batch, any, any, 1\).*Received: shape"):
        model.translate(photos())


def test_the_export_takes_any_size(tmp_path):
    model = colorization()
    model.export(tmp_path / "exported")
    run = tf.saved_model.load(str(tmp_path / "exported")).signatures["serving_default"]
    grey = photos(1, (21, 35, 1))
    np.testing.assert_allclose(
        run(images=tf.constant(grey))["images"], model.translate(grey), atol=1e-5
    )


def test_the_authors_turns_and_rates():
    model = colorization()
    turns = {phase.name: phase.steps for phase in model.phases()}
    assert turns == {"discriminator": 1, "generator": 2}
    rates = {name: float(one.learning_rate) for name, one in model.optimizers.items()}
    assert rates["generator"] == pytest.approx(10.0 * rates["discriminator"])
    model.fit(batch_of(photos(8)), batch_size=4, verbose=0)
    updates = {name: int(one.iterations) for name, one in model.optimizers.items()}
    assert updates == {"discriminator": 2, "generator": 4}


def test_without_an_adversary_it_learns_a_colour():
    """All photographs are of one colour; the distance alone is descended."""
    model = colorization(adversarial=False, generator_steps=1, filters=4)
    model.compile(keras.optimizers.Adam(0.01))
    grey = np.random.default_rng(0).uniform(-0.5, 0.5, (16, 16, 16, 1)).astype("float32")
    lab = np.concatenate([colors.lightness(grey), 0.0 * grey + 20.0, 0.0 * grey - 10.0], axis=-1)
    history = model.fit(grey, colors.lab_to_rgb(lab), epochs=12, batch_size=8, verbose=0).history
    assert set(history) == {"l1_loss", "loss"}
    assert history["l1_loss"][-1] < 0.5 * history["l1_loss"][0]


@pytest.mark.parametrize("shape", [(20, 16, 3), (16, 16, 1)])
def test_shapes_that_the_network_cannot_take_are_refused(shape):
    with pytest.raises(ValueError, match="sides that 16 divides. Received:"):
        kgz.models.ColorizationGAN(shape, network="cifar10")

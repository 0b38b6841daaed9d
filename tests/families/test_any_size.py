"""Pictures of any size: tiles that leave no seams, and whole pictures through a copy of a network.

Oracles: the identity, whose tiles must add up to the picture; a convolution, which is the same
everywhere; and a function that adds another value to each tile, whose seams can be measured.
"""

import keras
import numpy as np
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo.families import any_size

OPTIONS = {"filters": 2, "discriminator_filters": 2, "patch": 16, "seed": 0}


def pictures(*shape):
    return np.random.default_rng(0).uniform(-1, 1, shape).astype("float32")


@pytest.mark.parametrize("size", [(37, 90), (16, 16), (5, 40), (3, 7), (48, 17)])
@pytest.mark.parametrize("overlap", [0, 4, 7])
def test_tiles_of_the_identity_are_the_picture(size, overlap):
    given = pictures(2, *size, 3)
    made = any_size.in_tiles(lambda tiles: tiles, given, (16, 16), overlap)
    np.testing.assert_allclose(made, given, atol=1e-6)
    twice = any_size.in_tiles(
        lambda tiles: tiles.repeat(2, axis=1).repeat(2, axis=2), given, (16, 16), overlap
    )
    np.testing.assert_allclose(twice, given.repeat(2, axis=1).repeat(2, axis=2), atol=1e-6)


def test_where_tiles_differ_the_overlap_spreads_the_step():
    """Neighbouring tiles that differ by 1: a step of 1 without overlap, of 1/5 with 4 pixels."""

    def numbered(tiles):
        return np.zeros_like(tiles) + np.arange(len(tiles)).reshape(-1, 1, 1, 1)

    steps = {}
    for overlap in (0, 4):
        length = 16 + 3 * (16 - overlap)  # four tiles
        made = any_size.in_tiles(numbered, np.zeros((1, 16, length, 1)), (16, 16), overlap)
        steps[overlap] = np.abs(np.diff(made[0, 8, :, 0])).max()
    assert steps[0] == pytest.approx(1.0)
    assert steps[4] == pytest.approx(1 / 5, abs=1e-6)


def blurring(shape):
    """A convolution that is the same for pictures of any size."""
    image = keras.Input(shape)
    small = keras.layers.AveragePooling2D(4)(image)
    large = keras.layers.UpSampling2D(4)(small)
    made = keras.layers.Conv2D(3, 3, padding="same", name="mix")(large)
    return keras.Model(image, keras.layers.Add()([made, keras.layers.Conv2D(3, 1)(image)]))


@pytest.mark.parametrize("size", [(32, 48), (20, 33), (17, 64)])
def test_a_convolutional_network_sees_larger_pictures_as_a_whole(size):
    keras.utils.set_random_seed(0)
    network = blurring((16, 16, 3))
    model = kgz.models.Pix2Pix((16, 16, 3), 3, generator=network, **OPTIONS)
    given = pictures(2, *size, 3)
    made = model.translate_any_size(given)
    expected = blurring((32 if size[0] < 33 else 64, 64, 3))
    expected.set_weights(network.get_weights())
    margins = [(0, new - old) for new, old in zip(expected.input_shape[1:3], size, strict=True)]
    grown = np.pad(given, [(0, 0), *margins, (0, 0)], "symmetric")
    wanted = np.asarray(expected(grown))[:, : size[0], : size[1]]
    inside = (slice(None), slice(0, size[0] - 8), slice(0, size[1] - 8))  # whatever was padded
    np.testing.assert_allclose(made[inside], wanted[inside], atol=1e-5)
    assert made.shape == given.shape


def test_pictures_of_the_size_of_training_are_as_translate_gives_them():
    model = kgz.models.CycleGAN((16, 16, 3), blocks=1, **OPTIONS)
    given = pictures(2, 16, 16, 3)
    for direction in ("a_to_b", "b_to_a"):
        np.testing.assert_allclose(
            model.translate_any_size(given, direction=direction),
            model.translate(given, direction=direction),
            atol=1e-6,
        )
    for size in ((40, 30), (70, 100)):  # as a whole, and in tiles
        large = pictures(1, *size, 3)
        one, other = (
            model.translate_any_size(large, direction=name) for name in ("a_to_b", "b_to_a")
        )
        assert one.shape == large.shape and np.abs(one - other).max() > 1e-4


def test_dropout_is_on_if_asked_for():
    model = kgz.models.Pix2Pix((16, 16, 1), 3, **OPTIONS)
    model.generator.set_weights([10.0 * weights for weights in model.generator.get_weights()])
    given = pictures(1, 24, 40, 1)
    plain, one, same, other = (
        model.translate_any_size(given, **options)
        for options in ({}, *({"stochastic": True, "seed": seed} for seed in (1, 1, 2)))
    )
    assert plain.shape == (1, 24, 40, 3)
    np.testing.assert_array_equal(one, same)
    assert np.abs(one - other).max() > 1e-4 and np.abs(one - plain).max() > 1e-4


def test_a_network_of_one_size_gets_tiles():
    image = keras.Input((8, 8, 1))
    dense = keras.layers.Dense(64, name="all")(keras.layers.Flatten()(image))
    network = keras.Model(image, keras.layers.Reshape((8, 8, 1))(dense))
    with pytest.raises(any_size.FixedSizeError, match="8x8 pixels .* Received: 8x12"):
        any_size.fitting(network, (8, 12))
    model = kgz.models.CycleGAN(
        (8, 8, 1),
        a_to_b=network,
        b_to_a=keras.models.clone_model(network),
        discriminator_a=keras.Sequential([image, keras.layers.Conv2D(1, 3)]),
        discriminator_b=keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Conv2D(1, 3)]),
    )
    made = model.translate_any_size(pictures(1, 8, 16, 1), overlap=0)
    tiles = [
        model.translate(pictures(1, 8, 16, 1)[:, :, part]) for part in (slice(8), slice(8, 16))
    ]
    np.testing.assert_allclose(made, np.concatenate(tiles, axis=2), atol=1e-6)


@pytest.mark.parametrize(
    ("shape", "options", "message"),
    [
        ((1, 20, 20, 1), {}, r"`images` to be a float batch of shape .*3\)"),
        ((20, 20, 3), {}, "`images` to be a float batch"),
        ((1, 20, 20, 3), {"overlap": 8}, "`overlap` from 0 to below 8, half of a tile"),
        ((1, 20, 20, 3), {"overlap": -1}, "`overlap` from 0"),
        ((1, 20, 20, 3), {"direction": "b_to_c"}, "'b_to_a'"),
    ],
)
def test_bad_input(shape, options, message):
    model = kgz.models.CycleGAN((16, 16, 3), blocks=1, **OPTIONS)
    with pytest.raises(ValueError, match=message):
        model.translate_any_size(pictures(*shape), **options)


def test_all_tiles_of_a_picture_have_its_latents():
    """A generator that paints nothing but the first latent."""
    latents, image = keras.Input((2,)), keras.Input((8, 8, 1))
    painted = 0.0 * image + keras.layers.Reshape((1, 1, 1))(latents[:, :1])
    options = {"latent_dim": 2, "filters": 2, "discriminator_filters": 2, "blocks": 1}
    model = kgz.models.PixelDA(
        (8, 8, 1), 1, **options, generator=keras.Model([latents, image], painted)
    )
    given = pictures(3, 21, 8, 1)
    styles = np.array([[-0.5, 0.0], [0.25, 0.0], [0.75, 0.0]], "float32")
    expected = np.broadcast_to(styles[:, :1, None, None], given.shape)
    made = model.translate_any_size(given, latents=styles)
    np.testing.assert_allclose(made, expected, atol=1e-6)
    drawn = np.array(model.sample_latents(3, seed=4))[:, :1, None, None]
    made = model.translate_any_size(given, seed=4)
    np.testing.assert_allclose(made, np.broadcast_to(drawn, given.shape), atol=1e-6)

"""Oracles: the sheet's parameter counts, and the mixtures computed by hand."""

import keras
import numpy as np
import pytest

import keras_gan_zoo as kgz
from tests.networks.counting import trainable

RANDOM = np.random.default_rng(0)
SHAPE = (16, 16, 1)


def normal(*shape):
    return RANDOM.standard_normal(shape).astype("float32")


@pytest.mark.parametrize(
    ("shape", "sizes", "counts"),
    [
        ((1024, 1024, 3), {}, (23_079_115, 23_087_249)),
        ((32, 32, 3), {"filters": 32, "max_filters": 64}, (278_636, 279_521)),
        ((32, 32, 1), {"filters": 32, "max_filters": 64}, (278_180, 279_073)),
    ],
)
def test_counts_of_the_authors_code(shape, sizes, counts):
    generator = kgz.networks.progan_generator(shape, 64 if sizes else 512, **sizes)
    discriminator = kgz.networks.progan_discriminator(shape, **sizes)
    assert (trainable(generator), trainable(discriminator)) == counts


def test_with_the_filter_of_stylegan_there_are_as_many():
    network = kgz.networks.progan_discriminator((32, 32, 3), 32, 64, blur=True)
    assert trainable(network) == 279_521


def doubled(images):
    return np.repeat(np.repeat(images, 2, axis=1), 2, axis=2)


def test_the_first_scale_of_a_dense_layer_to_a_grid_is_the_authors():
    """He's deviation root 2 / root of 512, divided by 4: outputs start 4 times smaller."""
    keras.utils.set_random_seed(0)
    generator = kgz.networks.progan_generator((8, 8, 1), 256, filters=32)
    grid = next(x for x in generator.layers if isinstance(x, kgz.layers.EqualizedLearningRate))
    outputs = grid(normal(64, 1, 1, 256))
    # A leaky ReLU of slope 0.2 keeps (1 + 0.04) / 2 of the squares.
    expected = np.sqrt(2.0) / 4.0 * np.sqrt(0.52)
    assert np.sqrt(np.mean(np.square(outputs))) == pytest.approx(expected, rel=0.05)


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_images_fade_from_the_doubled_ones_to_the_new(share):
    generator = kgz.networks.progan_generator(SHAPE, 3, 4)
    for side in (8, 16):
        generator.get_layer(f"fade_{side}x{side}").share.assign(share)
    latents = normal(2, 3)
    images = [np.array(one) for one in generator(latents)]
    assert [one.shape for one in images] == [(2, *SHAPE)] * 3
    colours = keras.Model(
        generator.inputs,
        [
            x.output
            for x in generator.layers
            if isinstance(x, kgz.layers.EqualizedLearningRate) and x.output.shape[-1] == 1
        ],
    )(latents)
    first, second, third = (np.array(one) for one in colours)
    assert [one.shape[1] for one in (first, second, third)] == [4, 8, 16]
    np.testing.assert_allclose(images[0], doubled(doubled(first)), atol=1e-6)
    mixed = (1 - share) * doubled(first) + share * second
    np.testing.assert_allclose(images[1], doubled(mixed), atol=1e-5)
    mixed = (1 - share) * doubled(second) + share * third
    np.testing.assert_allclose(images[2], mixed, atol=1e-5)


def test_growing_changes_no_logit_until_a_share_rises():
    network = kgz.networks.progan_discriminator(SHAPE, 4)
    images = normal(4, *SHAPE)
    first, second, third = network(images)
    np.testing.assert_allclose(first, second, rtol=1e-4, atol=1e-5)
    network.get_layer("fade_8x8").share.assign(1.0)
    grown, third = network(images)[1:]
    assert not np.allclose(grown, first, atol=1e-3)
    np.testing.assert_allclose(third, grown, rtol=1e-4, atol=1e-5)  # at its own share of 0


def test_each_stage_sees_images_at_its_own_side():
    network = kgz.networks.progan_discriminator(SHAPE, 4)
    for side in (8, 16):
        network.get_layer(f"fade_{side}x{side}").share.assign(1.0)
    images = normal(4, *SHAPE)
    changed = images + np.tile([[1.0, -1.0], [-1.0, 1.0]], (8, 8))[None, ..., None]
    first, second, third = (
        np.allclose(one, other, atol=1e-4)
        for one, other in zip(network(images), network(changed.astype("float32")), strict=True)
    )
    assert (first, second, third) == (True, True, False)


@pytest.mark.parametrize("shape", [(24, 24, 3), (4, 4, 3), (32, 16, 1)])
def test_sides_are_powers_of_two(shape):
    for network in (kgz.networks.progan_generator, kgz.networks.progan_discriminator):
        with pytest.raises(ValueError, match="a power of two from 8 on. Received: image_shape"):
            network(shape)

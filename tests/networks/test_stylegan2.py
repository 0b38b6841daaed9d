"""Oracles: the sheet's parameter counts, the authors' layout computed by hand, statistics."""

import keras
import numpy as np
import pytest

import keras_gan_zoo as kgz
from tests.networks.counting import trainable

RANDOM = np.random.default_rng(0)
SMALL = {"latent_dim": 64, "style_dim": 64, "mapping_layers": 2}


def normal(*shape):
    return RANDOM.standard_normal(shape).astype("float32")


@pytest.mark.parametrize(
    ("side", "filters", "generator", "discriminator"),
    [
        (1024, None, 30_370_060, 29_012_513),  # configuration F
        pytest.param(1024, 16, 24_900_764, 24_038_161, marks=pytest.mark.long),  # E
        (256, None, 30_034_338, 28_864_129),
    ],
)
def test_counts_of_the_authors_code(side, filters, generator, discriminator):
    network = kgz.networks.stylegan2_generator((side, side, 3), filters=filters)
    assert trainable(network) == generator
    assert trainable(network.get_layer("mapping")) == 2_101_248
    network = kgz.networks.stylegan2_discriminator((side, side, 3), filters)
    assert trainable(network) == discriminator


@pytest.mark.parametrize(("channels", "counts"), [(3, (263_987, 288_993)), (1, (263_531, 288_929))])
def test_cpu_sized(channels, counts):
    shape = (32, 32, channels)
    generator = kgz.networks.stylegan2_generator(shape, **SMALL, filters=32, max_filters=64)
    assert trainable(generator.get_layer("mapping")) == 8_320
    assert generator.get_layer("synthesis").input_shape == (None, 8, 64)
    discriminator = kgz.networks.stylegan2_discriminator(shape, 32, 64)
    assert (trainable(generator), trainable(discriminator)) == counts


def synthesis_with(kinds):
    """A network of 16x16 pixels, and the model of what its layers of these kinds give, by side."""
    generator = kgz.networks.stylegan2_generator((16, 16, 2), 3, 4, 1, filters=4)
    synthesis = generator.get_layer("synthesis")
    names = [
        f"{kind}_{side}x{side}" for side in (4, 8, 16) for kind in kinds if side > 4 or kind != "up"
    ]
    outputs = [synthesis.get_layer(name).output for name in names]
    return keras.Model(synthesis.inputs[0], [*outputs, synthesis.outputs[0]])


def test_images_are_the_sum_of_doubled_colours():
    *colours, image = synthesis_with(["colours"])(normal(2, 6, 4))
    double = kgz.layers.UpFirDown2D(up=2, padding=(2, 1))
    expected = colours[2] + double(colours[1] + double(colours[0]))
    np.testing.assert_allclose(image, expected, rtol=1e-4, atol=1e-5)


def test_each_style_has_its_layers():
    """The first layers that styles 0 to 5 reach; colours share theirs with the next side."""
    maps = synthesis_with(["up", "conv", "colours"])
    styles = normal(1, 6, 4)
    before = maps(styles)
    for number, first in enumerate((0, 1, 3, 4, 6, 7)):
        other = styles.copy()
        other[:, number] += 1.0
        same = [np.allclose(*pair, atol=1e-6) for pair in zip(before, maps(other), strict=True)]
        assert same.index(False) == first


def test_logits_start_at_an_order_of_magnitude_of_one():
    """Equalised rates keep variances."""
    keras.utils.set_random_seed(0)
    network = kgz.networks.stylegan2_discriminator((16, 16, 3), 16)
    logits = network(normal(64, 16, 16, 3))
    assert 0.2 < np.sqrt(np.mean(np.square(logits))) < 3.0


@pytest.mark.parametrize("shape", [(24, 24, 3), (4, 4, 3), (32, 16, 1)])
def test_sides_are_powers_of_two(shape):
    for network in (
        kgz.networks.stylegan2_generator,
        kgz.networks.stylegan2_discriminator,
    ):
        with pytest.raises(ValueError, match="a power of two from 8 on. Received: image_shape"):
            network(shape)

"""Oracles: the sheet's parameter counts, statistics of styles, the authors' order of layers."""

import keras
import numpy as np
import pytest

import keras_gan_zoo as kgz
from tests.networks.counting import trainable

RANDOM = np.random.default_rng(0)


def normal(*shape):
    return RANDOM.standard_normal(shape).astype("float32")


def test_counts_of_the_authors_code():
    network = kgz.networks.stylegan_generator()
    assert trainable(network) == 26_219_627
    assert trainable(network.get_layer("mapping")) == 2_101_248
    assert network.get_layer("synthesis").input_shape == (None, 18, 512)


def test_maps_have_the_statistics_of_their_styles():
    """Mean b and deviation |1 + s| of each channel; the affine map starts with s and b of 0."""
    layer = kgz.layers.AdaptiveInstanceNormalization()
    maps, styles = 3.0 + 2.0 * normal(3, 8, 8, 5), normal(3, 4)
    outputs = np.array(layer((maps, styles)))
    scale, bias = np.split(np.array(layer.affine(styles)), 2, axis=1)
    np.testing.assert_allclose(outputs.mean(axis=(1, 2)), bias, atol=1e-5)
    np.testing.assert_allclose(outputs.std(axis=(1, 2)), np.abs(1.0 + scale), rtol=1e-4)
    np.testing.assert_array_equal(layer.affine.layer.bias, 0.0)
    zeros = np.array(layer((maps, 0.0 * styles)))
    np.testing.assert_allclose(zeros.std(axis=(1, 2)), 1.0, rtol=1e-4)


def test_noise_has_a_bias_of_its_own_too():
    layer = kgz.layers.NoiseInjection(per_channel=True, use_bias=True)
    layer.build((None, 4, 4, 3))
    layer.bias.assign([1.0, 2.0, 3.0])
    np.testing.assert_allclose(layer(np.zeros((1, 4, 4, 3)))[0, 0, 0], [1.0, 2.0, 3.0])


def test_each_style_has_its_layers_and_noise_changes_nothing_at_first():
    """Colours at 4, 8 and 16 pixels know the styles up to 2, 4 and 6."""
    synthesis = kgz.networks.stylegan_generator((16, 16, 2), 3, 4, 1, 4).get_layer("synthesis")
    names = [f"colours_{side}x{side}" for side in (4, 8, 16)]
    colours = keras.Model(synthesis.inputs[0], [synthesis.get_layer(one).output for one in names])
    styles = normal(1, 6, 4)
    before = colours(styles)
    for one, again in zip(before, colours(styles), strict=True):
        np.testing.assert_array_equal(one, again)
    for number in range(6):
        other = styles.copy()
        other[:, number] += 1.0
        same = [np.allclose(*pair, atol=1e-6) for pair in zip(before, colours(other), strict=True)]
        assert same == [number >= 2, number >= 4, False]


def test_maps_that_are_doubled_are_filtered():
    """Of a constant the filter [1, 2, 1] keeps the inside, and takes from the border."""
    synthesis = kgz.networks.stylegan_generator((8, 8, 1), 3, 4, 1, 2, 2).get_layer("synthesis")
    (blur,) = (one for one in synthesis.layers if isinstance(one, kgz.layers.UpFirDown2D))
    made = blur(np.ones((1, 8, 8, 2), "float32"))[0, ..., 0]
    np.testing.assert_allclose(made[1:-1, 1:-1], 1.0)
    np.testing.assert_allclose([made[0, 4], made[0, 0]], [0.75, 0.5625])


@pytest.mark.parametrize("shape", [(24, 24, 3), (4, 4, 3), (32, 16, 1)])
def test_sides_are_powers_of_two(shape):
    with pytest.raises(ValueError, match="a power of two from 8 on. Received: image_shape"):
        kgz.networks.stylegan_generator(shape)

"""Oracles: the sheet's parameter counts, properties of attention and of spectral norms."""

import keras
import numpy as np
import pytest

import keras_gan_zoo as kgz
from tests.networks.counting import layer_names, trainable

RANDOM = np.random.default_rng(0)


def test_counts_of_the_authors_code():
    """SNGAN's at 128 px, wide blocks, and 1.25 C^2 + 1 for attention at 32x32."""
    generator = kgz.networks.sagan_generator(condition_dim=1000)
    assert trainable(generator) == 41_996_931 + 81_921
    discriminator = kgz.networks.sagan_discriminator(condition_dim=1000)
    assert trainable(discriminator) == 39_443_137 + 20_481


@pytest.mark.parametrize("side", [28, 32])
def test_cpu_sized(side):
    shape = (side, side, 1)
    generator = kgz.networks.sagan_generator(shape, 16, 32, condition_dim=10)
    discriminator = kgz.networks.sagan_discriminator(shape, 32, condition_dim=10)
    for network in (generator, discriminator):
        assert layer_names(network).count("SelfAttention2D") == 1
        plain = {"Conv2D", "ResizeConv2D", "Dense"} & {type(x).__name__ for x in network.layers}
        assert not plain  # every kernel is spectrally normalised
        block = next(x for x in network.layers if isinstance(x, kgz.layers.SelfAttention2D))
        assert block.input.shape == (None, side // 2, side // 2, 32)
        assert sum(int(np.prod(v.shape)) for v in block.trainable_variables) == 1_281
    cbn = [x for x in generator.layers if isinstance(x, kgz.layers.ConditionalBatchNormalization)]
    assert cbn and all(x.momentum == 0.999 for x in cbn)


def test_attention_maps_are_those_inside_the_network():
    network = kgz.networks.sagan_generator((16, 16, 1), 5, 8)
    latents = RANDOM.standard_normal((2, 5)).astype("float32")
    maps = kgz.networks.attention_maps(network, latents)
    assert maps.shape == (2, 64, 16)
    np.testing.assert_allclose(np.sum(maps, axis=-1), 1.0, rtol=1e-5)
    block = next(x for x in network.layers if isinstance(x, kgz.layers.SelfAttention2D))
    before = keras.Model(network.inputs[0], block.input)(latents)
    query = np.array(block.query(before)).reshape(2, 64, 1)
    key = np.array(block.key(before)).reshape(2, 4, 2, 4, 2, 1).max((2, 4)).reshape(2, 16, 1)
    scores = query @ key.transpose(0, 2, 1)
    scores = np.exp(scores - scores.max(-1, keepdims=True))
    np.testing.assert_allclose(maps, scores / scores.sum(-1, keepdims=True), rtol=1e-3, atol=1e-6)
    with pytest.raises(ValueError, match="Received: 0 of them"):
        kgz.networks.attention_maps(kgz.networks.sngan_cnn_generator((8, 8, 1), 5, 2), latents)

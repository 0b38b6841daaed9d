"""Oracles: parameter counts of the sheet and of the authors' code, and what reaches which block."""

import keras
import numpy as np
import pytest

import keras_gan_zoo as kgz
from tests.networks.counting import trainable

NETWORKS = kgz.networks
GENERATOR, DISCRIMINATOR = kgz.networks.biggan_generator, kgz.networks.biggan_discriminator


@pytest.fixture
def zeros(monkeypatch):
    """Networks whose orthogonal kernels are zeros, where only shapes count."""
    monkeypatch.setattr(
        keras.initializers.Orthogonal, "__call__", lambda self, shape, dtype=None: np.zeros(shape)
    )


@pytest.mark.parametrize(
    ("side", "latent_dim", "filters", "classes", "shared_dim", "attention", "counts"),
    [
        # Their discriminator has attention after all four blocks here, we after the first alone.
        (32, 8, 4, 3, 4, 16, (17_456, 18_373 - 3 * 321)),
        (64, 10, 8, 5, 3, 32, (481_747, 307_050)),
        (128, 12, 8, 5, 3, None, (482_675, 602_218)),
        pytest.param(256, 14, 8, 5, 3, None, (562_931, 680_474), marks=pytest.mark.long),
        # The paper's: 158.3 M together.
        pytest.param(
            128, 120, 96, 1000, 128, None, (70_433_988, 87_982_370), marks=pytest.mark.long
        ),
    ],
)
def test_counts_of_the_authors_code(
    zeros, side, latent_dim, filters, classes, shared_dim, attention, counts
):
    shape = (side, side, 3)
    generator = GENERATOR(shape, latent_dim, filters, classes, shared_dim, attention)
    assert trainable(generator) == counts[0]
    assert trainable(DISCRIMINATOR(shape, filters, classes, attention)) == counts[1]


@pytest.mark.parametrize(
    ("side", "latent_dim", "filters", "classes", "shared_dim", "attention", "counts"),
    [
        # As above: theirs has attention after all three stages here.
        (32, 8, 4, 3, 4, 16, (10_824, 4_140 - 2 * 321)),
        (64, 7, 8, 5, 3, 32, (170_499, 75_714)),
        pytest.param(128, 7, 8, 5, 3, None, (171_275, 129_410), marks=pytest.mark.long),
        pytest.param(256, 7, 8, 5, 3, None, (190_251, 143_906), marks=pytest.mark.long),
        # The paper's: 50.4 M and 34.6 M.
        pytest.param(
            128, 128, 128, 1000, 128, None, (50_244_484, 34_590_210), marks=pytest.mark.long
        ),
    ],
)
def test_counts_of_the_authors_deep_code(
    zeros, side, latent_dim, filters, classes, shared_dim, attention, counts
):
    shape = (side, side, 3)
    generator = NETWORKS.biggan_deep_generator(
        shape, latent_dim, filters, classes, shared_dim, attention
    )
    assert trainable(generator) == counts[0]
    discriminator = NETWORKS.biggan_deep_discriminator(shape, filters, classes, attention)
    assert trainable(discriminator) == counts[1]


def without_bottlenecks(network):
    """The outputs of all blocks of a deep network, whose bottlenecks give zeros."""
    blocks = [one for one in network.layers if isinstance(one, keras.layers.Add)]
    for one in blocks:
        last = one.input[0]._keras_history.operation
        if isinstance(last, kgz.layers.SpectralNormalization):  # the last adds up logits
            last.layer.set_weights([np.zeros(v.shape) for v in last.layer.weights])
    return [one.output for one in blocks]


def test_deep_shortcuts_drop_and_append_channels():
    images = np.random.default_rng(0).standard_normal((2, 64, 64, 1)).astype("float32")
    network = NETWORKS.biggan_deep_generator((64, 64, 1), 3, 4, attention=32)
    *_, before, after = without_bottlenecks(network)
    before, after = keras.Model(network.inputs[0], [before, after])(images[:, :3, 0, 0])
    assert before.shape == (2, 32, 32, 16) and after.shape == (2, 64, 64, 8)
    np.testing.assert_array_equal(after[:, ::2, 1::2], before[..., :8])

    network = NETWORKS.biggan_deep_discriminator((64, 64, 1), 4, attention=16)
    first = next(one for one in network.layers if isinstance(one, kgz.layers.SpectralNormalization))
    given = [first.output, *without_bottlenecks(network)[:2]]
    before, halved, same = (np.array(one) for one in keras.Model(network.inputs[0], given)(images))
    pooled = before.reshape(2, 32, 2, 32, 2, 4).mean((2, 4))
    assert halved.shape == (2, 32, 32, 8)
    np.testing.assert_allclose(halved[..., :4], pooled, atol=1e-6)
    np.testing.assert_array_equal(same, halved)


def test_each_block_is_given_the_class_and_its_own_chunk():
    network = GENERATOR((16, 16, 1), 6, 2, 3, 4)
    normalizations = [
        one for one in network.layers if isinstance(one, kgz.layers.ConditionalBatchNormalization)
    ]
    given = keras.Model(network.inputs, [one.input[1] for one in normalizations])
    latents = np.arange(6, dtype="float32")[None]
    label = np.eye(3, dtype="float32")[[1]]
    shared = np.array(network.get_layer("shared_embedding").kernel)[1]
    for index, one in enumerate(given([latents, label])):
        chunk = latents[0, 2:4] if index < 2 else latents[0, 4:6]
        np.testing.assert_allclose(one[0], np.concatenate([shared, chunk]), rtol=1e-6)
    chunks = next(one for one in network.layers if isinstance(one, kgz.layers.Chunks))
    start = keras.Model(network.inputs, chunks.output[0])([latents, label])
    np.testing.assert_array_equal(start, latents[:, :2])


def test_kernels_start_orthogonal_and_all_are_spectrally_normalised():
    generator, discriminator = GENERATOR((16, 16, 1), 6, 2, 3, 4), DISCRIMINATOR((16, 16, 1), 2, 3)
    for network in (generator, discriminator):
        plain = {"Conv2D", "ResizeConv2D", "Dense"} & {
            type(one).__name__ for one in network.layers if one.name != "shared_embedding"
        }
        assert not plain
    wrapped = [
        one for one in discriminator.layers if isinstance(one, kgz.layers.SpectralNormalization)
    ]
    for layer in wrapped:
        matrix = np.array(layer.layer.kernel).reshape(-1, layer.layer.kernel.shape[-1])
        smaller = matrix if matrix.shape[0] <= matrix.shape[1] else matrix.T
        np.testing.assert_allclose(smaller @ smaller.T, np.eye(len(smaller)), atol=1e-5)


def test_bad_input():
    with pytest.raises(ValueError, match="`latent_dim` to be a multiple of 3.*Received.*=7"):
        GENERATOR((16, 16, 1), 7, 2)
    with pytest.raises(ValueError, match=r"side among \[8, 16, 28, 32.*Received.*\(48, 48, 3\)"):
        DISCRIMINATOR((48, 48, 3))
    with pytest.raises(ValueError, match="`attention`.*Received: 4"):
        GENERATOR((16, 16, 1), 6, 2, attention=4)
    for make in (NETWORKS.biggan_deep_discriminator, NETWORKS.biggan_deep_generator):
        with pytest.raises(ValueError, match="`filters` to be a multiple of 4.*Received.*=6"):
            make((16, 16, 1), filters=6)

"""Oracles: parameter counts of papers, authors' code and sheets; principal components.

For the networks of the autoencoders, VAE, adversarial autoencoder, VAE-GAN and IcGAN.
"""

import keras
import numpy as np
import pytest

import keras_gan_zoo as kgz
from tests.networks.counting import layer_names, trainable

NETWORKS = kgz.networks
RANDOM = np.random.default_rng(0)


def normal(*shape):
    return RANDOM.standard_normal(shape).astype("float32")


def layers_of(network, kind):
    return [one for one in network.layers if isinstance(one, kind)]


def test_counts_of_the_digits_autoencoder():
    encoder, decoder = NETWORKS.conv_encoder(), NETWORKS.conv_decoder()
    assert [one.count_params() for one in encoder.layers if one.count_params()] == [
        *(320, 18_496, 36_928, 36_928, 6_274)
    ]
    assert [one.count_params() for one in decoder.layers if one.count_params()] == [
        *(9_408, 36_928, 36_928, 18_464, 289)
    ]
    assert encoder.count_params() == 98_946 and decoder.count_params() == 102_017
    assert NETWORKS.conv_encoder(variational=True).count_params() == 105_220


@pytest.mark.parametrize(
    ("outputs", "units", "encoder", "decoder"),
    [
        ((20, 20), (500,), 412_540, 403_284),
        ((20, 20), (400,), 330_040, 322_784),
        (8, (1000, 1000), 1_794_008, 1_794_784),
        (2, (1000, 1000), 1_788_002, 1_788_784),
    ],
)
def test_counts_of_the_perceptrons(outputs, units, encoder, decoder):
    """The two VAEs have 815,824 and 652,824 together."""
    latent_dim = outputs if isinstance(outputs, int) else outputs[0]
    assert NETWORKS.mlp_encoder((28, 28, 1), outputs, units).count_params() == encoder
    assert NETWORKS.mlp_decoder((28, 28, 1), latent_dim, units).count_params() == decoder


def test_counts_of_the_semi_supervised_adversarial_autoencoder():
    units = (1000, 1000)
    encoder = NETWORKS.mlp_encoder((784,), (10, 10), units)
    assert encoder.count_params() == 1_806_020
    assert [tuple(one.shape) for one in encoder(normal(3, 784))] == [(3, 10), (3, 10)]
    assert NETWORKS.mlp_decoder((784,), 20, units).count_params() == 1_806_784
    for codes, count in ((2, 1_005_001), (8, 1_011_001), (10, 1_013_001)):
        assert NETWORKS.mlp_encoder((codes,), 1, units).count_params() == count


def test_counts_of_the_face_vae():
    encoder, decoder = NETWORKS.face_vae_encoder(), NETWORKS.face_vae_decoder()
    assert encoder.count_params() == 1_732_944 and decoder.count_params() == 917_123
    assert encoder.count_params() - trainable(encoder) == 448
    assert decoder.count_params() - trainable(decoder) == 320
    assert layer_names(encoder).count("Dropout") == 4
    block = ["Conv2D", "BatchNormalization", "LeakyReLU", "Dropout"]
    assert layer_names(encoder)[1:5] == block
    assert layer_names(decoder)[-2:] == ["TransposedConv2D", "Activation"]
    assert {one.negative_slope for one in layers_of(encoder, keras.layers.LeakyReLU)} == {0.3}


def test_counts_of_vae_gan():
    assert trainable(NETWORKS.vae_gan_encoder()) == 18_071_360
    assert trainable(NETWORKS.vae_gan_decoder()) == 4_693_155
    assert trainable(NETWORKS.vae_gan_discriminator()) == 10_953_857
    shape = (32, 32, 3)
    assert trainable(NETWORKS.vae_gan_encoder(shape)) == 5_488_448
    assert trainable(NETWORKS.vae_gan_decoder(shape, filters=(192, 128, 32))) == 2_481_187
    discriminator = NETWORKS.vae_gan_discriminator(shape, (32, 128, 192, 256))
    assert trainable(discriminator) == 4_047_873


def test_similarity_is_the_ninth_layer():
    """Of convolution, ReLU, then convolution, normalisation and ReLU again and again."""
    network = NETWORKS.vae_gan_discriminator((16, 16, 3), (2, 3, 4, 5), 6)
    images = normal(7, 16, 16, 3)
    logits, features = network(images)
    assert logits.shape == (7, 1) and features.shape == (7, 2 * 2 * 5)
    ours = layers_of(network, (keras.layers.Conv2D, keras.layers.BatchNormalization))
    x = np.maximum(ours[0](images), 0)
    for convolution, normalization in (ours[1:3], ours[3:5]):
        x = np.maximum(normalization(convolution(x)), 0)
    np.testing.assert_allclose(features, np.reshape(ours[5](x), (7, -1)), rtol=1e-4, atol=1e-5)
    assert np.min(features) < 0


def test_counts_of_the_inverting_encoders():
    """By hand: convolutions with bias and normalisation 3-32-64-128-256, and two dense layers."""
    widths = [3, 32, 64, 128, 256]
    count = sum(25 * a * b + 3 * b for a, b in zip(widths[:-1], widths[1:], strict=True))
    hidden = 4096 * 4096 + 3 * 4096 + 4096 * 100 + 100
    assert trainable(NETWORKS.icgan_encoder()) == count + hidden
    hidden = 4096 * 512 + 3 * 512 + 512 * 18 + 18
    assert trainable(NETWORKS.icgan_encoder(outputs=18, units=512)) == count + hidden


IMAGE = (28, 28, 1)
ENCODERS = {
    "conv": lambda: NETWORKS.conv_encoder(IMAGE, 5, (2,) * 4, variational=True),
    "face": lambda: NETWORKS.face_vae_encoder(IMAGE, 5, (2, 3)),
    "mlp": lambda: NETWORKS.mlp_encoder(IMAGE, (5, 5), (4, 3), "tanh"),
    "vae_gan": lambda: NETWORKS.vae_gan_encoder(IMAGE, 5, (2, 3), 4),
}
LINEAR = (keras.layers.Dense, keras.layers.Conv2D, keras.layers.Conv2DTranspose)
DECODERS = {
    "conv": lambda **options: NETWORKS.conv_decoder(IMAGE, 5, (2,) * 3, **options),
    "face": lambda **options: NETWORKS.face_vae_decoder(IMAGE, 5, (2,), **options),
    "mlp": lambda **options: NETWORKS.mlp_decoder(IMAGE, 5, (4, 3), **options),
    "vae_gan": lambda **options: NETWORKS.vae_gan_decoder(IMAGE, 5, (2, 3), **options),
}


@pytest.mark.parametrize("name", ENCODERS)
def test_encoders_give_two_unbounded_codes(name):
    """Which are linear: one layer each, without activation, on the same features."""
    encoder = ENCODERS[name]()
    mean, log_variance = encoder(normal(6, *IMAGE))
    assert mean.shape == log_variance.shape == (6, 5) and np.ptp(mean - log_variance) > 0
    heads = layers_of(encoder, keras.layers.Dense)[-2:]
    assert [one.activation.__name__ for one in heads] == ["linear", "linear"]
    assert heads[0].input is heads[1].input


@pytest.mark.parametrize("name", DECODERS)
def test_decoders_give_what_the_likelihood_takes(name):
    latents, outputs = 5 * normal(6, 5), {}
    for kind in ("tanh", "logits", "linear"):
        keras.utils.set_random_seed(0)
        decoder = DECODERS[name](output=kind)
        bias = layers_of(decoder, LINEAR)[-1].bias
        bias.assign(np.full(bias.shape, 2.0))
        outputs[kind] = decoder(latents)
        assert outputs[kind].shape == (6, *IMAGE) and decoder.layers[-1].name == kind
    assert np.max(outputs["logits"]) > 1 >= np.abs(outputs["tanh"]).max()
    np.testing.assert_array_equal(outputs["logits"], outputs["linear"])
    np.testing.assert_allclose(np.tanh(outputs["logits"]), outputs["tanh"], atol=1e-5)
    with pytest.raises(ValueError, match=r"Expected `output`.*Received: 'sigmoid'"):
        DECODERS[name](output="sigmoid")


def test_dropout_is_there_in_training_only():
    encoder = NETWORKS.face_vae_encoder((16, 16, 1), 3, (4, 4))
    images = np.repeat(normal(1, 16, 16, 1), 2, axis=0)
    for training in (False, True):
        mean, _ = encoder(images, training=training)
        assert (np.abs(mean[0] - mean[1]).max() > 1e-3) == training


def test_linear_networks_are_principal_components():
    """With the two first components as weights, the error is what the other variances add up to."""
    points = (
        normal(500, 6)
        * np.array([3, 2, 1, 0.5, 0.2, 0.1], "float32")
        @ np.linalg.qr(normal(6, 6))[0]
    )
    points -= points.mean(0)
    _, singular, components = np.linalg.svd(points, full_matrices=False)
    encoder = NETWORKS.mlp_encoder((6,), 2, ())
    decoder = NETWORKS.mlp_decoder((6,), 2, (), output="linear")
    encoder.set_weights([components[:2].T, np.zeros(2)])
    decoder.set_weights([components[:2], np.zeros(6)])
    error = np.square(points - decoder(encoder(points))).sum(1).mean()
    assert error == pytest.approx(np.square(singular[2:]).sum() / 500, rel=1e-4)


@pytest.mark.parametrize(
    "make",
    [
        lambda: NETWORKS.conv_encoder((30, 28, 1)),
        lambda: NETWORKS.conv_decoder((28, 30, 1)),
        lambda: NETWORKS.face_vae_encoder((28, 28, 1)),
        lambda: NETWORKS.face_vae_decoder((28, 28, 1)),
        lambda: NETWORKS.vae_gan_encoder((28, 28, 1)),
        lambda: NETWORKS.vae_gan_decoder((28, 28, 1)),
        lambda: NETWORKS.vae_gan_discriminator((28, 28, 1)),
        lambda: NETWORKS.icgan_encoder((28, 28, 1)),
        lambda: NETWORKS.icgan_encoder((64, 64)),
    ],
)
def test_sides_that_do_not_divide(make):
    with pytest.raises(ValueError, match=r"multiples of \d+.*Received: image_shape="):
        make()


def test_counts_of_the_conditional_gan_of_icgan():
    generator, discriminator = NETWORKS.icgan_generator(), NETWORKS.icgan_discriminator()
    assert trainable(generator) == 3_725_123 and trainable(discriminator) == 2_803_393
    assert generator([normal(2, 100), normal(2, 18)]).shape == (2, 64, 64, 3)
    assert discriminator([normal(2, 64, 64, 3), normal(2, 18)]).shape == (2, 1)
    small = NETWORKS.icgan_generator((28, 28, 1), 8, 2, 4)
    assert small([normal(2, 8), normal(2, 2)]).shape == (2, 28, 28, 1)


def test_residual_blocks_add_to_their_shortcuts():
    """With zero kernels inside the blocks only the shortcuts are left, and they are linear."""
    encoder, decoder = NETWORKS.residual_encoder(), NETWORKS.residual_decoder()
    assert [one.shape[1:] for one in encoder.outputs] == [(32,), (32,)]
    strides = [one.strides for one in layers_of(encoder, keras.layers.Conv2D)]
    assert strides.count((2, 2)) == 4 and len(strides) == 8  # two blocks with own shortcuts
    assert layer_names(encoder).count("Add") == layer_names(decoder).count("Add") == 3
    inner = [one for one in layers_of(encoder, keras.layers.Conv2D) if one.strides == (1, 1)]
    for one in inner:
        one.set_weights([np.zeros_like(w) for w in one.get_weights()])
    sums = keras.Model(encoder.input, layers_of(encoder, keras.layers.Add)[0].output)
    x, y = normal(1, 28, 28, 1), normal(1, 28, 28, 1)
    np.testing.assert_allclose(sums(x + y), sums(x) + sums(y), atol=1e-4)
    assert decoder(normal(2, 32)).shape == (2, 28, 28, 1)

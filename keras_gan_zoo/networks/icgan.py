"""The conditional GAN of IcGAN, and the encoders that invert it."""

import keras
from keras import layers

from keras_gan_zoo.layers import BatchNormalization, ConcatenateCondition, Conv2D, TransposedConv2D
from keras_gan_zoo.networks.blocks.autoencoder_ends import coarsest_grid, linear_heads
from keras_gan_zoo.networks.blocks.initializers import normal
from keras_gan_zoo.networks.dcgan import batch_norm, doublings_of

KERNEL = 4
ENCODER_WIDTHS = (32, 64, 128, 256)


def icgan_generator(
    image_shape: tuple = (64, 64, 3),
    latent_dim: int = 100,
    condition_dim: int = 18,
    filters: int = 64,
) -> keras.Model:
    """Transposed 4x4 convolutions from latents beside the condition, normalised, with ReLU.

    Args:
        image_shape: `(height, width, channels)`, square as for `dcgan_generator`.
        latent_dim: Size of a latent vector.
        condition_dim: Size of a condition.
        filters: Channels of the last hidden layer; they double towards the latents.

    Returns:
        A model from latents `(batch, latent_dim)` and conditions `(batch, condition_dim)` to
        images `(batch, *image_shape)` in [-1, 1].

    Raises:
        ValueError: If the image is not square, or of another side.

    References:
        Perarnau et al. 2016, Invertible Conditional GANs for image editing, arXiv 1611.06355,
        and the authors' `trainGAN.lua`.
    """
    base, doublings = doublings_of(image_shape)
    latents = keras.Input((latent_dim,), name="latents")
    condition = keras.Input((condition_dim,), name="condition")
    x = ConcatenateCondition()((latents, condition))
    x = layers.Reshape((1, 1, -1))(x)
    x = layers.Conv2DTranspose(filters * 2 ** (doublings - 1), base, kernel_initializer=normal())(x)
    x = layers.ReLU()(batch_norm()(x))
    for index in reversed(range(doublings - 1)):
        x = TransposedConv2D(filters * 2**index, KERNEL, kernel_initializer=normal())(x)
        x = layers.ReLU()(batch_norm()(x))
    x = TransposedConv2D(image_shape[-1], KERNEL, kernel_initializer=normal())(x)
    x = layers.Activation("tanh", dtype="float32")(x)
    return keras.Model([latents, condition], x, name="generator")


def icgan_discriminator(
    image_shape: tuple = (64, 64, 3), condition_dim: int = 18, filters: int = 64
) -> keras.Model:
    """Strided 4x4 convolutions; the condition, tiled, joins the outputs of the first.

    Args:
        image_shape: As for `icgan_generator`.
        condition_dim: Size of a condition.
        filters: Channels of the first layer; they double.

    Returns:
        A model from images `(batch, *image_shape)` and conditions `(batch, condition_dim)` to
        logits `(batch, 1)`.

    Raises:
        ValueError: If the image is not square, or of another side.

    References:
        As for `icgan_generator`.
    """
    base, doublings = doublings_of(image_shape)
    samples = keras.Input(image_shape, name="samples")
    condition = keras.Input((condition_dim,), name="condition")
    x = _halving(filters)(samples)
    x = ConcatenateCondition()((layers.LeakyReLU(negative_slope=0.2)(x), condition))
    for index in range(1, doublings):
        x = _halving(filters * 2**index)(x)
        x = layers.LeakyReLU(negative_slope=0.2)(batch_norm()(x))
    logits = layers.Conv2D(1, base, kernel_initializer=normal(), dtype="float32")(x)
    logits = layers.Flatten(dtype="float32")(logits)
    return keras.Model([samples, condition], logits, name="discriminator")


def icgan_encoder(
    image_shape: tuple = (64, 64, 3),
    outputs: int = 100,
    filters: tuple = (32, 64, 128, 256),
    units: int | None = None,
) -> keras.Model:
    """Strided 5x5 convolutions and a dense layer, each normalised, then a linear output.

    Both encoders are of this kind: `E_z`, whose outputs are latents, and `E_y` with
    `units=512`, whose outputs are attributes.

    Args:
        image_shape: `(height, width, channels)`, sides divisible by two to the power of the
            number of convolutions.
        outputs: Number of latents or attributes.
        filters: Channels of each convolution.
        units: Width of the dense layer; `None` for as many as the last convolution has outputs,
            as in the authors' `E_z`.

    Returns:
        A model from images `(batch, *image_shape)` to `(batch, outputs)`.

    Raises:
        ValueError: If the sides do not divide.

    References:
        Perarnau et al. 2016, Invertible Conditional GANs for image editing, arXiv 1611.06355,
        and the authors' `trainEncoder.lua`.
    """
    coarsest_grid(image_shape, (2,) * len(filters))
    samples = keras.Input(image_shape, name="samples")
    x = samples
    for width in filters:
        x = Conv2D(width, 5, strides=2, padding="same")(x)
        x = layers.ReLU()(BatchNormalization()(x))
    x = layers.Flatten(name="features")(x)
    x = layers.Dense(x.shape[-1] if units is None else units)(x)
    x = layers.ReLU()(BatchNormalization()(x))
    return keras.Model(samples, linear_heads(x, outputs=outputs), name="encoder")


def _halving(filters):
    return Conv2D(filters, KERNEL, 2, "same", kernel_initializer=normal())


def icgan_encoder_widths(image_shape, filters: int):
    """Channels of the encoders' convolutions, for a generator of `filters`; the paper's for 64."""
    _, doublings = doublings_of(image_shape)
    return tuple(max(1, width * filters // 64) for width in ENCODER_WIDTHS[:doublings])

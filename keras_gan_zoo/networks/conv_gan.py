"""The networks of the lecture's convolutional GAN."""

import keras

from keras_gan_zoo.errors import sizes_of_image
from keras_gan_zoo.layers import BatchNormalization, Dropout, ResizeConv2D
from keras_gan_zoo.networks.blocks.initializers import normal


def conv_gan_generator(
    image_shape: tuple,
    latent_dim: int = 100,
    filters: tuple = (128, 64, 64),
    upsample: tuple = (2, 2, 1, 1),
    base_filters: int = 64,
    kernel_size: int = 5,
    momentum: float = 0.9,
) -> keras.Model:
    """Nearest-neighbour upsampling and convolutions; the output convolution is `tanh`.

    Args:
        image_shape: `(height, width, channels)`; the sides must be multiples of the product of
            `upsample`.
        latent_dim: Size of a latent vector.
        filters: Channels of the hidden convolutions.
        upsample: Enlargement before each convolution, the output's included.
        base_filters: Channels of the coarsest grid.
        kernel_size: Side of all kernels.
        momentum: Decay of the moving statistics of batch normalisation.

    Returns:
        A model from latents `(batch, latent_dim)` to images `(batch, *image_shape)`.
    """
    height, width, channels = sizes_of_image(image_shape)
    total = 1
    for factor in upsample:
        total *= factor
    if height % total or width % total:
        raise ValueError(
            f"Expected the sides of `image_shape` to be multiples of {total}, the product of "
            f"`upsample`={tuple(upsample)}. Received: image_shape={tuple(image_shape)}"
        )
    base = (height // total, width // total, base_filters)
    inputs = keras.Input((latent_dim,), name="latents")
    x = keras.layers.Dense(base[0] * base[1] * base[2], kernel_initializer=normal())(inputs)
    x = keras.layers.ReLU()(BatchNormalization(momentum=momentum, epsilon=1e-3)(x))
    x = keras.layers.Reshape(base)(x)
    for count, factor in zip(filters, upsample[:-1], strict=True):
        x = ResizeConv2D(count, kernel_size, factor, kernel_initializer=normal())(x)
        x = keras.layers.ReLU()(BatchNormalization(momentum=momentum, epsilon=1e-3)(x))
    x = ResizeConv2D(channels, kernel_size, upsample[-1], kernel_initializer=normal())(x)
    x = keras.layers.Activation("tanh", dtype="float32")(x)
    return keras.Model(inputs, x, name="generator")


def conv_gan_discriminator(
    image_shape: tuple,
    filters: tuple = (64, 64, 128, 128),
    strides: tuple = (2, 2, 2, 1),
    kernel_size: int = 5,
    dropout: float = 0.4,
) -> keras.Model:
    """Convolutions with ReLU and dropout, then one linear unit.

    Args:
        image_shape: `(height, width, channels)`.
        filters: Channels of each convolution.
        strides: Stride of each convolution.
        kernel_size: Side of all kernels.
        dropout: Share of activations dropped after each convolution.

    Returns:
        A model from images `(batch, *image_shape)` to logits `(batch, 1)`.
    """
    inputs = keras.Input(image_shape, name="samples")
    x = inputs
    for count, stride in zip(filters, strides, strict=True):
        x = keras.layers.Conv2D(
            count,
            kernel_size,
            strides=stride,
            padding="same",
            activation="relu",
            kernel_initializer=normal(),
        )(x)
        x = Dropout(dropout)(x)
    x = keras.layers.Flatten()(x)
    x = keras.layers.Dense(1, kernel_initializer=normal(), dtype="float32")(x)
    return keras.Model(inputs, x, name="discriminator")

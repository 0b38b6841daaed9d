"""The networks of DCGAN, at any square power-of-two size and at 28x28."""

import keras

from keras_gan_zoo.layers import BatchNormalization, TransposedConv2D

MAX_FILTERS = 1024


def dcgan_generator(image_shape: tuple, latent_dim: int, filters: int = 128) -> keras.Model:
    """A projection to the coarsest grid, then transposed convolutions that double it.

    Batch normalisation and ReLU everywhere but at the output, which is `tanh`; no biases.

    Args:
        image_shape: `(height, width, channels)`, square.
        latent_dim: Size of a latent vector.
        filters: Channels of the last hidden layer; they double towards the latents, up to 1024.

    Returns:
        A model from latents `(batch, latent_dim)` to images `(batch, *image_shape)`.
    """
    base, doublings = _grid(image_shape)
    widths = _widths(filters, doublings)[::-1]
    inputs = keras.Input((latent_dim,), name="latents")
    x = keras.layers.Dense(base * base * widths[0], use_bias=False, kernel_initializer=_normal())(
        inputs
    )
    # As in the authors' code, the projection is normalised per unit, not per channel.
    x = keras.layers.ReLU()(_batch_norm()(x))
    x = keras.layers.Reshape((base, base, widths[0]))(x)
    for width in widths[1:]:
        x = TransposedConv2D(width, 5, use_bias=False, kernel_initializer=_normal())(x)
        x = keras.layers.ReLU()(_batch_norm()(x))
    x = TransposedConv2D(image_shape[-1], 5, use_bias=False, kernel_initializer=_normal())(x)
    x = keras.layers.Activation("tanh", dtype="float32")(x)
    return keras.Model(inputs, x, name="generator")


def dcgan_discriminator(image_shape: tuple, filters: int = 128) -> keras.Model:
    """Strided convolutions with leaky ReLU, batch normalisation in all but the first; no biases.

    Args:
        image_shape: `(height, width, channels)`, square.
        filters: Channels of the first layer; they double up to 1024.

    Returns:
        A model from images `(batch, *image_shape)` to logits `(batch, 1)`.
    """
    _, doublings = _grid(image_shape)
    inputs = keras.Input(image_shape, name="samples")
    x = inputs
    for index, width in enumerate(_widths(filters, doublings)):
        x = keras.layers.Conv2D(
            width,
            5,
            strides=2,
            padding="same",
            use_bias=False,
            kernel_initializer=_normal(),
        )(x)
        if index > 0:
            x = _batch_norm()(x)
        x = keras.layers.LeakyReLU(negative_slope=0.2)(x)
    x = keras.layers.Flatten()(x)
    x = keras.layers.Dense(1, use_bias=False, kernel_initializer=_normal(), dtype="float32")(x)
    return keras.Model(inputs, x, name="discriminator")


def _grid(image_shape):
    """The side of the coarsest grid, and how often it doubles to the image."""
    height, width, _ = image_shape
    doublings = 0
    while height % 2 == 0 and height > 7:
        height //= 2
        doublings += 1
    if image_shape[0] != width or height not in (4, 7) or doublings < 1:
        raise ValueError(
            "Expected `image_shape` (height, width, channels) to be square with a side that is a "
            "power of two from 8 on, or 7 times one (14, 28, 56, ...). "
            f"Received: image_shape={tuple(image_shape)}"
        )
    return height, doublings


def _widths(filters, doublings):
    return [min(filters * 2**index, MAX_FILTERS) for index in range(doublings)]


def _normal():
    return keras.initializers.RandomNormal(stddev=0.02)


def _batch_norm():
    return BatchNormalization(gamma_initializer=keras.initializers.RandomNormal(1.0, 0.02))

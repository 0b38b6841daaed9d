"""The networks of colourisation by a conditional DCGAN."""

import keras
from keras import layers

from keras_gan_zoo.layers import BatchNormalization, Dropout


def colorization_generator(
    widths: tuple = (64, 64, 128, 256, 512, 512, 512, 512),
    channels: int = 2,
    dropout: float = 0.0,
) -> keras.Model:
    """A U-Net from grey images, whose size `2 ** (len(widths) - 1)` must divide.

    Each layer of the encoder but the first halves the resolution, each of the decoder doubles it,
    and is concatenated with that of the encoder. All are batch normalised.

    Args:
        widths: Channels of the encoder's layers; the decoder has them in reverse, but the last.
        channels: Of what is made: a and b of CIELAB.
        dropout: Rate of the dropout after the first two layers of the decoder.

    Returns:
        A model from `(batch, height, width, 1)` to `(batch, height, width, channels)`, both in
        `[-1, 1]`.

    References:
        Nazeri et al. 2018, arXiv 1803.05400, section 3.2; the authors' `src/models.py`.
    """
    inputs = x = keras.Input((None, None, 1), name="lightness")
    skips = []
    for index, width in enumerate(widths):
        x = BatchNormalization()(_conv(width, 2 if index else 1)(x))
        x = layers.LeakyReLU(negative_slope=0.2)(x)
        skips.append(x)
    for index, width in enumerate(reversed(widths[:-1])):
        x = _conv(width, 2, layers.Conv2DTranspose)(x)
        x = layers.ReLU()(BatchNormalization()(x))
        x = Dropout(dropout)(x) if dropout and index < 2 else x
        x = layers.Concatenate()([skips[-2 - index], x])
    x = _conv(channels, kernel_size=1)(x)
    return keras.Model(inputs, layers.Activation("tanh", dtype="float32")(x), name="generator")


def colorization_discriminator(
    color_shape: tuple = (256, 256, 2), grey_shape: tuple = (256, 256, 1), filters: int = 64
) -> keras.Model:
    """A discriminator of patches that sees colours together with what they belong to.

    Args:
        color_shape: `(height, width, channels)` of what is judged.
        grey_shape: The same of what it is judged together with.
        filters: Channels of the first layer; they double three times.

    Returns:
        A model from both to logits `(batch, rows, columns, 1)`.

    References:
        Nazeri et al. 2018, arXiv 1803.05400, section 3.2; the authors' `src/models.py`.
    """
    inputs = [keras.Input(color_shape, name="color"), keras.Input(grey_shape, name="condition")]
    x = layers.Concatenate()(inputs[::-1])
    for index in range(4):
        x = _conv(2**index * filters, 2 if index < 3 else 1)(x)
        x = layers.LeakyReLU(negative_slope=0.2)(BatchNormalization()(x) if index else x)
    logits = layers.Activation("linear", dtype="float32")(_conv(1)(x))
    return keras.Model(inputs, logits, name="discriminator")


def _conv(filters, strides=1, kind=layers.Conv2D, kernel_size=4):
    initializer = keras.initializers.LecunNormal()  # as in the authors' code
    return kind(
        filters, kernel_size, strides=strides, padding="same", kernel_initializer=initializer
    )

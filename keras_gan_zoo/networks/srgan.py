"""The networks of SRGAN: a residual network that enlarges images, and its discriminator."""

import keras
from keras import layers

from keras_gan_zoo.layers import BatchNormalization, PixelShuffle2D


def sr_resnet(channels: int = 3, scale: int = 4, filters: int = 64, blocks: int = 16):
    """SRResNet: residual blocks at low resolution, then one doubling after another.

    It takes images of any size. Batch normalisation and parametric rectifiers are per channel.

    Args:
        channels: Of the images.
        scale: Enlargement of height and width: 2, 4 or 8.
        filters: Channels of all layers but those before a doubling, which have four times as many.
        blocks: Residual blocks.

    Returns:
        A model from images `(batch, height, width, channels)` in `[-1, 1]` to images with `scale`
        times the height and width, which may overshoot `[-1, 1]`.

    Raises:
        ValueError: If `scale` is another.

    References:
        Ledig et al. 2016, arXiv 1609.04802, figure 4.

    Deviations:
        The paper says nothing of initial weights; these are Keras's, and 0.25 for the slopes of
        rectifiers, as where they were introduced (He et al. 2015, arXiv 1502.01852).
    """
    if scale not in (2, 4, 8):
        raise ValueError(f"Expected `scale` to be 2, 4 or 8. Received: {scale!r}")
    inputs = keras.Input((None, None, channels), name="source")
    # The paper's inputs are in [0, 1], its outputs in [-1, 1].
    x = layers.Rescaling(0.5, 0.5)(inputs)
    x = head = _prelu(_conv(filters, 9)(x))
    for _ in range(blocks):
        inner = _prelu(BatchNormalization()(_conv(filters)(x)))
        x = layers.Add()([BatchNormalization()(_conv(filters)(inner)), x])
    x = layers.Add()([BatchNormalization()(_conv(filters)(x)), head])
    for _ in range(scale.bit_length() - 1):
        x = _prelu(PixelShuffle2D(2)(_conv(4 * filters)(x)))
    images = layers.Activation("linear", dtype="float32")(_conv(channels, 9)(x))
    return keras.Model(inputs, images, name="generator")


def srgan_discriminator(image_shape: tuple = (96, 96, 3), filters: int = 64, units: int = 1024):
    """SRGAN's discriminator: eight convolutions, every second with stride two, and two layers.

    Args:
        image_shape: `(height, width, channels)` of large images.
        filters: Channels of the first two convolutions; they double with each halving.
        units: Of the hidden layer after them.

    Returns:
        A model from images `(batch, *image_shape)` to logits `(batch, 1)`.

    References:
        Ledig et al. 2016, arXiv 1609.04802, figure 4.
    """
    inputs = x = keras.Input(image_shape, name="image")
    for index in range(8):
        width, halves = 2 ** (index // 2) * filters, index % 2 == 1
        x = _conv(width, strides=2)(layers.ZeroPadding2D(1)(x)) if halves else _conv(width)(x)
        x = layers.LeakyReLU(negative_slope=0.2)(BatchNormalization()(x) if index else x)
    x = layers.Dense(units)(layers.Flatten()(x))
    x = layers.LeakyReLU(negative_slope=0.2)(x)
    logits = layers.Dense(1, dtype="float32")(x)
    return keras.Model(inputs, logits, name="discriminator")


def _conv(filters, kernel_size=3, strides=1):
    padding = "same" if strides == 1 else "valid"
    return layers.Conv2D(filters, kernel_size, strides=strides, padding=padding)


def _prelu(x):
    slopes = keras.initializers.Constant(0.25)
    return layers.PReLU(alpha_initializer=slopes, shared_axes=[1, 2])(x)

"""The generator of CycleGAN."""

import keras
from keras import layers

from keras_gan_zoo.layers import InstanceNormalization, ReflectionPadding2D
from keras_gan_zoo.networks.blocks.initializers import normal


def resnet_translator(
    source_shape: tuple, channels: int = 3, filters: int = 64, blocks: int = 9
) -> keras.Model:
    """Two halvings, residual blocks and two doublings, with instance normalisation.

    Args:
        source_shape: `(height, width, channels)`, sides that 4 divides, from 16 on.
        channels: Channels of the images that are made.
        filters: Channels of the first convolution; the residual blocks have four times as many.
        blocks: Residual blocks: 9 in the paper for 256 pixels, 6 for 128.

    Returns:
        A model from images `(batch, *source_shape)` to images of that size in `[-1, 1]`.

    Raises:
        ValueError: If the size is another.

    References:
        Zhu et al. 2017, arXiv 1703.10593, appendix 7.2; Johnson et al. 2016, arXiv 1603.08155.
    """
    if len(source_shape) != 3 or any(side < 16 or side % 4 for side in source_shape[:2]):
        raise ValueError(
            "Expected images (height, width, channels) with sides from 16 on that 4 divides. "
            f"Received: {tuple(source_shape)}"
        )
    inputs = keras.Input(source_shape, name="source")
    x = _normalized(_conv(filters, 7)(ReflectionPadding2D(3)(inputs)))
    for width in (2 * filters, 4 * filters):
        x = _normalized(_conv(width, 3, strides=2)(layers.ZeroPadding2D(1)(x)))
    for _ in range(blocks):
        inner = _normalized(_conv(4 * filters, 3)(ReflectionPadding2D(1)(x)))
        inner = _conv(4 * filters, 3)(ReflectionPadding2D(1)(inner))
        x = layers.Add()([x, _norm()(inner)])
    for width in (2 * filters, filters):
        x = layers.Conv2DTranspose(width, 3, strides=2, kernel_initializer=normal())(x)
        # Of an output of 2n + 1 the first row and column: as padding 1 and output padding 1.
        x = _normalized(layers.Cropping2D(((1, 0), (1, 0)))(x))
    x = _conv(channels, 7)(ReflectionPadding2D(3)(x))
    images = layers.Activation("tanh", dtype="float32")(x)
    return keras.Model(inputs, images, name="translator")


def _conv(width, kernel, strides=1):
    return layers.Conv2D(width, kernel, strides=strides, kernel_initializer=normal())


def _norm():
    return InstanceNormalization(center=False, scale=False)


def _normalized(x):
    return layers.ReLU()(_norm()(x))

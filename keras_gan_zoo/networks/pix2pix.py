"""The networks of pix2pix: a U-Net, and a discriminator of patches."""

import math

import keras
from keras import layers

from keras_gan_zoo import errors
from keras_gan_zoo.layers import BatchNormalization, Conv2D, Dropout, InstanceNormalization
from keras_gan_zoo.networks.blocks.initializers import normal

NORMALIZATIONS = {
    "batch": lambda: BatchNormalization(gamma_initializer=normal(1.0)),
    "instance": lambda: InstanceNormalization(center=False, scale=False),
}


def unet_generator(
    source_shape: tuple,
    channels: int = 3,
    filters: int = 64,
    dropout: float = 0.5,
    normalization: str = "batch",
) -> keras.Model:
    """An encoder to one position and a decoder, with a skip from each resolution to its like.

    Each half resolution doubles the channels, up to eight times `filters`. Activations stand before
    convolutions, so that a skip carries what is not yet rectified.

    Args:
        source_shape: `(side, side, channels)`; the side is a power of two from 8 on.
        channels: Channels of the images that are made.
        filters: Channels of the first convolution.
        dropout: Rate of the dropout after each of the three deepest layers of the decoder.
        normalization: `"batch"` or `"instance"` (as CycleGAN's).

    Returns:
        A model from images `(batch, *source_shape)` to images `(batch, side, side, channels)` in
        `[-1, 1]`.

    Raises:
        ValueError: If an argument is not valid.

    References:
        Isola et al. 2017, arXiv 1611.07004, section 6.1.1; the authors' `models.lua`.
    """
    depth = unet_depth(source_shape)
    norm = _normalization(normalization)
    widths = [min(2**level, 8) * filters for level in range(depth)]
    options = {"kernel_size": 4, "strides": 2, "padding": "same", "kernel_initializer": normal()}
    inputs = x = keras.Input(source_shape, name="source")
    skips = []
    for level, width in enumerate(widths):
        x = layers.LeakyReLU(negative_slope=0.2)(x) if level else x
        x = Conv2D(width, **options)(x)
        # At one position, instance normalisation would make everything 0.
        x = norm()(x) if 0 < level < depth - 1 else x
        skips.append(x)
    for level in reversed(range(depth)):
        x = layers.ReLU()(x)
        if level == 0:
            x = layers.Conv2DTranspose(channels, **options)(x)
            break
        x = norm()(layers.Conv2DTranspose(widths[level - 1], **options)(x))
        x = Dropout(dropout)(x) if dropout and level > depth - 4 and level > 1 else x
        x = layers.Concatenate()([x, skips[level - 1]])
    images = layers.Activation("tanh", dtype="float32")(x)
    return keras.Model(inputs, images, name="generator")


def patch_discriminator(
    image_shape: tuple,
    condition_shape: tuple | None = None,
    filters: int = 64,
    layers_of_two: int = 3,
    normalization: str = "batch",
) -> keras.Model:
    """A discriminator that judges each patch by itself, whatever the size of the image.

    Strided convolutions, one without stride, and a logit for each position. What a logit sees is 1
    pixel for `layers_of_two=0` (three convolutions of one pixel), and 16, 34, 70, 142, 286 pixels
    for 1 to 5.

    Args:
        image_shape: `(height, width, channels)` of what is judged.
        condition_shape: Shape of an image that it is judged together with, if there is one.
        filters: Channels of the first layer; they double, up to eight times as many.
        layers_of_two: How many convolutions have stride two.
        normalization: `"batch"` or `"instance"`, after all but the first and the last.

    Returns:
        A model from images, or from images and conditions, to logits `(batch, rows, columns, 1)`.

    Raises:
        ValueError: If the image is too small, or a name is unknown.

    References:
        Isola et al. 2017, arXiv 1611.07004, section 6.1.2.
    """
    norm = _normalization(normalization)
    least = 3 * 2**layers_of_two
    if layers_of_two and min(image_shape[:2]) < least:
        raise ValueError(
            f"Expected images with sides from {least} on, or fewer than {layers_of_two} "
            "convolutions of stride two, so smaller patches: no position would be left. "
            f"Received: {tuple(image_shape)}"
        )
    inputs = [keras.Input(image_shape, name="image")]
    if condition_shape is not None:
        inputs.append(keras.Input(condition_shape, name="condition"))
    x = inputs[0] if len(inputs) == 1 else layers.Concatenate()(inputs)
    for index in range(layers_of_two + 1):
        width = min(2**index, 8) * filters
        x = _patch_conv(x, width, index < layers_of_two, layers_of_two > 0)
        x = layers.LeakyReLU(negative_slope=0.2)(norm()(x) if index else x)
        if layers_of_two == 0:  # pixels: 64, 128, 1
            x = norm()(_patch_conv(x, 2 * filters, False, False))
            x = layers.LeakyReLU(negative_slope=0.2)(x)
    logits = layers.Activation("linear", dtype="float32")(
        _patch_conv(x, 1, False, layers_of_two > 0)
    )
    return keras.Model(inputs if len(inputs) > 1 else inputs[0], logits, name="discriminator")


def unet_depth(shape) -> int:
    """How often a U-Net halves an image; raises `ValueError` for a size that it cannot take."""
    sides = {*shape[:2]}
    side = sides.pop()
    if len(shape) != 3 or sides or side < 8 or side & (side - 1):
        raise ValueError(
            "Expected images (side, side, channels) whose side is a power of two from 8 on. "
            f"Received: {tuple(shape)}"
        )
    return int(math.log2(side))


def _patch_conv(x, width, halves, wide):
    if wide:
        x = layers.ZeroPadding2D(1)(x)
    kernel, strides = (4, 2 if halves else 1) if wide else (1, 1)
    return layers.Conv2D(width, kernel, strides=strides, kernel_initializer=normal())(x)


def _normalization(name):
    if name not in NORMALIZATIONS:
        raise errors.unknown_name("normalization", name, NORMALIZATIONS)
    return NORMALIZATIONS[name]

"""A discriminator of large images given small ones, by projection or concatenation."""

import keras
from keras import layers

from keras_gan_zoo.errors import check_choice, sizes_of_image
from keras_gan_zoo.layers import Conv2D, GlobalSumPooling2D, SpectralNormalization
from keras_gan_zoo.networks.blocks.initializers import residual

CONDITIONINGS = ("projection", "concat")
SMALLEST = 4  # side of the maps that are summed


def super_resolution_discriminator(
    image_shape: tuple = (128, 128, 3),
    scale: int = 4,
    filters: int = 64,
    conditioning: str = "projection",
    widest: int = 1024,
) -> keras.Model:
    """A residual discriminator with spectral normalisation that also sees the small image.

    Residual blocks halve a large image to the size of the small one, `phi`, and then on to a side
    of 4 or less, whose sum over positions gives `psi`. With `"projection"` the logit is
    `sum_ijk y_ijk F_ijk(phi) + psi`, where `y` is the small image and `F` a convolution of `phi`
    with as many channels; with `"concat"` it is `psi` alone, of `phi` and `y` next to each other.

    Args:
        image_shape: `(height, width, channels)` of large images; `scale` divides the sides.
        scale: How much smaller the small ones are: 2, 4 or 8.
        filters: Channels of the first block; they double with each halving.
        conditioning: `"projection"` or `"concat"`.
        widest: The most channels of a block.

    Returns:
        A model from large images `(batch, *image_shape)` and small ones to logits `(batch, 1)`.

    Raises:
        ValueError: If an argument is not valid, or the sizes do not fit.

    References:
        Miyato and Koyama 2018, cGANs with Projection Discriminator, arXiv 1802.05637, section 3.

    Deviations:
        Blocks and widths are those of the paper's discriminator of classes, as far as the size of
        images asks for them; its code for super-resolution was not published.
    """
    check_choice("conditioning", conditioning, CONDITIONINGS)
    height, width, channels = sizes_of_image(image_shape)
    if scale not in (2, 4, 8) or height % scale or width % scale:
        raise ValueError(
            "Expected `scale` to be 2, 4 or 8, and sides of `image_shape` that it divides. "
            f"Received: scale={scale!r}, image_shape={tuple(image_shape)}"
        )
    image = x = keras.Input(image_shape, name="image")
    small = keras.Input((height // scale, width // scale, channels), name="source")
    count = filters
    while x.shape[1] > small.shape[1]:
        x = _block(x, count, first=x is image)
        count = min(2 * count, widest)
    features = layers.ReLU()(x)
    if conditioning == "concat":
        x = layers.Concatenate()([x, small])
    while min(x.shape[1:3]) > SMALLEST:
        x = _block(x, count)
        count = min(2 * count, widest)
    x = _block(x, x.shape[-1], halves=False)
    pooled = GlobalSumPooling2D(dtype="float32")(layers.ReLU()(x))
    logits = SpectralNormalization(layers.Dense(1, dtype="float32"))(pooled)
    if conditioning == "projection":
        conv = layers.Conv2D(channels, 3, padding="same", use_bias=False, dtype="float32")
        maps = SpectralNormalization(conv)(features)
        both = [layers.Flatten(dtype="float32")(one) for one in (maps, small)]
        logits = layers.Add(dtype="float32")([logits, layers.Dot(1, dtype="float32")(both)])
    return keras.Model([image, small], logits, name="discriminator")


def _block(x, count, first=False, halves=True):
    """A residual block; the first has no rectifier before it."""
    shortcut = layers.AveragePooling2D(2)(x) if halves else x
    if halves or x.shape[-1] != count:
        shortcut = SpectralNormalization(layers.Conv2D(count, 1))(shortcut)
    x = _conv3(count)(x if first else layers.ReLU()(x))
    x = _conv3(count, pooling=2 if halves else 1)(layers.ReLU()(x))
    return layers.Add()([x, shortcut])


def _conv3(count, **options):
    conv = Conv2D(count, 3, padding="same", kernel_initializer=residual(), **options)
    return SpectralNormalization(conv)

"""The networks of ProGAN, with an output for each stage of their growth.

Maps have `filters` channels at the side of the image, and twice as many with each halving, up to
`max_filters`.
"""

import keras
from keras import layers

from keras_gan_zoo.layers import (
    EqualizedLearningRate,
    FadeIn,
    MinibatchStdDev,
    PixelNormalization,
    ResizeConv2D,
    UpFirDown2D,
)
from keras_gan_zoo.networks.blocks.growing_widths import COARSEST, widths_of

CHANNELS_TIMES_SIDE = 16384
GAIN = 2.0**0.5  # of layers before a rectifier


def progan_generator(
    image_shape: tuple = (1024, 1024, 3),
    latent_dim: int = 512,
    filters: int | None = None,
    max_filters: int = 512,
) -> keras.Model:
    """A generator that grows from 4x4 pixels to the image's side.

    Args:
        image_shape: `(side, side, channels)`, the side a power of two from 8 on.
        latent_dim: Size of a latent vector; latents are normal.
        filters: Channels at the image's side; by default 16,384 divided by it, as in the paper.
        max_filters: Most channels of all.

    Returns:
        A model from latents `(batch, latent_dim)` to a list of images `(batch, *image_shape)`: what
        it makes at 4x4 pixels, at 8x8, and so on, enlarged. They are linear: not held in [-1, 1].
        From 8x8 on a `FadeIn` layer, `"fade_8x8"`, mixes them with those before.

    Raises:
        ValueError: If the side is no power of two.

    References:
        Karras et al. 2017, Progressive Growing of GANs for Improved Quality, Stability, and
        Variation, arXiv 1710.10196, table 2, and the authors' `networks.py`.
    """
    widths = widths_at(image_shape, filters, max_filters)
    latents = keras.Input((latent_dim,), name="latents")
    x = layers.Reshape((1, 1, latent_dim))(PixelNormalization()(latents))
    # A dense layer to a grid, with one bias for each channel.
    grid = layers.Conv2DTranspose(widths[0], COARSEST, activation="leaky_relu")
    x = PixelNormalization()(EqualizedLearningRate(grid, GAIN)(x))
    x = PixelNormalization()(_conv(widths[0], 3)(x))
    image, side = colours(image_shape)(x), COARSEST
    outputs = [enlarged(image, image_shape[0] // side)]
    for width in widths[1:]:
        side *= 2
        x = PixelNormalization()(_resized_conv(width)(x))
        x = PixelNormalization()(_conv(width, 3)(x))
        before, image = enlarged(image, 2), colours(image_shape)(x)
        faded = FadeIn(name=fade_name(side), dtype="float32")([before, image])
        outputs.append(enlarged(faded, image_shape[0] // side))
    return keras.Model(latents, outputs, name="generator")


def progan_discriminator(
    image_shape: tuple = (1024, 1024, 3),
    filters: int | None = None,
    max_filters: int = 512,
    blur: bool = False,
) -> keras.Model:
    """A discriminator that grows with the generator, and is its mirror image.

    Args:
        image_shape, filters, max_filters: As for `progan_generator`.
        blur: Whether maps are filtered by [1, 2, 1] before they are halved, and rectified after it,
            as in StyleGAN.

    Returns:
        A model from images `(batch, *image_shape)` to a list of logits `(batch, 1)`: of the images
        reduced to 4x4 pixels, to 8x8, and so on. From 8x8 on a `FadeIn` layer mixes what the
        layers of this side give with what is seen of the images at half of it.

    Raises:
        ValueError: If the side is no power of two.

    References:
        Karras et al. 2017, arXiv 1710.10196, table 2, and the authors' `networks.py`; Karras et
        al. 2018, arXiv 1812.04948, section 2 (of the filter).
    """
    widths = widths_at(image_shape, filters, max_filters)
    last, *_ = widths_at(image_shape, filters, max_filters, COARSEST // 2)
    samples = keras.Input(image_shape, name="samples")
    images = [samples]
    for _ in widths[1:]:
        images.insert(0, layers.AveragePooling2D(2)(images[0]))
    seen = [
        _conv(width, 1, name=f"seen_{image.shape[1]}x{image.shape[1]}")(image)
        for width, image in zip(widths, images, strict=True)
    ]
    blocks = [
        (_conv(width, 3), *_halving(wide, blur))
        for wide, width in zip(widths[:-1], widths[1:], strict=True)
    ]
    head = (
        MinibatchStdDev(),
        _conv(widths[0], 3),
        layers.Flatten(),
        EqualizedLearningRate(layers.Dense(last, activation="leaky_relu"), GAIN),
        EqualizedLearningRate(layers.Dense(1, dtype="float32"), dtype="float32"),
    )
    outputs = []
    for top, x in enumerate(seen):
        for level in range(top, 0, -1):
            x = _through(blocks[level - 1], x)
            if level == top:
                x = FadeIn(name=fade_name(COARSEST * 2**top))([seen[top - 1], x])
        outputs.append(_through(head, x))
    return keras.Model(samples, outputs, name="discriminator")


def fade_name(side: int) -> str:
    """The name of the layer that fades in what is new at a side."""
    return f"fade_{side}x{side}"


def _conv(width, size, activation="leaky_relu", **options):
    """A convolution with leaky ReLU, of slope 0.2 in Keras."""
    conv = layers.Conv2D(width, size, padding="same", activation=activation)
    return EqualizedLearningRate(conv, GAIN, **options)


def _halving(width, blur):
    """A convolution to maps of half the side."""
    if not blur:
        return _conv(width, 3), layers.AveragePooling2D(2)
    blurred, conv = UpFirDown2D((1, 2, 1), padding=(1, 1)), _conv(width, 3, activation=None)
    return blurred, conv, layers.AveragePooling2D(2), layers.Activation("leaky_relu")


def _resized_conv(width):
    return EqualizedLearningRate(ResizeConv2D(width, 3, activation="leaky_relu"), GAIN)


def colours(image_shape, **options):
    """The layer that makes an image from maps."""
    conv = layers.Conv2D(image_shape[-1], 1, dtype="float32")
    return EqualizedLearningRate(conv, dtype="float32", **options)


def enlarged(images, factor):
    """Images whose pixels are repeated."""
    return layers.UpSampling2D(factor, dtype="float32")(images) if factor > 1 else images


def _through(chain, x):
    for layer in chain:
        x = layer(x)
    return x


def widths_at(image_shape, filters, max_filters, coarsest=COARSEST):
    """The channels at each side, see `widths_of`; by default the paper's."""
    filters = filters or CHANNELS_TIMES_SIDE // image_shape[0]
    return widths_of(image_shape, filters, max_filters, coarsest)

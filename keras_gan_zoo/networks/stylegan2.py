"""The networks of StyleGAN2: a mapping to styles, a generator with skips, a residual discriminator.

Maps have `filters` channels at the side of the image, and twice as many with each halving, up to
`max_filters`.
"""

import keras
from keras import layers, ops

from keras_gan_zoo.layers import (
    EqualizedLearningRate,
    LearnedConstant,
    MinibatchStdDev,
    ModulatedConv2D,
    MovingMean,
    NoiseInjection,
    PixelNormalization,
    UpFirDown2D,
)
from keras_gan_zoo.layers.scaled_leaky_relu import scaled_leaky_relu
from keras_gan_zoo.networks.blocks.growing_widths import COARSEST, widths_of
from keras_gan_zoo.networks.blocks.initializers import normal

CHANNELS_TIMES_SIDE = 32768  # of configuration F


def stylegan2_generator(
    image_shape: tuple = (1024, 1024, 3),
    latent_dim: int = 512,
    style_dim: int = 512,
    mapping_layers: int = 8,
    filters: int | None = None,
    max_filters: int = 512,
) -> keras.Model:
    """A mapping network, and a synthesis network with skips that its styles modulate.

    Args:
        image_shape: `(side, side, channels)`, the side a power of two from 8 on.
        latent_dim: Size of a latent vector; latents are normal.
        style_dim: Size of a style.
        mapping_layers: Dense layers from latents to styles.
        filters: Channels at the image's side; by default 32,768 divided by the side, as in
            configuration F of the paper (E has half as many).
        max_filters: Most channels of all.

    Returns:
        A model from latents `(batch, latent_dim)` to images `(batch, *image_shape)`, which are
        linear: not held in [-1, 1]. Its layers `"mapping"`, to styles `(batch, style_dim)`, and
        `"synthesis"`, from styles `(batch, layers, style_dim)`, are models, too.

    Raises:
        ValueError: If the side is no power of two.

    References:
        Karras et al. 2019, Analyzing and Improving the Image Quality of StyleGAN, arXiv 1912.04958,
        section 2 and figure 7 (b), and the authors' `networks_stylegan2.py`.
    """
    mapping = style_mapping(latent_dim, style_dim, mapping_layers)
    synthesis = _synthesis(image_shape, style_dim, filters, max_filters)
    latents = keras.Input((latent_dim,), name="latents")
    styles = layers.RepeatVector(synthesis.input_shape[1])(mapping(latents))
    return keras.Model(latents, synthesis(styles), name="generator")


def stylegan2_discriminator(
    image_shape: tuple = (1024, 1024, 3), filters: int | None = None, max_filters: int = 512
) -> keras.Model:
    """A residual discriminator with filtered halvings and the deviation within a minibatch.

    Args:
        image_shape, filters, max_filters: As for `stylegan2_generator`.

    Returns:
        A model from images `(batch, *image_shape)` to logits `(batch, 1)`. The layer `"features"`
        is what the last one sees.

    Raises:
        ValueError: If the side is no power of two.

    References:
        Karras et al. 2019, arXiv 1912.04958, figure 7 (c), and the authors'
        `networks_stylegan2.py`.
    """
    widths = _widths(image_shape, filters, max_filters)
    samples = keras.Input(image_shape, name="samples")
    x = _conv(widths[-1], 1)(samples)
    for narrow, wide in zip(widths[:0:-1], widths[-2::-1], strict=True):
        skip = UpFirDown2D(down=2, padding=(1, 1))(x)
        skip = _conv(wide, 1, activation=None, use_bias=False)(skip)
        x = _conv(narrow, 3)(x)
        x = UpFirDown2D(padding=(2, 2))(x)
        x = _conv(wide, 3, strides=2, padding="valid")(x)
        x = layers.Rescaling(0.5**0.5)(layers.Add()([x, skip]))
    x = MinibatchStdDev()(x)
    x = _conv(widths[0], 3)(x)
    last, *_ = _widths(image_shape, filters, max_filters, COARSEST // 2)
    dense = layers.Dense(last, activation=scaled_leaky_relu)
    x = EqualizedLearningRate(dense, name="features")(layers.Flatten()(x))
    logits = EqualizedLearningRate(layers.Dense(1, dtype="float32"), dtype="float32")(x)
    return keras.Model(samples, logits, name="discriminator")


def style_mapping(latent_dim, style_dim, depth, activation=scaled_leaky_relu, gain=1.0):
    """Dense layers from latents, on the sphere, to styles, whose moving mean is kept."""
    latents = keras.Input((latent_dim,), name="latents")
    x = PixelNormalization()(latents)
    for _ in range(depth):
        dense = layers.Dense(style_dim, activation=activation)
        x = EqualizedLearningRate(dense, gain, multiplier=0.01)(x)
    return keras.Model(latents, MovingMean(name="mean")(x), name="mapping")


def _synthesis(image_shape, style_dim, filters, max_filters):
    """Two modulated convolutions at each side, of which the first doubles; the second at 4x4 alone.

    The layer of colours takes the style of the first convolution of the next side.
    """
    widths = _widths(image_shape, filters, max_filters)
    styles = keras.Input((2 * len(widths), style_dim), name="styles")
    style = ops.unstack(styles, 2 * len(widths), axis=1)
    x = LearnedConstant((COARSEST, COARSEST, widths[0]), normal(stddev=1.0))(styles)
    image = None
    for level, width in enumerate(widths):
        side = COARSEST * 2**level
        if level > 0:
            x = _styled_conv(x, style[2 * level - 1], width, f"up_{side}x{side}", upsample=True)
        x = _styled_conv(x, style[2 * level], width, f"conv_{side}x{side}")
        colours = ModulatedConv2D(
            image_shape[-1], 1, demodulate=False, name=f"colours_{side}x{side}"
        )((x, style[2 * level + 1]))
        colours = layers.Activation("linear", dtype="float32")(colours)
        if image is not None:
            image = UpFirDown2D(up=2, padding=(2, 1), dtype="float32")(image)
            colours = layers.Add(dtype="float32")([image, colours])
        image = colours
    return keras.Model(styles, image, name="synthesis")


def _styled_conv(x, style, width, name, upsample=False):
    x = ModulatedConv2D(width, upsample=upsample, name=name)((x, style))
    return layers.Activation(scaled_leaky_relu)(NoiseInjection()(x))


def _conv(width, size, activation=scaled_leaky_relu, padding="same", **options):
    conv = layers.Conv2D(width, size, padding=padding, activation=activation, **options)
    return EqualizedLearningRate(conv)


def _widths(image_shape, filters, max_filters, coarsest=COARSEST):
    filters = filters or CHANNELS_TIMES_SIDE // image_shape[0]
    return widths_of(image_shape, filters, max_filters, coarsest)

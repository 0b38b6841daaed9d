"""The generator of StyleGAN, with an output for each stage of its growth.

Its discriminator is `progan_discriminator(blur=True)`. Maps have `filters` channels at the side of
the image, and twice as many with each halving, up to `max_filters`.
"""

import keras
from keras import layers, ops

from keras_gan_zoo.layers import (
    AdaptiveInstanceNormalization,
    EqualizedLearningRate,
    FadeIn,
    LearnedConstant,
    NoiseInjection,
    ResizeConv2D,
    UpFirDown2D,
)
from keras_gan_zoo.networks.blocks.growing_widths import COARSEST
from keras_gan_zoo.networks.progan import GAIN, colours, enlarged, fade_name, widths_at
from keras_gan_zoo.networks.stylegan2 import style_mapping


def stylegan_generator(
    image_shape: tuple = (1024, 1024, 3),
    latent_dim: int = 512,
    style_dim: int = 512,
    mapping_layers: int = 8,
    filters: int | None = None,
    max_filters: int = 512,
) -> keras.Model:
    """A mapping network, and a synthesis network that grows and that its styles normalise.

    Args:
        image_shape: `(side, side, channels)`, the side a power of two from 8 on.
        latent_dim: Size of a latent vector; latents are normal.
        style_dim: Size of a style.
        mapping_layers: Dense layers from latents to styles.
        filters: Channels at the image's side; by default 16,384 divided by it, as in the paper.
        max_filters: Most channels of all.

    Returns:
        A model from latents `(batch, latent_dim)` to a list of images `(batch, *image_shape)`: what
        it makes at 4x4 pixels, at 8x8, and so on, enlarged, mixed by `FadeIn` layers as in
        `progan_generator`. Its layers `"mapping"`, to styles `(batch, style_dim)`, and
        `"synthesis"`, from styles `(batch, layers, style_dim)` to these, are models, too.

    Raises:
        ValueError: If the side is no power of two.

    References:
        Karras et al. 2018, A Style-Based Generator Architecture for GANs, arXiv 1812.04948, figure
        1 (b) and appendix C, and the authors' `networks_stylegan.py`.
    """
    mapping = style_mapping(latent_dim, style_dim, mapping_layers, "leaky_relu", GAIN)
    synthesis = _synthesis(image_shape, style_dim, filters, max_filters)
    latents = keras.Input((latent_dim,), name="latents")
    styles = layers.RepeatVector(synthesis.input_shape[1])(mapping(latents))
    return keras.Model(latents, synthesis(styles), name="generator")


def _synthesis(image_shape, style_dim, filters, max_filters):
    """Two styles at each side."""
    widths = widths_at(image_shape, filters, max_filters)
    styles = keras.Input((2 * len(widths), style_dim), name="styles")
    style = iter(ops.unstack(styles, 2 * len(widths), axis=1))
    x = LearnedConstant((COARSEST, COARSEST, widths[0]))(styles)
    image, outputs = None, []
    for level, width in enumerate(widths):
        side = COARSEST * 2**level
        if level > 0:
            doubled = ResizeConv2D(width, 3, use_bias=False)
            x = UpFirDown2D((1, 2, 1), padding=(1, 1))(EqualizedLearningRate(doubled, GAIN)(x))
        x = _styled(x, next(style))
        conv = layers.Conv2D(width, 3, padding="same", use_bias=False)
        x = _styled(EqualizedLearningRate(conv, GAIN)(x), next(style))
        new = colours(image_shape, name=f"colours_{side}x{side}")(x)
        if image is not None:
            new = FadeIn(name=fade_name(side), dtype="float32")([enlarged(image, 2), new])
        image = new
        outputs.append(enlarged(image, image_shape[0] // side))
    return keras.Model(styles, outputs, name="synthesis")


def _styled(x, style):
    """Noise, a bias and leaky ReLU, of slope 0.2 in Keras; then the style."""
    x = layers.Activation("leaky_relu")(NoiseInjection(per_channel=True, use_bias=True)(x))
    return AdaptiveInstanceNormalization()((x, style))

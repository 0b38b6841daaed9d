"""The networks of R3GAN: residual blocks of grouped convolutions, and nothing to normalise."""

import math

import keras
from keras import layers

from keras_gan_zoo.errors import sizes_of_image
from keras_gan_zoo.layers import GroupedConv2D, LearnedBasis, UpFirDown2D
from keras_gan_zoo.networks.blocks.condition_inputs import condition_input, model_of

SLOPE = 0.2
COARSEST = 4  # sides are halved until they are no larger, or odd
WIDTH, WIDEST_SIDE = 768, 32  # the authors' channels, of maps up to this side; beyond fewer
MOST = 10**5
EXPANSION = 2  # hidden channels of a block for each of its input


def r3gan_generator(
    image_shape: tuple = (32, 32, 3),
    latent_dim: int = 64,
    widths=None,
    blocks=2,
    group_width: int = 16,
    condition_dim: int | None = None,
) -> keras.Model:
    """Learned maps scaled by the latents, then stages of residual blocks, each of twice the side.

    Args:
        image_shape: `(height, width, channels)`, the sides multiples of `2 ** (len(widths) - 1)`.
        latent_dim: Size of a latent vector; latents are normal.
        widths: Channels of each stage, the coarsest first; by default the authors': stages from
            side 4 (or 5 to 7) on, with 768 channels up to side 32, and half as many for each
            doubling beyond.
        blocks: Residual blocks of each stage, or of all.
        group_width: Hidden channels of a block that its 3x3 convolution mixes; must divide
            `2 * width` of every stage.
        condition_dim: Features of the condition, if there is one.

    Returns:
        A model from latents `(batch, latent_dim)`, or with `condition_dim` from those and
        conditions `(batch, condition_dim)`, to images `(batch, *image_shape)`. They are linear, and
        leave `[-1, 1]` now and then.

    Raises:
        ValueError: If the sides, `blocks` or `group_width` do not fit `widths`.

    References:
        Huang et al. 2024, The GAN is dead; long live the GAN! A Modern GAN Baseline, arXiv
        2501.05441, configuration E and the authors' `Networks.py`.
    """
    widths, blocks, grid = _plan(image_shape, widths, blocks, group_width)
    latents, condition = keras.Input((latent_dim,), name="latents"), condition_input(condition_dim)
    x = latents
    if condition is not None:
        x = layers.Concatenate()([x, _dense(latent_dim)(condition)])
    x = LearnedBasis(grid, dtype="float32")(_dense(widths[0])(x))
    for index, (width, count) in enumerate(zip(widths, blocks, strict=True)):
        if x.shape[-1] != width:
            x = _linear(width)(x)
        if index:
            x = UpFirDown2D(up=2, padding=(2, 1))(x)
        for _ in range(count):
            x = _residual_block(x, group_width, sum(blocks))
    x = _linear(image_shape[-1])(x)
    return model_of(
        latents, condition, layers.Activation("linear", dtype="float32")(x), "generator"
    )


def r3gan_discriminator(
    image_shape: tuple = (32, 32, 3),
    widths=None,
    blocks=2,
    group_width: int = 16,
    condition_dim: int | None = None,
) -> keras.Model:
    """The generator's stages in reverse, and at the end one filter of the whole map per channel.

    Args:
        image_shape, widths, blocks, group_width, condition_dim: As for `r3gan_generator`.

    Returns:
        A model from images `(batch, *image_shape)` to logits `(batch, 1)`. With `condition_dim` it
        takes conditions `(batch, condition_dim)`, too, and the logits are the inner product of
        features and a linear map of the condition.

    Raises:
        ValueError: As `r3gan_generator`.

    References:
        As for `r3gan_generator`.
    """
    widths, blocks, grid = _plan(image_shape, widths, blocks, group_width)
    samples, condition = keras.Input(image_shape, name="samples"), condition_input(condition_dim)
    x = _linear(widths[-1])(samples)
    for index in reversed(range(len(widths))):
        for _ in range(blocks[index]):
            x = _residual_block(x, group_width, sum(blocks))
        if index:
            x = UpFirDown2D(down=2, padding=(1, 1))(x)
            if x.shape[-1] != widths[index - 1]:
                x = _linear(widths[index - 1])(x)
    filters = keras.initializers.RandomNormal(stddev=1.0 / math.sqrt(math.prod(grid)))
    x = layers.DepthwiseConv2D(
        grid, use_bias=False, depthwise_initializer=filters, dtype="float32", name="basis"
    )(x)
    x = layers.Flatten(dtype="float32")(x)
    if condition is None:
        return model_of(samples, condition, _dense(1)(x), "discriminator")
    features, embedded = _dense(widths[0])(x), _dense(widths[0], 1.0 / widths[0])(condition)
    logits = layers.Dot(1, dtype="float32")([features, embedded])
    return model_of(samples, condition, logits, "discriminator")


def _residual_block(x, group_width, num_blocks):
    """`x + W3 a(W2 a(W1 x))`, 1x1, 3x3 in groups, and 1x1; starts as the identity.

    The first two layers start smaller the more blocks there are (Zhang et al. 2019, Fixup
    Initialization, arXiv 1901.09321), which stands in for normalisation.
    """
    width, hidden = x.shape[-1], EXPANSION * x.shape[-1]
    scale = 2.0 / (1.0 + SLOPE**2) / math.sqrt(num_blocks)
    y = layers.Conv2D(hidden, 1, kernel_initializer=_initializer(scale))(x)
    y = layers.LeakyReLU(negative_slope=SLOPE)(y)
    y = GroupedConv2D(
        hidden, 3, hidden // group_width, padding="same", kernel_initializer=_initializer(scale)
    )(y)
    y = layers.LeakyReLU(negative_slope=SLOPE)(y)
    y = layers.Conv2D(width, 1, use_bias=False, kernel_initializer="zeros")(y)
    return layers.Add()([x, y])


def _linear(filters):
    return layers.Conv2D(filters, 1, use_bias=False, kernel_initializer=_initializer())


def _dense(units, scale=1.0):
    return layers.Dense(
        units, use_bias=False, kernel_initializer=_initializer(scale), dtype="float32"
    )


def _initializer(scale=1.0):
    """Normal, with variance `scale` over the number of inputs."""
    return keras.initializers.VarianceScaling(scale, "fan_in", "untruncated_normal")


def _plan(image_shape, widths, blocks, group_width):
    """Channels and blocks of each stage, and the sides of the coarsest maps; or `ValueError`."""
    height, width, _ = sizes_of_image(image_shape)
    widths = _default_widths(height, width) if widths is None else _counts("widths", widths, 1)
    blocks = _counts("blocks", (blocks,) * len(widths) if isinstance(blocks, int) else blocks, 0)
    if len(blocks) != len(widths) or sum(blocks) < 1:
        raise ValueError(
            f"Expected `blocks` to be a number, or one for each of {len(widths)} stages, with at "
            f"least one block in all. Received: blocks={blocks}"
        )
    scale = 2 ** (len(widths) - 1)
    if height % scale or width % scale:
        raise ValueError(
            f"Expected the sides of `image_shape` to be multiples of {scale}, for {len(widths)} "
            f"stages in `widths`. Received: image_shape={tuple(image_shape)}"
        )
    if any(EXPANSION * channels % group_width for channels in widths):
        raise ValueError(
            f"Expected `widths` whose doubles are multiples of group_width={group_width}. "
            f"Received: widths={widths}"
        )
    return widths, blocks, (height // scale, width // scale)


def _counts(name, values, least):
    """The values as a tuple, if they are whole numbers, from `least` on and not absurd."""
    try:
        counts = tuple(values)
    except TypeError:
        counts = ()
    if not counts or not all(isinstance(one, int) and least <= one <= MOST for one in counts):
        raise ValueError(
            f"Expected `{name}` to be integers from {least} to {MOST}, one for each stage. "
            f"Received: {values!r}"
        )
    return counts


def _default_widths(*sides):
    stages = 1
    while all(side % 2**stages == 0 and side // 2**stages >= COARSEST for side in sides):
        stages += 1
    finest_first = [min(sides) // 2**index for index in range(stages)]
    return tuple(WIDTH * WIDEST_SIDE // max(WIDEST_SIDE, side) for side in finest_first[::-1])

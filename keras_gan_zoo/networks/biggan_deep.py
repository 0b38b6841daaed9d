"""The networks of BigGAN-deep: bottleneck blocks, and shortcuts that are nearly identities."""

import keras
from keras import layers

from keras_gan_zoo.layers import (
    Chunks,
    ConditionalBatchNormalization,
    GlobalSumPooling2D,
    ResizeConv2D,
    SelfAttention2D,
)
from keras_gan_zoo.networks.biggan import (
    attention_side,
    shared_embedding,
    side_of,
    to_images,
)
from keras_gan_zoo.networks.blocks.condition_inputs import Conditioning, condition_input, model_of
from keras_gan_zoo.networks.blocks.normalization import Normalization
from keras_gan_zoo.networks.blocks.residual import check_attention

# Multiples of the base width: the generator's grid and stages, then the discriminator's first maps,
# and its stages with whether they downsample.
SIDES = {
    8: ((4, 4), 4, ((4, True),)),
    16: ((4, 4, 4), 4, ((4, True), (4, True))),
    28: ((4, 4, 4), 4, ((4, True), (4, True), (4, False))),
    32: ((4, 4, 4, 4), 4, ((4, True), (4, True), (4, False))),
    64: ((16, 16, 8, 4, 2), 1, ((2, True), (4, True), (8, True), (16, True))),
    128: ((16, 16, 8, 4, 2, 1), 1, ((2, True), (4, True), (8, True), (16, True), (16, True))),
    256: (
        (16, 16, 8, 8, 4, 2, 1),
        1,
        ((2, True), (4, True), (8, True), (8, True), (16, True), (16, True)),
    ),
}
BOTTLENECK = 4  # channels of a block for each inside of it


def biggan_deep_generator(
    image_shape: tuple = (128, 128, 3),
    latent_dim: int = 128,
    filters: int = 128,
    condition_dim: int | None = None,
    shared_dim: int = 128,
    attention: int | None = None,
    momentum: float = 0.9,
) -> keras.Model:
    """Two bottleneck blocks a stage, all of them normalised as the class and all latents say.

    Where a block has fewer channels than its input, its shortcut drops the last of these.

    Args:
        image_shape: `(side, side, channels)` with side 8, 16, 28, 32, 64, 128 or 256.
        latent_dim: Size of a latent vector; latents are normal.
        filters: Base width: that of the last stage at side 128 and above, half of it at 64, a
            quarter below. A multiple of 4.
        condition_dim, shared_dim, attention, momentum: See `biggan_generator`.

    Returns:
        As `biggan_generator`.

    Raises:
        ValueError: If `image_shape`, `filters` or `attention` is none of these.

    References:
        Brock et al. 2018, Large Scale GAN Training for High Fidelity Natural Image Synthesis,
        arXiv 1809.11096, appendix B, tables 7 to 9 (a), and the authors' `BigGANdeep.py`.
    """
    side = side_of(image_shape, SIDES)
    _check_filters(filters)
    first, *widths = (filters * factor for factor in SIDES[side][0])
    attention, grid = attention_side(image_shape, attention), side // 2 ** len(widths)
    check_attention(attention, [grid * 2 ** (index + 1) for index in range(len(widths))])
    latents, condition = keras.Input((latent_dim,), name="latents"), condition_input(condition_dim)
    given = latents
    if condition is not None:
        given = layers.Concatenate()([shared_embedding(condition, shared_dim), latents])
    kernels = Normalization("spectral", initializer="orthogonal")

    def activated(x):
        normalize = ConditionalBatchNormalization(momentum=momentum, spectral_normalization=True)
        return layers.ReLU()(normalize((x, given)))

    def block(x, count, double):
        inside = x.shape[-1] // BOTTLENECK
        y = activated(kernels.kernel(layers.Conv2D(inside, 1))(activated(x)))
        y = kernels.kernel(ResizeConv2D(inside, 3, 2 if double else 1))(y)
        y = kernels.kernel(layers.Conv2D(inside, 3, padding="same"))(activated(y))
        y = kernels.kernel(layers.Conv2D(count, 1))(activated(y))
        if x.shape[-1] != count:
            x = Chunks(x.shape[-1] // count)(x)[0]
        return layers.Add()([y, layers.UpSampling2D(2)(x) if double else x])

    x = kernels.kernel(layers.Dense(grid * grid * first))(given)
    x = layers.Reshape((grid, grid, first))(x)
    for count in widths:
        x = block(block(x, x.shape[-1], double=False), count, double=True)
        if x.shape[1] == attention:
            x = SelfAttention2D()(x)
    x = to_images(x, image_shape[-1], kernels, momentum)
    return model_of(latents, condition, x, "generator")


def biggan_deep_discriminator(
    image_shape: tuple = (128, 128, 3),
    filters: int = 128,
    condition_dim: int | None = None,
    attention: int | None = None,
) -> keras.Model:
    """Two bottleneck blocks a stage, self-attention and a projection.

    Where a block has more channels than its input, its shortcut appends a 1x1 convolution's.

    Args:
        image_shape, condition_dim, attention: As for `biggan_deep_generator`.
        filters: Base width: that of the first maps at side 64 and above, a quarter of it below. A
            multiple of 4.

    Returns:
        As `biggan_discriminator`.

    Raises:
        ValueError: If `image_shape`, `filters` or `attention` is none of these.

    References:
        Brock et al. 2018, arXiv 1809.11096, appendix B, tables 7 to 9 (b), and the authors'
        `BigGANdeep.py`.
    """
    _, first, stages = SIDES[side_of(image_shape, SIDES)]
    _check_filters(filters)
    attention = attention_side(image_shape, attention)
    samples, condition = keras.Input(image_shape, name="samples"), condition_input(condition_dim)
    kernels = Normalization("spectral", initializer="orthogonal")

    def block(x, count, halve):
        y = x
        for size in (1, 3, 3):
            conv = layers.Conv2D(count // BOTTLENECK, size, padding="same")
            y = kernels.kernel(conv)(layers.ReLU()(y))
        y = layers.ReLU()(y)
        if halve:
            x, y = layers.AveragePooling2D(2)(x), layers.AveragePooling2D(2)(y)
        y = kernels.kernel(layers.Conv2D(count, 1))(y)
        if more := count - x.shape[-1]:
            x = layers.Concatenate()([x, kernels.kernel(layers.Conv2D(more, 1))(x)])
        return layers.Add()([y, x])

    x = kernels.kernel(layers.Conv2D(filters * first, 3, padding="same"))(samples)
    sides = []
    for factor, halve in stages:
        x = block(block(x, filters * factor, halve), filters * factor, halve=False)
        if x.shape[1] == attention and attention not in sides:
            x = SelfAttention2D()(x)
        sides.append(x.shape[1])
    check_attention(attention, sides)
    features = GlobalSumPooling2D(name="features", dtype="float32")(layers.ReLU()(x))
    logits = Conditioning(condition, "projection", kernels).logits(features)
    return model_of(samples, condition, logits, "discriminator")


def _check_filters(filters):
    if filters % BOTTLENECK:
        raise ValueError(
            f"Expected `filters` to be a multiple of {BOTTLENECK}, for bottlenecks of a quarter of "
            f"a block's channels. Received: filters={filters}"
        )

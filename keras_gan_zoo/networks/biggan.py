"""The networks of BigGAN."""

import functools

import keras
from keras import layers

from keras_gan_zoo.errors import sizes_of_image
from keras_gan_zoo.layers import (
    BatchNormalization,
    Chunks,
    ConditionalBatchNormalization,
    SelfAttention2D,
)
from keras_gan_zoo.networks.blocks.condition_inputs import condition_input, model_of
from keras_gan_zoo.networks.blocks.normalization import Normalization
from keras_gan_zoo.networks.blocks.residual import (
    check_attention,
    doubling_block,
    residual_discriminator,
)

# Multiples of the base width: the generator's grid and blocks, then the discriminator's blocks with
# whether they downsample.
SIDES = {
    8: ((4, 4), ((4, True), (4, False))),
    16: ((4, 4, 4), ((4, True), (4, True), (4, False))),
    28: ((4, 4, 4), ((4, True), (4, True), (4, False), (4, False))),
    32: ((4, 4, 4, 4), ((4, True), (4, True), (4, False), (4, False))),
    64: ((16, 16, 8, 4, 2), ((1, True), (2, True), (4, True), (8, True), (16, False))),
    128: (
        (16, 16, 8, 4, 2, 1),
        ((1, True), (2, True), (4, True), (8, True), (16, True), (16, False)),
    ),
    256: (
        (16, 16, 8, 8, 4, 2, 1),
        ((1, True), (2, True), (4, True), (8, True), (8, True), (16, True), (16, False)),
    ),
}
ATTENTION = 64  # side of the maps that attention follows in the paper


def biggan_generator(
    image_shape: tuple = (128, 128, 3),
    latent_dim: int = 120,
    filters: int = 96,
    condition_dim: int | None = None,
    shared_dim: int = 128,
    attention: int | None = None,
    momentum: float = 0.9,
) -> keras.Model:
    """Residual blocks, each normalised as the class and its own chunk of the latents say.

    Classes are embedded once for all blocks, in the layer `"shared_embedding"`. The first chunk of
    the latents makes the coarsest maps. All kernels but the embedding's are spectrally normalised,
    those of gains and biases included, and start orthogonal.

    Args:
        image_shape: `(side, side, channels)` with side 8, 16, 28, 32, 64, 128 or 256.
        latent_dim: Size of a latent vector, a multiple of the number of blocks and one more: of 6
            at side 128, 4 at 32, 3 at 28. Latents are normal.
        filters: Base width: that of the last block at side 128 and above, half of it at 64, a
            quarter below.
        condition_dim: Features of the condition, such as the number of classes, if there is one.
        shared_dim: Size of its embedding.
        attention: Side of the feature maps that self-attention follows, 0 for none; by default 64,
            or half the image's side where that is less.
        momentum: Decay of the moving statistics of batch normalisation.

    Returns:
        A model from latents `(batch, latent_dim)`, or with `condition_dim` from those and
        conditions `(batch, condition_dim)`, to images `(batch, *image_shape)` in `[-1, 1]`.

    Raises:
        ValueError: If `image_shape`, `latent_dim` or `attention` is none of these.

    References:
        Brock et al. 2018, Large Scale GAN Training for High Fidelity Natural Image Synthesis,
        arXiv 1809.11096, section 3.1, tables 4 to 6 (a), and the authors' `BigGAN.py`.
    """
    side = side_of(image_shape, SIDES)
    first, *widths = (filters * factor for factor in SIDES[side][0])
    count = len(widths) + 1
    if latent_dim % count:
        raise ValueError(
            f"Expected `latent_dim` to be a multiple of {count}: a chunk for the coarsest maps, "
            f"and one for each block. Received: latent_dim={latent_dim}"
        )
    attention, grid = attention_side(image_shape, attention), side // 2 ** len(widths)
    check_attention(attention, [grid * 2**index for index in range(1, count)])
    latents, condition = keras.Input((latent_dim,), name="latents"), condition_input(condition_dim)
    start, *conditions = Chunks(count)(latents)
    if condition is not None:
        shared = shared_embedding(condition, shared_dim)
        conditions = [layers.Concatenate()([shared, chunk]) for chunk in conditions]

    def activated(x, condition):
        normalize = ConditionalBatchNormalization(momentum=momentum, spectral_normalization=True)
        return layers.ReLU()(normalize((x, condition)))

    kernels = Normalization("spectral", initializer="orthogonal")
    x = kernels.kernel(layers.Dense(grid * grid * first))(start)
    x = layers.Reshape((grid, grid, first))(x)
    for width, chunk in zip(widths, conditions, strict=True):
        x = doubling_block(x, width, kernels, functools.partial(activated, condition=chunk))
        if x.shape[1] == attention:
            x = SelfAttention2D()(x)
    x = to_images(x, image_shape[-1], kernels, momentum)
    return model_of(latents, condition, x, "generator")


def shared_embedding(condition, size: int):
    """A linear map of the condition, which all blocks of a generator share."""
    options = {"kernel_initializer": "orthogonal", "name": "shared_embedding"}
    return layers.Dense(size, use_bias=False, **options)(condition)


def to_images(x, channels: int, kernels: Normalization, momentum: float):
    """The end of both generators: batch normalisation, ReLU, a convolution and `tanh`."""
    x = layers.ReLU()(BatchNormalization(momentum=momentum, epsilon=1e-5)(x))
    x = kernels.kernel(layers.Conv2D(channels, 3, padding="same"))(x)
    return layers.Activation("tanh", dtype="float32")(x)


def biggan_discriminator(
    image_shape: tuple = (128, 128, 3),
    filters: int = 96,
    condition_dim: int | None = None,
    attention: int | None = None,
) -> keras.Model:
    """Wide residual blocks with spectral normalisation, self-attention and a projection.

    Args:
        image_shape, condition_dim, attention: As for `biggan_generator`.
        filters: Base width: that of the first block at side 64 and above, a quarter of it below.

    Returns:
        A model from images `(batch, *image_shape)`, or with `condition_dim` from those and
        conditions `(batch, condition_dim)`, to logits `(batch, 1)`.

    Raises:
        ValueError: If `image_shape` or `attention` is none of these.

    References:
        Brock et al. 2018, arXiv 1809.11096, tables 4 to 6 (b), and the authors' `BigGAN.py`.
    """
    return residual_discriminator(
        image_shape,
        tuple((filters * factor, down) for factor, down in SIDES[side_of(image_shape, SIDES)][1]),
        condition_dim=condition_dim,
        attention=attention_side(image_shape, attention),
        wide=True,
        initializer="orthogonal",
    )


def attention_side(image_shape, attention):
    """The side of the maps that attention follows: by default the paper's, or half the image's."""
    return min(ATTENTION, image_shape[0] // 2) if attention is None else attention or None


def side_of(image_shape, known):
    """The side of square images, if it is among those that are known, or a `ValueError`."""
    height, width, _ = sizes_of_image(image_shape)
    if height != width or height not in known:
        raise ValueError(
            f"Expected `image_shape` (side, side, channels) with a side among {sorted(known)}. "
            f"Received: image_shape={tuple(image_shape)}"
        )
    return height

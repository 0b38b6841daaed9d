"""The networks of SNGAN and of the projection discriminator, for every size of the papers."""

import keras
from keras import layers

from keras_gan_zoo.errors import sizes_of_image
from keras_gan_zoo.layers import (
    BatchNormalization,
    ConditionalBatchNormalization,
    Conv2D,
    TransposedConv2D,
)
from keras_gan_zoo.networks.blocks.condition_inputs import Conditioning, condition_input, model_of
from keras_gan_zoo.networks.blocks.initializers import normal
from keras_gan_zoo.networks.blocks.normalization import Normalization
from keras_gan_zoo.networks.blocks.residual import residual_discriminator, residual_generator

# Multiples of the base width: the generator's grid and blocks, then the discriminator's blocks
# with whether they downsample. Small images keep one width.
RESNETS = {
    8: ((1, 1), ((1, True), (1, False), (1, False), (1, False))),
    16: ((1, 1, 1), ((1, True), (1, True), (1, False), (1, False))),
    28: ((1, 1, 1), ((1, True), (1, True), (1, False), (1, False))),
    32: ((1, 1, 1, 1), ((1, True), (1, True), (1, False), (1, False))),
    48: ((8, 4, 2, 1), ((1, True), (2, True), (4, True), (8, True), (16, False))),
    64: ((16, 8, 4, 2, 1), ((1, True), (2, True), (4, True), (8, True), (16, True))),
    128: (
        (16, 16, 8, 4, 2, 1),
        ((1, True), (2, True), (4, True), (8, True), (16, True), (16, False)),
    ),
}


def sngan_resnet_generator(
    image_shape: tuple = (32, 32, 3),
    latent_dim: int = 128,
    filters: int | None = None,
    condition_dim: int | None = None,
    normalization: str = "none",
    attention: int | None = None,
    momentum: float = 0.9,
    epsilon: float = 2e-5,
) -> keras.Model:
    """The residual generator of SNGAN.

    Args:
        image_shape: `(side, side, channels)` with side 8, 16, 28, 32, 48, 64 or 128.
        latent_dim: Size of a latent vector; latents are normal.
        filters: Base width: 256 by default up to side 32 (the width of all blocks), 64 above
            (the width of the last block).
        condition_dim, normalization, attention, momentum, epsilon: See the returns, and
            `residual_generator`.

    Returns:
        A model from latents `(batch, latent_dim)`, or with `condition_dim` from those and
        conditions `(batch, condition_dim)`, to images `(batch, *image_shape)` in `[-1, 1]`.

    References:
        Miyato et al. 2018, Spectral Normalization for Generative Adversarial Networks, arXiv
        1802.05957, tables 4 to 6 (a).
    """
    side = _resnet_side(image_shape)
    unit = filters or (256 if side <= 32 else 64)
    widths = tuple(unit * factor for factor in RESNETS[side][0])
    return residual_generator(
        image_shape,
        latent_dim,
        widths,
        condition_dim,
        normalization,
        attention,
        momentum,
        epsilon,
    )


def sngan_resnet_discriminator(
    image_shape: tuple = (32, 32, 3),
    filters: int | None = None,
    normalization: str = "spectral",
    condition_dim: int | None = None,
    conditioning: str = "projection",
    attention: int | None = None,
    wide: bool = False,
) -> keras.Model:
    """The residual discriminator of SNGAN, and of the projection discriminator.

    Args:
        image_shape: `(side, side, channels)` with side 8, 16, 28, 32, 48, 64 or 128.
        filters: Base width: 128 by default up to side 32, 64 above.
        normalization: `"spectral"`, `"weight"`, `"batch"` or `"layer"`, the last three without
            a trained multiplier (section 4); `"orthonormal"`, with kernels that start so; or
            `"none"`. `"gradient_penalty"` and `"weight_clipping"` build a plain network, too.
        condition_dim: Features of the condition, if there is one.
        conditioning: `"projection"`, `"input_concat"` or `"hidden_concat"`.
        attention, wide: See `residual_discriminator`.

    Returns:
        A model from images `(batch, *image_shape)`, or with `condition_dim` from those and
        conditions `(batch, condition_dim)`, to logits `(batch, 1)`.

    References:
        Miyato et al. 2018, arXiv 1802.05957, tables 4 to 6 (b). Miyato and Koyama 2018, cGANs
        with Projection Discriminator, arXiv 1802.05637, figure 14.
    """
    side = _resnet_side(image_shape)
    unit = filters or (128 if side <= 32 else 64)
    return residual_discriminator(
        image_shape,
        tuple((unit * factor, downsample) for factor, downsample in RESNETS[side][1]),
        normalization,
        condition_dim,
        conditioning,
        attention,
        wide,
        use_bias=side > 32,  # as in the authors' code
    )


def sngan_cnn_generator(
    image_shape: tuple = (32, 32, 3),
    latent_dim: int = 128,
    filters: int = 64,
    condition_dim: int | None = None,
) -> keras.Model:
    """The standard CNN generator of SNGAN: a projection, then 4x4 transposed convolutions.

    As the table prints it, neither normalisation nor ReLU follows the projection; circulating
    implementations have both there.

    Args:
        image_shape: `(side, side, channels)`, the side a multiple of 8, or of 4.
        latent_dim: Size of a latent vector; latents are normal.
        filters: Channels of the finest hidden maps; they double towards the latents.
        condition_dim: Features of the condition of batch normalisation, if there is one.

    Returns:
        As `sngan_resnet_generator`.

    References:
        Miyato et al. 2018, arXiv 1802.05957, table 3 (a).
    """
    side, doublings = _cnn_grid(image_shape)
    latents, condition = keras.Input((latent_dim,), name="latents"), condition_input(condition_dim)
    base = (side, side, filters * 2**doublings)
    x = layers.Dense(side * side * base[-1], kernel_initializer=normal())(latents)
    x = layers.Reshape(base)(x)
    for index in reversed(range(doublings)):
        x = TransposedConv2D(filters * 2**index, 4, kernel_initializer=normal())(x)
        if condition is None:
            x = BatchNormalization(momentum=0.9, epsilon=2e-5)(x)
        else:
            x = ConditionalBatchNormalization(momentum=0.9, epsilon=2e-5)((x, condition))
        x = layers.ReLU()(x)
    x = layers.Conv2D(image_shape[-1], 3, padding="same", kernel_initializer=normal())(x)
    x = layers.Activation("tanh", dtype="float32")(x)
    return model_of(latents, condition, x, "generator")


def sngan_cnn_discriminator(
    image_shape: tuple = (32, 32, 3),
    filters: int = 64,
    normalization: str = "spectral",
    condition_dim: int | None = None,
    conditioning: str = "projection",
) -> keras.Model:
    """The standard CNN discriminator of SNGAN: 7 convolutions, every second one strided.

    Args:
        image_shape: `(side, side, channels)`, the side a multiple of 8, or of 4 (5 convolutions).
        filters: Channels of the first layer; they double with each halving.
        normalization, condition_dim, conditioning: See `sngan_resnet_discriminator`; the features
            of the projection are the flattened last maps.

    Returns:
        As `sngan_resnet_discriminator`.

    References:
        Miyato et al. 2018, arXiv 1802.05957, table 3 (b).
    """
    _, doublings = _cnn_grid(image_shape)
    kernels = Normalization(normalization, multiplier=False)
    samples, condition = keras.Input(image_shape, name="samples"), condition_input(condition_dim)
    conditions = Conditioning(condition, conditioning, kernels)
    plan = [(filters, 3, 1)]
    for index in range(doublings):
        plan += [(filters * 2**index, 4, 2), (filters * 2 ** (index + 1), 3, 1)]
    x = conditions.at_input(samples)
    for index, (count, size, stride) in enumerate(plan):
        conv = Conv2D(count, size, stride, "same", kernel_initializer=normal())
        x = kernels.kernel(conv)(x)
        x = layers.LeakyReLU(negative_slope=0.1)(x if index == 0 else kernels.activations(x))
        if index + 1 == len(plan) // 2:
            x = conditions.at_hidden(x)
    features = layers.Flatten(name="features")(x)
    return model_of(
        samples, condition, conditions.logits(features, initializer=normal()), "discriminator"
    )


def _resnet_side(image_shape):
    height, width, _ = sizes_of_image(image_shape)
    if height != width or height not in RESNETS:
        raise ValueError(
            f"Expected `image_shape` (side, side, channels) with a side among {sorted(RESNETS)}. "
            f"Received: image_shape={tuple(image_shape)}"
        )
    return height


def _cnn_grid(image_shape):
    """The side of the coarsest grid, and how often it doubles to the image."""
    height, width, _ = sizes_of_image(image_shape)
    doublings = 3 if height % 8 == 0 else 2
    if height != width or height % 4:
        raise ValueError(
            "Expected `image_shape` (side, side, channels) with a side that 4 divides. "
            f"Received: image_shape={tuple(image_shape)}"
        )
    return height // 2**doublings, doublings

"""Residual generators and discriminators of SNGAN, SAGAN and WGAN-GP, at any width and depth."""

import keras
from keras import layers

from keras_gan_zoo.errors import check_choice, sizes_of_image
from keras_gan_zoo.layers import (
    BatchNormalization,
    ConditionalBatchNormalization,
    Conv2D,
    GlobalSumPooling2D,
    ResizeConv2D,
    SelfAttention2D,
)
from keras_gan_zoo.networks.blocks.condition_inputs import Conditioning, condition_input, model_of
from keras_gan_zoo.networks.blocks.initializers import residual
from keras_gan_zoo.networks.blocks.normalization import Normalization


def residual_generator(
    image_shape: tuple,
    latent_dim: int,
    widths: tuple,
    condition_dim: int | None = None,
    normalization: str = "none",
    attention: int | None = None,
    momentum: float = 0.9,
    epsilon: float = 2e-5,
) -> keras.Model:
    """A projection to the coarsest grid, then residual blocks that each double it.

    Args:
        image_shape: `(height, width, channels)`; the sides must be multiples of
            `2 ** (len(widths) - 1)`.
        latent_dim: Size of a latent vector.
        widths: Channels of the coarsest grid, then of each block.
        condition_dim: Features of the condition of batch normalisation, if there is one.
        normalization: Of kernels: `"none"`, or `"spectral"` as in SAGAN.
        attention: Side of the feature maps that a self-attention block follows, if any.
        momentum, epsilon: Of batch normalisation.

    Returns:
        A model from latents `(batch, latent_dim)`, or from those and conditions
        `(batch, condition_dim)`, to images `(batch, *image_shape)` in `[-1, 1]`.

    Raises:
        ValueError: If the sides do not divide, or no block ends at `attention`.
    """
    check_choice("normalization", normalization, ("none", "spectral"))
    kernels = Normalization(normalization)
    height, width, channels = sizes_of_image(image_shape)
    scale = 2 ** (len(widths) - 1)
    if height % scale or width % scale:
        raise ValueError(
            f"Expected the sides of `image_shape` to be multiples of {scale}. "
            f"Received: image_shape={tuple(image_shape)}"
        )
    base = (height // scale, width // scale, widths[0])
    check_attention(attention, [base[0] * 2**index for index in range(1, len(widths))])
    latents, condition = keras.Input((latent_dim,), name="latents"), condition_input(condition_dim)

    def activated(x, condition):
        if condition is None:
            x = BatchNormalization(momentum=momentum, epsilon=epsilon)(x)
        else:
            normalize = ConditionalBatchNormalization(momentum=momentum, epsilon=epsilon)
            x = normalize((x, condition))
        return layers.ReLU()(x)

    x = kernels.kernel(layers.Dense(base[0] * base[1] * base[2]))(latents)
    x = layers.Reshape(base)(x)
    for count in widths[1:]:
        x = doubling_block(x, count, kernels, lambda maps: activated(maps, condition))
        if x.shape[1] == attention:
            x = SelfAttention2D(spectral_normalization=normalization == "spectral")(x)
    x = activated(x, None)
    x = kernels.kernel(layers.Conv2D(channels, 3, padding="same"))(x)
    x = layers.Activation("tanh", dtype="float32")(x)
    return model_of(latents, condition, x, "generator")


def residual_discriminator(
    image_shape: tuple,
    blocks: tuple,
    normalization: str = "spectral",
    condition_dim: int | None = None,
    conditioning: str = "projection",
    attention: int | None = None,
    wide: bool = False,
    pooling: str = "sum",
    use_bias: bool = True,
    initializer: str | None = None,
) -> keras.Model:
    """Residual blocks, ReLU, global pooling, a linear unit and, perhaps, a projection.

    Args:
        image_shape: `(height, width, channels)`.
        blocks: `(channels, downsample)` of each block; the first has no leading ReLU.
        normalization: See `kgz.networks.sngan_resnet_discriminator`.
        condition_dim: Features of the condition, if there is one.
        conditioning: `"projection"`, `"input_concat"` or `"hidden_concat"`.
        attention: Side of the feature maps that a self-attention block follows, if any.
        wide: Whether the hidden layer of a block has its output's channels, not its input's.
        pooling: `"sum"` or `"mean"` over positions.
        use_bias: Whether the linear unit has a bias.
        initializer: Of all kernels outside of attention; by default Glorot's, wider by root 2 in
            3x3 convolutions.

    Returns:
        A model from images `(batch, *image_shape)`, or from those and conditions
        `(batch, condition_dim)`, to logits `(batch, 1)`. The layer `"features"` is pooled.

    Raises:
        ValueError: On an unknown option, or if no block ends at `attention`.
    """
    check_choice("pooling", pooling, ("sum", "mean"))
    kernels = Normalization(normalization, multiplier=False, initializer=initializer)
    samples, condition = keras.Input(image_shape, name="samples"), condition_input(condition_dim)
    conditions = Conditioning(condition, conditioning, kernels)

    def activated(x):
        return layers.ReLU()(kernels.activations(x))

    x = conditions.at_input(samples)
    sides = []
    for index, (count, downsample) in enumerate(blocks):
        first = index == 0
        shortcut = layers.AveragePooling2D(2)(x) if downsample else x
        # Pooling and a 1x1 convolution commute; this order is cheaper.
        if first or downsample or x.shape[-1] != count:
            shortcut = kernels.kernel(layers.Conv2D(count, 1))(shortcut)
        hidden = count if first or wide else x.shape[-1]
        x = kernels.kernel(_conv3(hidden))(x if first else activated(x))
        x = kernels.kernel(_conv3(count, pooling=2 if downsample else 1))(activated(x))
        x = layers.Add()([x, shortcut])
        if x.shape[1] == attention and attention not in sides:
            x = SelfAttention2D(spectral_normalization=normalization == "spectral")(x)
        sides.append(x.shape[1])
        if index + 1 == len(blocks) // 2:
            x = conditions.at_hidden(x)
    check_attention(attention, sides)
    pool = GlobalSumPooling2D if pooling == "sum" else layers.GlobalAveragePooling2D
    features = pool(name="features", dtype="float32")(activated(x))
    logits = conditions.logits(features, use_bias)
    return model_of(samples, condition, logits, "discriminator")


def doubling_block(x, filters: int, kernels: Normalization, activated):
    """A residual block of a generator, which doubles the side of its maps.

    Args:
        x: Maps.
        filters: Channels of the outcome.
        kernels: What normalises kernels.
        activated: The layers before each 3x3 convolution, as a function of maps.
    """
    shortcut = kernels.kernel(layers.Conv2D(filters, 1))(x)
    x = kernels.kernel(ResizeConv2D(filters, 3, 2, kernel_initializer=residual()))(activated(x))
    x = kernels.kernel(_conv3(filters))(activated(x))
    # A 1x1 convolution and nearest-neighbour enlargement commute; this order is cheaper.
    return layers.Add()([x, layers.UpSampling2D(2)(shortcut)])


def _conv3(filters, **options):
    return Conv2D(filters, 3, padding="same", kernel_initializer=residual(), **options)


def check_attention(attention: int | None, sides):
    """Raises `ValueError` unless attention follows maps of one of these sides, or none."""
    if attention is not None and attention not in sides:
        raise ValueError(
            f"Expected `attention` to be the side of a block's output, one of {sorted(set(sides))}."
            f" Received: {attention!r}"
        )

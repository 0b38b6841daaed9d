"""The networks of DCGAN, at any square power-of-two size and at 28x28."""

from typing import Any

import keras
from keras import layers

from keras_gan_zoo.layers import BatchNormalization, ConcatenateCondition, Conv2D, TransposedConv2D
from keras_gan_zoo.networks.blocks.condition_inputs import Conditioning, condition_input, model_of
from keras_gan_zoo.networks.blocks.initializers import normal
from keras_gan_zoo.networks.blocks.normalization import Normalization

MAX_FILTERS = 1024


def dcgan_generator(
    image_shape: tuple,
    latent_dim: int,
    filters: int = 128,
    kernel_size: int = 5,
    use_bias: bool = False,
    per_unit: bool = True,
    extra_convolution: bool = False,
    condition_dim: int | None = None,
) -> keras.Model:
    """A projection to the coarsest grid, then transposed convolutions that double it.

    Batch normalisation and ReLU everywhere but at the output, which is `tanh`.

    Args:
        image_shape: `(height, width, channels)`, square.
        latent_dim: Size of a latent vector.
        filters: Channels of the last hidden layer; they double towards the latents, up to 1024.
        kernel_size: Side of all kernels; 4 in the widespread PyTorch version.
        use_bias: Whether convolutions and the projection have biases.
        per_unit: Whether the projection is normalised per unit, as in the authors' code, or per
            channel, as in the PyTorch version.
        extra_convolution: Whether the last transposed convolution leads to `filters / 2` channels,
            of which a 3x3 convolution makes the image.
        condition_dim: Features of a condition that is appended to the latents, if there is one.

    Returns:
        A model from latents `(batch, latent_dim)`, or with `condition_dim` from those and
        conditions `(batch, condition_dim)`, to images `(batch, *image_shape)`.
    """
    base, doublings = doublings_of(image_shape)
    widths = _widths(filters, doublings)[::-1]
    options: dict[str, Any] = {"use_bias": use_bias}
    latents, condition = keras.Input((latent_dim,), name="latents"), condition_input(condition_dim)
    x = latents if condition is None else ConcatenateCondition()((latents, condition))
    x = layers.Dense(base * base * widths[0], kernel_initializer=normal(), **options)(x)
    grid = (base, base, widths[0])
    x = x if per_unit else layers.Reshape(grid)(x)
    x = layers.ReLU()(batch_norm()(x))
    x = layers.Reshape(grid)(x) if per_unit else x
    for width in (*widths[1:], filters // 2) if extra_convolution else widths[1:]:
        x = TransposedConv2D(width, kernel_size, kernel_initializer=normal(), **options)(x)
        x = layers.ReLU()(batch_norm()(x))
    channels = image_shape[-1]
    if extra_convolution:
        x = layers.Conv2D(channels, 3, padding="same", kernel_initializer=normal())(x)
    else:
        x = TransposedConv2D(channels, kernel_size, kernel_initializer=normal(), **options)(x)
    x = layers.Activation("tanh", dtype="float32")(x)
    return model_of(latents, condition, x, "generator")


def dcgan_discriminator(
    image_shape: tuple,
    filters: int = 128,
    kernel_size: int = 5,
    use_bias: bool = False,
    normalization: str = "batch",
    extra_convolution: bool = False,
    condition_dim: int | None = None,
    conditioning: str = "projection",
) -> keras.Model:
    """Strided convolutions with leaky ReLU, batch normalisation in all but the first.

    Args:
        image_shape: `(height, width, channels)`, square.
        filters: Channels of the first layer; they double up to 1024.
        kernel_size: Side of all kernels; 4 in the widespread PyTorch version.
        use_bias: Whether convolutions and the linear unit have biases.
        normalization: `"batch"`, or another; see `sngan_resnet_discriminator`.
        extra_convolution: Whether a 3x3 convolution without a stride follows on the coarsest maps.
        condition_dim: Features of the condition, if there is one.
        conditioning: `"projection"`, `"input_concat"` or `"hidden_concat"`.

    Returns:
        A model from images `(batch, *image_shape)`, or with `condition_dim` from those and
        conditions `(batch, condition_dim)`, to logits `(batch, 1)`. The layer `"features"` is
        what the linear unit sees.
    """
    _, doublings = doublings_of(image_shape)
    kernels = Normalization(normalization, batch=batch_norm)
    samples, condition = keras.Input(image_shape, name="samples"), condition_input(condition_dim)
    conditions = Conditioning(condition, conditioning, kernels)
    x = conditions.at_input(samples)
    plan = [(width, kernel_size, 2) for width in _widths(filters, doublings)]
    plan += [(plan[-1][0], 3, 1)] if extra_convolution else []
    for index, (width, size, stride) in enumerate(plan):
        conv = Conv2D(
            width,
            size,
            strides=stride,
            padding="same",
            use_bias=use_bias,
            kernel_initializer=normal(),
        )
        x = kernels.kernel(conv)(x)
        if index > 0:
            x = kernels.activations(x)
        x = layers.LeakyReLU(negative_slope=0.2)(x)
        if index + 1 == max(1, doublings // 2):
            x = conditions.at_hidden(x)
    features = layers.Flatten(name="features")(x)
    logits = conditions.logits(features, use_bias, normal())
    return model_of(samples, condition, logits, "discriminator")


def doublings_of(image_shape):
    """The side of the coarsest grid, and how often it doubles to the image."""
    base, doublings = image_shape[0], 0
    while base % 2 == 0 and base > 7:
        base //= 2
        doublings += 1
    square = len(image_shape) == 3 and image_shape[0] == image_shape[1]
    if not square or base not in (4, 7) or doublings < 1:
        raise ValueError(
            "Expected `image_shape` (height, width, channels) to be square with a side that is a "
            "power of two from 8 on, or 7 times one (14, 28, 56, ...). "
            f"Received: image_shape={tuple(image_shape)}"
        )
    return base, doublings


def _widths(filters, doublings):
    return [min(filters * 2**index, MAX_FILTERS) for index in range(doublings)]


def batch_norm():
    """Batch normalisation whose scale starts from a normal around 1, as in the authors' code."""
    return BatchNormalization(gamma_initializer=normal(1.0))

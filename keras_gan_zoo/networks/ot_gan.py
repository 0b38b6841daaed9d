"""The networks of OT-GAN: weight-normalised, with gated and two-sided nonlinearities."""

import keras
from keras import layers

from keras_gan_zoo.errors import sizes_of_image
from keras_gan_zoo.layers import (
    ConcatenatedReLU,
    GatedLinearUnit,
    ResizeConv2D,
    WeightNormalization,
)
from keras_gan_zoo.networks.blocks.initializers import normal

COARSEST = 7


def ot_gan_generator(
    image_shape: tuple = (32, 32, 3), latent_dim: int = 100, filters: int = 128
) -> keras.Model:
    """A gated projection to the coarsest grid, then enlargement and gated 5x5 convolutions.

    Args:
        image_shape: `(side, side, channels)`; the side is halved to the coarsest grid, at most
            7x7, so it must be 4 to 7 times a power of two.
        latent_dim: Size of a latent vector; latents are uniform in `[-1, 1]`.
        filters: Channels of the finest hidden maps; they double towards the latents.

    Returns:
        A model from latents `(batch, latent_dim)` to images `(batch, *image_shape)`. Before
        training, `WeightNormalization.initialize_from_data` may set its scales and biases.

    References:
        Salimans et al. 2018, Improving GANs Using Optimal Transport, arXiv 1803.05573,
        appendix B.
    """
    side, doublings = _grid(image_shape)
    base = (side, side, filters * 2**doublings)
    latents = keras.Input((latent_dim,), name="latents")
    x = _normalized(layers.Dense, 2 * base[0] * base[1] * base[2])(latents)
    x = layers.Reshape(base)(GatedLinearUnit()(x))
    for index in reversed(range(doublings)):
        x = _normalized(ResizeConv2D, 2 * filters * 2**index, 5)(x)
        x = GatedLinearUnit()(x)
    x = _normalized(layers.Conv2D, image_shape[-1], 5, padding="same", initial_scale=0.1)(x)
    x = layers.Activation("tanh", dtype="float32")(x)
    return keras.Model(latents, x, name="generator")


def ot_gan_critic(
    image_shape: tuple = (32, 32, 3),
    filters: int = 128,
    kernel_size: int = 5,
    stem: bool = True,
    feature_dim: int | None = None,
) -> keras.Model:
    """Strided convolutions with concatenated ReLU; features on the unit sphere.

    Args:
        image_shape: As for `ot_gan_generator`.
        filters: Channels of the first layer; they double with each halving.
        kernel_size: Side of all kernels.
        stem: Whether the first layer has stride 1.
        feature_dim: Size of a dense layer after the convolutions; `None` for none. With 32
            filters, 4x4 kernels, no stem and 128 features it is small enough for a CPU.

    Returns:
        A model from images `(batch, *image_shape)` to features `(batch, d)` of length 1.

    References:
        Salimans et al. 2018, arXiv 1803.05573, appendix B.
    """
    _, doublings = _grid(image_shape)
    samples = keras.Input(image_shape, name="samples")
    x = samples
    for index in range(doublings + stem):
        stride = 1 if stem and index == 0 else 2
        options = {"strides": stride, "padding": "same"}
        x = _normalized(layers.Conv2D, filters * 2**index, kernel_size, **options)(x)
        x = ConcatenatedReLU()(x)
    x = layers.Flatten()(x)
    if feature_dim is not None:
        x = _normalized(layers.Dense, feature_dim)(x)
    x = layers.UnitNormalization(dtype="float32", name="features")(x)
    return keras.Model(samples, x, name="critic")


def _normalized(kind, *arguments, initial_scale=1.0, **options):
    layer = kind(*arguments, kernel_initializer=normal(stddev=0.05), **options)
    return WeightNormalization(layer, initial_scale=initial_scale)


def _grid(image_shape):
    """The side of the coarsest grid, and how often it doubles to the image."""
    height, width, _ = sizes_of_image(image_shape)
    side, doublings = height, 0
    while side % 2 == 0 and side > COARSEST:
        side, doublings = side // 2, doublings + 1
    if height != width or not 4 <= side <= COARSEST or doublings < 1:
        raise ValueError(
            "Expected `image_shape` (side, side, channels) with a side that is 4 to 7 times a "
            f"power of two. Received: image_shape={tuple(image_shape)}"
        )
    return side, doublings

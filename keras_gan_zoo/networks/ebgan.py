"""The autoencoder that is EBGAN's discriminator; its generator is DCGAN's."""

import math

import keras
from keras import layers

from keras_gan_zoo.errors import sizes_of_image
from keras_gan_zoo.layers import Conv2D, TransposedConv2D
from keras_gan_zoo.networks.blocks.normalization import Normalization


def ebgan_discriminator(
    image_shape: tuple = (28, 28, 1),
    filters: int = 32,
    depth: int = 2,
    code_dim: int | None = 64,
    normalization: str = "none",
) -> keras.Model:
    """Strided 4x4 convolutions to a code, and their mirror image back.

    Args:
        image_shape: `(height, width, channels)`; `2 ** depth` must divide the sides.
        filters: Channels of the first layer; they double with each halving.
        depth: How many halvings; 3 with 64 filters and no `code_dim` is the paper's.
        code_dim: Size of a dense code; `None` for the last feature maps, flattened.
        normalization: `"none"`, or `"batch"` (all convolutions but the first and last); see
            `sngan_resnet_discriminator` for others.

    Returns:
        A model from images `(batch, *image_shape)` to
        `[reconstructions (batch, *image_shape), codes (batch, code_dim)]`.

    Raises:
        ValueError: If the sides do not divide.

    References:
        Zhao et al. 2016, Energy-based Generative Adversarial Network, arXiv 1609.03126,
        figure 1 and appendix C.
    """
    height, width, channels = sizes_of_image(image_shape)
    if height % 2**depth or width % 2**depth:
        raise ValueError(
            f"Expected the sides of `image_shape` to be multiples of {2**depth}. "
            f"Received: image_shape={tuple(image_shape)}"
        )
    kernels = Normalization(normalization)
    samples = keras.Input(image_shape, name="samples")
    x = samples
    for index in range(depth):
        x = kernels.kernel(Conv2D(filters * 2**index, 4, strides=2, padding="same"))(x)
        x = _leaky(x if index == 0 else kernels.activations(x))
    grid = x.shape[1:]
    codes = layers.Flatten(name="features" if code_dim is None else None)(x)
    if code_dim is not None:
        codes = kernels.kernel(layers.Dense(code_dim))(codes)
        codes = layers.Activation("linear", name="features")(codes)
        x = kernels.kernel(layers.Dense(math.prod(grid)))(codes)
        x = _leaky(layers.Reshape(grid)(x))
    for index in reversed(range(depth - 1)):
        x = kernels.kernel(TransposedConv2D(filters * 2**index, 4))(x)
        x = _leaky(kernels.activations(x))
    x = kernels.kernel(TransposedConv2D(channels, 4))(x)
    x = layers.Activation("tanh", dtype="float32")(x)
    return keras.Model(samples, [x, codes], name="discriminator")


def _leaky(x):
    return layers.LeakyReLU(negative_slope=0.2)(x)

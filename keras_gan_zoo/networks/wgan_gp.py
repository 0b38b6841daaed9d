"""The convolutional networks of WGAN-GP: no normalisation that couples samples."""

import keras
from keras import layers

from keras_gan_zoo.errors import sizes_of_image
from keras_gan_zoo.layers import Conv2D, TransposedConv2D
from keras_gan_zoo.networks.blocks.initializers import residual
from keras_gan_zoo.networks.blocks.normalization import Normalization

COARSEST = 4


def wgan_gp_generator(
    image_shape: tuple = (28, 28, 1),
    latent_dim: int = 128,
    filters: int = 64,
    kernel_size: int = 5,
) -> keras.Model:
    """A projection to a grid of at most 4x4, then transposed convolutions with ReLU.

    A grid that outgrows its share of the image is cropped: 4, 8 cut to 7, 14, 28.

    Args:
        image_shape: `(height, width, channels)`, square, the side at least 8.
        latent_dim: Size of a latent vector; latents are normal.
        filters: Channels of the finest hidden maps; they double towards the latents.
        kernel_size: Side of the kernels; an odd one covers pixels unevenly at stride 2.

    Returns:
        A model from latents `(batch, latent_dim)` to images `(batch, *image_shape)`.

    References:
        Gulrajani et al. 2017, Improved Training of Wasserstein GANs, arXiv 1704.00028, and the
        authors' `gan_mnist.py`.

    Deviations:
        The output is `tanh`, for images in [-1, 1] (the authors' sigmoid: [0, 1]).
    """
    base, *sides = _sides(image_shape)
    widths = [*(filters * 2**index for index in reversed(range(len(sides)))), image_shape[-1]]
    latents = keras.Input((latent_dim,), name="latents")
    x = layers.Dense(base * base * widths[0], activation="relu")(latents)
    x = layers.Reshape((base, base, widths[0]))(x)
    for side, width in zip(sides, widths[1:], strict=True):
        x = TransposedConv2D(width, kernel_size, kernel_initializer=residual())(x)
        if x.shape[1] > side:
            x = layers.Cropping2D(((0, x.shape[1] - side),) * 2)(x)
        if side < image_shape[0]:
            x = layers.ReLU()(x)
    x = layers.Activation("tanh", dtype="float32")(x)
    return keras.Model(latents, x, name="generator")


def wgan_gp_critic(
    image_shape: tuple = (28, 28, 1),
    filters: int = 64,
    normalization: str = "none",
    output_dim: int = 1,
    kernel_size: int = 5,
) -> keras.Model:
    """Strided convolutions with leaky ReLU, and a linear layer.

    Args:
        image_shape: `(height, width, channels)`, square, the side at least 8.
        filters: Channels of the first layer; they double with each halving.
        normalization: `"none"`, or `"layer"`, which the paper suggests; a gradient penalty per
            sample forbids `"batch"`. See `sngan_resnet_discriminator` for others.
        output_dim: Size of the output: more than 1 for the features of a Cramer GAN.
        kernel_size: Side of the kernels.

    Returns:
        A model from images `(batch, *image_shape)` to values `(batch, output_dim)`. The layer
        `"features"` is what the linear layer sees.

    References:
        Gulrajani et al. 2017, arXiv 1704.00028, section 4.
    """
    kernels = Normalization(normalization)
    samples = keras.Input(image_shape, name="samples")
    x = samples
    for index in range(len(_sides(image_shape)) - 1):
        width = filters * 2**index
        conv = Conv2D(width, kernel_size, 2, "same", kernel_initializer=residual())
        x = kernels.kernel(conv)(x)
        if index > 0:
            x = kernels.activations(x)
        x = layers.LeakyReLU(negative_slope=0.2)(x)
    x = layers.Flatten(name="features")(x)
    x = kernels.kernel(layers.Dense(output_dim, dtype="float32"))(x)
    return keras.Model(samples, x, name="critic")


def _sides(image_shape):
    """The sides of the grids from the coarsest, at most 4, to the image."""
    height, width, _ = sizes_of_image(image_shape)
    if height != width or height < 2 * COARSEST:
        raise ValueError(
            f"Expected `image_shape` (side, side, channels) with a side of {2 * COARSEST} or more."
            f" Received: image_shape={tuple(image_shape)}"
        )
    sides = [height]
    while sides[0] > COARSEST:
        sides.insert(0, (sides[0] + 1) // 2)
    return sides

"""Small multilayer perceptrons for points in the plane."""

import keras
from keras import layers

from keras_gan_zoo.layers import BatchNormalization
from keras_gan_zoo.networks.blocks.normalization import Normalization


def toy_generator(
    sample_dim: int = 2,
    latent_dim: int = 2,
    units: tuple = (128, 128, 128),
    batch_normalization: bool = False,
    output_scale: float = 1.0,
) -> keras.Model:
    """Dense layers with ReLU and a linear output.

    Args:
        sample_dim: Coordinates of a point.
        latent_dim: Size of a latent vector.
        units: Width of each hidden layer.
        batch_normalization: Whether hidden layers are batch-normalised.
        output_scale: Factor of the output, about the size of the data.

    Returns:
        A model from latents `(batch, latent_dim)` to points `(batch, sample_dim)`.
    """
    latents = keras.Input((latent_dim,), name="latents")
    x = latents
    for width in units:
        x = layers.Dense(width, kernel_initializer="he_normal")(x)
        x = layers.ReLU()(BatchNormalization()(x) if batch_normalization else x)
    x = layers.Dense(sample_dim, dtype="float32")(x)
    x = layers.Rescaling(output_scale, dtype="float32")(x)
    return keras.Model(latents, x, name="generator")


def toy_critic(
    sample_dim: int = 2,
    units: tuple = (128, 128, 128),
    normalization: str = "none",
    output_dim: int = 1,
    input_scale: float = 1.0,
) -> keras.Model:
    """Dense layers with leaky ReLU and a linear output.

    Args:
        sample_dim: Coordinates of a point.
        units: Width of each hidden layer.
        normalization: See `sngan_resnet_discriminator`.
        output_dim: Size of the output: 1 for logits, more for features.
        input_scale: Factor of the input, about one over the size of the data.

    Returns:
        A model from points `(batch, sample_dim)` to `(batch, output_dim)`. The last hidden layer
        is called `"features"`.
    """
    kernels = Normalization(normalization)
    samples = keras.Input((sample_dim,), name="samples")
    x = layers.Rescaling(input_scale)(samples)
    for index, width in enumerate(units):
        x = kernels.kernel(layers.Dense(width, kernel_initializer="he_normal"))(x)
        x = x if index == 0 else kernels.activations(x)
        last = index + 1 == len(units)
        x = layers.LeakyReLU(negative_slope=0.2, name="features" if last else None)(x)
    x = kernels.kernel(layers.Dense(output_dim, dtype="float32"))(x)
    return keras.Model(samples, x, name="critic")

"""An encoder and a decoder of residual blocks, for likelihoods of small images."""

import math

import keras
from keras import layers

from keras_gan_zoo.layers import TransposedConv2D
from keras_gan_zoo.networks.blocks.autoencoder_ends import (
    coarsest_grid,
    code_heads,
    latents_input,
    output_activation,
)


def residual_encoder(
    image_shape: tuple = (28, 28, 1),
    latent_dim: int = 32,
    filters: tuple = (16, 32, 32),
    strides: tuple = (2, 2, 1),
    units: int = 450,
    variational: bool = True,
) -> keras.Model:
    """Residual blocks of two 3x3 convolutions with ELU, then a dense layer.

    Args:
        image_shape: `(height, width, channels)`; the product of `strides` must divide the sides.
        latent_dim: Size of a code.
        filters, strides: Channels and stride of each block.
        units: Width of the dense layer.
        variational: Whether there are two codes, a mean and a log-variance.

    Returns:
        A model from images `(batch, *image_shape)` to codes `(batch, latent_dim)`, or if
        `variational` to `[mean, log_variance]`, each of that shape.

    Raises:
        ValueError: If the sides do not divide.

    Deviations:
        Two halvings rather than three for 28x28 images; no weight normalisation.

    References:
        Kingma et al. 2016, Improved Variational Inference with Inverse Autoregressive Flow, arXiv
        1606.04934, appendix C (the networks for MNIST).
    """
    coarsest_grid(image_shape, strides)
    samples = keras.Input(image_shape, name="samples")
    x = samples
    for width, stride in zip(filters, strides, strict=True):
        x = _block(x, width, stride, layers.Conv2D)
    x = layers.Flatten(name="features")(_elu(x))
    x = layers.Dense(units, activation="elu")(x)
    return keras.Model(samples, code_heads(x, latent_dim, variational), name="encoder")


def residual_decoder(
    image_shape: tuple = (28, 28, 1),
    latent_dim: int = 32,
    filters: tuple = (32, 16, 16),
    strides: tuple = (1, 2, 2),
    units: int = 450,
    output: str = "logits",
) -> keras.Model:
    """A dense layer, and residual blocks that mirror those of the encoder.

    Args:
        image_shape: `(height, width, channels)`; the product of `strides` must divide the sides.
        latent_dim: Size of a code.
        filters, strides: Channels and stride of each block.
        units: Width of the dense layer.
        output: `"logits"` for a Bernoulli likelihood, `"tanh"` or `"linear"`.

    Returns:
        A model from latents `(batch, latent_dim)` to `(batch, *image_shape)`.

    Raises:
        ValueError: If the sides do not divide, or there is no such output.

    References:
        As for `residual_encoder`.
    """
    grid = (*coarsest_grid(image_shape, strides), filters[0])
    latents = latents_input(latent_dim)
    x = layers.Dense(units, activation="elu")(latents)
    x = layers.Reshape(grid)(layers.Dense(math.prod(grid), activation="elu")(x))
    for width, stride in zip(filters, strides, strict=True):
        x = _block(x, width, stride, TransposedConv2D)
    x = layers.Conv2D(image_shape[-1], 3, padding="same")(_elu(x))
    return keras.Model(latents, output_activation(output)(x), name="decoder")


def _block(x, width, stride, convolution):
    """`shortcut(x) + conv(elu(conv(elu(x))))`, the first of which changes the grid."""
    inner = convolution(width, 3, strides=stride, padding="same")(_elu(x))
    inner = layers.Conv2D(width, 3, padding="same")(_elu(inner))
    if stride != 1 or x.shape[-1] != width:
        x = convolution(width, 3, strides=stride, padding="same")(x)
    return layers.Add()([x, inner])


def _elu(x):
    return layers.Activation("elu")(x)

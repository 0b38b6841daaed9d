"""Encoders and decoders of convolutions, with the decoder mirroring the encoder, and of MLPs."""

import math

import keras
from keras import layers

from keras_gan_zoo.layers import BatchNormalization, Conv2D, Dropout, TransposedConv2D
from keras_gan_zoo.networks.blocks.autoencoder_ends import (
    coarsest_grid,
    code_heads,
    latents_input,
    linear_heads,
    output_activation,
)


def conv_encoder(
    image_shape: tuple = (28, 28, 1),
    latent_dim: int = 2,
    filters: tuple = (32, 64, 64, 64),
    strides: tuple = (1, 2, 2, 1),
    variational: bool = False,
    batch_normalization: bool = False,
    dropout: float = 0.0,
) -> keras.Model:
    """3x3 convolutions with leaky ReLU (slope 0.3), then a linear code; by default for digits.

    Args:
        image_shape: `(height, width, channels)`; the product of `strides` must divide the sides.
        latent_dim: Size of a code.
        filters, strides: Channels and stride of each convolution.
        variational: Whether there are two codes, a mean and a log-variance.
        batch_normalization: Whether each convolution is followed by batch normalisation.
        dropout: Share of activations dropped after each convolution, in training.

    Returns:
        A model from images `(batch, *image_shape)` to codes `(batch, latent_dim)`, or if
        `variational` to `[mean, log_variance]`, each of that shape.

    Raises:
        ValueError: If the sides do not divide.

    Deviations:
        Images are in [-1, 1], not in [0, 1].

    References:
        Foster 2019, Generative Deep Learning, chapter 3, and its code (`models/AE.py`,
        `models/VAE.py`).
    """
    coarsest_grid(image_shape, strides)
    samples = keras.Input(image_shape, name="samples")
    x = samples
    for width, stride in zip(filters, strides, strict=True):
        x = Conv2D(width, 3, strides=stride, padding="same")(x)
        x = _after_convolution(x, batch_normalization, dropout)
    codes = code_heads(layers.Flatten(name="features")(x), latent_dim, variational)
    return keras.Model(samples, codes, name="encoder")


def conv_decoder(
    image_shape: tuple = (28, 28, 1),
    latent_dim: int = 2,
    filters: tuple = (64, 64, 32),
    strides: tuple = (1, 2, 2, 1),
    output: str = "tanh",
    base_filters: int = 64,
    batch_normalization: bool = False,
    dropout: float = 0.0,
) -> keras.Model:
    """A linear map to the coarsest grid, then 3x3 transposed convolutions with leaky ReLU.

    Args:
        image_shape: `(height, width, channels)`; the product of `strides` must divide the sides.
        latent_dim: Size of a code.
        filters: Channels of the hidden transposed convolutions.
        strides: Stride of each transposed convolution, the output's included.
        output: `"tanh"` (images in [-1, 1]), `"linear"`, or `"logits"` for a Bernoulli
            likelihood.
        base_filters: Channels of the coarsest grid.
        batch_normalization, dropout: As for `conv_encoder`, after each hidden transposed
            convolution.

    Returns:
        A model from latents `(batch, latent_dim)` to `(batch, *image_shape)`.

    Raises:
        ValueError: If the sides do not divide, or there is no such output.

    Deviations:
        Images are in [-1, 1]: `tanh` stands where the code has a sigmoid.

    References:
        As for `conv_encoder`.
    """
    grid = (*coarsest_grid(image_shape, strides), base_filters)
    latents = latents_input(latent_dim)
    x = layers.Reshape(grid)(layers.Dense(math.prod(grid))(latents))
    for width, stride in zip(filters, strides[:-1], strict=True):
        x = TransposedConv2D(width, 3, strides=stride)(x)
        x = _after_convolution(x, batch_normalization, dropout)
    x = TransposedConv2D(image_shape[-1], 3, strides=strides[-1])(x)
    return keras.Model(latents, output_activation(output)(x), name="decoder")


def mlp_encoder(
    sample_shape: tuple = (28, 28, 1),
    outputs: int | tuple = (20, 20),
    units: tuple = (400,),
    activation: str = "relu",
) -> keras.Model:
    """Dense layers with linear heads: an encoder, or with one output a discriminator of codes.

    Args:
        sample_shape: Shape of a sample.
        outputs: Size of the code; or a tuple of one size for each head: two of `latent_dim` for
            the mean and the log-variance of a variational model, or classes and a style.
        units: Width of each hidden layer; `(500,)` in the VAE paper, `(1000, 1000)` in the
            adversarial autoencoder's.
        activation: Of the hidden layers; `"tanh"` in the VAE paper.

    Returns:
        A model from samples `(batch, *sample_shape)` to `(batch, outputs)`, or to a list of
        such tensors, one for each head.

    References:
        Kingma and Welling 2013, Auto-Encoding Variational Bayes, arXiv 1312.6114, appendix C.
        Makhzani et al. 2015, Adversarial Autoencoders, arXiv 1511.05644, appendix A.
    """
    samples = keras.Input(sample_shape, name="samples")
    x = _dense(layers.Flatten()(samples), units, activation)
    sizes = outputs if isinstance(outputs, (tuple, list)) else (outputs,)
    heads = linear_heads(x, **{f"head_{index}": size for index, size in enumerate(sizes)})
    return keras.Model(samples, heads, name="encoder")


def mlp_decoder(
    sample_shape: tuple = (28, 28, 1),
    latent_dim: int = 20,
    units: tuple = (400,),
    activation: str = "relu",
    output: str = "tanh",
) -> keras.Model:
    """Dense layers from latents to samples.

    Args:
        sample_shape: Shape of a sample.
        latent_dim: Size of a latent vector.
        units: Width of each hidden layer.
        activation: Of the hidden layers.
        output: `"tanh"` (samples in [-1, 1]), `"linear"`, or `"logits"` for a Bernoulli
            likelihood.

    Returns:
        A model from latents `(batch, latent_dim)` to `(batch, *sample_shape)`.

    Raises:
        ValueError: If there is no such output.

    References:
        As for `mlp_encoder`.
    """
    latents = latents_input(latent_dim)
    x = layers.Dense(math.prod(sample_shape))(_dense(latents, units, activation))
    x = output_activation(output)(layers.Reshape(sample_shape)(x))
    return keras.Model(latents, x, name="decoder")


def _after_convolution(x, batch_normalization, dropout):
    if batch_normalization:
        x = BatchNormalization(momentum=0.99, epsilon=1e-3)(x)
    x = layers.LeakyReLU(negative_slope=0.3)(x)
    return Dropout(dropout)(x) if dropout else x


def _dense(x, units, activation):
    for width in units:
        x = layers.Dense(width, activation=activation)(x)
    return x

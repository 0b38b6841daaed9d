"""The three networks of VAE-GAN: 5x5 convolutions, no bias where a normalisation follows."""

import math

import keras
from keras import layers

from keras_gan_zoo.layers import BatchNormalization, Conv2D, TransposedConv2D
from keras_gan_zoo.networks.blocks.autoencoder_ends import (
    coarsest_grid,
    code_heads,
    latents_input,
    output_activation,
)

HALVINGS = 3  # at most


def vae_gan_encoder(
    image_shape: tuple = (64, 64, 3),
    latent_dim: int = 128,
    filters: tuple = (64, 128, 256),
    units: int = 1024,
) -> keras.Model:
    """Strided convolutions and a dense layer, each with batch normalisation and ReLU.

    Args:
        image_shape: `(height, width, channels)`, sides divisible by two to the power of the
            number of convolutions.
        latent_dim: Size of a latent vector.
        filters: Channels of each convolution.
        units: Width of the dense layer.

    Returns:
        A model from images `(batch, *image_shape)` to `[mean, log_variance]`, each
        `(batch, latent_dim)`.

    Raises:
        ValueError: If the sides do not divide.

    References:
        Larsen et al. 2015, Autoencoding beyond pixels using a learned similarity metric, arXiv
        1512.09300, and the authors' `architectures.py`.
    """
    coarsest_grid(image_shape, (2,) * len(filters))
    samples = keras.Input(image_shape, name="samples")
    x = samples
    for width in filters:
        x = _normalized(_halving(width)(x))
    x = _normalized(layers.Dense(units, use_bias=False)(layers.Flatten(name="features")(x)))
    return keras.Model(samples, code_heads(x, latent_dim, variational=True), name="encoder")


def vae_gan_decoder(
    image_shape: tuple = (64, 64, 3),
    latent_dim: int = 128,
    filters: tuple = (256, 128, 32),
    output: str = "tanh",
    base_filters: int = 256,
) -> keras.Model:
    """A projection to the coarsest grid, transposed convolutions that double it, a convolution.

    Args:
        image_shape: `(height, width, channels)`, sides divisible by two to the power of the
            number of transposed convolutions.
        latent_dim: Size of a latent vector.
        filters: Channels of each transposed convolution; `(192, 128, 32)` for 32x32 images.
        output: `"tanh"` (images in [-1, 1]), `"linear"`, or `"logits"` for a Bernoulli
            likelihood.
        base_filters: Channels of the coarsest grid. Its normalisation is per unit.

    Returns:
        A model from latents `(batch, latent_dim)` to `(batch, *image_shape)`.

    Raises:
        ValueError: If the sides do not divide, or there is no such output.

    References:
        As for `vae_gan_encoder`.
    """
    grid = (*coarsest_grid(image_shape, (2,) * len(filters)), base_filters)
    latents = latents_input(latent_dim)
    x = _normalized(layers.Dense(math.prod(grid), use_bias=False)(latents))
    x = layers.Reshape(grid)(x)
    for width in filters:
        x = _normalized(TransposedConv2D(width, 5, use_bias=False)(x))
    x = layers.Conv2D(image_shape[-1], 5, padding="same")(x)
    return keras.Model(latents, output_activation(output)(x), name="decoder")


def vae_gan_discriminator(
    image_shape: tuple = (64, 64, 3),
    filters: tuple = (32, 128, 256, 256),
    units: int = 512,
) -> keras.Model:
    """A convolution, strided convolutions and a dense layer; the last convolution is similarity.

    Args:
        image_shape: `(height, width, channels)`, sides divisible by two to the power of the
            number of strided convolutions.
        filters: Channels of the first convolution, then of each strided one;
            `(32, 128, 192, 256)` for 32x32 images.
        units: Width of the dense layer.

    Returns:
        A model from images `(batch, *image_shape)` to `[logits (batch, 1), features (batch, d)]`.
        Features are the flattened outputs of the last convolution, before its normalisation:
        the ninth of the layers of the authors' code (`recon_depth`).

    Raises:
        ValueError: If the sides do not divide.

    References:
        As for `vae_gan_encoder`.
    """
    coarsest_grid(image_shape, (2,) * (len(filters) - 1))
    samples = keras.Input(image_shape, name="samples")
    x = layers.Conv2D(filters[0], 5, padding="same", activation="relu")(samples)
    for width in filters[1:-1]:
        x = _normalized(_halving(width)(x))
    similarity = _halving(filters[-1])(x)
    features = layers.Flatten(dtype="float32", name="features")(similarity)
    x = layers.Flatten()(_normalized(similarity))
    x = _normalized(layers.Dense(units, use_bias=False)(x))
    logits = layers.Dense(1, dtype="float32", name="logits")(x)
    return keras.Model(samples, [logits, features], name="discriminator")


def _halving(width):
    return Conv2D(width, 5, strides=2, padding="same", use_bias=False)


def _normalized(x):
    return layers.ReLU()(BatchNormalization()(x))


def vae_gan_halvings(image_shape):
    """How often the networks of VAE-GAN halve an image: at most three times, down to even sides."""
    fits = [n for n in range(1, HALVINGS + 1) if all(s % 2**n == 0 for s in image_shape[:2])]
    if not fits:
        raise ValueError(
            "Expected `image_shape` (height, width, channels) with even sides. "
            f"Received: {tuple(image_shape)}"
        )
    return fits[-1]

"""The lecture's convolutional variational autoencoder of faces."""

import keras

from keras_gan_zoo.networks.autoencoder import conv_decoder, conv_encoder


def face_vae_encoder(
    image_shape: tuple = (128, 128, 3),
    latent_dim: int = 200,
    filters: tuple = (32, 64, 64, 64),
    dropout: float = 0.25,
) -> keras.Model:
    """3x3 convolutions that halve the image, each with batch normalisation and dropout.

    Args:
        image_shape: `(height, width, channels)`, sides divisible by two to the power of the
            number of convolutions.
        latent_dim: Size of a latent vector.
        filters: Channels of each convolution.
        dropout: Share of activations dropped after each convolution, in training.

    Returns:
        A model from images `(batch, *image_shape)` to `[mean, log_variance]`, each
        `(batch, latent_dim)`.

    Raises:
        ValueError: If the sides do not divide.

    References:
        Foster 2019, Generative Deep Learning, chapter 3, and its code (`models/VAE.py`,
        `03_05_vae_faces_train.ipynb`).
    """
    return conv_encoder(
        image_shape,
        latent_dim,
        filters,
        strides=(2,) * len(filters),
        variational=True,
        batch_normalization=True,
        dropout=dropout,
    )


def face_vae_decoder(
    image_shape: tuple = (128, 128, 3),
    latent_dim: int = 200,
    filters: tuple = (64, 64, 32),
    output: str = "tanh",
    base_filters: int = 64,
    dropout: float = 0.25,
) -> keras.Model:
    """A linear map to the coarsest grid, then 3x3 transposed convolutions that double it.

    Args:
        image_shape: `(height, width, channels)`, sides divisible by two to the power of the
            number of transposed convolutions, the output's included.
        latent_dim: Size of a latent vector.
        filters: Channels of the hidden transposed convolutions.
        output: `"tanh"` (images in [-1, 1]), `"linear"`, or `"logits"` for a Bernoulli
            likelihood.
        base_filters: Channels of the coarsest grid.
        dropout: As for `face_vae_encoder`.

    Returns:
        A model from latents `(batch, latent_dim)` to `(batch, *image_shape)`.

    Raises:
        ValueError: If the sides do not divide, or there is no such output.

    References:
        As for `face_vae_encoder`.
    """
    return conv_decoder(
        image_shape,
        latent_dim,
        filters,
        strides=(2,) * (len(filters) + 1),
        output=output,
        base_filters=base_filters,
        batch_normalization=True,
        dropout=dropout,
    )

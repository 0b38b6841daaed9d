"""The encoders that invert a conditional GAN."""

import keras
from keras import layers

from keras_gan_zoo.layers import BatchNormalization
from keras_gan_zoo.networks.autoencoder_ends import coarsest_grid, linear_heads


def icgan_encoder(
    image_shape: tuple = (64, 64, 3),
    outputs: int = 100,
    filters: tuple = (32, 64, 128, 256),
    units: int | None = None,
) -> keras.Model:
    """Strided 5x5 convolutions and a dense layer, each normalised, then a linear output.

    Both encoders are of this kind: `E_z`, whose outputs are latents, and `E_y` with
    `units=512`, whose outputs are attributes.

    Args:
        image_shape: `(height, width, channels)`, sides divisible by two to the power of the
            number of convolutions.
        outputs: Number of latents or attributes.
        filters: Channels of each convolution.
        units: Width of the dense layer; `None` for as many as the last convolution has outputs,
            as in the authors' `E_z`.

    Returns:
        A model from images `(batch, *image_shape)` to `(batch, outputs)`.

    Raises:
        ValueError: If the sides do not divide.

    References:
        Perarnau et al. 2016, Invertible Conditional GANs for image editing, arXiv 1611.06355,
        and the authors' `trainEncoder.lua`.
    """
    coarsest_grid(image_shape, (2,) * len(filters))
    samples = keras.Input(image_shape, name="samples")
    x = samples
    for width in filters:
        x = layers.Conv2D(width, 5, strides=2, padding="same")(x)
        x = layers.ReLU()(BatchNormalization()(x))
    x = layers.Flatten(name="features")(x)
    x = layers.Dense(x.shape[-1] if units is None else units)(x)
    x = layers.ReLU()(BatchNormalization()(x))
    return keras.Model(samples, linear_heads(x, outputs=outputs), name="encoder")

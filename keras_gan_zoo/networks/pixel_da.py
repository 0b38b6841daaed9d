"""The networks of PixelDA, for the adaptation of small images such as digits."""

import math

import keras
from keras import layers

from keras_gan_zoo.layers import BatchNormalization, Conv2D, Dropout, GaussianNoise
from keras_gan_zoo.networks.blocks.initializers import normal

SMALLEST_MAP = 4


def pixel_da_generator(
    source_shape: tuple = (32, 32, 3),
    channels: int = 3,
    latent_dim: int = 10,
    filters: int = 64,
    blocks: int = 6,
) -> keras.Model:
    """Residual blocks at full resolution; the latents enter as one more channel of the image.

    Args:
        source_shape: `(height, width, channels)` of what is translated.
        channels: Channels of the images that are made.
        latent_dim: Size of a latent vector.
        filters: Channels of all hidden layers.
        blocks: Residual blocks.

    Returns:
        A model from latents `(batch, latent_dim)` and images `(batch, *source_shape)` to images of
        that size in `[-1, 1]`.

    References:
        Bousmalis et al. 2016, arXiv 1612.05424, figure 2 and the authors' `pixelda_model.py`.
    """
    latents = keras.Input((latent_dim,), name="latents")
    inputs = keras.Input(source_shape, name="source")
    noise = layers.Dense(math.prod(source_shape[:2]), use_bias=False, kernel_initializer=normal())
    noise = layers.ReLU()(_normalized(noise(latents)))
    noise = layers.Reshape((*source_shape[:2], 1))(noise)
    x = layers.Concatenate()([inputs, noise])
    x = layers.ReLU()(_conv(filters, 3, use_bias=True)(x))
    for _ in range(blocks):
        inner = layers.ReLU()(_normalized(_conv(filters, 3)(x)))
        x = layers.Add()([x, _normalized(_conv(filters, 3)(inner))])
    x = _conv(channels, 1, use_bias=True)(x)
    images = layers.Activation("tanh", dtype="float32")(x)
    return keras.Model([latents, inputs], images, name="generator")


def pixel_da_discriminator(
    image_shape: tuple = (32, 32, 3), filters: int = 64, dropout: float = 0.1, noise: float = 0.2
) -> keras.Model:
    """A convolution, then strided ones of doubling width to 4x4 positions, and one logit.

    Args:
        image_shape: `(height, width, channels)`.
        filters: Channels of the first convolution.
        dropout: Rate after each convolution.
        noise: Standard deviation of the normal noise after each dropout.

    Returns:
        A model from images `(batch, *image_shape)` to logits `(batch, 1)`. Dropout and noise are
        on in training only.

    References:
        Bousmalis et al. 2016, arXiv 1612.05424, figure 2 and the authors' `pixelda_model.py`.
    """
    inputs = keras.Input(image_shape, name="image")
    x = _conv(filters, 3, use_bias=True)(inputs)
    x = _noisy(layers.LeakyReLU(negative_slope=0.2)(x), dropout, noise)
    while max(x.shape[1:3]) > SMALLEST_MAP:
        x = _normalized(_conv(2 * x.shape[-1], 3, strides=2)(x))
        x = _noisy(layers.LeakyReLU(negative_slope=0.2)(x), dropout, noise)
    x = layers.Flatten()(x)
    logits = layers.Dense(1, kernel_initializer=normal(), dtype="float32")(x)
    return keras.Model(inputs, logits, name="discriminator")


def pixel_da_private_layers(image_shape: tuple = (32, 32, 3), filters: int = 32) -> keras.Model:
    """The first layer of the classifier, of which each domain has its own.

    Args:
        image_shape: `(height, width, channels)`.
        filters: Channels.

    Returns:
        A model from images `(batch, *image_shape)` to maps of half their size.

    References:
        Bousmalis et al. 2016, arXiv 1612.05424, section 3; the authors' `pixelda_task_towers.py`.
    """
    inputs = keras.Input(image_shape, name="image")
    x = layers.ReLU()(_conv(filters, 5, use_bias=True)(inputs))
    maps = layers.MaxPooling2D(2, dtype="float32")(x)
    return keras.Model(inputs, maps, name="private_layers")


def pixel_da_classifier(
    map_shape: tuple = (16, 16, 32), num_classes: int = 10, filters: int = 48, units: int = 100
) -> keras.Model:
    """The layers of the classifier that both domains share.

    Args:
        map_shape: `(height, width, channels)` of what the private layers give.
        num_classes: Number of classes.
        filters: Channels of the convolution.
        units: Units of each of the two hidden layers.

    Returns:
        A model from maps `(batch, *map_shape)` to logits `(batch, num_classes)`.

    References:
        Ganin et al. 2015, arXiv 1505.07818; the authors' `pixelda_task_towers.py`.
    """
    inputs = keras.Input(map_shape, name="maps")
    x = layers.ReLU()(_conv(filters, 5, use_bias=True)(inputs))
    x = layers.Flatten()(layers.MaxPooling2D(2)(x))
    for _ in range(2):
        x = layers.Dense(units, "relu", kernel_initializer=normal())(x)
    logits = layers.Dense(num_classes, kernel_initializer=normal(), dtype="float32")(x)
    return keras.Model(inputs, logits, name="classifier")


def _conv(width, kernel, strides=1, use_bias=False):
    return Conv2D(
        width,
        kernel,
        strides=strides,
        padding="same",
        use_bias=use_bias,
        kernel_initializer=normal(),
    )


def _normalized(x):
    return BatchNormalization(epsilon=1e-3)(x)


def _noisy(x, dropout, noise):
    return GaussianNoise(noise)(Dropout(dropout)(x))

"""The multilayer perceptrons of the first GAN."""

import math

import keras

from keras_gan_zoo.layers import Dropout, Maxout


def mlp_generator(sample_shape: tuple, latent_dim: int, hidden_units: int = 1200) -> keras.Model:
    """Two hidden layers of rectifiers; `tanh` output for images, linear for other samples.

    Args:
        sample_shape: `(height, width, channels)`, or `(features,)` for points.
        latent_dim: Size of a latent vector.
        hidden_units: Width of the hidden layers.

    Returns:
        A model from latents `(batch, latent_dim)` to samples `(batch, *sample_shape)`.
    """
    small = keras.initializers.RandomUniform(-0.05, 0.05)
    inputs = keras.Input((latent_dim,), name="latents")
    x = inputs
    for _ in range(2):
        x = keras.layers.Dense(hidden_units, activation="relu", kernel_initializer=small.clone())(x)
    x = keras.layers.Dense(math.prod(sample_shape), kernel_initializer=small.clone())(x)
    x = keras.layers.Reshape(sample_shape)(x)
    is_image = len(sample_shape) == 3
    x = keras.layers.Activation("tanh" if is_image else "linear", dtype="float32")(x)
    return keras.Model(inputs, x, name="generator")


def maxout_discriminator(sample_shape: tuple, hidden_units: int = 240, pieces: int = 5):
    """Two maxout layers with dropout before each layer.

    Args:
        sample_shape: Shape of a sample.
        hidden_units: Maxout units per layer.
        pieces: Linear pieces per unit.

    Returns:
        A model from samples `(batch, *sample_shape)` to logits `(batch, 1)`.
    """
    small = keras.initializers.RandomUniform(-0.005, 0.005)
    inputs = keras.Input(sample_shape, name="samples")
    x = keras.layers.Flatten()(inputs)
    # Inputs are kept with probability 0.8, hidden units with 0.5; points have no pixel to spare.
    if len(sample_shape) == 3:
        x = Dropout(0.2)(x)
    for _ in range(2):
        x = Maxout(hidden_units, pieces, kernel_initializer=small.clone())(x)
        x = Dropout(0.5)(x)
    x = keras.layers.Dense(1, kernel_initializer=small.clone(), dtype="float32")(x)
    return keras.Model(inputs, x, name="discriminator")

"""The multilayer perceptrons of the semi-supervised GAN on permutation-invariant MNIST."""

import math

import keras
from keras import layers

from keras_gan_zoo.layers import BatchNormalization, GaussianNoise, WeightNormalization
from keras_gan_zoo.networks.blocks.initializers import normal


def improved_gan_classifier(
    sample_shape: tuple = (28, 28, 1),
    num_classes: int = 10,
    units: tuple = (1000, 500, 250, 250, 250),
    input_noise: float = 0.3,
    hidden_noise: float = 0.5,
) -> keras.Model:
    """Weight-normalised dense layers with noise before each: the K+1 classifier.

    The fake class has no output: its logit is 0, see `kgz.losses.class_evidence`.

    Args:
        sample_shape: Shape of a sample; images in [-1, 1] are brought to [0, 1] first, where the
            noise was chosen.
        num_classes: Number of real classes.
        units: Width of each hidden layer.
        input_noise, hidden_noise: Standard deviations of the noise, in training.

    Returns:
        A model from samples `(batch, *sample_shape)` to
        `[class_logits (batch, num_classes), features (batch, units[-1])]`; features are the last
        hidden layer, before its noise. Before training, call
        `WeightNormalization.initialize_from_data` with some 500 samples.

    References:
        Salimans et al. 2016, Improved Techniques for Training GANs, arXiv 1606.03498,
        section 6.1, and the authors' `train_mnist_feature_matching.py`.
    """
    samples = keras.Input(sample_shape, name="samples")
    x = layers.Rescaling(0.5, 0.5)(samples) if len(sample_shape) == 3 else samples
    x = GaussianNoise(input_noise)(layers.Flatten()(x))
    for index, width in enumerate(units):
        x = x if index == 0 else GaussianNoise(hidden_noise)(x)
        dense = layers.Dense(width, activation="relu", kernel_initializer=normal(stddev=0.1))
        last = index + 1 == len(units)
        x = WeightNormalization(dense, trainable_scale=False, name="features" if last else None)(x)
    output = layers.Dense(num_classes, kernel_initializer=normal(stddev=0.1), dtype="float32")
    logits = WeightNormalization(output, dtype="float32", name="class_logits")(
        GaussianNoise(hidden_noise)(x)
    )
    return keras.Model(samples, [logits, x], name="discriminator")


def improved_gan_generator(
    sample_shape: tuple = (28, 28, 1), latent_dim: int = 100, units: tuple = (500, 500)
) -> keras.Model:
    """Dense layers with batch normalisation (no gain) and softplus; a sigmoid output.

    Args:
        sample_shape: `(height, width, channels)`, or `(features,)` with a linear output.
        latent_dim: Size of a latent vector; latents are uniform in the paper, in `[0, 1]`.
        units: Width of each hidden layer.

    Returns:
        A model from latents `(batch, latent_dim)` to samples `(batch, *sample_shape)`, images in
        `[-1, 1]`.

    References:
        As for `improved_gan_classifier`.
    """
    latents = keras.Input((latent_dim,), name="latents")
    x = latents
    for width in units:
        x = BatchNormalization(scale=False)(layers.Dense(width, use_bias=False)(x))
        x = layers.Activation("softplus")(x)
    x = WeightNormalization(layers.Dense(math.prod(sample_shape)))(x)
    x = layers.Reshape(sample_shape)(x)
    if len(sample_shape) == 3:
        x = layers.Activation("sigmoid", dtype="float32")(x)
        x = layers.Rescaling(2.0, -1.0, dtype="float32")(x)
    else:
        x = layers.Activation("linear", dtype="float32")(x)
    return keras.Model(latents, x, name="generator")

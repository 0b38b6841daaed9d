"""The discriminator of AC-GAN; its generator is DCGAN's with the class next to the latents."""

import keras
from keras import layers

from keras_gan_zoo.layers import BatchNormalization, Conv2D, Dropout
from keras_gan_zoo.networks.blocks.heads import with_class_head
from keras_gan_zoo.networks.blocks.initializers import normal


def acgan_discriminator(
    image_shape: tuple = (32, 32, 3),
    num_classes: int = 10,
    filters: int = 16,
    dropout: float = 0.5,
    batch_normalization: bool = True,
) -> keras.Model:
    """Six 3x3 convolutions, every second one of stride 1, with two heads.

    `dcgan_discriminator` with `with_class_head` is a cheaper one.

    Args:
        image_shape: `(height, width, channels)`.
        num_classes: Number of classes.
        filters: Channels of the first layer; each layer doubles them.
        dropout: Share of activations dropped after each layer.
        batch_normalization: Whether all layers but the first are batch-normalised.

    Returns:
        A model from images `(batch, *image_shape)` to
        `[logits (batch, 1), class_logits (batch, num_classes)]`.

    References:
        Odena et al. 2016, Conditional Image Synthesis With Auxiliary Classifier GANs, arXiv
        1610.09585, table 2 (CIFAR-10).
    """
    samples = keras.Input(image_shape, name="samples")
    x = samples
    for index in range(6):
        stride = 2 if index % 2 == 0 else 1
        x = Conv2D(
            filters * 2**index,
            3,
            strides=stride,
            padding="same",
            kernel_initializer=normal(),
        )(x)
        if batch_normalization and index > 0:
            x = BatchNormalization()(x)
        x = Dropout(dropout)(layers.LeakyReLU(negative_slope=0.2)(x))
    x = layers.Flatten(name="features")(x)
    x = layers.Dense(1, dtype="float32")(x)
    return with_class_head(keras.Model(samples, x, name="discriminator"), num_classes)

"""Architectures: functions that return Keras models, without any training logic."""

from keras_gan_zoo.networks.conv_gan import conv_gan_discriminator, conv_gan_generator
from keras_gan_zoo.networks.dcgan import dcgan_discriminator, dcgan_generator
from keras_gan_zoo.networks.mlp import maxout_discriminator, mlp_generator
from keras_gan_zoo.networks.residual import residual_discriminator, residual_generator
from keras_gan_zoo.networks.sngan import (
    sngan_cnn_discriminator,
    sngan_cnn_generator,
    sngan_resnet_discriminator,
    sngan_resnet_generator,
)

__all__ = [
    "conv_gan_discriminator",
    "conv_gan_generator",
    "dcgan_discriminator",
    "dcgan_generator",
    "maxout_discriminator",
    "mlp_generator",
    "residual_discriminator",
    "residual_generator",
    "sngan_cnn_discriminator",
    "sngan_cnn_generator",
    "sngan_resnet_discriminator",
    "sngan_resnet_generator",
]

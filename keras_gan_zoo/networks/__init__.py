"""Architectures: functions that return Keras models, without any training logic."""

from keras_gan_zoo.networks.classifier import small_classifier
from keras_gan_zoo.networks.conv_gan import conv_gan_discriminator, conv_gan_generator
from keras_gan_zoo.networks.dcgan import dcgan_discriminator, dcgan_generator
from keras_gan_zoo.networks.inception_2015 import inception_2015
from keras_gan_zoo.networks.mlp import maxout_discriminator, mlp_generator
from keras_gan_zoo.networks.mobilenet_v2 import mobilenet_v2

__all__ = [
    "conv_gan_discriminator",
    "conv_gan_generator",
    "dcgan_discriminator",
    "dcgan_generator",
    "inception_2015",
    "maxout_discriminator",
    "mlp_generator",
    "mobilenet_v2",
    "small_classifier",
]

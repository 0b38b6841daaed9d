"""Every model of the zoo."""

from keras_gan_zoo.models.image_synthesis.conv_gan import ConvGAN
from keras_gan_zoo.models.image_synthesis.dcgan import DCGAN
from keras_gan_zoo.models.image_synthesis.gan import GAN
from keras_gan_zoo.presets.loader import from_preset

__all__ = ["DCGAN", "GAN", "ConvGAN", "from_preset"]

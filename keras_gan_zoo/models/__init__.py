"""Every model of the zoo."""

from keras_gan_zoo.models.autoencoding.adversarial_autoencoder import AdversarialAutoencoder
from keras_gan_zoo.models.autoencoding.autoencoder import Autoencoder, DenoisingAutoencoder
from keras_gan_zoo.models.autoencoding.icgan import IcGAN
from keras_gan_zoo.models.autoencoding.restricted_boltzmann_machine import (
    RestrictedBoltzmannMachine,
)
from keras_gan_zoo.models.autoencoding.semi_supervised_aae import SemiSupervisedAAE
from keras_gan_zoo.models.autoencoding.vae import VAE
from keras_gan_zoo.models.autoencoding.vae_gan import VAEGAN
from keras_gan_zoo.models.image_synthesis.acgan import ACGAN
from keras_gan_zoo.models.image_synthesis.conv_gan import ConvGAN
from keras_gan_zoo.models.image_synthesis.dcgan import DCGAN
from keras_gan_zoo.models.image_synthesis.ebgan import EBGAN
from keras_gan_zoo.models.image_synthesis.gan import GAN
from keras_gan_zoo.models.image_synthesis.improved_gan import ImprovedGAN
from keras_gan_zoo.models.image_synthesis.lsgan import LSGAN
from keras_gan_zoo.models.image_synthesis.sagan import SAGAN
from keras_gan_zoo.models.image_synthesis.semi_supervised_gan import SemiSupervisedGAN
from keras_gan_zoo.models.image_synthesis.sngan import SNGAN, ConditionalGAN
from keras_gan_zoo.models.image_synthesis.transport import OTGAN, CramerGAN
from keras_gan_zoo.models.image_synthesis.wgan import WGAN, WGANGP
from keras_gan_zoo.presets.loader import from_preset

__all__ = [
    "ACGAN",
    "DCGAN",
    "EBGAN",
    "GAN",
    "LSGAN",
    "OTGAN",
    "SAGAN",
    "SNGAN",
    "VAE",
    "VAEGAN",
    "WGAN",
    "WGANGP",
    "AdversarialAutoencoder",
    "Autoencoder",
    "ConditionalGAN",
    "ConvGAN",
    "CramerGAN",
    "DenoisingAutoencoder",
    "IcGAN",
    "ImprovedGAN",
    "RestrictedBoltzmannMachine",
    "SemiSupervisedAAE",
    "SemiSupervisedGAN",
    "from_preset",
]

"""Every model of the zoo."""

from keras_gan_zoo.models.acgan import ACGAN
from keras_gan_zoo.models.adversarial_autoencoder import AdversarialAutoencoder
from keras_gan_zoo.models.autoencoder import Autoencoder
from keras_gan_zoo.models.biggan import BigGAN
from keras_gan_zoo.models.biggan_deep import BigGANDeep
from keras_gan_zoo.models.colorization_gan import ColorizationGAN
from keras_gan_zoo.models.conditional_gan import ConditionalGAN
from keras_gan_zoo.models.conv_gan import ConvGAN
from keras_gan_zoo.models.cramer_gan import CramerGAN
from keras_gan_zoo.models.cycle_gan import CycleGAN
from keras_gan_zoo.models.dcgan import DCGAN
from keras_gan_zoo.models.denoising_autoencoder import DenoisingAutoencoder
from keras_gan_zoo.models.ebgan import EBGAN
from keras_gan_zoo.models.gan import GAN
from keras_gan_zoo.models.gau_gan import GauGAN
from keras_gan_zoo.models.icgan import IcGAN
from keras_gan_zoo.models.improved_gan import ImprovedGAN
from keras_gan_zoo.models.linear_controller import LinearController
from keras_gan_zoo.models.lsgan import LSGAN
from keras_gan_zoo.models.mdn_rnn import MDNRNN
from keras_gan_zoo.models.ot_gan import OTGAN
from keras_gan_zoo.models.pix2pix import Pix2Pix
from keras_gan_zoo.models.pixel_da import PixelDA
from keras_gan_zoo.models.progan import ProGAN
from keras_gan_zoo.models.r3gan import R3GAN
from keras_gan_zoo.models.restricted_boltzmann_machine import RestrictedBoltzmannMachine
from keras_gan_zoo.models.sagan import SAGAN
from keras_gan_zoo.models.semi_supervised_aae import SemiSupervisedAAE
from keras_gan_zoo.models.semi_supervised_gan import SemiSupervisedGAN
from keras_gan_zoo.models.sngan import SNGAN
from keras_gan_zoo.models.sr_resnet import SRResNet
from keras_gan_zoo.models.srgan import SRGAN
from keras_gan_zoo.models.stylegan import StyleGAN
from keras_gan_zoo.models.stylegan2 import StyleGAN2
from keras_gan_zoo.models.vae import VAE
from keras_gan_zoo.models.vae_gan import VAEGAN
from keras_gan_zoo.models.wgan import WGAN
from keras_gan_zoo.models.wgan_gp import WGANGP
from keras_gan_zoo.models.world_model_vae import WorldModelVAE
from keras_gan_zoo.presets.loader import from_preset

__all__ = [
    "ACGAN",
    "DCGAN",
    "EBGAN",
    "GAN",
    "LSGAN",
    "MDNRNN",
    "OTGAN",
    "R3GAN",
    "SAGAN",
    "SNGAN",
    "SRGAN",
    "VAE",
    "VAEGAN",
    "WGAN",
    "WGANGP",
    "AdversarialAutoencoder",
    "Autoencoder",
    "BigGAN",
    "BigGANDeep",
    "ColorizationGAN",
    "ConditionalGAN",
    "ConvGAN",
    "CramerGAN",
    "CycleGAN",
    "DenoisingAutoencoder",
    "GauGAN",
    "IcGAN",
    "ImprovedGAN",
    "LinearController",
    "Pix2Pix",
    "PixelDA",
    "ProGAN",
    "RestrictedBoltzmannMachine",
    "SemiSupervisedAAE",
    "SRResNet",
    "SemiSupervisedGAN",
    "WorldModelVAE",
    "StyleGAN",
    "StyleGAN2",
    "from_preset",
]

"""Architectures: functions that return Keras models, without any training logic."""

from keras_gan_zoo import backend
from keras_gan_zoo.networks.acgan import acgan_discriminator
from keras_gan_zoo.networks.autoencoder import conv_decoder, conv_encoder, mlp_decoder, mlp_encoder
from keras_gan_zoo.networks.biggan import biggan_discriminator, biggan_generator
from keras_gan_zoo.networks.biggan_deep import biggan_deep_discriminator, biggan_deep_generator
from keras_gan_zoo.networks.blocks.heads import (
    with_class_head,
    with_features,
    with_minibatch_discrimination,
)
from keras_gan_zoo.networks.blocks.residual import residual_discriminator, residual_generator
from keras_gan_zoo.networks.blocks.with_dropout import with_dropout
from keras_gan_zoo.networks.blocks.with_virtual_batch import with_virtual_batch_normalization
from keras_gan_zoo.networks.classifier import small_classifier
from keras_gan_zoo.networks.colorization import (
    colorization_discriminator,
    colorization_generator,
)
from keras_gan_zoo.networks.conv_gan import conv_gan_discriminator, conv_gan_generator
from keras_gan_zoo.networks.cycle_gan import resnet_translator
from keras_gan_zoo.networks.dcgan import dcgan_discriminator, dcgan_generator
from keras_gan_zoo.networks.ebgan import ebgan_discriminator
from keras_gan_zoo.networks.face_vae import face_vae_decoder, face_vae_encoder
from keras_gan_zoo.networks.icgan import (
    icgan_discriminator,
    icgan_encoder,
    icgan_generator,
)
from keras_gan_zoo.networks.improved_gan import improved_gan_classifier, improved_gan_generator
from keras_gan_zoo.networks.inception_2015 import inception_2015
from keras_gan_zoo.networks.mlp import maxout_discriminator, mlp_generator
from keras_gan_zoo.networks.mobilenet_v2 import mobilenet_v2
from keras_gan_zoo.networks.ot_gan import ot_gan_critic, ot_gan_generator
from keras_gan_zoo.networks.pix2pix import patch_discriminator, unet_generator
from keras_gan_zoo.networks.pixel_da import (
    pixel_da_classifier,
    pixel_da_discriminator,
    pixel_da_generator,
    pixel_da_private_layers,
)
from keras_gan_zoo.networks.progan import progan_discriminator, progan_generator
from keras_gan_zoo.networks.projection_super_resolution import super_resolution_discriminator
from keras_gan_zoo.networks.r3gan import r3gan_discriminator, r3gan_generator
from keras_gan_zoo.networks.residual_autoencoder import residual_decoder, residual_encoder
from keras_gan_zoo.networks.sagan import attention_maps, sagan_discriminator, sagan_generator
from keras_gan_zoo.networks.sngan import (
    sngan_cnn_discriminator,
    sngan_cnn_generator,
    sngan_resnet_discriminator,
    sngan_resnet_generator,
)
from keras_gan_zoo.networks.spade import (
    multiscale_discriminator,
    spade_generator,
    style_encoder,
)
from keras_gan_zoo.networks.srgan import sr_resnet, srgan_discriminator
from keras_gan_zoo.networks.stylegan import stylegan_generator
from keras_gan_zoo.networks.stylegan2 import stylegan2_discriminator, stylegan2_generator
from keras_gan_zoo.networks.toy import toy_critic, toy_generator
from keras_gan_zoo.networks.vae_gan import (
    vae_gan_decoder,
    vae_gan_discriminator,
    vae_gan_encoder,
)
from keras_gan_zoo.networks.wgan_gp import wgan_gp_critic, wgan_gp_generator
from keras_gan_zoo.networks.world_model import (
    linear_controller,
    mdn_rnn,
    world_model_decoder,
    world_model_encoder,
)

__all__ = [
    "acgan_discriminator",
    "attention_maps",
    "biggan_deep_discriminator",
    "biggan_deep_generator",
    "biggan_discriminator",
    "biggan_generator",
    "colorization_discriminator",
    "colorization_generator",
    "conv_decoder",
    "conv_encoder",
    "conv_gan_discriminator",
    "conv_gan_generator",
    "dcgan_discriminator",
    "dcgan_generator",
    "ebgan_discriminator",
    "face_vae_decoder",
    "face_vae_encoder",
    "icgan_discriminator",
    "icgan_encoder",
    "icgan_generator",
    "improved_gan_classifier",
    "improved_gan_generator",
    "inception_2015",
    "linear_controller",
    "maxout_discriminator",
    "mdn_rnn",
    "mlp_decoder",
    "mlp_encoder",
    "mlp_generator",
    "mobilenet_v2",
    "multiscale_discriminator",
    "ot_gan_critic",
    "ot_gan_generator",
    "patch_discriminator",
    "r3gan_discriminator",
    "r3gan_generator",
    "pixel_da_classifier",
    "pixel_da_discriminator",
    "pixel_da_generator",
    "pixel_da_private_layers",
    "progan_discriminator",
    "progan_generator",
    "residual_decoder",
    "residual_discriminator",
    "residual_encoder",
    "residual_generator",
    "resnet_translator",
    "sagan_discriminator",
    "sagan_generator",
    "small_classifier",
    "sngan_cnn_discriminator",
    "sngan_cnn_generator",
    "sngan_resnet_discriminator",
    "sngan_resnet_generator",
    "spade_generator",
    "style_encoder",
    "sr_resnet",
    "srgan_discriminator",
    "super_resolution_discriminator",
    "stylegan2_discriminator",
    "stylegan2_generator",
    "stylegan_generator",
    "toy_critic",
    "toy_generator",
    "vae_gan_decoder",
    "vae_gan_discriminator",
    "vae_gan_encoder",
    "wgan_gp_critic",
    "wgan_gp_generator",
    "with_class_head",
    "with_dropout",
    "with_features",
    "with_minibatch_discrimination",
    "with_virtual_batch_normalization",
    "unet_generator",
    "world_model_decoder",
    "world_model_encoder",
]

# Whoever calls them, in whatever configuration of Keras.
globals().update({name: backend.channels_last()(globals()[name]) for name in __all__})

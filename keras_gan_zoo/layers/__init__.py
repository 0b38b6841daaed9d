"""Layers the papers need and Keras lacks or has differently."""

from keras_gan_zoo.layers.batch_normalization import BatchNormalization
from keras_gan_zoo.layers.dropout import Dropout
from keras_gan_zoo.layers.gaussian_sampling import GaussianSampling
from keras_gan_zoo.layers.legacy_resizing import LegacyResizing
from keras_gan_zoo.layers.maxout import Maxout
from keras_gan_zoo.layers.minibatch_std_dev import MinibatchStdDev
from keras_gan_zoo.layers.resize_conv import ResizeConv2D
from keras_gan_zoo.layers.self_attention import SelfAttention2D
from keras_gan_zoo.layers.spectral_normalization import SpectralNormalization
from keras_gan_zoo.layers.transposed_conv import TransposedConv2D

__all__ = [
    "BatchNormalization",
    "Dropout",
    "GaussianSampling",
    "LegacyResizing",
    "Maxout",
    "MinibatchStdDev",
    "ResizeConv2D",
    "SelfAttention2D",
    "SpectralNormalization",
    "TransposedConv2D",
]

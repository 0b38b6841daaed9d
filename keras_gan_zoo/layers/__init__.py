"""Layers the papers need and Keras lacks or has differently."""

from keras_gan_zoo.layers.adaptive_instance_normalization import AdaptiveInstanceNormalization
from keras_gan_zoo.layers.batch_normalization import BatchNormalization
from keras_gan_zoo.layers.boltzmann_units import BoltzmannUnits
from keras_gan_zoo.layers.centred_pooling import CentredAveragePooling2D
from keras_gan_zoo.layers.chunks import Chunks
from keras_gan_zoo.layers.concatenate_condition import ConcatenateCondition
from keras_gan_zoo.layers.concatenated_relu import ConcatenatedReLU
from keras_gan_zoo.layers.conditional_batch_normalization import ConditionalBatchNormalization
from keras_gan_zoo.layers.conv import Conv2D
from keras_gan_zoo.layers.dropout import Dropout
from keras_gan_zoo.layers.episodic_lstm_cell import EpisodicLSTMCell
from keras_gan_zoo.layers.equalized_learning_rate import EqualizedLearningRate
from keras_gan_zoo.layers.fade_in import FadeIn
from keras_gan_zoo.layers.gated_linear_unit import GatedLinearUnit
from keras_gan_zoo.layers.gaussian_noise import GaussianNoise
from keras_gan_zoo.layers.gaussian_sampling import GaussianSampling
from keras_gan_zoo.layers.global_sum_pooling import GlobalSumPooling2D
from keras_gan_zoo.layers.grouped_conv import GroupedConv2D
from keras_gan_zoo.layers.instance_normalization import InstanceNormalization
from keras_gan_zoo.layers.learned_basis import LearnedBasis
from keras_gan_zoo.layers.learned_constant import LearnedConstant
from keras_gan_zoo.layers.legacy_resizing import LegacyResizing
from keras_gan_zoo.layers.lstm_series import LSTMSeries
from keras_gan_zoo.layers.maxout import Maxout
from keras_gan_zoo.layers.minibatch_discrimination import MinibatchDiscrimination
from keras_gan_zoo.layers.minibatch_std_dev import MinibatchStdDev
from keras_gan_zoo.layers.mixture_dense import MixtureDense
from keras_gan_zoo.layers.modulated_conv import ModulatedConv2D
from keras_gan_zoo.layers.moving_mean import MovingMean
from keras_gan_zoo.layers.noise_injection import NoiseInjection
from keras_gan_zoo.layers.pixel_normalization import PixelNormalization
from keras_gan_zoo.layers.pixel_shuffle import PixelShuffle2D
from keras_gan_zoo.layers.reference_batch import DropReference, PrependReference
from keras_gan_zoo.layers.reflection_padding import ReflectionPadding2D
from keras_gan_zoo.layers.resize_conv import ResizeConv2D
from keras_gan_zoo.layers.self_attention import SelfAttention2D
from keras_gan_zoo.layers.spade import SPADE
from keras_gan_zoo.layers.spectral_normalization import SpectralNormalization
from keras_gan_zoo.layers.transposed_conv import TransposedConv2D
from keras_gan_zoo.layers.upfirdn import UpFirDown2D
from keras_gan_zoo.layers.virtual_batch_normalization import VirtualBatchNormalization
from keras_gan_zoo.layers.weight_normalization import WeightNormalization

__all__ = [
    "AdaptiveInstanceNormalization",
    "SPADE",
    "BatchNormalization",
    "BoltzmannUnits",
    "Chunks",
    "CentredAveragePooling2D",
    "ConcatenateCondition",
    "ConcatenatedReLU",
    "ConditionalBatchNormalization",
    "Conv2D",
    "DropReference",
    "Dropout",
    "EpisodicLSTMCell",
    "EqualizedLearningRate",
    "FadeIn",
    "GatedLinearUnit",
    "GaussianNoise",
    "GaussianSampling",
    "GlobalSumPooling2D",
    "GroupedConv2D",
    "InstanceNormalization",
    "LearnedBasis",
    "LearnedConstant",
    "LegacyResizing",
    "LSTMSeries",
    "Maxout",
    "MinibatchDiscrimination",
    "MinibatchStdDev",
    "PixelShuffle2D",
    "MixtureDense",
    "ModulatedConv2D",
    "MovingMean",
    "NoiseInjection",
    "PixelNormalization",
    "PrependReference",
    "ReflectionPadding2D",
    "ResizeConv2D",
    "SelfAttention2D",
    "SpectralNormalization",
    "TransposedConv2D",
    "UpFirDown2D",
    "VirtualBatchNormalization",
    "WeightNormalization",
]

"""Metrics: functions on plain arrays, and streaming `keras.metrics.Metric` classes on top."""

from keras_gan_zoo.extractors.feature_extractor import FeatureExtractor
from keras_gan_zoo.metrics.colorfulness import colorfulness
from keras_gan_zoo.metrics.divergences import (
    js_divergence,
    kl_divergence,
    optimal_discriminator,
    total_variation,
    wasserstein_1,
)
from keras_gan_zoo.metrics.diversity import multiscale_ssim_diversity
from keras_gan_zoo.metrics.frechet import (
    frechet_distance,
    frechet_distance_from_features,
    intra_class_frechet_distance,
)
from keras_gan_zoo.metrics.inception_score import inception_score
from keras_gan_zoo.metrics.kernel_inception import kernel_distance
from keras_gan_zoo.metrics.mode_coverage import label_coverage, mode_coverage
from keras_gan_zoo.metrics.perceptual import (
    learned_perceptual_distance,
    perceptual_path_length,
    spherical_interpolation,
)
from keras_gan_zoo.metrics.precision_recall import precision_recall
from keras_gan_zoo.metrics.sliced_wasserstein import (
    patch_wasserstein_distance,
    sliced_wasserstein_distance,
)
from keras_gan_zoo.metrics.ssim import multiscale_ssim, psnr, ssim
from keras_gan_zoo.metrics.streaming_frechet import FrechetDistance
from keras_gan_zoo.metrics.streaming_inception import InceptionScore
from keras_gan_zoo.metrics.streaming_kernel import KernelDistance

__all__ = [
    "FeatureExtractor",
    "FrechetDistance",
    "InceptionScore",
    "KernelDistance",
    "colorfulness",
    "frechet_distance",
    "frechet_distance_from_features",
    "inception_score",
    "intra_class_frechet_distance",
    "js_divergence",
    "kernel_distance",
    "kl_divergence",
    "label_coverage",
    "learned_perceptual_distance",
    "mode_coverage",
    "multiscale_ssim",
    "multiscale_ssim_diversity",
    "optimal_discriminator",
    "patch_wasserstein_distance",
    "perceptual_path_length",
    "precision_recall",
    "psnr",
    "sliced_wasserstein_distance",
    "spherical_interpolation",
    "ssim",
    "total_variation",
    "wasserstein_1",
]

"""Networks that turn images into features, for metrics and for losses."""

from keras_gan_zoo.extractors.feature_extractor import FeatureExtractor

__all__ = ["FeatureExtractor"]

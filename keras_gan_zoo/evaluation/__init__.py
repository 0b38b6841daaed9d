"""How good samples are: features, numbers named after them, and the protocol of both."""

from keras_gan_zoo.evaluation.features import FeatureSet, extract
from keras_gan_zoo.evaluation.model_metrics import check_model, generates_by_itself
from keras_gan_zoo.evaluation.preflight import check_ahead, numbers_of
from keras_gan_zoo.evaluation.protocol import (
    check_metrics,
    check_options,
    default_metrics,
    evaluate,
)
from keras_gan_zoo.evaluation.scores import score
from keras_gan_zoo.evaluation.translation import RISING, check_pairs

__all__ = [
    "RISING",
    "FeatureSet",
    "check_ahead",
    "check_metrics",
    "check_model",
    "check_options",
    "check_pairs",
    "default_metrics",
    "evaluate",
    "extract",
    "generates_by_itself",
    "numbers_of",
    "score",
]

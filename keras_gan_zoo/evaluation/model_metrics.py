"""Numbers of a model itself, rather than of its samples, on the test split of a data set.

Each is a function of a model, batches of images and labels, and `MeasurementOptions`.
"""

import dataclasses

import numpy as np

from keras_gan_zoo import errors, metrics
from keras_gan_zoo.evaluation.features import extract
from keras_gan_zoo.evaluation.scores import NEED_LABELS
from keras_gan_zoo.evaluation.translation import measure_translation
from keras_gan_zoo.extractors.feature_extractor import FeatureExtractor

IMPORTANCE_SAMPLES = 200


@dataclasses.dataclass(frozen=True)
class MeasurementOptions:
    """Options of a measurement.

    Args:
        extractor: The `FeatureExtractor` of metrics that use features, or `None`.
        seed: Seed of what is drawn.
        importance_samples: Latents per image for a likelihood.
    """

    extractor: FeatureExtractor | None = None
    seed: int = 0
    importance_samples: int = IMPORTANCE_SAMPLES


def measure_classification_errors(model, batches, options):
    """The share of images that `classify` puts into the wrong class."""
    wrong = [
        np.argmax(model.classify(images), axis=1) != np.asarray(labels)
        for images, labels in batches
    ]
    return {"test_errors": float(np.concatenate(wrong).mean())}


def measure_likelihood(model, batches, options):
    """The evidence lower bound, and `-log p(x)` by importance samples, in nats per image.

    Models that learn from binarised images are asked for images that were binarised once.
    """
    bounds, estimates = [], []
    for index, (images, _) in enumerate(batches):
        seeds = [options.seed + (3 * index + part) for part in range(3)]
        if model.binarize:
            images = model.binarized(images, seeds[0])
        bounds.append(model.log_likelihood(images, 1, seed=seeds[1]))
        estimates.append(model.log_likelihood(images, options.importance_samples, seed=seeds[2]))
    means = [float(np.concatenate(one).mean()) for one in (bounds, estimates)]
    return {f"nll_{options.importance_samples}": -means[1], "elbo": means[0]}


def measure_reconstruction(model, batches, options):
    """How far reconstructions are from what they stand for.

    The mean squared error of pixels that count from 0 to 1, the mean squared distance of features,
    and the Frechet distance between features of reconstructions and of the images themselves.
    """
    squares, parts = [], []
    for images, _ in batches:
        pair = images, np.asarray(model.reconstruct(images))
        squares.append(np.square(pair[0] - pair[1]).mean(axis=(1, 2, 3)) / 4.0)
        parts.append([extract([one], options.extractor).features for one in pair])
    real, fake = map(np.concatenate, zip(*parts, strict=True))
    name = options.extractor.name
    return {
        "reconstruction_error": float(np.concatenate(squares).mean()),
        f"reconstruction_distance[{name}]": float(np.square(real - fake).sum(axis=1).mean()),
        f"reconstruction_fid[{name}]": metrics.frechet_distance_from_features(real, fake),
    }


USE_FEATURES = {"reconstruction", "translation"}
NEED_PAIRS = {"translation"}
# Each with the method that a model must have for it.
MODEL_METRICS = {
    "test_errors": (measure_classification_errors, "classify"),
    "likelihood": (measure_likelihood, "log_likelihood"),
    "reconstruction": (measure_reconstruction, "reconstruct"),
    "translation": (measure_translation, "translate"),
}


def classes_of(model) -> int | None:
    """How many classes `generate` can be asked for; `None` or 0 if for none."""
    return getattr(getattr(model, "condition", model), "num_classes", None)


def needs_labels(model) -> bool:
    """Whether `generate` takes labels that are no classes, which only data can give."""
    condition = getattr(model, "condition", None)
    return bool(getattr(condition, "kind", None)) and not classes_of(model)


def generates_by_itself(model) -> bool:
    """Whether a model generates, and needs no labels that only data have."""
    return hasattr(model, "generate") and not needs_labels(model)


def check_model(model, names):
    """Raises `ValueError` if a model lacks what one of the metrics asks of it."""
    for name in names:
        _, ability = MODEL_METRICS.get(name, (None, "generate"))
        errors.check_able(model, ability)
        if name in NEED_LABELS and not classes_of(model):
            raise ValueError(
                f"Expected a class-conditional model for the metric {name!r}. "
                f"Received: {type(model).__name__} without classes"
            )

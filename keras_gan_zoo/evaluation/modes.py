"""Modes that samples have, of data whose modes are known: mixtures, and stacked digits."""

import numpy as np

from keras_gan_zoo.datasets import builtin
from keras_gan_zoo.evaluation.features import counted
from keras_gan_zoo.extractors.feature_extractor import FeatureExtractor
from keras_gan_zoo.metrics.mode_coverage import label_coverage, mode_coverage

DIGITS, CLASSIFIER = "stacked_mnist", "mnist"
MODES = ("modes",)  # the metrics that ask for them, by themselves
KNOWN_MODES = (*builtin.MIXTURES, DIGITS)
DIGIT_SAMPLES = 26_000  # that a model draws, by the protocol of PacGAN, arXiv 1712.04086


def numbers_of_modes(against: str) -> tuple:
    """The names of what is counted."""
    if against == DIGITS:
        return tuple(label_coverage([0], 1))
    means, deviation = builtin.MIXTURES[against]
    return tuple(mode_coverage(means(), means(), deviation))


def check_shape(against: str, shape):
    """Raises `ValueError` unless samples of this shape are like those of the data set."""
    expected, what = ((28, 28, 3), "digits") if against == DIGITS else ((2,), "points")
    if tuple(shape) != expected:
        raise ValueError(
            f"Expected {what} {expected} for {against!r}. Received: samples of shape {tuple(shape)}"
        )


def count_modes(source, against: str, count, seed, extractor, verbose) -> tuple[dict, dict]:
    """The modes of samples.

    Args:
        source: What is measured, as `sources.resolve` gives it.
        against: One of `KNOWN_MODES`.
        count: How many samples; by default those of the protocol.
        seed: Seed of what is drawn.
        extractor: The classifier of single digits, by default `"mnist"`; `None` for points.
        verbose: Shows a progress bar.

    Returns:
        The numbers, and what the protocol must say.
    """
    if against != DIGITS:
        if extractor is not None:
            raise ValueError(
                f"Expected no `extractor` for the points of {against!r}. Received: {extractor!r}"
            )
        points = source.points(count, seed, against)
        check_shape(against, points.shape[1:])
        means, deviation = builtin.MIXTURES[against]
        return mode_coverage(points, means(), deviation), {"samples": len(points)}
    classifier = FeatureExtractor.get(extractor or CLASSIFIER)
    count = count or (source.most and DIGIT_SAMPLES)
    drawn = counted(source.batches(count, seed, None, None, {}), count, verbose, "samples")
    labels = np.concatenate([_numbers(images, classifier) for images, _ in drawn])
    return label_coverage(labels, 1000), {"samples": len(labels), **classifier.describe()}


def _numbers(images, classifier):
    """The numbers from 0 to 999 that digits in red, green and blue stand for."""
    check_shape(DIGITS, images.shape[1:])
    channels = np.moveaxis(images, -1, 0)[..., None]
    found = [classifier.features_and_probabilities(one)[1].argmax(axis=1) for one in channels]
    return np.array([100, 10, 1]) @ found

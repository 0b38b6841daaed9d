"""What is measured, resolved once: a model, a folder of images, or an array."""

import itertools
import pathlib

import numpy as np

from keras_gan_zoo import datasets, presets
from keras_gan_zoo.evaluation.model_metrics import (
    MODEL_METRICS,
    check_model,
    classes_of,
    needs_labels,
)

BATCH = 250


class Array:
    """Samples that are there already: images, or points of a mixture."""

    default_count = None  # all of them

    def __init__(self, given):
        self.given = given

    def check(self, metrics):
        """Raises `ValueError` if it lacks what one of the metrics asks of it."""
        check_model(self.given, [name for name in metrics if name in MODEL_METRICS])

    def points(self, count, seed, against):
        """Points to compare with the mixture `against`."""
        return np.asarray(self.given)

    def batches(self, count, seed, image_size, data):
        """Batches of images, or of `(images, labels)`; `data` are those of the reference."""
        images = np.asarray(self.given)
        return (images[start : start + BATCH] for start in range(0, len(images), BATCH))


class Folder(Array):
    """Image files, made by any program."""

    def points(self, count, seed, against):
        raise ValueError(
            f"Expected a model or an array of points for {against!r}. Received: {self.given!r}"
        )

    def batches(self, count, seed, image_size, data):
        files = datasets.load(f"folder:{self.given}", "train", image_size, BATCH, shuffle=False)
        return files.as_numpy_iterator()


class Model(Array):
    """Anything with the methods that the metrics ask for, such as `generate`."""

    default_count = 10_000

    def check(self, metrics):
        check_model(self.given, metrics)

    def points(self, count, seed, against):
        # 2,500 by the protocol of mixtures.
        return np.asarray(self.given.generate(count or 2500, seed=seed))

    def batches(self, count, seed, image_size, data):
        # All latents are drawn at once, so that the size of batches does not matter.
        latents = self.given.sample_latents(count, seed)
        classes = classes_of(self.given)
        asked = {"labels": np.arange(count) % classes} if classes else {}
        if needs_labels(self.given):  # which only data have
            labels = itertools.islice(data.repeat(), -(-count // BATCH))
            asked["labels"] = np.concatenate([np.asarray(one) for _, one in labels])
        for start in range(0, count, BATCH):
            part = {k: v[start : start + BATCH] for k, v in {"latents": latents, **asked}.items()}
            yield np.asarray(self.given.generate(**part)), part.get("labels")


def resolve(samples) -> Array:
    """The route of what `evaluate` was given; a preset's name becomes its model."""
    if isinstance(samples, str) and presets.is_preset(samples):
        samples = presets.from_preset(samples)
    if isinstance(samples, (str, pathlib.Path)):
        return Folder(samples)
    is_array = isinstance(samples, (list, tuple)) or hasattr(samples, "__array__")
    return Array(samples) if is_array else Model(samples)

"""What is measured, resolved once: a model, a folder of images, or an array."""

import math
import pathlib

import numpy as np

from keras_gan_zoo import datasets, presets
from keras_gan_zoo.evaluation.model_metrics import (
    MODEL_METRICS,
    check_model,
    classes_of,
    needs_labels,
)
from keras_gan_zoo.evaluation.scores import NEED_LABELS

BATCH = 250  # images at once, at most
LARGEST_BATCH = (
    2**20
)  # numbers in the images of a batch: networks take a hundred times as many bytes
DIVERSITY_IMAGES = 2000  # the first so many samples are compared with each other


# Arguments of `load` that hold for a folder of samples as well.
FOLDER_OPTIONS = ("labels", "resize", "channels", "skip_broken")


def batch_size(shape) -> int:
    """How many images of a shape are made or read at once; sides may be `None`."""
    return max(1, min(BATCH, LARGEST_BATCH // math.prod(side or 1 for side in shape)))


class Array:
    """Samples that are there already: images, or points of a mixture."""

    most: int | None = None  # samples, where nobody says how many: all of them
    chosen = True  # if there are more than are asked for, a fair sample is taken

    def __init__(self, given):
        self.given = given

    def check(self, metrics):
        """Raises `ValueError` if it lacks what one of the metrics asks of it."""
        check_model(self.given, [name for name in metrics if name in MODEL_METRICS])

    def points(self, count, seed, against):
        """Points to compare with the mixture `against`."""
        return np.asarray(self.given)

    def batches(self, count, seed, image_size, data, options):
        """Batches of images, or of `(images, labels)`.

        Args:
            count: How many images, or `None`.
            seed: Seed of latents, or of the choice.
            image_size: Side to resize to.
            data: The batches of the reference.
            options: Further arguments of `kgz.datasets.load`, by which it was loaded.
        """
        images = np.asarray(self.given)
        if len(images) > min(count or DIVERSITY_IMAGES, DIVERSITY_IMAGES):
            # Whatever order they have, the first of them must be a fair sample.
            images = images[np.random.default_rng(seed).permutation(len(images))]
        return (images[start : start + BATCH] for start in range(0, len(images), BATCH))


class Folder(Array):
    """Image files, made by any program."""

    def points(self, count, seed, against):
        raise ValueError(
            f"Expected a model or an array of points for {against!r}. Received: {self.given!r}"
        )

    def check(self, metrics):
        super().check(metrics)
        self._need_labels = NEED_LABELS.intersection(metrics)

    def batches(self, count, seed, image_size, data, options):
        options = {key: options[key] for key in FOLDER_OPTIONS if key in options}
        files = datasets.load(
            f"folder:{self.given}", "train", image_size, BATCH, seed, shuffle="once", **options
        )
        numbers = self._numbers(files.class_names, getattr(data, "class_names", None))
        for batch in files.as_numpy_iterator():
            if files.class_names is None:
                yield batch
            else:
                yield batch[0], numbers[batch[1]]

    def _numbers(self, names, known):
        """The numbers that the classes of the folder have in the data set it is compared with."""
        if names is None:
            return None
        if known is not None and set(names) <= set(known):
            return np.array([known.index(name) for name in names])
        if all(name.isdecimal() for name in names):
            return np.array([int(name) for name in names])
        if self._need_labels:
            raise ValueError(
                f"Expected the folders in {self.given} to be named as the classes of the data set "
                f"({'unknown' if known is None else ', '.join(known[:12])}) or by their numbers, "
                f"for the metric {min(self._need_labels)!r}. Received: {', '.join(names[:12])}"
            )
        return np.arange(len(names))


class Model(Array):
    """Anything with the methods that the metrics ask for, such as `generate`."""

    most = 10_000
    chosen = False

    def check(self, metrics):
        check_model(self.given, metrics)

    def points(self, count, seed, against):
        # 2,500 by the protocol of mixtures.
        return np.asarray(self.given.generate(count or 2500, seed=seed))

    def batches(self, count, seed, image_size, data, options):
        # All latents are drawn at once, so that the size of batches does not matter.
        latents = self.given.sample_latents(count, seed)
        classes = classes_of(self.given)
        asked = {"labels": np.arange(count) % classes} if classes else {}
        if needs_labels(self.given):  # which only data have
            labels = data.map(lambda images, labels: labels).unbatch().repeat().take(count)
            asked["labels"] = np.stack([*labels.as_numpy_iterator()])
        size = batch_size(getattr(self.given, "sample_shape", ()))
        for start in range(0, count, size):
            part = {k: v[start : start + size] for k, v in {"latents": latents, **asked}.items()}
            yield np.asarray(self.given.generate(**part)), part.get("labels")


def resolve(samples) -> Array:
    """The route of what `evaluate` was given; a preset's name becomes its model."""
    if isinstance(samples, str) and presets.is_preset(samples):
        samples = presets.from_preset(samples)
    if isinstance(samples, (str, pathlib.Path)):
        return Folder(samples)
    is_array = isinstance(samples, (list, tuple)) or hasattr(samples, "__array__")
    return Array(samples) if is_array else Model(samples)

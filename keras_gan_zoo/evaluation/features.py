"""Features of a set of images, and what must be known of them to compare them."""

import dataclasses
import hashlib
import json
import os
import pathlib
import warnings

import numpy as np
import rich.console
import rich.progress

from keras_gan_zoo import atomic
from keras_gan_zoo.extractors.feature_extractor import FeatureExtractor

FORMAT = 1
CACHE = "~/.cache/keras_gan_zoo/features"


@dataclasses.dataclass(frozen=True)
class FeatureSet:
    """Features of images, and where they come from.

    Args:
        features: `(images, dimensions)`, float32.
        extractor: What `FeatureExtractor.describe` says.
        images_sha256: Hash of the images.
        labels: Integer labels `(images,)`, or `None`.
        probabilities: Class probabilities `(images, classes)`, or `None`.
        images: The first of the images themselves, float32 in `[-1, 1]`, or `None`.
    """

    features: np.ndarray
    extractor: dict
    images_sha256: str
    labels: np.ndarray | None = None
    probabilities: np.ndarray | None = None
    images: np.ndarray | None = None

    def save(self, path):
        """Writes features, labels and probabilities to an `.npz` file, all or nothing."""
        path = pathlib.Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        facts = {
            "format": FORMAT,
            "extractor": self.extractor,
            "images_sha256": self.images_sha256,
        }
        arrays = {"features": self.features, "labels": self.labels}
        arrays["probabilities"] = self.probabilities
        kept = {key: array for key, array in arrays.items() if array is not None}
        with atomic.file(path) as unfinished, unfinished.open("wb") as file:
            np.savez(file, facts=np.array(json.dumps(facts)), **kept)

    @classmethod
    def load(cls, path, extractor) -> "FeatureSet":
        """Reads a file that `save` wrote.

        Args:
            path: The file.
            extractor: The extractor its features must be of: a name or a `FeatureExtractor`.

        Raises:
            ValueError: If the file is broken, or made with another extractor.
        """
        try:
            with np.load(path, allow_pickle=False) as file:
                arrays = {key: file[key] for key in file.files}
            facts = json.loads(str(arrays.pop("facts")))
            kept = cls(**arrays, extractor=facts["extractor"], images_sha256=facts["images_sha256"])
        except FileNotFoundError:
            raise
        except Exception as error:  # of a wrong bit zipfile and NumPy raise nearly anything
            raise ValueError(f"Expected a file of features. Received: {path}: {error}") from None
        expected = FeatureExtractor.get(extractor).describe()
        if kept.extractor != expected:
            raise ValueError(
                f"Expected features of the extractor {expected}. Received: {path}, made with "
                f"{kept.extractor}; features of different extractors cannot be compared"
            )
        return kept


def extract(batches, extractor, *, total=None, keep_images=0, verbose=False, what="images"):
    """Runs images through an extractor.

    Args:
        batches: Iterable of image batches in `[-1, 1]`, or of `(images, labels)`.
        extractor: See `FeatureExtractor.get`.
        total: Stop after so many images.
        keep_images: How many of the images to keep beside their features.
        verbose: Shows a progress bar.
        what: What the bar says.

    Returns:
        A `FeatureSet`.

    Raises:
        ValueError: If there are no images, or features that are not finite.
    """
    extractor = FeatureExtractor.get(extractor)
    digest = hashlib.sha256()
    parts = {"features": [], "probabilities": [], "labels": [], "images": []}
    for images, labels in counted(batches, total, verbose, what):
        digest.update(images.tobytes())
        features, probabilities = extractor.features_and_probabilities(images)
        missing = keep_images - sum(map(len, parts["images"]))
        found = {
            "features": features,
            "probabilities": probabilities,
            "labels": labels,
            "images": images[:missing] if missing > 0 else None,
        }
        for key, value in found.items():
            if value is not None:
                parts[key].append(value)
    if not parts["features"]:
        raise ValueError(f"Expected {what} to hold images. Received: none")
    arrays = {key: np.concatenate(value) if value else None for key, value in parts.items()}
    if bad := int((~np.isfinite(arrays["features"]).all(axis=1)).sum()):
        raise ValueError(
            f"Expected finite features. Received: {bad} of {len(arrays['features'])} {what} with "
            "NaN or infinite ones; has the model diverged?"
        )
    return FeatureSet(**arrays, extractor=extractor.describe(), images_sha256=digest.hexdigest())


def extract_cached(batches, extractor, **options):
    """As `extract`, of a data set that is read twice: features found before are not made again.

    They are kept by the hash of the images and the extractor, in `KERAS_GAN_ZOO_CACHE` or
    `~/.cache/keras_gan_zoo`.
    """
    extractor = FeatureExtractor.get(extractor)
    if extractor.weights is None:  # nothing says which network it is
        return extract(batches, extractor, **options)
    digest = hashlib.sha256(json.dumps([FORMAT, extractor.describe()]).encode())
    for images, labels in counted(batches, options.get("total"), False, ""):
        digest.update(images.tobytes())
        digest.update(b"" if labels is None else labels.tobytes())
    folder = pathlib.Path(os.environ.get("KERAS_GAN_ZOO_CACHE", CACHE)).expanduser()
    path = folder / f"{extractor.name}-{digest.hexdigest()[:32]}.npz"
    if path.exists():
        try:
            return FeatureSet.load(path, extractor)
        except ValueError:
            warnings.warn(f"{path} is torn and will be made again.", stacklevel=2)
    found = extract(batches, extractor, **options)
    try:
        found.save(path)
    except OSError as error:
        warnings.warn(f"The features could not be kept for the next time: {error}", stacklevel=2)
    return found


def counted(batches, total, verbose, what):
    """`(images, labels or None)` as arrays, cut off after `total` images, with a bar.

    Of a dict of pairs, the second takes the place of the labels.
    """
    console = rich.console.Console(stderr=True)
    columns = rich.progress.Progress.get_default_columns()
    with rich.progress.Progress(*columns, console=console, disable=not verbose) as progress:
        task = progress.add_task(what, total=total)
        seen = 0
        for batch in batches:
            batch = tuple(batch.values()) if isinstance(batch, dict) else batch
            images, labels = batch if isinstance(batch, (tuple, list)) else (batch, None)
            images = np.asarray(images)
            images = images[: None if total is None else total - seen]
            labels = None if labels is None else np.asarray(labels)[: len(images)]
            yield images, labels
            seen += len(images)
            progress.update(task, completed=seen)
            if seen == total:
                return

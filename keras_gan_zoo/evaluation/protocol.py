"""Measuring a model, a folder of images or an array against a data set, with the protocol."""

import inspect
import pathlib

import keras
import numpy as np
import tensorflow as tf

from keras_gan_zoo import datasets, errors, presets
from keras_gan_zoo.datasets import builtin
from keras_gan_zoo.evaluation import scores
from keras_gan_zoo.evaluation.features import counted, extract, extract_cached
from keras_gan_zoo.evaluation.model_metrics import (
    IMPORTANCE_SAMPLES,
    MODEL_METRICS,
    USE_FEATURES,
    MeasurementOptions,
    check_model,
    generates_by_itself,
)
from keras_gan_zoo.metrics import checks
from keras_gan_zoo.metrics.feature_extractor import BUILTIN, FeatureExtractor
from keras_gan_zoo.metrics.mode_coverage import mode_coverage
from keras_gan_zoo.version import __version__

DEFAULT_METRICS = ("fid", "kid", "prdc")
# The extractor that fits a data set; ImageNet features for every other.
EXTRACTORS = {
    "fashion_mnist": "fashion_mnist",
    "fashion_mnist_mini": "fashion_mnist",
    "mnist": "mnist",
}
MODE_SAMPLES = 2500  # of the protocol of mixtures
DIVERSITY_IMAGES = 2000
BATCH = 250


def evaluate(
    samples,
    against: str,
    *,
    metrics=None,
    extractor=None,
    split: str = "train",
    num_samples: int | None = None,
    num_reference: int | None = None,
    image_size: int | None = None,
    seed: int = 0,
    importance_samples: int = IMPORTANCE_SAMPLES,
    verbose: bool = False,
) -> dict:
    """Measures how good samples are.

    Args:
        samples: A model, or the name of a preset; a folder of image files, made by any program; or
            an array of images `(samples, height, width, channels)` in `[-1, 1]`.
        against: Name of the data set to compare with, see `kgz.datasets.load`. For a mixture of
            Gaussians, whose points need no extractor, the modes found are counted.
        metrics: Names, see `kgz.evaluation.score`; or, measured on the test split, `test_errors`
            (the share that a model with `classify` puts into the wrong class), `likelihood` (of a
            `VAE`: evidence lower bound, and negative log-likelihood by importance samples, in
            nats) or `reconstruction` (of an autoencoder: errors of pixels and of features). By
            default `fid`, `kid` and `prdc`, `modes` for a mixture, or `reconstruction` for a model
            that cannot generate.
        extractor: See `kgz.metrics.FeatureExtractor.get`. By default the classifier of the data
            set, if there is one, or `"mobilenet_v2"`.
        split: Of the data set.
        num_samples: How many samples to draw from a model (10,000 by default; 2,500 for mixtures)
            or to take.
        num_reference: How many images of the data set to take; all by default.
        image_size: Side to resize the data set and a folder's images to.
        seed: Seed of the latents. Labels of conditional models go round the classes.
        importance_samples: Latents drawn per image for `likelihood`; the estimate is an upper
            bound in expectation, and the tighter the more there are.
        verbose: Shows progress bars.

    Returns:
        `{"metrics": {name: number}, "protocol": {...}}`, plain data for JSON. The protocol says
        all that decides the numbers.

    Raises:
        ValueError: If a name is unknown or a metric lacks what it needs.
        FileNotFoundError: If files are not there.
    """
    if isinstance(samples, str) and presets.is_preset(samples):
        samples = presets.from_preset(samples)
    if metrics is None:
        metrics = default_metrics(samples)
    names = check_metrics(metrics, against)
    is_model = isinstance(samples, keras.Model)
    check_model(samples, [name for name in names if is_model or name in MODEL_METRICS])
    if num_samples is not None:
        checks.count("num_samples", num_samples, 2)
    checks.count("importance_samples", importance_samples, 1)
    if against in builtin.MIXTURES:
        if extractor is not None:
            raise ValueError(
                f"Expected no `extractor` for the points of {against!r}. Received: {extractor!r}"
            )
        return _modes(samples, against, num_samples or MODE_SAMPLES, seed)
    labelled = scores.NEED_LABELS.intersection(names)
    if labelled and hasattr(samples, "generate") and not _classes_of(samples):
        raise ValueError(
            f"Expected a class-conditional model for the metric {min(labelled)!r}. "
            f"Received: {type(samples).__name__} without classes"
        )
    uses_features = not MODEL_METRICS.keys() - USE_FEATURES >= set(names)
    if uses_features:
        extractor = FeatureExtractor.get(extractor or EXTRACTORS.get(against, "mobilenet_v2"))
    own, options = {}, MeasurementOptions(extractor, seed, importance_samples)
    for name in (name for name in names if name in MODEL_METRICS):
        test = datasets.load(against, "test", image_size, BATCH, shuffle=False)
        measure, _ = MODEL_METRICS[name]
        own |= measure(samples, counted(test, None, verbose, name), options)
    protocol = {
        **(extractor.describe() if uses_features else {}),
        **({"importance_samples": importance_samples} if "likelihood" in names else {}),
        "seed": seed,
        "reference": f"{against}[test]",
        "image_size": image_size,
        **_versions(),
    }
    names = tuple(name for name in names if name not in MODEL_METRICS)
    if not names:
        return {"metrics": own, "protocol": protocol}
    data = datasets.load(against, split, image_size, BATCH, shuffle=False)
    real = extract_cached(data, extractor, total=num_reference, verbose=verbose, what=against)
    num_samples = num_samples or (10_000 if hasattr(samples, "generate") else None)
    fake = extract(
        _batches(samples, num_samples, image_size, seed),
        extractor,
        total=num_samples,
        keep_images=DIVERSITY_IMAGES if "ms_ssim" in names else 0,
        verbose=verbose,
        what="samples",
    )
    protocol |= {
        **({"test_reference": protocol["reference"]} if own else {}),
        "samples": len(fake.features),
        "reference": f"{against}[{split}]",
        "reference_samples": len(real.features),
        "reference_sha256": real.images_sha256,
    }
    return {"metrics": {**own, **scores.score(fake, real, names)}, "protocol": protocol}


def default_metrics(model):
    """For a model that reconstructs and cannot generate by itself; `None`, the usual ones, else."""
    only_reconstructs = hasattr(model, "reconstruct") and not generates_by_itself(model)
    return ("reconstruction",) if only_reconstructs else None


def check_metrics(metrics, against: str, default=DEFAULT_METRICS) -> tuple[str, ...]:
    """The names of the metrics asked for; raises `ValueError` for one that cannot be had."""
    if against not in builtin.MIXTURES:
        known = (*scores.SCORES, *MODEL_METRICS)
        return scores.check_names(default if metrics is None else metrics, known)
    if metrics not in (None, "modes", ("modes",), ["modes"]):
        raise ValueError(
            f"Expected `metrics` for the points of {against!r} to be 'modes'. Received: {metrics!r}"
        )
    return ("modes",)


def check_options(options: dict):
    """Raises `ValueError` for a name that is no argument of `evaluate`, or no extractor."""
    known = set(inspect.signature(evaluate).parameters) - {"samples", "against", "metrics"}
    for name in options:
        if name not in known:
            raise errors.unknown_name("option", name, known)
    extractor = options.get("extractor")
    if isinstance(extractor, str) and extractor not in BUILTIN:
        raise errors.unknown_name("feature extractor", extractor, BUILTIN)


def _versions():
    return {"library_version": __version__, "tensorflow_version": tf.__version__}


def _modes(samples, against, num_samples, seed):
    means, deviation = builtin.MIXTURES[against]
    if hasattr(samples, "generate"):
        samples = samples.generate(num_samples, seed=seed)
    elif isinstance(samples, (str, pathlib.Path)):
        raise ValueError(
            f"Expected a model or an array of points for {against!r}. Received: {samples!r}"
        )
    samples = np.asarray(samples)
    if samples.ndim != 2:
        raise ValueError(
            f"Expected points (samples, 2) for {against!r}. Received: samples of shape "
            f"{samples.shape}; images are compared with a data set of images"
        )
    found = mode_coverage(samples, means(), deviation)
    protocol = {
        "samples": len(samples),
        "seed": seed,
        "reference": against,
        **_versions(),
    }
    return {"metrics": found, "protocol": protocol}


def _batches(samples, num_samples, image_size, seed):
    if hasattr(samples, "generate"):
        return _generated(samples, num_samples, seed)
    if isinstance(samples, (str, pathlib.Path)):
        return datasets.load(
            f"folder:{samples}", image_size=image_size, batch_size=BATCH, shuffle=False
        ).as_numpy_iterator()
    samples = np.asarray(samples)
    return (samples[start : start + BATCH] for start in range(0, len(samples), BATCH))


def _generated(model, num_samples, seed):
    """Batches of `generate`; all latents are drawn at once, so that batches do not matter."""
    latents = model.sample_latents(num_samples, seed)
    classes = _classes_of(model)
    labels = None if classes is None else np.arange(num_samples) % classes
    for start in range(0, num_samples, BATCH):
        part = slice(start, start + BATCH)
        asked = {} if labels is None else {"labels": labels[part]}
        yield np.asarray(model.generate(latents=latents[part], **asked)), asked.get("labels")


def _classes_of(model):
    """How many classes `generate` can be asked for, `None` or 0 if for none."""
    return getattr(getattr(model, "condition", model), "num_classes", None)

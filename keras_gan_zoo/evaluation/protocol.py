"""Measuring a model, a folder of images or an array against a data set, with the protocol."""

import inspect
import pathlib
import warnings

import tensorflow as tf

from keras_gan_zoo import datasets, errors
from keras_gan_zoo.datasets import builtin
from keras_gan_zoo.evaluation import scores, sources
from keras_gan_zoo.evaluation.features import counted, extract, extract_cached
from keras_gan_zoo.evaluation.model_metrics import (
    IMPORTANCE_SAMPLES,
    MODEL_METRICS,
    NEED_PAIRS,
    USE_FEATURES,
    MeasurementOptions,
    generates_by_itself,
)
from keras_gan_zoo.evaluation.modes import KNOWN_MODES, MODES, count_modes
from keras_gan_zoo.evaluation.translation import check_pairs
from keras_gan_zoo.extractors.feature_extractor import BUILTIN, FeatureExtractor
from keras_gan_zoo.metrics import checks
from keras_gan_zoo.version import __version__

DEFAULT_METRICS = ("fid", "kid", "prdc")
# Images of a data set that are taken where nobody says how many: features of one take 5 kB.
MOST_REFERENCES = 60_000
# Arguments of `load` that `evaluate` gives it itself, and what says them.
ARGUMENTS_OF_LOAD = {
    "name": "that is `against`",
    "split": "that is an argument of its own (`split=`)",
    "image_size": "that is an argument of its own (`image_size=`)",
    "batch_size": "batches are as large as memory allows",
    "shuffle": "`num_reference` takes a fair sample",
}
# The extractor that fits a data set; ImageNet features for every other.
EXTRACTORS = {
    "fashion_mnist": "fashion_mnist",
    "fashion_mnist_mini": "fashion_mnist",
    "mnist": "mnist",
}


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
    load_options: dict | None = None,
    verbose: bool = False,
) -> dict:
    """Measures how good samples are.

    Args:
        samples: A model, or the name of a preset; a folder of image files, made by any program; or
            an array of images `(samples, height, width, channels)` in `[-1, 1]`.
        against: Name of the data set to compare with, see `kgz.datasets.load`. Of a mixture of
            Gaussians, whose points need no extractor, and of `stacked_mnist`, the modes found are
            counted.
        metrics: Names, see `kgz.evaluation.score`; or, measured on the test split, `test_errors`
            (the share that a model with `classify` puts into the wrong class), `likelihood` (of a
            `VAE`: evidence lower bound, and negative log-likelihood by importance samples, in
            nats), `reconstruction` (of an autoencoder: errors of pixels and of features) or
            `translation` (of a model with `translate`, against a set of pairs: errors of pixels and
            of features, also of the pictures as they were given). By default `fid`, `kid` and
            `prdc`, `modes` for a mixture, or `reconstruction`, `test_errors` or `translation` for a
            model that cannot generate.
        extractor: See `kgz.metrics.FeatureExtractor.get`. By default the classifier of the data
            set, if there is one, or `"mobilenet_v2"`.
        split: Of the data set.
        num_samples: How many samples to draw from a model or, of a folder or an array, to take: a
            fair sample, whatever their order. By default a model draws as many as there are images
            to compare with, at most 10,000 (2,500 points of mixtures, 26,000 stacked digits); of
            others all are taken.
        num_reference: How many images of the data set to take, a fair sample; by default all, at
            most 60,000.
        image_size: Side to resize the data set and a folder's images to.
        seed: Seed of the latents, and of which samples and images are taken. Labels of conditional
            models go round the classes.
        importance_samples: Latents drawn per image for `likelihood`; the estimate is an upper
            bound in expectation, and the tighter the more there are.
        load_options: Further arguments of `kgz.datasets.load` for the data set, such as `resize` or
            `image_key`. `labels`, `resize`, `channels` and `skip_broken` hold for a folder of
            samples, too.
        verbose: Shows progress bars.

    Returns:
        `{"metrics": {name: number}, "protocol": {...}}`, plain data for JSON. The protocol says
        all that decides the numbers.

    Raises:
        ValueError: If a name is unknown or a metric lacks what it needs.
        FileNotFoundError: If files are not there.
    """
    source = sources.resolve(samples)
    names = check_metrics(default_metrics(source.given) if metrics is None else metrics, against)
    source.check(names)
    for name, number in (("num_samples", num_samples), ("num_reference", num_reference)):
        if number is not None:
            checks.count(name, number, 2)
    checks.count("importance_samples", importance_samples, 1)
    protocol = {"seed": seed, "library_version": __version__, "tensorflow_version": tf.__version__}
    if names == MODES:
        numbers, facts = count_modes(source, against, num_samples, seed, extractor, verbose)
        return {"metrics": numbers, "protocol": {**protocol, **facts, "reference": against}}
    protocol["image_size"] = image_size
    load_options = dict(load_options or {})
    if own := sorted(load_options.keys() & ARGUMENTS_OF_LOAD):
        raise ValueError(
            f"Expected `load_options` without {own[0]!r}: {ARGUMENTS_OF_LOAD[own[0]]}. "
            f"Received: {load_options}"
        )
    if load_options:
        protocol["load_options"] = load_options
    of_model = [name for name in names if name in MODEL_METRICS]
    of_samples = [name for name in names if name not in MODEL_METRICS]
    if of_samples or USE_FEATURES.intersection(of_model):
        extractor = FeatureExtractor.get(extractor or EXTRACTORS.get(against, "mobilenet_v2"))
        protocol |= extractor.describe()
    if "likelihood" in of_model:
        protocol["importance_samples"] = importance_samples
    if of_model:
        protocol["test_reference" if of_samples else "reference"] = f"{against}[test]"
    numbers, options = {}, MeasurementOptions(extractor, seed, importance_samples)
    for name in of_model:
        test = datasets.load(
            against, "test", image_size, sources.BATCH, shuffle=False, **load_options
        )
        if name in NEED_PAIRS:
            check_pairs(against, test.element_spec)
        measure, _ = MODEL_METRICS[name]
        batches = _counted_in(protocol, counted(test, None, verbose, name))
        numbers |= measure(source.given, batches, options)
    if of_samples:
        data, num_reference = _reference(
            against, split, image_size, num_reference, seed, load_options
        )
        _warn_of_sizes(source.given, data, against)
        keep = sources.DIVERSITY_IMAGES if "ms_ssim" in of_samples else 0
        shared = {"extractor": extractor, "verbose": verbose}
        real = extract_cached(data, **shared, total=num_reference, what=against)
        total = num_samples or (source.most and min(source.most, len(real.features)))
        drawn = source.batches(total, seed, image_size, data, load_options)
        fake = extract(drawn, **shared, total=total, keep_images=keep, what="samples")
        protocol |= {
            "samples": len(fake.features),
            "reference": f"{against}[{split}]",
            "reference_samples": len(real.features),
            "reference_sha256": real.images_sha256,
        }
        if num_samples is not None and source.chosen:
            protocol["samples_chosen"] = f"at random, seed {seed}"
        if num_reference is not None:
            protocol["reference_chosen"] = f"at random, seed {seed}"
        numbers |= scores.score(fake, real, of_samples)
    return {"metrics": numbers, "protocol": protocol}


def _warn_of_sizes(model, data, against):
    """Warns where a model's images are of another size than those of the data set."""
    made = tuple(getattr(model, "sample_shape", ()))
    real = tuple(tf.nest.flatten(data.element_spec)[0].shape[1:])
    if len(made) == len(real) == 3 and None not in real and made[:2] != real[:2]:
        sizes = [f"{height}x{width}" for height, width in (made[:2], real[:2])]
        warnings.warn(
            f"Samples are {sizes[0]} and images of {against} {sizes[1]}, so that distances are "
            "those of sizes as well. `image_size` (--size) resizes the images: "
            f"image_size={made[0]}.",
            stacklevel=3,
        )


def _counted_in(protocol, batches):
    """The batches of a test split; the protocol is told how many samples they hold."""
    protocol["test_samples"] = 0
    for samples, labels in batches:
        protocol["test_samples"] += len(samples)
        yield samples, labels


def _reference(against, split, image_size, count, seed, options):
    """The images that samples are compared with, and how many are taken; `None` for all.

    They are a fair sample in a seeded order where not all are.
    """
    common = {"seed": seed, **options}
    data = datasets.load(against, split, image_size, sources.BATCH, shuffle=False, **common)
    images = tf.nest.flatten(data.element_spec)[0]
    if count is None and int(data.cardinality()) * sources.BATCH > MOST_REFERENCES:
        count = MOST_REFERENCES
    size = sources.batch_size(images.shape[1:])
    if count is not None or size < sources.BATCH:
        shuffle = False if count is None else "once"
        data = datasets.load(against, split, image_size, size, shuffle=shuffle, **common)
    return data, count


def default_metrics(model):
    """What a model does, if it does not generate by itself; else `None`, for the usual ones."""
    if isinstance(model, (str, pathlib.Path)) or generates_by_itself(model):
        return None  # strings can be translated, too
    can = {"reconstruction": "reconstruct", "test_errors": "classify", "translation": "translate"}
    return next(((name,) for name, method in can.items() if hasattr(model, method)), None)


def check_metrics(metrics, against: str, default=DEFAULT_METRICS) -> tuple[str, ...]:
    """The names of the metrics asked for; raises `ValueError` for one that cannot be had."""
    known = (*scores.SCORES, *MODEL_METRICS)
    if not isinstance(against, str):
        raise ValueError(
            "Expected `against` to be the name of a data set, such as 'fashion_mnist' or "
            "'folder:photos'; features of two arrays are compared by `kgz.metrics.frechet_distance_"
            f"from_features`. Received: {type(against).__name__}"
        )
    if against not in KNOWN_MODES:
        return scores.check_names(default if metrics is None else metrics, known)
    names = scores.check_names(MODES if metrics is None else metrics, (*MODES, *known))
    if names != MODES and (against in builtin.MIXTURES or set(MODES) & set(names)):
        raise ValueError(
            f"Expected `metrics` for {against!r} to be 'modes' alone. Received: {metrics!r}"
        )
    return names


def check_options(options: dict):
    """Raises `ValueError` for a name that is no argument of `evaluate`, or no extractor."""
    known = set(inspect.signature(evaluate).parameters) - {"samples", "against", "metrics"}
    for name in options:
        if name not in known:
            raise errors.unknown_name("option", name, known)
    extractor = options.get("extractor")
    if isinstance(extractor, str) and extractor not in BUILTIN:
        raise errors.unknown_name("feature extractor", extractor, BUILTIN)

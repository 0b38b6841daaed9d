"""What an evaluation needs, asked before a training rather than after its first epoch."""

import numpy as np
import tensorflow as tf

from keras_gan_zoo import datasets, errors
from keras_gan_zoo.evaluation.model_metrics import (
    IMPORTANCE_SAMPLES,
    MODEL_METRICS,
    NEED_PAIRS,
    check_model,
)
from keras_gan_zoo.evaluation.modes import MODES, check_shape, numbers_of_modes
from keras_gan_zoo.evaluation.protocol import EXTRACTORS
from keras_gan_zoo.evaluation.scores import NEED_LABELS, NEEDS_NO_EXTRACTOR
from keras_gan_zoo.evaluation.translation import NUMBERS as OF_TRANSLATION
from keras_gan_zoo.evaluation.translation import check_pairs
from keras_gan_zoo.extractors.feature_extractor import FeatureExtractor
from keras_gan_zoo.metrics import checks

NEED_CLASSIFIER = {"is", "class_accuracy", "class_shares"}
# The samples that a metric needs, at least.
LEAST_SAMPLES = {"fid": 2, "is": 10, "kid": 2, "ms_ssim": 2, "prdc": 4, "intra_fid": 2}
# The numbers of each metric, without the extractor in brackets, that have not its name.
NUMBERS = {
    "kid": ("kid", "kid_std"),
    "is": ("is", "is_std"),
    "prdc": ("precision", "recall", "density", "coverage"),
    "class_shares": ("smallest_class", "largest_class"),
    "ms_ssim": ("ms_ssim", "ms_ssim_within_classes"),
    "reconstruction": ("reconstruction_error", "reconstruction_distance", "reconstruction_fid"),
    "translation": OF_TRANSLATION,
}


def check_ahead(model, against: str, names, monitor: str | None = None, **options):
    """Raises for what `evaluate` would refuse, as far as it can be seen without samples.

    Args:
        model: The model.
        against: The data set; it is loaded.
        names: Of metrics, as `check_metrics` gives them.
        monitor: Name of a number that is to be among those measured.
        **options: Of `evaluate`.

    Raises:
        ValueError: If the data set, the model or the extractor lack what a metric needs, or nothing
            measures `monitor`.
        FileNotFoundError: If the files of the data set are not there.
    """
    if names == MODES:
        errors.check_able(model, "generate")
        check_shape(against, model.sample_shape)
    else:
        check_model(model, names)
        _check_counts(names, options)
        of_model = set(names) & set(MODEL_METRICS)
        splits = {"test"} if of_model else set()
        splits |= {options.get("split", "train")} if set(names) - of_model else set()
        size, load_options = options.get("image_size"), options.get("load_options") or {}
        for split in sorted(splits):
            data = datasets.load(against, split, size, 2, shuffle=False, **load_options)
            spec = data.element_spec
            if NEED_PAIRS.intersection(names):
                check_pairs(against, spec)
            _check_labels(spec, against, names)
            _check_extractor(model, spec, against, names, options.get("extractor"))
    known = numbers_of(against, names, options.get("importance_samples", IMPORTANCE_SAMPLES))
    if monitor is not None and monitor.split("[")[0] not in known:
        raise errors.unknown_name("number to monitor", monitor, known)


def numbers_of(against: str, names, importance_samples: int = IMPORTANCE_SAMPLES) -> tuple:
    """What `evaluate` gives for metrics of these names, without the extractor in brackets."""
    if names == MODES:
        return numbers_of_modes(against)
    numbers = {**NUMBERS, "likelihood": (f"nll_{importance_samples}", "elbo")}
    return tuple(number for name in names for number in numbers.get(name, (name,)))


def _check_counts(names, options):
    for option in ("num_samples", "num_reference"):
        least = max(LEAST_SAMPLES.get(name, 1) for name in names)
        if options.get(option) is not None:
            checks.count(option, options[option], least)


def _check_labels(spec, against, names):
    needing = NEED_LABELS.intersection(names)
    if needing and not isinstance(spec, tuple):
        raise ValueError(
            f"Expected a data set with labels for {', '.join(sorted(needing))}. "
            f"Received: {against!r}"
        )


def _check_extractor(model, spec, against, names, extractor):
    if not (set(names) - {"test_errors", "likelihood"} - set(NEEDS_NO_EXTRACTOR)):
        return
    extractor = FeatureExtractor.get(extractor or EXTRACTORS.get(against, "mobilenet_v2"))
    images = tf.nest.flatten(spec)[-1 if isinstance(spec, dict) else 0]
    for shape in {tuple(model.sample_kind.shape), tuple(images.shape[1:])}:
        if None not in shape:
            blank = np.zeros((2, *shape), "float32")
            _, probabilities = extractor.features_and_probabilities(blank)
            needing = NEED_CLASSIFIER.intersection(names)
            if needing and probabilities is None:
                raise ValueError(
                    "Expected an extractor that classifies, such as 'fashion_mnist', for "
                    f"{', '.join(sorted(needing))}. Received: {extractor.name!r}"
                )

"""The numbers by their short names, from features."""

import numpy as np

from keras_gan_zoo import errors, metrics
from keras_gan_zoo.evaluation.features import FeatureSet

# Neighbours are sought among all pairs: more samples than this cost minutes and change little.
NEIGHBOUR_SAMPLES = 10_000
KERNEL_BLOCK = 1000


def _fid(real, fake):
    return {"fid": metrics.frechet_distance_from_features(real.features, fake.features)}


def _kid(real, fake):
    block = min(KERNEL_BLOCK, len(real.features), len(fake.features))
    mean, deviation = metrics.kernel_distance(real.features, fake.features, block)
    one_block = min(len(real.features), len(fake.features)) < 2 * block
    return {"kid": mean} if one_block else {"kid": mean, "kid_std": deviation}


def _inception_score(real, fake):
    mean, deviation = metrics.inception_score(_probabilities(fake))
    return {"is": mean, "is_std": deviation}


def _neighbours(real, fake):
    return metrics.precision_recall(_some(real.features), _some(fake.features))


def _intra_class(real, fake):
    result = metrics.intra_class_frechet_distance(
        real.features, _labels(real, "reference"), fake.features, _labels(fake, "samples")
    )
    return {"intra_fid": result["mean"]}


def _class_accuracy(real, fake):
    guessed = np.argmax(_probabilities(fake), axis=1)
    return {"class_accuracy": float(np.mean(guessed == _labels(fake, "samples")))}


def _class_shares(real, fake):
    shares = np.bincount(
        np.argmax(_probabilities(fake), axis=1), minlength=fake.probabilities.shape[1]
    ) / len(fake.features)
    return {"smallest_class": float(shares.min()), "largest_class": float(shares.max())}


def _diversity(real, fake):
    if fake.images is None:
        raise ValueError("Expected images for the metric 'ms_ssim'. Received: features only")
    labels = None if fake.labels is None else fake.labels[: len(fake.images)]
    name = "ms_ssim" if labels is None else "ms_ssim_within_classes"
    return {name: metrics.multiscale_ssim_diversity(fake.images, labels)["mean"]}


SCORES = {
    "fid": _fid,
    "kid": _kid,
    "is": _inception_score,
    "prdc": _neighbours,
    "intra_fid": _intra_class,
    "class_accuracy": _class_accuracy,
    "class_shares": _class_shares,
    "ms_ssim": _diversity,
}
NEEDS_NO_EXTRACTOR = ("ms_ssim",)
NEED_LABELS = {"intra_fid", "class_accuracy"}


def check_names(names, known=tuple(SCORES)) -> tuple[str, ...]:
    """The metrics asked for; raises `ValueError` for one that is not among `known`."""
    names = names.split(",") if isinstance(names, str) else names
    names = tuple(name.strip() for name in names)
    if not names:
        raise ValueError(f"Expected `metrics`, some of {', '.join(known)}. Received: none")
    for name in names:
        if name not in known:
            raise errors.unknown_name("metric", name, known)
    return names


def score(fake: FeatureSet, real: FeatureSet, names) -> dict[str, float]:
    """The numbers called `names`, each with its extractor in brackets: `fid[fashion_mnist]`.

    Args:
        fake: Features of samples.
        real: Features of the data they are compared with, of the same extractor.
        names: Of `fid`, `kid` (mean and deviation over disjoint blocks of 1000), `is`, `prdc`
            (precision, recall, density, coverage with k=3 among at most 10,000 of each),
            `intra_fid` and `class_accuracy` (samples with labels), `class_shares` (the rarest and
            the commonest class), `ms_ssim` (diversity: mean similarity of pairs, of a class as
            `ms_ssim_within_classes` if samples have labels).

    Raises:
        ValueError: If extractors differ, a name is unknown, or a metric lacks what it needs.
    """
    if fake.extractor != real.extractor:
        raise ValueError(
            "Expected samples and reference to have gone through the same feature extractor. "
            f"Received: {fake.extractor} and {real.extractor}"
        )
    result = {}
    for name in check_names(names):
        bracket = "" if name in NEEDS_NO_EXTRACTOR else f"[{fake.extractor['extractor']}]"
        result |= {f"{key}{bracket}": value for key, value in SCORES[name](real, fake).items()}
    return result


def _some(features):
    """Evenly spread rows, should there be too many."""
    if len(features) <= NEIGHBOUR_SAMPLES:
        return features
    return features[np.linspace(0, len(features) - 1, NEIGHBOUR_SAMPLES).round().astype("int64")]


def _probabilities(samples):
    if samples.probabilities is None:
        raise ValueError(
            "Expected an extractor that classifies, such as 'fashion_mnist'. Received: "
            f"{samples.extractor['extractor']!r}, which has features only"
        )
    return samples.probabilities


def _labels(samples, what):
    if samples.labels is None:
        raise ValueError(
            f"Expected {what} with labels: a conditional model, or a data set with classes. "
            "Received: none"
        )
    return samples.labels

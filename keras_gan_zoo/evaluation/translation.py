"""How far translations are from what they should be, on pairs that the model has not seen."""

import numpy as np

from keras_gan_zoo import metrics
from keras_gan_zoo.evaluation.features import extract

NUMBERS = ("l1", "psnr", "ssim", "distance", "fid")
OF_FEATURES = ("distance", "fid")
RISING = ("psnr", "ssim")  # for these, more is better
IDENTITY = "identity"
# Of an error of one step of 8 bits everywhere. Equal pictures would make a mean infinite.
LARGEST_PSNR = 20.0 * np.log10(255.0)


def measure_translation(model, batches, options):
    """Compares translations of the first of each pair with the second.

    Each number begins with the direction: `translation` for a model that has one, `a_to_b` and
    `b_to_a` for `CycleGAN`. `identity` is that of the pictures as they were given, where these
    have the size of the others; all its numbers are the same for both directions.

    - `l1`: mean absolute error of pixels that count from 0 to 1;
    - `psnr` in decibels, and `ssim`, of each image, then averaged; an image counts at most 48.13
      dB, which an error of 1/255 everywhere would have;
    - `distance`: mean squared distance of features;
    - `fid`: Frechet distance between the features of all translations and of all targets.

    Args:
        model: A model whose `abilities()` has `translate`.
        batches: Pairs of batches.
        options: `MeasurementOptions`.
    """
    pairs = [[np.asarray(one) for one in pair] for pair in batches]
    sides = [np.concatenate(side) for side in zip(*pairs, strict=True)]
    features, numbers = {}, {}

    def features_of(images):
        return extract([images], options.extractor).features

    def compare(name, made, side):
        wanted = sides[side]
        if side not in features:
            features[side] = features_of(wanted)
        found = _compared(np.clip(made, -1.0, 1.0), wanted, features[side], features_of)
        for key, number in zip(NUMBERS, found, strict=True):
            bracket = f"[{options.extractor.name}]" if key in OF_FEATURES else ""
            numbers[f"{name}_{key}{bracket}"] = number

    for name, (side, ability) in directions_of(model).items():
        argument = next(iter(ability.takes))
        made = [ability.use(model, {argument: pair[side]}, options.seed) for pair in pairs]
        compare(name, np.concatenate([np.asarray(one) for one in made]), 1 - side)
    given = _like(sides[0], sides[1])
    if given is not None:
        compare(IDENTITY, given, 1)
    return numbers


def directions_of(model) -> dict:
    """Which of two pictures a model translates into the other.

    Returns:
        `{name: (place, ability)}`: the place in a pair, 0 or 1, of what is translated. Of abilities
        that translate the same, such as with dropout and without, the first.
    """
    first, *_ = parts = [*model.inputs()]
    found = {}
    for ability in model.abilities():
        if ability.name == "translate":
            argument = next(iter(ability.takes))
            found.setdefault(parts.index(ability.data.get(argument, first)), ability)
    if len(found) == 1:
        return {"translation": next(iter(found.items()))}
    return {ability.signature: (place, ability) for place, ability in found.items()}


def number_names(model) -> tuple:
    """The names of what `measure_translation` finds, without the extractor in brackets."""
    return tuple(f"{name}_{key}" for name in (*directions_of(model), IDENTITY) for key in NUMBERS)


def check_pairs(against: str, spec):
    """Raises `ValueError` unless a data set has pairs.

    Args:
        against: Its name.
        spec: Its `element_spec`.
    """
    if against.startswith("unpaired:") or not isinstance(spec, (dict, tuple)) or len(spec) != 2:
        raise ValueError(
            "Expected a data set of pairs to compare translations with, such as 'pairs:PATH,PATH' "
            f"or 'pairs:tfds:NAME' (`--against` names another). Received: {against!r}"
        )


def _compared(made, wanted, wanted_features, features_of):
    made_features = features_of(made)
    return (
        float(np.abs(made - wanted).mean()) / 2.0,
        float(np.minimum(metrics.psnr(wanted, made), LARGEST_PSNR).mean()),
        float(metrics.ssim(wanted, made).mean()),
        float(np.square(made_features - wanted_features).sum(axis=1).mean()),
        metrics.frechet_distance_from_features(wanted_features, made_features),
    )


def _like(images, others):
    """Images with the channels of others, or `None` if they cannot be compared."""
    if images.ndim != 4 or images.shape[:3] != others.shape[:3]:
        return None
    if images.dtype.kind != "f" or images.shape[-1] not in (1, others.shape[-1]):
        return None
    return np.broadcast_to(images, others.shape)

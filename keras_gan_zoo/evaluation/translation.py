"""How far translations are from what they should be, on pairs that the model has not seen."""

import numpy as np
from keras import ops

from keras_gan_zoo import metrics
from keras_gan_zoo.evaluation.features import extract

DIRECTIONS = ("translation", "back_translation")  # of the first of a pair, and of the second
IDENTITY, BICUBIC = "identity", "bicubic"
OF_COLORS, TARGET_COLORS = "colorfulness", "target_colorfulness"
OF_PIXELS, OF_FEATURES = ("l1", "psnr", "ssim", OF_COLORS), ("distance", "fid")
# All that may be measured, without the extractor in brackets.
NUMBERS = (
    *(
        f"{name}_{key}"
        for name in (*DIRECTIONS, IDENTITY, BICUBIC)
        for key in (*OF_PIXELS, *OF_FEATURES)
    ),
    TARGET_COLORS,
)
RISING = tuple(name for name in NUMBERS if name.endswith(("psnr", "ssim")))  # more is better
# Of an error of one step of 8 bits everywhere. Equal pictures would make a mean infinite.
LARGEST_PSNR = 20.0 * np.log10(255.0)


def measure_translation(model, batches, options):
    """Compares translations with what they should be.

    The first of each pair is translated and compared with the second (`translation_...`); where a
    model also translates back, as `CycleGAN` does, the second with the first
    (`back_translation_...`). Beside it stand the numbers of the pictures as they were given
    (`identity_...`, the same in both directions), where these have the size of the others, or of
    these enlarged by bicubic interpolation (`bicubic_...`), where they are to be made larger.

    - `l1`: mean absolute error of pixels that count from 0 to 1;
    - `psnr` in decibels, and `ssim`, of each image, then averaged; an image counts at most 48.13
      dB, which an error of 1/255 everywhere would have;
    - `colorfulness` of RGB, averaged, see `kgz.metrics.colorfulness`; beside it
      `target_colorfulness`, what the second of the pairs have;
    - `distance`: mean squared distance of features;
    - `fid`: Frechet distance between the features of all translations and of all targets.

    Args:
        model: A model whose `abilities()` has `translate`.
        batches: Pairs of batches.
        options: `MeasurementOptions`.
    """
    pairs = [[np.asarray(one) for one in pair] for pair in batches]
    sides = [np.concatenate(side) for side in zip(*pairs, strict=True)]
    made = {}
    for place, ability in _translations(model).items():
        argument = next(iter(ability.takes))
        parts = [ability.use(model, {argument: pair[place]}, options.seed) for pair in pairs]
        made[DIRECTIONS[place]] = 1 - place, np.concatenate([np.asarray(one) for one in parts])
    if (name := _plain_translation(*sides)) == BICUBIC:
        size = sides[1].shape[1:3]
        made[name] = 1, np.asarray(ops.image.resize(sides[0], size, "bicubic"))
    elif name == IDENTITY:
        made[name] = 1, np.broadcast_to(sides[0], sides[1].shape)
    features, numbers = {}, {}
    for name, (side, images) in made.items():
        if side not in features:
            features[side] = extract([sides[side]], options.extractor).features
        found = _compared(images, sides[side], features[side], options.extractor)
        numbers |= {f"{name}_{key}": number for key, number in found.items()}
    if sides[1].shape[-1] == 3:
        numbers[TARGET_COLORS] = float(metrics.colorfulness(sides[1]).mean())
    return numbers


def _translations(model) -> dict:
    """The ability that translates the first of a pair, and the second, by their places.

    Of abilities that translate the same, such as with dropout and without, it is the first.
    """
    parts = [*model.inputs()]
    found = {}
    for ability in model.abilities():
        if ability.name == "translate" and len(ability.takes) == 1:
            argument = next(iter(ability.takes))
            found.setdefault(parts.index(ability.data.get(argument, parts[0])), ability)
    return found


def check_pairs(against: str, spec, unpaired: bool = False):
    """Raises `ValueError` unless a data set has pairs.

    Args:
        against: Its name.
        spec: Its `element_spec`.
        unpaired: Whether two sets without pairs will do.
    """
    parts = [*spec.values()] if isinstance(spec, dict) else spec
    is_pairs = isinstance(parts, (list, tuple)) and len(parts) == 2 and parts[1].shape.rank == 4
    if not is_pairs or (against.startswith("unpaired:") and not unpaired):
        raise ValueError(
            "Expected a data set of pairs for what translates, such as 'pairs:PATH,PATH' or "
            f"'pairs:tfds:NAME' (`--against` names one to measure with). Received: {against!r}"
        )


def _compared(made, wanted, wanted_features, extractor):
    made = np.clip(made, -1.0, 1.0)
    features, bracket = extract([made], extractor).features, f"[{extractor.name}]"
    is_rgb = made.shape[-1] == 3
    return {
        "l1": float(np.abs(made - wanted).mean()) / 2.0,
        "psnr": float(np.minimum(metrics.psnr(wanted, made), LARGEST_PSNR).mean()),
        "ssim": float(metrics.ssim(wanted, made).mean()),
        **({OF_COLORS: float(metrics.colorfulness(made).mean())} if is_rgb else {}),
        f"distance{bracket}": float(np.square(features - wanted_features).sum(axis=1).mean()),
        f"fid{bracket}": metrics.frechet_distance_from_features(wanted_features, features),
    }


def _plain_translation(images, others):
    """What translations are compared with: the name, or `None` if there is nothing."""
    if not images.ndim == others.ndim == 4 or images.dtype.kind != "f":
        return None
    sizes, wanted = images.shape[1:3], others.shape[1:3]
    if images.shape[-1] not in (1, others.shape[-1]) or sizes > wanted:
        return None
    if sizes == wanted:
        return IDENTITY
    is_enlarged = all(large % small == 0 for small, large in zip(sizes, wanted, strict=True))
    return BICUBIC if is_enlarged and images.shape[-1] == others.shape[-1] else None

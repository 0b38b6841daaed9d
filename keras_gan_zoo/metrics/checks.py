"""What every metric asks of its arguments, said at the door."""

import warnings

import numpy as np

from keras_gan_zoo.extractors.feature_extractor import OVERSHOOT


def array(name: str, values) -> np.ndarray:
    """A finite floating array: float32 stays float32, every other number becomes float64."""
    values = np.asarray(values)
    if values.dtype.kind not in "biuf":
        # bfloat16 arrays have kind "V"; what cannot become a number is refused below.
        try:
            values = values.astype("float32")
        except (TypeError, ValueError):
            raise ValueError(
                f"Expected `{name}` to be an array of numbers. Received: dtype {values.dtype}"
            ) from None
    if values.dtype != np.float32:
        values = values.astype("float64")
    if not np.isfinite(values).all():
        bad = int(values.size - np.isfinite(values).sum())
        raise ValueError(
            f"Expected `{name}` to hold finite values. Received: {bad} of {values.size} values "
            "are NaN or infinite"
        )
    return values


def features(name: str, values, least: int = 2) -> np.ndarray:
    """A finite `(samples, dimensions)` array of at least `least` samples."""
    values = array(name, values)
    if values.ndim != 2 or values.shape[1] == 0:
        raise ValueError(
            f"Expected `{name}` to be features of shape (samples, dimensions); images go through "
            f"a feature extractor first. Received: shape {values.shape}"
        )
    if len(values) < least:
        raise ValueError(
            f"Expected `{name}` to hold at least {least} samples. Received: {len(values)}"
        )
    return values


def feature_pair(real, fake, least: int = 2):
    """Two feature arrays of equal dimension."""
    real, fake = features("real", real, least), features("fake", fake, least)
    if real.shape[1] != fake.shape[1]:
        raise ValueError(
            "Expected `real` and `fake` to have the same number of dimensions (one feature "
            f"extractor for both). Received: {real.shape[1]} and {fake.shape[1]}"
        )
    return real, fake


def enough_samples(dimensions: int, **counts: int):
    """Warns, with the number, when a covariance is estimated from fewer samples than dimensions."""
    few = {name: count for name, count in counts.items() if count < dimensions}
    if few:
        shown = ", ".join(f"{count} {name}" for name, count in few.items())
        warnings.warn(
            f"Fewer samples than dimensions: {shown} samples for {dimensions} dimensions. The "
            "covariance is singular and the distance is strongly biased; compare it only with "
            "distances from the same numbers of samples.",
            stacklevel=3,
        )


def labels(name: str, values, samples: int) -> np.ndarray:
    """Integer labels, one for each sample."""
    values = np.asarray(values)
    if values.shape != (samples,) or values.dtype.kind not in "iu":
        raise ValueError(
            f"Expected `{name}` to be integers of shape ({samples},), one for each sample. "
            f"Received: dtype {values.dtype}, shape {values.shape}"
        )
    return values


def count(name: str, value, least: int = 1):
    """Raises unless `value` is an integer of at least `least`."""
    if isinstance(value, bool) or not hasattr(value, "__index__") or value < least:
        raise ValueError(f"Expected `{name}` to be an integer >= {least}. Received: {value!r}")


def images(name: str, values, value_range=(-1.0, 1.0)) -> np.ndarray:
    """A `(batch, height, width, channels)` float64 array, scaled from `value_range` to [0, 1]."""
    low, high = value_range_of(value_range)
    raw = np.asarray(values)
    expected = f"Expected `{name}` to be images with values in [{low:g}, {high:g}]"
    eight_bit = (low, high) == (0.0, 255.0)
    if raw.dtype == np.uint8 and not eight_bit:
        raise ValueError(
            f"{expected}. Convert 8-bit images with x / 127.5 - 1, or pass "
            "value_range=(0, 255). Received: dtype uint8"
        )
    values = array(name, raw).astype("float64")
    if values.ndim != 4 or 0 in values.shape:
        raise ValueError(
            f"{expected} and shape (batch, height, width, channels). Received: shape {values.shape}"
        )
    least, most = values.min(), values.max()
    slack = OVERSHOOT * (high - low)
    fractions = eight_bit and most <= 1.0 and not np.array_equal(values, np.round(values))
    if least < low - slack or most > high + slack or fractions or (eight_bit and least < 0):
        raise ValueError(
            f"{expected}; say otherwise with `value_range`, such as (-1, 1), (0, 1) or (0, 255). "
            f"Received: minimum {least:.6g}, maximum {most:.6g}"
        )
    return (values - low) / (high - low)


def image_pair(names: tuple, first, second, value_range):
    """Two image batches of equal shape, in [0, 1]."""
    first = images(names[0], first, value_range)
    second = images(names[1], second, value_range)
    if first.shape != second.shape:
        raise ValueError(
            f"Expected `{names[0]}` and `{names[1]}` to have the same shape. "
            f"Received: {first.shape} and {second.shape}"
        )
    return first, second


def value_range_of(value_range) -> tuple[float, float]:
    """`(low, high)` as floats, low below high."""
    try:
        low, high = (float(value) for value in value_range)
    except (TypeError, ValueError):
        low = high = np.nan
    if not low < high:
        raise ValueError(
            "Expected `value_range` to be (lowest, highest) of the pixel scale, such as (-1, 1). "
            f"Received: {value_range!r}"
        )
    return low, high

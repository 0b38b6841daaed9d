"""Structural similarity and peak signal-to-noise ratio, of pairs of images."""

import numpy as np

from keras_gan_zoo import errors
from keras_gan_zoo.metrics import checks

WINDOW, SIGMA = 11, 1.5
# C1 and C2 of the paper, for values in [0, 1].
STABILITY = (0.01**2, 0.03**2)
SCALE_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
BATCH = 32

# Weights of red, green and blue, and offset, for values in [0, 1].
LUMINANCE = {
    "bt601_studio": ((65.481 / 255.0, 128.553 / 255.0, 24.966 / 255.0), 16.0 / 255.0),
    "bt601_full": ((0.299, 0.587, 0.114), 0.0),
}


def psnr(target, images, value_range=(-1.0, 1.0), border: int = 0, luminance=None):
    """Peak signal-to-noise ratio of each image, `10 log10(L^2 / MSE)`, in decibels.

    The mean squared error is taken over an image, the logarithm after it; average the result over
    images yourself. Papers on super-resolution use `border=scale, luminance="bt601_studio"`.

    Args:
        target: Images `(batch, height, width, channels)`.
        images: Images of the same shape.
        value_range: `(lowest, highest)` of the pixel scale; L is their difference.
        border: Pixels cut from each side first.
        luminance: `None` (all channels), `"bt601_studio"` (Y of YCbCr with black at 16 and white
            at 235 of 255, as in MATLAB) or `"bt601_full"` (0.299 R + 0.587 G + 0.114 B). For one
            error in grey, studio range gives 1.3219 dB more than full range.

    Returns:
        `(batch,)` decibels, float64; infinite for equal images.

    Raises:
        ValueError: If shapes differ, values lie outside `value_range`, or nothing is left inside
            the border.

    Example:

    >>> image = np.zeros((1, 8, 8, 3))
    >>> kgz.metrics.psnr(image, image + 0.2).round(6)
    array([20.])

    References:
        Huynh-Thu and Ghanbari 2008, Scope of validity of PSNR in image/video quality assessment.
    """
    target, images = _prepare(target, images, value_range, border, luminance, least=1)
    errors_squared = np.mean(np.square(target - images), axis=(1, 2, 3))
    with np.errstate(divide="ignore"):
        return -10.0 * np.log10(errors_squared)


def ssim(target, images, value_range=(-1.0, 1.0), border: int = 0, luminance=None):
    """Structural similarity index of each image, with the paper's 11 x 11 Gaussian window.

    `(2 m_x m_y + C1)(2 s_xy + C2) / ((m_x^2 + m_y^2 + C1)(s_x^2 + s_y^2 + C2))`, mean over all
    windows that lie inside the image, and over channels. Sigma is 1.5, C1 = (0.01 L)^2,
    C2 = (0.03 L)^2, and variances have denominator N. Means are of intensities, which start at 0:
    values are moved there from the lowest of `value_range` first.

    Args:
        target: Images `(batch, height, width, channels)`, at least 11 pixels high and wide.
        images: Images of the same shape.
        value_range: `(lowest, highest)` of the pixel scale; L is their difference.
        border: Pixels cut from each side first.
        luminance: `None`, `"bt601_studio"` or `"bt601_full"`, as for `psnr`.

    Returns:
        `(batch,)` values in [-1, 1], float64; 1 for equal images.

    Raises:
        ValueError: If shapes differ, values lie outside `value_range`, or images are too small.

    Example:

    >>> dark, light = np.full((1, 16, 16, 1), 0.5), np.full((1, 16, 16, 1), 0.75)
    >>> kgz.metrics.ssim(dark, light, value_range=(0, 1)).round(6)
    array([0.923086])

    References:
        Wang et al. 2004, Image Quality Assessment: From Error Visibility to Structural
        Similarity, equation 13.
    """
    target, images = _prepare(target, images, value_range, border, luminance, least=WINDOW)
    return np.concatenate(
        [
            np.prod(_luminance_and_structure(a, b), axis=0).mean(axis=(1, 2, 3))
            for a, b in _batches(target, images)
        ]
    )


def multiscale_ssim(target, images, value_range=(-1.0, 1.0), scales: int | None = None):
    """Multi-scale structural similarity of each image.

    Contrast and structure at every scale, luminance at the last, each to the power of its weight
    (0.0448, 0.2856, 0.3001, 0.2363, 0.1333); 2 x 2 means between scales, negative means cut to 0.
    Five scales need 176 pixels. Smaller images get as many scales as fit (28 pixels: 2, 32: 2,
    64: 3), with the weights of those scales divided by their sum: name the number with the value.

    Args:
        target: Images `(batch, height, width, channels)`, at least 11 pixels high and wide.
        images: Images of the same shape.
        value_range: `(lowest, highest)` of the pixel scale.
        scales: 1 to 5; `None` takes as many as fit.

    Returns:
        `(batch,)` values in [0, 1], float64; 1 for equal images.

    Raises:
        ValueError: If shapes differ, values lie outside `value_range`, or images are too small
            for `scales`.

    Example:

    >>> image = np.linspace(-1, 1, 32 * 32).reshape(1, 32, 32, 1)
    >>> kgz.metrics.multiscale_ssim(image, image).round(6)
    array([1.])

    References:
        Wang et al. 2003, Multi-Scale Structural Similarity for Image Quality Assessment,
        equation 7.
    """
    target, images = _prepare(target, images, value_range, 0, None, least=WINDOW)
    weights = scale_weights(min(target.shape[1:3]), scales)
    return np.concatenate(
        [_multiscale(a, b, weights).mean(axis=-1) for a, b in _batches(target, images)]
    )


def scale_weights(side: int, scales: int | None = None) -> np.ndarray:
    """The weights of the scales that fit an image of `side` pixels."""
    most = sum(side // 2**scale >= WINDOW for scale in range(len(SCALE_WEIGHTS)))
    scales = most if scales is None else scales
    checks.count("scales", scales)
    if scales > most:
        raise ValueError(
            f"Expected `scales` <= {most} for images of {side} pixels (a scale needs {WINDOW} "
            f"pixels after halving). Received: {scales}"
        )
    weights = np.array(SCALE_WEIGHTS[:scales])
    # The published five sum to 1.0001 and are used as published.
    return weights if scales == len(SCALE_WEIGHTS) else weights / weights.sum()


def _multiscale(target, images, weights):
    result = 1.0
    for level, weight in enumerate(weights):
        if level:
            target, images = _halve(target), _halve(images)
        luminance, structure = _luminance_and_structure(target, images)
        value = luminance * structure if level == len(weights) - 1 else structure
        result = result * np.maximum(value.mean(axis=(1, 2)), 0.0) ** weight
    return result


def _luminance_and_structure(x, y):
    """The two factors of the index at each window and channel."""
    mean_x, mean_y = _smooth(x), _smooth(y)
    variances = _smooth(x * x) + _smooth(y * y) - mean_x**2 - mean_y**2
    covariance = _smooth(x * y) - mean_x * mean_y
    first, second = STABILITY
    luminance = (2.0 * mean_x * mean_y + first) / (mean_x**2 + mean_y**2 + first)
    return luminance, (2.0 * covariance + second) / (variances + second)


def _smooth(images):
    """Gaussian means over the windows inside the image: one pass down, one across."""
    offsets = np.arange(WINDOW) - WINDOW // 2
    taps = np.exp(-0.5 * (offsets / SIGMA) ** 2)
    taps /= taps.sum()
    height, width = images.shape[1] - WINDOW + 1, images.shape[2] - WINDOW + 1
    down = sum(tap * images[:, i : i + height] for i, tap in enumerate(taps))
    return sum(tap * down[:, :, i : i + width] for i, tap in enumerate(taps))


def _halve(images):
    """Means of 2 x 2 pixels; an odd last row or column is dropped."""
    height, width = images.shape[1] // 2 * 2, images.shape[2] // 2 * 2
    even = images[:, :height, :width]
    return (even[:, ::2, ::2] + even[:, 1::2, ::2] + even[:, ::2, 1::2] + even[:, 1::2, 1::2]) / 4


def _batches(target, images):
    for start in range(0, len(target), BATCH):
        yield target[start : start + BATCH], images[start : start + BATCH]


def _prepare(target, images, value_range, border, luminance, least):
    """Both batches in [0, 1], as luminance if asked for, without the border."""
    checks.count("border", border, 0)
    target, images = checks.image_pair(("target", "images"), target, images, value_range)
    if luminance is not None:
        if luminance not in LUMINANCE:
            raise errors.unknown_name("luminance", luminance, LUMINANCE)
        if target.shape[-1] != 3:
            raise ValueError(
                "Expected RGB images for `luminance`. "
                f"Received: {target.shape[-1]} channels, luminance={luminance!r}"
            )
        weights, offset = LUMINANCE[luminance]
        target, images = (np.sum(x * weights, -1, keepdims=True) + offset for x in (target, images))
    height, width = (side - 2 * border for side in target.shape[1:3])
    if min(height, width) < least:
        raise ValueError(
            f"Expected `target` and `images` to have at least {least} pixels of height and width "
            f"inside the border. Received: {target.shape[1]} x {target.shape[2]}, border={border}"
        )
    inside = (slice(None), slice(border, border + height), slice(border, border + width))
    return target[inside], images[inside]

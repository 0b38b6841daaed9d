"""Colours of images as CIELAB and back: lightness, and what makes it a colour.

All functions take and give float images, channels last, and have gradients.
"""

import numpy as np
from keras import ops

# Of linear sRGB, with the white point D65 as the sum of each row.
RGB_TO_XYZ = np.array(
    [
        [0.412453, 0.357580, 0.180423],
        [0.212671, 0.715160, 0.072169],
        [0.019334, 0.119193, 0.950227],
    ]
)
WHITE = RGB_TO_XYZ.sum(axis=1)
RGB_TO_WHITE = RGB_TO_XYZ / WHITE[:, None]
WHITE_TO_RGB = np.linalg.inv(RGB_TO_WHITE)
LUMINANCE = RGB_TO_WHITE[1]
DELTA = 6.0 / 29.0  # where the cube root of CIELAB becomes a straight line
LIGHTEST = 100.0


def rgb_to_lab(images):
    """CIELAB of sRGB images.

    Args:
        images: `(..., 3)` in `[-1, 1]`.

    Returns:
        `(..., 3)`: lightness L in `[0, 100]`, then a and b, which are 0 for greys and within 110 of
        it for all colours of sRGB.

    Example:

    >>> white = np.ones((1, 1, 3), "float32")
    >>> np.abs(np.array(kgz.colors.rgb_to_lab(white))).round(3).tolist()
    [[[100.0, 0.0, 0.0]]]

    References:
        CIE 15:2004, Colorimetry; IEC 61966-2-1, sRGB. The white point is D65 at two degrees.
    """
    x, y, z = _channels(_times(_linear((images + 1.0) / 2.0), RGB_TO_WHITE))
    x, y, z = _root(x), _root(y), _root(z)
    return ops.stack([116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)], axis=-1)


def lab_to_rgb(lab):
    """Images of sRGB from CIELAB.

    Colours that sRGB does not have are moved towards the grey of their luminance until it has them:
    so L is kept whatever a and b are.

    Args:
        lab: `(..., 3)`, as `rgb_to_lab` gives it.

    Returns:
        `(..., 3)` in `[-1, 1]`.
    """
    lightness, a, b = _channels(lab)
    y = (ops.clip(lightness, 0.0, LIGHTEST) + 16.0) / 116.0
    white = ops.stack([_cube(y + a / 500.0), _cube(y), _cube(y - b / 200.0)], axis=-1)
    grey = ops.clip(white[..., 1:2], 0.0, 1.0)
    beyond = _times(white, WHITE_TO_RGB) - grey
    # What is left of the way to the colour: to 1 where a channel rises, to 0 where it falls.
    room = ops.where(beyond > 0.0, 1.0 - grey, grey)
    share = ops.min(room / ops.maximum(ops.abs(beyond), ops.maximum(room, 1e-9)), axis=-1)
    return 2.0 * _gamma(ops.clip(grey + share[..., None] * beyond, 0.0, 1.0)) - 1.0


def lightness(images):
    """The lightness of grey images `(..., 1)` in `[-1, 1]`: L `(..., 1)` in `[0, 100]`."""
    return 116.0 * _root(_linear((images + 1.0) / 2.0)) - 16.0


def to_grey(images):
    """Grey images `(..., 1)` with the lightness of sRGB images `(..., 3)`, all in `[-1, 1]`.

    Example:

    >>> red = np.array([1.0, -1.0, -1.0], "float32")
    >>> grey = np.array(kgz.colors.to_grey(red))
    >>> bool(abs(kgz.colors.lightness(grey)[0] - kgz.colors.rgb_to_lab(red)[0]) < 1e-3)
    True
    """
    luminance = _times(_linear((images + 1.0) / 2.0), LUMINANCE[None])
    return 2.0 * _gamma(ops.clip(luminance, 0.0, 1.0)) - 1.0


def _channels(images):
    return images[..., 0], images[..., 1], images[..., 2]


def _times(images, matrix):
    return ops.matmul(images, ops.cast(matrix.T, images.dtype))


# Each function has two branches. That which does not apply is kept where its gradient is finite.


def _linear(values):
    curve = ((ops.maximum(values, 0.04045) + 0.055) / 1.055) ** 2.4
    return ops.where(values > 0.04045, curve, values / 12.92)


def _gamma(values):
    curve = 1.055 * ops.maximum(values, 0.0031308) ** (1.0 / 2.4) - 0.055
    return ops.where(values > 0.0031308, curve, 12.92 * values)


def _root(values):
    curve = ops.maximum(values, DELTA**3) ** (1.0 / 3.0)
    return ops.where(values > DELTA**3, curve, values / (3.0 * DELTA**2) + 4.0 / 29.0)


def _cube(values):
    return ops.where(values > DELTA, values**3, 3.0 * DELTA**2 * (values - 4.0 / 29.0))

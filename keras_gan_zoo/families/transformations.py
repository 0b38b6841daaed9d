"""The random changes of adaptive discriminator augmentation, as matrices, bands and noise.

Numbers are those of Karras et al. 2020, Training Generative Adversarial Networks with Limited Data,
arXiv 2006.06676, appendix B. Matrices are `(batch, 3, 3)` of places `(x, y, 1)`, and
`(batch, 4, 4)` of colours `(red, green, blue, 1)`.
"""

import math

import numpy as np
from keras import ops

from keras_gan_zoo import backend
from keras_gan_zoo.families.warping import blitted, continued, warped

MOVE = 0.125  # of a side: the most by whole pixels, and the deviation of other moves
SCALE = 0.2  # deviation of the logarithm to base 2
BRIGHTNESS, CONTRAST, SATURATION = 0.2, 0.5, 1.0
NOISE, CUT = 0.1, 0.5


def _unit(size, row, column=None):
    matrix = np.zeros((size, size))
    matrix[row, row if column is None else column] = 1.0
    return matrix


IDENTITY_2, IDENTITY_3 = np.diag([1.0, 1.0, 0.0]), np.diag([1.0, 1.0, 1.0, 0.0])
LUMA = np.outer([1.0, 1.0, 1.0, 0.0], [1.0, 1.0, 1.0, 0.0]) / 3.0  # v v^T of the axis of greys
# Daubechies' wavelet of 2 vanishing moments; the expected power of the four bands of images.
SYM2 = np.array([-0.12940952255092145, 0.22414386804185735, 0.836516303737469, 0.48296291314469025])
POWER = np.array([10.0, 1.0, 1.0, 1.0], "float32") / 13.0


def transformed(images, probability, ways):
    """Images, each changed in each of some ways with a probability.

    Args:
        images: Float32 images `(batch, height, width, 1 or 3)`.
        probability: A scalar.
        ways: Names of `WAYS`.
    """
    for name, change in WAYS.items():
        if name in ways:
            images = change(images, Chances(ops.shape(images)[0], probability))
    return images


class Chances:
    """Draws for each of some images, from the open stream, what happens with a probability.

    Args:
        rows: How many images.
        probability: A scalar.
    """

    def __init__(self, rows, probability):
        self.probability = probability
        self._uniform = iter(ops.unstack(backend.random_uniform((rows, 8)), 8, axis=1))
        self._normal = iter(ops.unstack(backend.random_normal((rows, 4)), 4, axis=1))

    def uniform(self):
        """Numbers `(rows,)` in [0, 1)."""
        return next(self._uniform)

    def normal(self):
        """Standard normal numbers `(rows,)`."""
        return next(self._normal)

    def one_of(self, count):
        """Whole numbers `(rows,)` below `count`."""
        return ops.floor(self.uniform() * count)

    def perhaps(self, *values, probability=None):
        """The values `(rows,)`, all of an image or none: then 0."""
        happens = self.uniform() < (self.probability if probability is None else probability)
        kept = [ops.where(happens, value, 0.0) for value in values]
        return kept if len(kept) > 1 else kept[0]


# Matrices -----------------------------------------------------------------------------------


def scaling(x, y):
    """Places `(x, y)` times factors."""
    return _sum(_unit(3, 2), (x, _unit(3, 0)), (y, _unit(3, 1)))


def rotation(angle):
    """Places turned by an angle, in radians."""
    turned = _unit(3, 1, 0) - _unit(3, 0, 1)
    return _sum(_unit(3, 2), (ops.cos(angle), IDENTITY_2), (ops.sin(angle), turned))


def translation(x, y):
    """Places moved by a number of pixels."""
    return _sum(np.eye(3), (x, _unit(3, 0, 2)), (y, _unit(3, 1, 2)))


def brightness(by):
    """Colours with something added."""
    return _sum(np.eye(4), (by, sum(_unit(4, row, 3) for row in range(3))))


def contrast(factor):
    """Colours times a factor."""
    return _sum(_unit(4, 3), (factor, IDENTITY_3))


def luma_flip(flipped):
    """Colours mirrored at luma 0, where `flipped` is 1: Householder's `I - 2 v v^T`."""
    return _sum(np.eye(4), (flipped, -2.0 * LUMA))


def hue(angle):
    """Colours turned about the axis of luma by an angle: Rodrigues' formula."""
    crossed = np.zeros((4, 4))
    crossed[:3, :3] = np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]]) / 3.0**0.5
    rest = LUMA + _unit(4, 3)
    return _sum(rest, (ops.cos(angle), IDENTITY_3 - LUMA), (ops.sin(angle), crossed))


def saturation(factor):
    """Colours as many times as far from grey."""
    return _sum(LUMA + _unit(4, 3), (factor, IDENTITY_3 - LUMA))


def _sum(constant, *terms):
    """`constant + sum_k value_k matrix_k` of values `(batch,)`."""
    values, parts = zip(*terms, strict=True)
    parts = np.reshape(parts, (len(parts), -1)).astype("float32")
    varying = ops.matmul(ops.stack(values, axis=1), parts)
    return ops.reshape(varying, (-1, *constant.shape)) + constant.astype("float32")


def recolored(images, maps):
    """Images with their colours mapped; grey ones to the mean of red, green and blue."""
    if images.shape[-1] == 1:
        mean = ops.mean(maps[:, :3], axis=1)
        factor, added = ops.sum(mean[:, :3], axis=1), mean[:, 3]
        return images * factor[:, None, None, None] + added[:, None, None, None]
    return ops.einsum("bhwc,bdc->bhwd", images, maps[:, :3, :3]) + maps[:, None, None, :3, 3]


# Ways ---------------------------------------------------------------------------------------


def _blit(images, chances):
    height, width = images.shape[1:3]
    sign = 1.0 - 2.0 * chances.perhaps(chances.one_of(2))
    mirror = scaling(sign, ops.ones_like(sign))
    turn = rotation(chances.perhaps(chances.one_of(4)) * (math.pi / 2.0))
    moves = ((2.0 * chances.uniform() - 1.0) * MOVE * side for side in (width, height))
    x, y = chances.perhaps(*map(ops.round, moves))
    return blitted(images, mirror @ turn @ translation(x, y))


def _geometric(images, chances):
    height, width = images.shape[1:3]
    scale = 2.0 ** chances.perhaps(SCALE * chances.normal())
    # Turned before and after it is stretched, each so seldom that some turn has the probability.
    seldom = 1.0 - ops.sqrt(1.0 - chances.probability)
    turns = [rotation(chances.perhaps(_angle(chances), probability=seldom)) for _ in range(2)]
    stretch = 2.0 ** chances.perhaps(SCALE * chances.normal())
    x, y = chances.perhaps(*(chances.normal() * MOVE * side for side in (width, height)))
    inverses = scaling(scale, scale) @ turns[0] @ scaling(stretch, 1.0 / stretch) @ turns[1]
    return warped(images, inverses @ translation(x, y))


def _color(images, chances):
    maps = contrast(2.0 ** chances.perhaps(CONTRAST * chances.normal())) @ brightness(
        chances.perhaps(BRIGHTNESS * chances.normal())
    )
    maps = luma_flip(chances.perhaps(chances.one_of(2))) @ maps
    if images.shape[-1] > 1:
        maps = hue(chances.perhaps(_angle(chances))) @ maps
        maps = saturation(2.0 ** chances.perhaps(SATURATION * chances.normal())) @ maps
    return recolored(images, maps)


def _filter(images, chances):
    gains = ops.ones((4,))
    for band in range(4):
        # One band louder or quieter, and all so that the expected power stays.
        factor = 2.0 ** chances.perhaps(chances.normal())[:, None]
        changed = ops.where(ops.arange(4) == band, factor, 1.0)
        gains = gains * changed / ops.sqrt(ops.sum(POWER * changed**2, axis=1, keepdims=True))
    for axis in (1, 2):
        images = _equalized(images, gains, axis)
    return images


def _noise(images, chances):
    level = NOISE * chances.perhaps(ops.abs(chances.normal()))
    return images + level[:, None, None, None] * backend.random_normal(ops.shape(images))


def _cutout(images, chances):
    inside = True
    middles = chances.uniform(), chances.uniform()
    size = chances.perhaps(CUT + ops.zeros_like(middles[0]))
    for axis, middle in zip((1, 2), middles, strict=True):
        places = (ops.arange(images.shape[axis], dtype="float32") + 0.5) / images.shape[axis]
        places = ops.reshape(places, [-1 if index == axis else 1 for index in range(4)])
        distance = ops.abs(places - middle[:, None, None, None])
        inside = ops.logical_and(inside, distance < size[:, None, None, None] / 2.0)
    return ops.where(inside, 0.0, images)


def _angle(chances):
    return (2.0 * chances.uniform() - 1.0) * math.pi


def bands():
    """Symmetric filters `(4, taps)` of the frequencies up to an eighth, and of three octaves above.

    Together they change nothing.
    """
    mirrored = SYM2 * (-1.0) ** np.arange(len(SYM2))
    halves = [np.convolve(one, one[::-1]) / 2.0 for one in (SYM2, mirrored)]
    found = np.eye(4, 1)
    for level in range(1, 4):
        wide = np.stack([np.kron(row, [1.0, 0.0])[:-1] for row in found])
        found = np.stack([np.convolve(row, halves[0]) for row in wide])
        start = (found.shape[1] - len(halves[1])) // 2
        found[level, start : start + len(halves[1])] += halves[1]
    return found.astype("float32")


def _equalized(images, gains, axis):
    """The bands of one axis times gains `(batch, 4)`, continued by the mirror image."""
    filters, channels = bands(), images.shape[-1]
    images = continued(images, filters.shape[1] // 2, axis)
    kernel = np.repeat(filters.T[:, None, None], channels, axis=2)
    kernel = kernel if axis == 1 else kernel.transpose(1, 0, 2, 3)
    found = ops.depthwise_conv(images, kernel, 1, "valid", data_format="channels_last")
    found = ops.reshape(found, (*ops.shape(found)[:3], channels, 4))
    return ops.sum(found * gains[:, None, None, None], axis=-1)


WAYS = {
    "blit": _blit,
    "geometric": _geometric,
    "color": _color,
    "filter": _filter,
    "noise": _noise,
    "cutout": _cutout,
}

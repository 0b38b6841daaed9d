"""Images under affine maps, without aliasing and with a gradient."""

import tensorflow as tf
from keras import ops

from keras_gan_zoo.layers.upfirdn import upfirdn2d

# Daubechies' least asymmetric wavelet of 6 vanishing moments, sum root 2: halving by it what was
# doubled by its mirror image is the identity.
SYM6 = (
    0.015404109327027373,
    0.0034907120842174702,
    -0.11799011114819057,
    -0.048311742585633,
    0.4910559419267466,
    0.787641141030194,
    0.3379294217276218,
    -0.07263752278646252,
    -0.021060292512300564,
    0.04472490177066578,
    0.0017677118642428036,
    -0.007800708325034148,
)
# Where in a doubled image the first pixel is: by the centre of gravity of the taps.
FIRST = sum(place * tap for place, tap in enumerate(SYM6)) / sum(SYM6) - (len(SYM6) // 2 - 1)
SEEN = len(SYM6) // 4  # pixels beyond the border that halving sees
MARGIN = 2 * SEEN  # and that doubling needs for those


def warped(images, inverses):
    """Images under affine maps, continued by their mirror images.

    They are doubled by a wavelet filter, read off bilinearly, and halved by the same filter, so
    that what turns or shrinks has no jags. The identity and moves by whole pixels are exact, up to
    rounding.

    Args:
        images: `(batch, height, width, channels)`.
        inverses: `(batch, 3, 3)`: which place `(x, y, 1)`, in pixels from the centre of an image,
            a pixel of the result shows.

    Returns:
        A tensor of the shape of the images, float32.

    References:
        Karras et al. 2020, Training Generative Adversarial Networks with Limited Data, arXiv
        2006.06676, appendix B.
    """
    images = ops.cast(images, "float32")
    height, width = images.shape[1:3]
    wider, taps = continued(continued(images, MARGIN, 1), MARGIN, 2), len(SYM6) // 2
    doubled = upfirdn2d(wider, SYM6, up=2, padding=(taps, taps - 1))
    x, y = _centred_in_doubled(width), _centred_in_doubled(height)[:, None]
    columns, lines = (
        _doubled(places, size)
        for places, size in zip(_mapped(inverses, x, y), (width, height), strict=True)
    )
    sampled = _bilinear(doubled, lines, columns)
    return upfirdn2d(sampled[:, 1:-1, 1:-1], SYM6[::-1], down=2)


def blitted(images, inverses):
    """Images whose pixels are copied from where maps say, continued by their mirror images.

    Args:
        images, inverses: As for `warped`. Maps are moves by whole pixels, quarter turns and
            mirrorings; what falls between two pixels is the nearer one's.

    Returns:
        A tensor of the shape and the type of the images.
    """
    batch, (height, width, channels) = ops.shape(images)[0], images.shape[1:]
    x, y = (ops.arange(size, dtype="float32") - (size - 1) / 2.0 for size in (width, height))
    columns, lines = (
        _mirrored(ops.round(places + (size - 1) / 2.0), size)
        for places, size in zip(_mapped(inverses, x, y[:, None]), (width, height), strict=True)
    )
    places = ops.reshape(ops.cast(lines * width + columns, "int32"), (batch, -1))
    table = ops.reshape(images, (batch, -1, channels))
    return ops.reshape(tf.gather(table, places, batch_dims=1), ops.shape(images))


def continued(images, margin: int, axis: int):
    """Images with some pixels more at both ends of an axis: their mirror image."""
    size = images.shape[axis]
    places = _mirrored(ops.arange(-margin, size + margin, dtype="float32"), size)
    return ops.take(images, ops.cast(places, "int32"), axis=axis)


def _mapped(inverses, x, y):
    """Where `x` and `y` come from: two tensors `(batch, height, width)`."""
    rows = [[inverses[:, i, j, None, None] for j in range(3)] for i in range(2)]
    return [a * x + b * y + c for a, b, c in rows]


def _centred_in_doubled(size):
    """Places of the pixels of a doubled side and its margin, in single ones from the middle."""
    pixels = ops.arange(2 * (size + 2 * SEEN), dtype="float32")
    return (pixels - FIRST) / 2.0 - SEEN - (size - 1) / 2.0


def _doubled(places, size):
    """Where places, in pixels from the middle, are in a doubled side with its margin."""
    places = places + (size - 1) / 2.0
    near = ops.logical_and(places >= -SEEN, places <= size - 1 + SEEN)
    return 2.0 * (ops.where(near, places, _mirrored(places, size)) + MARGIN) + FIRST


def _mirrored(places, size):
    """Places outside of `[0, size - 1]` mirrored at its ends."""
    last = max(size - 1, 1)
    places = ops.mod(places, 2.0 * last)
    return ops.minimum(places, 2.0 * last - places) if size > 1 else 0.0 * places


def _bilinear(images, lines, columns):
    """`(batch, *places, channels)`: images read off between pixels."""
    batch, (width, channels) = ops.shape(images)[0], images.shape[2:]
    top, left = ops.floor(lines), ops.floor(columns)
    down, right = (lines - top)[..., None], (columns - left)[..., None]
    first, second = images[:, :-1], images[:, 1:]
    four = [rows[:, :, part] for rows in (first, second) for part in (slice(-1), slice(1, None))]
    # The four neighbours side by side, so that one look finds them all.
    table = ops.reshape(ops.concatenate(four, axis=-1), (batch, -1, 4 * channels))
    places = ops.cast(top * (width - 1) + left, "int32")
    found = tf.gather(table, ops.reshape(places, (batch, -1)), batch_dims=1)
    found = ops.reshape(found, (batch, *lines.shape[1:], 4 * channels))
    a, b, c, d = ops.split(found, 4, axis=-1)
    upper, lower = a + right * (b - a), c + right * (d - c)
    return upper + down * (lower - upper)

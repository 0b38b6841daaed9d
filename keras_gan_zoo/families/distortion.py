"""Images shifted, turned, scaled and sheared at random."""

import keras
import numpy as np
from keras import ops

from keras_gan_zoo import backend

# Largest changes at strength 1.
SHIFT = 1 / 14  # of a side
TURN = 0.2  # radians
SCALE = 0.1
SHEAR = 0.2
BLACK = -1.0


def distort(images, strength: float, seed=None):
    """Images, each under a random affine map of its own; for networks that should not mind these.

    At strength 1 an image is shifted by up to a 14th of its width and height, turned by up to 0.2
    radians about its centre, scaled by up to a tenth and sheared by up to 0.2, all uniformly, and
    for other strengths in proportion. What comes in from outside is black. Bilinear.

    Args:
        images: Float images `(batch, height, width, channels)` in [-1, 1].
        strength: See above, at least 0.
        seed: An integer or a `SeedGenerator`.

    Returns:
        A tensor of the same shape and type.

    Raises:
        ValueError: If these are no images, or the strength is negative.

    Example:

    >>> images = np.zeros((4, 28, 28, 1), "float32")
    >>> kgz.families.distort(images, strength=0.5, seed=0).shape
    TensorShape([4, 28, 28, 1])
    """
    images = ops.convert_to_tensor(images)
    if len(images.shape) != 4:
        raise ValueError(
            "Expected `images` of shape (batch, height, width, channels). "
            f"Received: shape {tuple(images.shape)}"
        )
    if not strength >= 0:
        raise ValueError(f"Expected `strength` >= 0. Received: {strength!r}")
    size = np.array([images.shape[2], images.shape[1]], "float32")  # x, y
    centre = (size - 1.0) / 2.0
    drawn = backend.random_uniform((ops.shape(images)[0], 5), -strength, strength, seed)
    shift, (turn, scale, shear) = SHIFT * size * drawn[:, :2], ops.unstack(drawn[:, 2:], axis=1)
    cosine, sine, shear = ops.cos(TURN * turn), ops.sin(TURN * turn), SHEAR * shear
    linear = ops.stack([cosine, shear * cosine - sine, sine, shear * sine + cosine], axis=1)
    linear = ops.reshape((1.0 + SCALE * scale)[:, None] * linear, (-1, 2, 2))
    # A pixel at p shows what was at `linear (p - centre) + centre + shift`.
    offset = centre + shift - ops.sum(linear * centre, axis=-1)
    maps = ops.reshape(ops.concatenate([linear, offset[:, :, None]], axis=2), (-1, 6))
    return ops.cast(
        ops.image.affine_transform(
            ops.cast(images, "float32"),
            ops.pad(maps, [[0, 0], [0, 2]]),
            interpolation="bilinear",
            fill_value=BLACK,
            data_format="channels_last",
        ),
        keras.backend.standardize_dtype(images.dtype),
    )

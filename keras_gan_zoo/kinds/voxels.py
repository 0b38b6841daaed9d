"""Voxels."""

import dataclasses

import keras
import numpy as np

from keras_gan_zoo.kinds import drawing, isometric, kind, values

BLUE = (120, 180, 255)


@keras.saving.register_keras_serializable("keras_gan_zoo")
@dataclasses.dataclass(frozen=True)
class Voxels(kind.Kind):
    """A shape on a grid of voxels, with values in `[-1, 1]`: a voxel is occupied where above 0.

    Each sample is drawn as cubes seen from above a corner. Of several channels, such as parts or
    materials, a voxel has the colour of its largest.

    Args:
        shape: `(x, y, z, channels)`; `z` is drawn upwards.

    Example:

    >>> voxels = kgz.kinds.Voxels((8, 8, 8, 1))
    >>> voxels.check("x", voxels.examples(2)).shape
    TensorShape([2, 8, 8, 8, 1])
    """

    shape: tuple
    axes = ("x", "y", "z", "channels")
    largest = values.LARGEST_PIXEL
    key = "voxels"
    plural = "voxels"
    words = values.Words(
        integers="8-bit voxels",
        scaling="x / 127.5 - 1, or 2.0 * x - 1 for occupancies of 0 and 1",
        lowest="Empty",
        plural="voxels",
        channel="Voxels have a channel",
    )

    def tiles(self, samples):
        drawn = []
        for sample in samples:
            several = sample.shape[-1] > 1
            colors = drawing.palette(sample.shape[-1]) if several else np.array([BLUE], "uint8")
            occupied = sample.max(axis=-1) > 0.0
            drawn.append(isometric.isometric(occupied, colors[sample.argmax(axis=-1)]))
        return np.stack(drawn) / 127.5 - 1.0

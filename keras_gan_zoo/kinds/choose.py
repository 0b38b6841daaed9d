"""Kinds from what people pass instead."""

import copy

import keras
import numpy as np

from keras_gan_zoo.kinds.image import Image
from keras_gan_zoo.kinds.kind import Kind
from keras_gan_zoo.kinds.vector import Vector


def of_shape(shape) -> Kind:
    """The kind that a shape alone tells.

    Args:
        shape: Of one sample: `(dimensions,)` or `(height, width, channels)`.

    Returns:
        A `Vector` or an `Image`.

    Raises:
        ValueError: For all other shapes, which may be several things.

    Example:

    >>> kgz.kinds.of_shape((28, 28, 1))
    Image(shape=(28, 28, 1), largest=2.0)
    """
    rank = len(tuple(shape)) if np.iterable(shape) else None
    if rank not in (1, 3):
        raise ValueError(
            "Expected a kind, such as `kgz.kinds.Video(shape)`, or a shape of one axis (a vector) "
            f"or three (an image). {CANDIDATES.get(rank, '')}Received: {shape!r}"
        )
    return (Vector if rank == 1 else Image)(shape)


CANDIDATES: dict[int | None, str] = {
    0: "A class is `Label`. ",
    2: "Two axes may be a `Sequence`, `Points`, a `Spectrogram`, `Audio` with channels or a "
    "`LabelMap`; a grey image has a channel: (height, width, 1). ",
    4: "Four axes may be `Voxels` or a `Video`. ",
}


def get(kind) -> Kind:
    """The kind itself, or the one of a config.

    Args:
        kind: A `Kind`, or what `keras.saving.serialize_keras_object` made of one.

    Returns:
        A `Kind`.

    Raises:
        ValueError: If it is neither.
    """
    found = kind
    if isinstance(kind, dict):
        try:
            found = keras.saving.deserialize_keras_object(copy.deepcopy(kind))
        except TypeError as error:  # a class that Keras does not find
            raise ValueError(
                f"Expected the config of a kind. Received: {kind!r}: {error}"
            ) from None
    if not isinstance(found, Kind):
        raise ValueError(
            "Expected a kind, such as `kgz.kinds.Image((28, 28, 1))`, or the config of one; of a "
            f"shape, `kgz.kinds.of_shape` makes one. Received: {kind!r}"
        )
    return found

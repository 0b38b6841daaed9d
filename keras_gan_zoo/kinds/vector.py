"""Vectors."""

import dataclasses

import keras

from keras_gan_zoo import pictures
from keras_gan_zoo.kinds import drawing, kind


@keras.saving.register_keras_serializable("keras_gan_zoo")
@dataclasses.dataclass(frozen=True)
class Vector(kind.Kind):
    """A vector of any finite numbers: a point of a toy set, features, a continuous condition.

    Vectors of one dimension are drawn as a histogram, those of two as a scatter plot, and others as
    a heat map with a row for each vector, since no two dimensions stand for all.

    Args:
        shape: `(dimensions,)`.

    Example:

    >>> vector = kgz.kinds.Vector((2,))
    >>> vector.check("x", [[0.5, -3.0]]).shape
    TensorShape([1, 2])
    """

    shape: tuple
    axes = ("dimensions",)
    key = "vector"
    plural = "vectors"

    def draw(self, samples, columns=None):
        samples = self.at_hand(samples)
        if samples.shape[1] <= 2:
            return pictures.scatter(samples)
        return drawing.heat_map(samples)

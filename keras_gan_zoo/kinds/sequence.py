"""Sequences."""

import dataclasses

import keras
import numpy as np

from keras_gan_zoo.kinds import drawing, kind, values


@keras.saving.register_keras_serializable("keras_gan_zoo")
@dataclasses.dataclass(frozen=True)
class Sequence(kind.Kind):
    """A sequence of vectors of any finite numbers: a time series, measurements, motion.

    Each sample is drawn as a plot with a line for each feature, all of them on one scale.

    Args:
        shape: `(steps, features)`. A series of single numbers has one feature.

    Example:

    >>> sequence = kgz.kinds.Sequence((24, 3))
    >>> sequence.check("x", sequence.examples(4)).shape
    TensorShape([4, 24, 3])
    """

    shape: tuple
    axes = ("steps", "features")
    key = "sequence"
    plural = "sequences"
    words = values.Words(
        integers="whole numbers",
        scaling="x.astype('float32')",
        channel="Single numbers have an axis of features",
        swapped="Steps come first, then features",
    )

    def draw(self, samples, columns=None):
        samples = self.at_hand(samples)
        return drawing.lines(samples, np.arange(samples.shape[1]), columns, "step")

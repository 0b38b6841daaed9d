"""Labels."""

import dataclasses
import math

import keras

from keras_gan_zoo.kinds import drawing, kind, values


@keras.saving.register_keras_serializable("keras_gan_zoo")
@dataclasses.dataclass(frozen=True)
class Label(kind.Kind):
    """The class of a sample, an integer in `[0, classes)`.

    Drawn as numbers on the colours of their classes.

    Args:
        classes: How many classes there are, at least 2.
        unknown: Whether -1 is taken, for a class that is not known.

    Example:

    >>> kgz.kinds.Label(10).check("y", [3, 1]).numpy().tolist()
    [3, 1]
    """

    shape: tuple = dataclasses.field(default=(), init=False, repr=False)
    classes: int
    unknown: bool = False
    counted = "classes"
    dtype = "int32"
    key = "label"
    plural = "labels"

    @property
    def least(self):
        """The smallest label."""
        return -1 if self.unknown else 0

    def mend(self, received, shape):
        return values.mend_label(received, shape)

    def draw(self, samples, columns=None):
        labels = self.at_hand(samples)
        columns = columns or math.ceil(math.sqrt(len(labels)))
        return drawing.cells([labels[i : i + columns] for i in range(0, len(labels), columns)])

"""Label maps."""

import dataclasses

import keras
import tensorflow as tf

from keras_gan_zoo.kinds import drawing, kind


@keras.saving.register_keras_serializable("keras_gan_zoo")
@dataclasses.dataclass(frozen=True)
class LabelMap(kind.Kind):
    """The class of every pixel, an integer in `[0, classes)`: a segmentation.

    `check` also takes maps with a channel, `(batch, height, width, 1)`, and drops it. Each class
    has a colour, always the same.

    Args:
        shape: `(height, width)`.
        classes: How many classes there are, at least 2.

    Example:

    >>> kind = kgz.kinds.LabelMap((4, 4), classes=3)
    >>> kind.check("map", np.ones((2, 4, 4, 1), "uint8")).shape
    TensorShape([2, 4, 4])
    """

    shape: tuple
    classes: int
    axes = ("height", "width")
    counted = "classes"
    dtype = "int32"
    key = "label_map"
    plural = "label_maps"
    outside = " Pixels without a class, often 255, need one of their own."

    def check(self, name, samples):
        shape = tf.TensorShape(getattr(samples, "shape", None))
        if shape.rank == 4 and shape[-1] == 1:
            samples = samples[..., 0]
        return super().check(name, samples)

    def tiles(self, samples):
        return drawing.colored(samples, self.classes)

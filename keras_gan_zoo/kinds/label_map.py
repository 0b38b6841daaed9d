"""Label maps."""

import dataclasses
import pathlib

import keras
import numpy as np
import tensorflow as tf

from keras_gan_zoo import image_files
from keras_gan_zoo.kinds import drawing, kind


@keras.saving.register_keras_serializable("keras_gan_zoo")
@dataclasses.dataclass(frozen=True)
class LabelMap(kind.Kind):
    """The class of every pixel, an integer in `[0, classes)`: a segmentation.

    `check` also takes maps with a channel, `(batch, height, width, 1)`, and drops it. Each class
    has a colour, always the same.

    Read from a picture, its pixels are the numbers of classes: the indices of a palette, or grey
    values. (Pictures that `draw` and `save` make have colours, and are for looking at.)

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

    def read(self, path):
        """Reads a picture of classes, or those of a folder in natural order; or an `.npy` file.

        They are brought to `shape` without mixing classes: the nearest pixel is taken.

        Raises:
            ValueError: If a file is no such picture, or holds a number that is no class.
            FileNotFoundError: If there is no such file.
        """
        path = pathlib.Path(path)
        if path.suffix == ".npy":
            return super().read(path)
        files = image_files.find(path, below=False) if path.is_dir() else [path]
        size = None if None in self.shape else self.shape
        maps = [image_files.read_classes(one, size) for one in files]
        for one, numbers in zip(files, maps, strict=True):  # which of many it is
            self.check(str(one), numbers[None])
        return self.check(str(path), np.stack(maps))

    def tiles(self, samples):
        return drawing.colored(samples, self.classes)

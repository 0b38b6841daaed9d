"""What a sample is: how it is checked, drawn, saved and made at random."""

from keras_gan_zoo.kinds.choose import get, of_shape
from keras_gan_zoo.kinds.image import Image
from keras_gan_zoo.kinds.kind import Kind
from keras_gan_zoo.kinds.label import Label
from keras_gan_zoo.kinds.label_map import LabelMap
from keras_gan_zoo.kinds.named import Named
from keras_gan_zoo.kinds.values import LARGEST_PIXEL
from keras_gan_zoo.kinds.vector import Vector

__all__ = [
    "LARGEST_PIXEL",
    "Image",
    "Kind",
    "Label",
    "LabelMap",
    "Named",
    "Vector",
    "get",
    "of_shape",
]

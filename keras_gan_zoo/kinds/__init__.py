"""What a sample is: how it is checked, drawn, saved and made at random."""

from keras_gan_zoo.kinds.audio import Audio
from keras_gan_zoo.kinds.choose import get, of_shape
from keras_gan_zoo.kinds.image import Image
from keras_gan_zoo.kinds.kind import Kind
from keras_gan_zoo.kinds.label import Label
from keras_gan_zoo.kinds.label_map import LabelMap
from keras_gan_zoo.kinds.named import Named
from keras_gan_zoo.kinds.points import Points
from keras_gan_zoo.kinds.sequence import Sequence
from keras_gan_zoo.kinds.spectrogram import Spectrogram
from keras_gan_zoo.kinds.tokens import Tokens
from keras_gan_zoo.kinds.values import LARGEST_PIXEL
from keras_gan_zoo.kinds.vector import Vector
from keras_gan_zoo.kinds.video import Video
from keras_gan_zoo.kinds.voxels import Voxels

__all__ = [
    "Audio",
    "LARGEST_PIXEL",
    "Image",
    "Kind",
    "Label",
    "LabelMap",
    "Named",
    "Points",
    "Sequence",
    "Spectrogram",
    "Tokens",
    "Vector",
    "Video",
    "Voxels",
    "get",
    "of_shape",
]

"""Data sets: one door for builtin, TensorFlow Datasets, folder and array data."""

from keras_gan_zoo.datasets.derived import low_resolution
from keras_gan_zoo.datasets.few_labels import few_labels
from keras_gan_zoo.datasets.load import list_names as list
from keras_gan_zoo.datasets.load import load
from keras_gan_zoo.datasets.pipeline import from_arrays
from keras_gan_zoo.datasets.unpaired import unpaired
from keras_gan_zoo.image_files import find as image_files

__all__ = ["few_labels", "from_arrays", "image_files", "list", "load", "low_resolution", "unpaired"]

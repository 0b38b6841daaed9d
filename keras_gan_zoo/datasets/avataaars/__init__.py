"""Cartoon faces with exact attributes."""

from keras_gan_zoo.datasets.avataaars.attributes import ATTRIBUTES, attributes_of
from keras_gan_zoo.datasets.avataaars.builder import Avataaars

__all__ = ["ATTRIBUTES", "Avataaars", "attributes_of"]

"""Cartoon faces with exact attributes."""

from keras_gan_zoo.datasets.avataaars.attributes import ATTRIBUTES, CLEAR_GLASSES, attributes_of
from keras_gan_zoo.datasets.avataaars.builder import Avataaars

__all__ = ["ATTRIBUTES", "CLEAR_GLASSES", "Avataaars", "attributes_of"]

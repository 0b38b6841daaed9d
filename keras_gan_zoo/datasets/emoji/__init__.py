"""Pairs of emoji: the same ones by two designers, and line art beside its colours."""

from keras_gan_zoo.datasets.emoji.emoji_pairs import EmojiPairs
from keras_gan_zoo.datasets.emoji.openmoji import Openmoji
from keras_gan_zoo.datasets.emoji.relatives import families, meaning

__all__ = ["EmojiPairs", "Openmoji", "families", "meaning"]

"""The mechanics of training, which know no paper and no family of models."""

from keras_gan_zoo.training.abilities import Ability
from keras_gan_zoo.training.demonstration import Demonstration
from keras_gan_zoo.training.part import Part
from keras_gan_zoo.training.phase import Phase
from keras_gan_zoo.training.phased_model import PhasedModel
from keras_gan_zoo.training.schedules import FlooredDecay, GrowingHalfLife, LinearDecay
from keras_gan_zoo.training.stage import Stage
from keras_gan_zoo.training.strategy import distribute

__all__ = [
    "Ability",
    "Demonstration",
    "FlooredDecay",
    "GrowingHalfLife",
    "LinearDecay",
    "Part",
    "Phase",
    "PhasedModel",
    "Stage",
    "distribute",
]

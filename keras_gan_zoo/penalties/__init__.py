"""Penalties on a critic, `penalty(critic, real, fake) -> scalar`, and what others are made of.

They know no models.
"""

from keras_gan_zoo.penalties.gradient_penalty import GradientPenalty
from keras_gan_zoo.penalties.historical_average import HistoricalAverage
from keras_gan_zoo.penalties.orthogonal import OrthogonalRegularization
from keras_gan_zoo.penalties.orthonormal import OrthonormalRegularization
from keras_gan_zoo.penalties.path_length import path_lengths
from keras_gan_zoo.penalties.penalty import Penalty
from keras_gan_zoo.penalties.r1 import R1
from keras_gan_zoo.penalties.r2 import R2

__all__ = [
    "GradientPenalty",
    "HistoricalAverage",
    "OrthogonalRegularization",
    "OrthonormalRegularization",
    "Penalty",
    "R1",
    "R2",
    "path_lengths",
]

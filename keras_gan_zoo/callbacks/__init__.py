"""Callbacks for `fit`: watch, stop and resume a training."""

from keras_gan_zoo.callbacks.evaluate_samples import EvaluateSamples
from keras_gan_zoo.callbacks.exact_resume import ExactResume
from keras_gan_zoo.callbacks.sample_grid import SampleGrid
from keras_gan_zoo.callbacks.signs_of_trouble import SignsOfTrouble
from keras_gan_zoo.callbacks.stop_on_nan import StopOnNaN
from keras_gan_zoo.callbacks.time_budget import TimeBudget
from keras_gan_zoo.training.monitors import ForPhase

__all__ = [
    "EvaluateSamples",
    "ExactResume",
    "ForPhase",
    "SampleGrid",
    "SignsOfTrouble",
    "StopOnNaN",
    "TimeBudget",
]

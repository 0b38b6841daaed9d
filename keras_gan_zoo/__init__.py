"""A zoo of generative models for Keras."""

from keras_gan_zoo import (
    callbacks,
    datasets,
    evaluation,
    families,
    layers,
    losses,
    metrics,
    models,
    networks,
    penalties,
    pictures,
    presets,
    training,
)
from keras_gan_zoo.training.strategy import distribute
from keras_gan_zoo.version import __version__

__all__ = [
    "__version__",
    "callbacks",
    "datasets",
    "distribute",
    "evaluation",
    "families",
    "layers",
    "losses",
    "metrics",
    "models",
    "networks",
    "penalties",
    "pictures",
    "presets",
    "training",
]

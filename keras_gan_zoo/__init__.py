"""A zoo of generative models for Keras."""

from keras_gan_zoo import processor

processor.prefer_onednn()  # before anything imports TensorFlow

from keras_gan_zoo import (  # noqa: E402
    callbacks,
    datasets,
    evaluation,
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
from keras_gan_zoo.training.strategy import distribute  # noqa: E402
from keras_gan_zoo.version import __version__  # noqa: E402

__all__ = [
    "__version__",
    "callbacks",
    "datasets",
    "distribute",
    "evaluation",
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

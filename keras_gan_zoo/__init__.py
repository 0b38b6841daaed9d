"""A zoo of generative models for Keras."""

import importlib
import pathlib
import sys

from keras_gan_zoo import processor
from keras_gan_zoo.version import __version__

__all__ = [
    "__version__",
    "callbacks",
    "colors",
    "datasets",
    "distribute",
    "environments",
    "evaluation",
    "extractors",
    "families",
    "kinds",
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


def _in_command_line():
    """Whether this process is the program `keras-gan-zoo`, or `python -m keras_gan_zoo`."""
    program = pathlib.Path((sys.argv or [""])[0]).name.removesuffix(".exe")
    # Python calls a module "-m" until it has found it, for which it first imports its package.
    modules = {__name__, f"{__name__}.cli"}
    return program == "keras-gan-zoo" or (program == "-m" and not modules.isdisjoint(sys.orig_argv))


processor.prefer_onednn()  # before anything imports TensorFlow

# A session imports every part at once, since `keras.models.load_model` must find all registered
# classes right after `import keras_gan_zoo`. The command line does so when it first needs a part:
# `keras-gan-zoo list` would else wait seconds for TensorFlow, of which it makes no use.
if _in_command_line():

    def __getattr__(name):
        """Imports all parts when the first of them is asked for."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        del globals()["__getattr__"]  # the parts ask for each other while they are imported
        parts = [part for part in __all__ if part not in ("__version__", "distribute")]
        for part in parts:
            importlib.import_module(f"{__name__}.{part}")
        globals()["distribute"] = importlib.import_module(f"{__name__}.training").distribute
        return globals()[name]

else:
    from keras_gan_zoo import (
        callbacks,
        colors,
        datasets,
        environments,
        evaluation,
        extractors,
        families,
        kinds,
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

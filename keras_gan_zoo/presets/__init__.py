"""Trained weights: a folder with config, weights, metadata and model card, checked by sha256."""

import importlib
from typing import TYPE_CHECKING

from keras_gan_zoo.presets.registry import (
    builtin_presets,
    is_preset,
    preset_metadata,
    preset_sources,
)

if TYPE_CHECKING:
    from keras_gan_zoo.presets.loader import from_preset
    from keras_gan_zoo.presets.saver import record_evaluation, save_to_preset

__all__ = [
    "builtin_presets",
    "from_preset",
    "is_preset",
    "preset_metadata",
    "preset_sources",
    "record_evaluation",
    "save_to_preset",
]

# These modules import Keras, which looking presets up does without; they register no classes.
_WITH_KERAS = {"from_preset": "loader", "record_evaluation": "saver", "save_to_preset": "saver"}


def __getattr__(name):
    if name not in _WITH_KERAS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_WITH_KERAS[name]}"), name)

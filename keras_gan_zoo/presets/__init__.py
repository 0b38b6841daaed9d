"""Trained weights: a folder with config, weights, metadata and model card, checked by sha256."""

from keras_gan_zoo.presets.loader import from_preset
from keras_gan_zoo.presets.registry import (
    builtin_presets,
    is_preset,
    preset_metadata,
    preset_sources,
)
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

"""Trained models as SavedModels."""

from keras_gan_zoo.serving.export import export_model

__all__ = ["export_model"]

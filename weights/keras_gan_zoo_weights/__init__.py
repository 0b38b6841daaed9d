"""Folders of presets for keras_gan_zoo, which finds them through an entry point; no code."""

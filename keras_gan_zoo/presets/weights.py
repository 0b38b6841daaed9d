"""The weight file of a preset."""

import hashlib
import pathlib

import keras


class Networks(keras.Model):
    """Holds the networks of a preset, so that one Keras weight file holds them all."""

    def __init__(self, networks: dict):
        super().__init__()
        for name, network in networks.items():
            setattr(self, name, network)
        self.built = True


def sha256(path: pathlib.Path) -> str:
    """The sha256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()

"""Pictures of another size than a network was trained on: as a whole, or in tiles that overlap."""

import itertools
import math
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np


def in_tiles(function, pictures: np.ndarray, tile: Sequence, overlap: int) -> np.ndarray:
    """What a function of tiles makes of whole pictures.

    Where tiles overlap, they are mixed by weights that fall linearly towards their sides. Pictures
    that are smaller than a tile are continued by their mirror image, and cut off again.

    Args:
        function: From tiles `(batch, *tile, channels)` to images as large, or larger by a factor.
        pictures: `(batch, height, width, channels)`.
        tile: (height, width) of a tile.
        overlap: Pixels that neighbouring tiles have in common, at least.

    Returns:
        Images `(batch, height, width, channels)`, or larger by the factor.
    """
    size = pictures.shape[1:3]
    pictures = padded(pictures, tile)
    starts = [_starts(*one, overlap) for one in zip(pictures.shape[1:3], tile, strict=True)]
    places = [*itertools.product(*starts)]
    tiles = [pictures[:, top : top + tile[0], left : left + tile[1]] for top, left in places]
    made = np.asarray(function(np.concatenate(tiles)))
    factor = made.shape[1] // tile[0]
    weights = np.outer(*(_ramp(side * factor, overlap * factor) for side in tile))[..., None]
    whole = [side * factor for side in pictures.shape[1:3]]
    total = np.zeros((len(pictures), *whole, made.shape[-1]), "float32")
    weight = np.zeros((*whole, 1), "float32")
    for images, (top, left) in zip(np.split(made, len(places)), places, strict=True):
        rows = slice(top * factor, (top + tile[0]) * factor)
        columns = slice(left * factor, (left + tile[1]) * factor)
        total[:, rows, columns] += weights * images
        weight[rows, columns] += weights
    return (total / weight)[:, : size[0] * factor, : size[1] * factor]


def padded(pictures: np.ndarray, least) -> np.ndarray:
    """Pictures continued by their mirror image, below and to the right, up to a size at least."""
    margins = [(0, max(0, new - old)) for new, old in zip(least, pictures.shape[1:3], strict=True)]
    return np.pad(pictures, [(0, 0), *margins, (0, 0)], "symmetric")


class FixedSizeError(ValueError):
    """A network takes images of one size only."""


def fitting(network: keras.Model, size: tuple):
    """What a network does, for images of another size.

    Args:
        network: From images `(batch, height, width, channels)` to images as large, or larger by a
            factor.
        size: (height, width), at least that of the network's images. Sides that its stride does not
            divide are continued by their mirror image, and cut off again.

    Returns:
        The network itself if it takes images of this size; else a function of images and
        `training` that runs a copy of it.

    Raises:
        FixedSizeError: If the network has layers that belong to one size.
    """
    inputs: Any = getattr(network, "inputs", None)
    own = inputs[0].shape[1:-1] if inputs else size
    if all(None in pair or pair[0] == pair[1] for pair in zip(own, size, strict=True)):
        return network
    factor = network.output_shape[1] // own[0]
    try:
        maps = [layer.output.shape[1] for layer in network.layers if len(layer.output.shape) == 4]
        grown = [math.ceil(side * min(maps) / own[0]) * own[0] // min(maps) for side in size]
        copy = keras.models.clone_model(network, keras.Input((*grown, inputs[0].shape[-1])))
        copy.set_weights(network.get_weights())
    except (AttributeError, ValueError):  # of a layer in two places, or whose weights have one size
        copy = None
    if copy is None or [*copy.output_shape[1:3]] != [side * factor for side in grown]:
        raise FixedSizeError(
            f"Expected images of {own[0]}x{own[1]} pixels for a network that is not convolutional. "
            f"Received: {size[0]}x{size[1]}"
        )
    margins = [(0, new - old) for new, old in zip(grown, size, strict=True)]

    def run(images, training=False):
        images = keras.ops.pad(images, [(0, 0), *margins, (0, 0)], mode="symmetric")
        made = copy(images, training=training)
        return made[:, : size[0] * factor, : size[1] * factor]

    return run


def _starts(length, tile, overlap):
    """Where tiles begin, evenly spread, so that they cover a length."""
    count = 1 + -(-(length - tile) // (tile - overlap))
    return np.linspace(0, length - tile, count).round().astype(int).tolist()


def _ramp(length, overlap):
    """Weights along a side of a tile: they rise over the overlap, and fall."""
    distances = np.arange(1, length + 1)
    return np.minimum(np.minimum(distances, distances[::-1]), overlap + 1) / (overlap + 1)

"""Parts that belong together."""

import dataclasses

import keras
import numpy as np
import tensorflow as tf

from keras_gan_zoo import pictures
from keras_gan_zoo.kinds import choose, drawing, kind


@keras.saving.register_keras_serializable("keras_gan_zoo")
@dataclasses.dataclass(frozen=True, init=False, repr=False)
class Named(kind.Kind):
    """Named parts that belong together, such as an image and the map it was painted from.

    A batch is a dict with these names, and all parts have the same batch size. `shape`, `dtype` and
    `spec` are dicts, too. Parts that are drawn as images (images, label maps, voxels, videos) are
    drawn side by side, one row for each sample; others below each other.

    Args:
        **kinds: The kinds of the parts, by name.

    Example:

    >>> pair = kgz.kinds.Named(
    ...     source=kgz.kinds.LabelMap((8, 8), classes=3), target=kgz.kinds.Image((8, 8, 3))
    ... )
    >>> {name: part.shape for name, part in pair.examples(2).items()}
    {'source': (2, 8, 8), 'target': (2, 8, 8, 3)}
    """

    parts: tuple

    def __init__(self, **kinds):
        if not kinds:
            raise ValueError("Expected the kinds of the parts by name. Received: none")
        parts = tuple((name, choose.get(one)) for name, one in kinds.items())
        object.__setattr__(self, "parts", parts)

    @property
    def kinds(self) -> dict:
        """The kinds of the parts, by name."""
        return dict(self.parts)

    @property
    def shape(self) -> dict:
        """The shapes of the parts, by name."""
        return {name: one.shape for name, one in self.parts}

    @property
    def dtype(self) -> dict:
        """The types of the parts, by name."""
        return {name: one.dtype for name, one in self.parts}

    @property
    def has_tiles(self) -> bool:
        """Whether all parts are drawn as images."""
        return all(one.has_tiles for _, one in self.parts)

    @property
    def is_scaled(self) -> bool:
        return any(one.is_scaled for _, one in self.parts)

    def warn_of_scale(self, samples):
        for name, one in self.parts:
            if name in samples:  # which `check` has not seen yet
                one.warn_of_scale(samples[name])

    def check(self, name, samples):
        if not isinstance(samples, dict) or set(samples) != set(self.kinds):
            keys = isinstance(samples, dict)
            raise ValueError(
                f"Expected `{name}` to be a dict with the keys {list(self.kinds)}. Received: "
                f"{f'keys {list(samples)}' if keys else type(samples).__name__}"
            )
        parts = {key: one.check(f"{name}[{key!r}]", samples[key]) for key, one in self.parts}
        sizes = {key: tf.nest.flatten(part)[0].shape[0] for key, part in parts.items()}
        if len(set(sizes.values()) - {None}) > 1:
            raise ValueError(
                f"Expected all parts of `{name}` to have the same batch size. Received: {sizes}"
            )
        return parts

    def spec(self, name=None):
        """The `tf.TensorSpec` of each part, with its name: `name` is not used."""
        return {key: one.spec(key) for key, one in self.parts}

    def examples(self, count, seed=0):
        return {
            key: one.examples(count, seed + index) for index, (key, one) in enumerate(self.parts)
        }

    def tiles(self, samples):
        tiles = [one.tiles(samples[key]) for key, one in self.parts]
        if any(part is None for part in tiles):
            return None
        return drawing.beside(tiles)

    def draw(self, samples, columns=1):
        """See `Kind.draw`; `columns` is the number of samples in a row of side-by-side parts."""
        samples = self.at_hand(samples)
        tiles = self.tiles(samples)
        if tiles is not None:
            return pictures.grid(tiles, columns)
        return drawing.stacked([one.draw(samples[key]) for key, one in self.parts])

    def writers(self):
        """Pictures, and `.npz` for the numbers of the parts."""
        return {
            **{suffix: writer for suffix, writer in super().writers().items() if suffix != ".npy"},
            ".npz": lambda samples, path: np.savez(path, **samples),
        }

    def get_config(self):
        return {name: keras.saving.serialize_keras_object(one) for name, one in self.parts}

    def __repr__(self):
        return f"Named({', '.join(f'{name}={one!r}' for name, one in self.parts)})"

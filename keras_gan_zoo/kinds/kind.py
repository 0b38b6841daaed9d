"""What every kind of samples can do."""

import dataclasses
import operator
import pathlib

import numpy as np
import tensorflow as tf

from keras_gan_zoo import errors, pictures
from keras_gan_zoo.kinds import files, values

OPEN_SIZE = 8  # of an axis without a size, in examples


class Kind:
    """What a sample, a part of a sample, or a label is.

    A kind checks batches before they reach a network, and draws, saves and makes samples. It is
    plain data: equal to another of its type with the same arguments, hashable, and kept in the
    configs of models.

    A subclass is a frozen dataclass, registered with Keras, whose first field is `shape`. It names
    its `axes`, says with the attributes below what its values are, and draws itself: either by
    `tiles`, which makes an image of each sample, or by `draw`.

    Attributes:
        shape: Of one sample, without the batch axis; `None` for sizes that may differ.
        dtype: `"float32"` or `"int32"`.
        axes: Names of the axes of `shape`.
        largest: The largest absolute value taken of samples in `[-1, 1]`; `None` for unbounded
            values.
        least: The smallest integer.
        counted: The field that says how many integers there are, for kinds of whole numbers.
        key: What a sample is called in the dicts of data sets, such as `"image"`.
        plural: What a batch is called in exports, such as `"images"`.
        extractors: Names of the feature extractors that can measure such samples.
        words: What errors say, `values.Words`.
    """

    shape: tuple
    dtype = "float32"
    axes: tuple = ()
    largest: float | None = None
    least: int = 0
    counted = ""
    key = "sample"
    plural = "samples"
    extractors: tuple = ()
    words = values.Words()
    outside = ""  # how to mend integers outside of their range

    def __post_init__(self):
        object.__setattr__(self, "shape", _checked_shape(self))
        if self.counted:
            check_count(self, self.counted, least=2)

    @property
    def limit(self) -> int | None:
        """One more than the largest integer; `None` for floats."""
        return getattr(self, self.counted) if self.counted else None

    @property
    def bounded(self) -> bool:
        """Whether samples are in `[-1, 1]`."""
        return self.largest is not None

    @property
    def has_tiles(self) -> bool:
        """Whether each sample is drawn as an image of its own, which others can stand beside."""
        return type(self).tiles is not Kind.tiles

    def check(self, name: str, samples):
        """Checks a batch of samples.

        Args:
            name: What errors call it.
            samples: The batch: a tensor, an array or nested lists.

        Returns:
            A tensor of shape `(batch, *shape)`, float32 or int32.

        Raises:
            ValueError: If the shape, the type or the values are wrong. Inside a graph, wrong values
                are found when it runs, and are an `InvalidArgumentError`.
        """
        if self.dtype == "int32":
            how = {"least": self.least, "mend": self.mend, "outside": self.outside}
            return values.check_integers(name, samples, self.shape, self.limit, **how)
        return values.check_floats(name, samples, self.shape, self.largest, self.words, self.mend)

    @property
    def is_scaled(self) -> bool:
        """Whether `warn_of_scale` may have something to say."""
        return self.dtype == "float32" and bool(self.words.lowest)

    def warn_of_scale(self, samples):
        """Warns if samples at hand are in `[0, 1]`, where that is hardly ever meant."""
        if self.dtype == "float32":
            values.warn_of_values_from_zero(samples, self.words)

    def mend(self, received: tf.TensorShape, shape: tuple) -> str:
        """A hint for a batch of a wrong shape or type, or nothing."""
        if self.dtype == "int32":
            return values.mend_integers(received, shape)
        lacks_channel = received.rank == len(shape) and received[1:].is_compatible_with(shape[:-1])
        is_swapped = received.rank == 3 and received[1:].is_compatible_with(shape[::-1])
        if self.words.channel and lacks_channel:
            return f" {self.words.channel}: x[..., None]."
        if self.words.swapped and is_swapped:
            return f" {self.words.swapped}: np.swapaxes(x, 1, 2)."
        return values.mend_batch(received, shape)

    def spec(self, name: str | None = None):
        """The `tf.TensorSpec` of a batch."""
        return tf.TensorSpec((None, *self.shape), self.dtype, name)

    def examples(self, count: int, seed: int = 0):
        """Makes valid samples at random, for tests and trials.

        Args:
            count: How many.
            seed: Of the random numbers.

        Returns:
            An array `(count, *shape)`: uniform in `[-1, 1]`, standard normal where values are
            unbounded, or uniform integers. Sizes that are `None` are 8.
        """
        generator = np.random.default_rng(seed)
        shape = (count, *(OPEN_SIZE if size is None else size for size in self.shape))
        if self.dtype == "int32":
            return generator.integers(0, self.limit, shape, "int32")
        if self.bounded:
            return generator.uniform(-1.0, 1.0, shape).astype("float32")
        return generator.standard_normal(shape, "float32")

    def tiles(self, samples: np.ndarray):
        """An image `(height, width, 1 or 3)` in `[-1, 1]` of each sample; `None` if undefined."""

    def draw(self, samples, columns: int | None = None):
        """Draws samples as one picture.

        Args:
            samples: A batch.
            columns: Samples per row; by default about as many as rows.

        Returns:
            A `PIL.Image.Image`.

        Raises:
            ValueError: If the samples are not of this kind.
        """
        tiles = self.tiles(self.at_hand(samples))
        if tiles is None:
            raise errors.not_defined(self, "draw")
        return pictures.grid(tiles, columns)

    def at_hand(self, samples):
        """Samples to draw or to save, checked, as an array; raises `ValueError` if none."""
        samples = tf.nest.map_structure(np.asarray, self.check("samples", samples))
        if len(tf.nest.flatten(samples)[0]) == 0:
            raise ValueError("Expected at least one of `samples`. Received: an empty batch")
        return samples

    def writers(self) -> dict:
        """What `save` can write: for each suffix a function of samples and a path.

        The first suffix is that of the files in a folder.
        """
        return {
            **dict.fromkeys((".png", ".jpg"), lambda samples, path: self.draw(samples).save(path)),
            ".npy": lambda samples, path: np.save(path, samples),
        }

    def save(self, samples, path, overwrite: bool = False):
        """Saves samples: all in one file, or each in a file of its own.

        Args:
            samples: A batch.
            path: With a suffix, one file that holds all samples: `.png` or `.jpg` for the picture
                that `draw` makes, `.npy` for the numbers, and what else the kind can be
                written as. Without a suffix, a folder with one file per sample: `000.png`, ...
            overwrite: Whether a file that exists is replaced. In a folder that exists, files of the
                same names are.

        Returns:
            The `pathlib.Path` of the file or the folder.

        Raises:
            ValueError: If the suffix is unknown, or the samples are not of this kind.
            FileExistsError: If the path exists and is not to be overwritten.
        """
        return files.save(self, samples, path, overwrite)

    def read(self, path):
        """Reads samples that `save` wrote: numbers from an `.npy` file.

        Args:
            path: The file.

        Returns:
            Samples of this kind, checked.

        Raises:
            ValueError: If the file cannot be read as samples of this kind.
            FileNotFoundError: If there is no such file.
        """
        path = pathlib.Path(path)
        if path.suffix != ".npy":
            raise ValueError(f"Expected an .npy file of {self.plural}. Received: {path}")
        return self.check(str(path), files.read_array(path))

    def get_config(self):
        """The arguments, as plain data."""
        config = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        config = {name: config[name] for name in config if name != "shape" or self.axes}
        return {name: list(v) if isinstance(v, tuple) else v for name, v in config.items()}

    @classmethod
    def from_config(cls, config):
        return cls(**config)


def _checked_shape(kind):
    """The shape of a kind as a tuple, or a `ValueError` that names its axes."""
    try:
        shape = tuple(size if size is None else operator.index(size) for size in kind.shape)
        if len(shape) == len(kind.axes) and all(size is None or size >= 1 for size in shape):
            return shape
    except TypeError:
        pass
    axes = f"({', '.join(kind.axes)}{',' if len(kind.axes) == 1 else ''})"
    raise ValueError(
        f"Expected `shape` of {type(kind).__name__} to be {axes}, each an integer >= 1 or None. "
        f"Received: {kind.shape!r}"
    )


def check_count(kind: Kind, name: str, least: int = 1):
    """Keeps a field of a kind as an integer, or raises `ValueError`."""
    value = getattr(kind, name)
    try:
        count = -1 if isinstance(value, bool) else operator.index(value)
    except TypeError:
        count = -1
    if count < least:
        raise ValueError(
            f"Expected `{name}` of {type(kind).__name__} to be an integer >= {least}. "
            f"Received: {value!r}"
        )
    object.__setattr__(kind, name, count)


def check_positive(kind: Kind, name: str):
    """Keeps a field of a kind as a float above 0, or raises `ValueError`."""
    value = getattr(kind, name)
    is_number = isinstance(value, (int, float, np.number)) and not isinstance(value, bool)
    if not (is_number and 0.0 < value < float("inf")):
        raise ValueError(
            f"Expected `{name}` of {type(kind).__name__} to be a number > 0. Received: {value!r}"
        )
    object.__setattr__(kind, name, float(value))

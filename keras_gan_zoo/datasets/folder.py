"""Folders of image files: which image belongs to which split and class, and their batches."""

import collections
import concurrent.futures
import contextlib
import dataclasses
import hashlib
import math
import os
import pathlib
import re
import warnings

import numpy as np
import tensorflow as tf

from keras_gan_zoo import image_files
from keras_gan_zoo.datasets import pipeline

SPLIT_NAMES = ("train", "training", "test", "testing", "val", "valid", "validation", "dev", "eval")
SLICE = re.compile(r"(\w+)(?:\[(-?\d+%?)?:(-?\d+%?)?\])?")
LARGEST_IN_MEMORY = 2**31  # bytes of decoded images that are kept
SHOWN = 3  # files that a message names


@dataclasses.dataclass(frozen=True)
class Files:
    """Image files and their classes.

    Args:
        paths: The files.
        labels: Integers, the places of their classes in `class_names`; `None` without classes.
        class_names: Names of the classes, in natural order; `None` without classes.
        root: The folder of the split.
    """

    paths: list
    labels: np.ndarray | None
    class_names: tuple | None
    root: pathlib.Path


def files_of(folder, split: str = "train", test_share: float | None = None, labels: bool = True):
    """The files of one split of a folder.

    Args:
        folder: Holds images, or a subfolder per class, or both of them for each split.
        split: See `kgz.datasets.load`.
        test_share: See `kgz.datasets.load`.
        labels: Whether classes are asked for.

    Returns:
        `Files`.

    Raises:
        ValueError: If there is no such split, or a class that the training split lacks.
        FileNotFoundError: If there is no such folder, or no image in it.
    """
    folder = pathlib.Path(folder).expanduser()
    if not folder.is_dir():
        raise FileNotFoundError(f"Expected a folder of images. Received: {folder}")
    name, *ends = _parsed(split)
    splits = splits_of(folder)
    parts = splits or ("train",)
    if test_share is not None:
        if not isinstance(test_share, float) or not 0.0 < test_share < 1.0:
            raise ValueError(f"Expected `test_share` between 0 and 1. Received: {test_share!r}")
        if "test" in splits:
            raise ValueError(
                "Expected `test_share` for a folder without a test split. Received: "
                f"{folder}, which has the splits {', '.join(splits)}"
            )
        parts = (*parts, "test")
    if name not in parts:
        raise ValueError(
            f"Expected one of the splits of {folder}: {', '.join(map(repr, parts))}. For a part "
            "of the training images say split='train[:90%]' and 'train[90%:]', or pass "
            f"`test_share=0.1`. Received: {split!r}"
        )
    training = folder / "train" if "train" in splits else folder
    own = folder / name if name in splits else training
    paths = image_files.find(own)
    names = [path.relative_to(own).as_posix() for path in paths]
    classes, class_names = _classes(own, training, names) if labels else (None, None)
    chosen = np.arange(len(paths))
    if test_share is not None and name in ("train", "test"):
        in_test = np.array([_hashed(one) < test_share * 2.0**64 for one in names])
        chosen = chosen[in_test == (name == "test")]
    if any(ends):
        # A slice of the files in sorted order would be one of the first classes.
        order = sorted(chosen, key=lambda one: _hashed(names[one]))
        chosen = np.sort(order[slice(*_places(ends, len(order)))]).astype("int64")
    if not len(chosen):
        raise ValueError(f"Expected images in the split {split!r} of {folder}. Received: none")
    return Files(
        [paths[one] for one in chosen],
        None if classes is None else classes[chosen],
        class_names,
        own,
    )


def splits_of(folder) -> tuple:
    """The names of the subfolders that are splits; none where subfolders are classes.

    A folder `train` makes its neighbours splits if they are all called as splits are, or if there
    is one for tests: `plane`, `train` and `car` are three classes.
    """
    found = image_files.subfolders(folder)
    known = [name for name in found if name in SPLIT_NAMES]
    if "train" not in known and "test" not in known:
        return ()
    return tuple(found) if len(known) == len(found) or len(known) > 1 else ()


def _parsed(split):
    found = SLICE.fullmatch(split) if isinstance(split, str) else None
    if not found:
        raise ValueError(
            "Expected `split` to be the name of a split, or a slice such as 'train[:90%]'. "
            f"Received: {split!r}"
        )
    return found.groups()


def _places(ends, length):
    def place(end):
        if end is None:
            return None
        return round(int(end[:-1]) * length / 100) if end.endswith("%") else int(end)

    return [place(end) for end in ends]


def _hashed(name):
    """A number below 2**64 that only the name decides."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")


def _classes(own, training, names):
    """Labels, by the numbering of the training split; `None` twice if there are no classes."""

    def folders(names):
        return [pathlib.PurePosixPath(name).parent.as_posix() for name in names]

    of_files = folders(names)
    known = set(of_files)
    if own != training:
        known = set(folders(_names(training)))
        if unknown := sorted(set(of_files) - known, key=image_files.natural):
            raise ValueError(
                f"Expected the classes of the training split in {own}: a class must have one "
                f"number in all splits. Received: {', '.join(map(repr, unknown[:SHOWN]))}, which "
                f"{training} lacks"
            )
    if known == {"."}:
        return None, None
    if "." in known:
        raise ValueError(
            f"Expected all images of {training} in folders named after classes, or none; "
            f"`labels=False` takes all without classes. Received: {of_files.count('.')} images "
            "beside such folders"
        )
    class_names = tuple(sorted(known, key=image_files.natural))
    numbers = {name: number for number, name in enumerate(class_names)}
    return np.array([numbers[name] for name in of_files], "int64"), class_names


def _names(folder):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what is passed over is said where it is loaded
        return [path.relative_to(folder).as_posix() for path in image_files.find(folder)]


def load_folder(
    folder, split, preparation, batching, channels=None, skip_broken=False, test_share=None
):
    """The batches of a folder, see `kgz.datasets.load`."""
    files = files_of(folder, split, test_share, preparation.labels)
    memory = batching.share_of(LARGEST_IN_MEMORY)
    reader, files = reader_of(files, preparation, channels, skip_broken, memory=memory)
    labels = None if files.labels is None else tf.constant(files.labels)

    def prepare(indices, draws=None):
        images = reader.images(indices)
        return preparation(images, None if labels is None else tf.gather(labels, indices), draws)

    batches = batching.of(len(files.paths), prepare, preparation.draws, parallel=2)
    return pipeline.Loaded(batches, class_names=files.class_names)


def reader_of(files, preparation, channels=None, skip_broken=None, half=None, memory=None):
    """A `Reader` of files, or of a half of each, and those of them that can be read.

    `skip_broken=None` is `False` where it could not be `True`, so that no error advises it.
    """
    advise = skip_broken is False
    if channels not in (None, 1, 3):
        raise ValueError(f"Expected `channels` to be 1, 3 or None. Received: {channels!r}")
    if skip_broken:
        files = without_broken(files)
    size = preparation.stored_size
    if size is None or channels is None:
        headers = [_header(path, advise) for path in files.paths]
        if channels is None:
            channels = _common_channels([one.grey for one in headers])
        if size is None:
            height, width = _common_size([one.size for one in headers], files.paths)
            size = (height, width if half is None else width // 2)
    memory = LARGEST_IN_MEMORY if memory is None else memory
    return Reader(files.paths, (*size, channels), preparation.resize, memory, half, advise), files


def without_broken(files: Files) -> Files:
    """The files that can be decoded; a warning counts the others. Reads each of them."""
    with _threads() as threads:
        faults = list(threads.map(_fault, files.paths))
    good = [index for index, one in enumerate(faults) if one is None]
    bad = [path for path, one in zip(files.paths, faults, strict=True) if one is not None]
    if not good:
        raise ValueError(next(one for one in faults if one is not None))
    if bad:
        named = ", ".join(map(str, bad[:SHOWN])) + (", ..." if len(bad) > SHOWN else "")
        warnings.warn(
            f"Left out {len(bad)} of {len(faults)} image files that are broken: {named}.",
            stacklevel=5,
        )
    labels = None if files.labels is None else files.labels[good]
    return dataclasses.replace(files, paths=[files.paths[i] for i in good], labels=labels)


def _fault(path):
    """What is wrong with a file that cannot be decoded; `None` of a good one."""
    try:
        image_files.check(path)
    except ValueError as error:
        return str(error)
    return None


def _header(path, advise):
    with _advising(path, advise):
        return image_files.header(path)


@contextlib.contextmanager
def _advising(path, advise):
    """Names `skip_broken` in the error of a file that it would leave out."""
    try:
        yield
    except ValueError as error:
        if not advise or _fault(path) is None:
            raise
        raise ValueError(f"{error}. `skip_broken=True` leaves out such files") from None


def _common_channels(grey):
    if 0 < sum(grey) < len(grey):
        warnings.warn(
            f"{sum(grey)} of {len(grey)} images are grey and the others in colour: all are loaded "
            "in colour. `channels=3` says so without this warning, `channels=1` makes all grey.",
            stacklevel=5,
        )
    return 1 if all(grey) else 3


def _common_size(sizes, paths):
    counts = collections.Counter(sizes)
    if len(counts) > 1:
        (usual, number), rest = counts.most_common(1)[0], len(sizes) - max(counts.values())
        other = next(i for i, size in enumerate(sizes) if size != usual)
        raise ValueError(
            f"Expected images of one size; pass `image_size` to resize them. Received: {number} "
            f"of size {usual} and {rest} of others, such as {paths[other]} of size {sizes[other]}"
        )
    return sizes[0]


def _threads():
    return concurrent.futures.ThreadPoolExecutor(min(32, os.cpu_count() or 1))


class Reader:
    """Decodes images when they are asked for, and keeps them if all of them are small.

    Args:
        paths: The files.
        shape: (height, width, channels) of all images.
        resize: See `kgz.datasets.load`.
        memory: Bytes that all may take.
        half: See `image_files.read`.
        advise: Whether errors name `skip_broken`.
    """

    def __init__(self, paths, shape, resize, memory, half=None, advise=False):
        self.paths, self.shape, self.resize, self.half = paths, tuple(shape), resize, half
        self.advise = advise
        self._read = np.zeros(len(paths), bool)
        bytes_of_all = len(paths) * math.prod(shape)
        # Untouched pages of it take no memory.
        self._kept = np.empty((len(paths), *shape), "uint8") if bytes_of_all <= memory else None

    def __len__(self):
        return len(self.paths)

    def images(self, indices):
        """The images of a batch of numbers, as a tensor of bytes; in graphs of TensorFlow."""
        batch = tf.numpy_function(self, [indices], tf.uint8, stateful=False)
        return tf.ensure_shape(batch, (*indices.shape, *self.shape))

    def __call__(self, indices) -> np.ndarray:
        """The images of a batch of numbers."""
        if self._kept is None:
            with _threads() as threads:
                return np.stack(list(threads.map(self._decode, indices)))
        missing = indices[~self._read[indices]]
        if len(missing):
            with _threads() as threads:
                for index, image in zip(missing, threads.map(self._decode, missing), strict=True):
                    self._kept[index] = image
            self._read[missing] = True
        return self._kept[indices]

    def _decode(self, index):
        path, size, channels = self.paths[index], self.shape[:2], self.shape[2]
        with _advising(path, self.advise):
            return image_files.read(path, size, channels, self.resize, self.half)

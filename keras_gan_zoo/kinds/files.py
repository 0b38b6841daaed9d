"""Files of samples, which appear whole or not at all."""

import contextlib
import pathlib

import numpy as np
import tensorflow as tf

from keras_gan_zoo import atomic


def save(kind, samples, path, overwrite: bool):
    """Saves samples of a kind; see `Kind.save`."""
    path, writers = pathlib.Path(path), kind.writers()
    if path.suffix and path.suffix.lower() not in writers:
        raise ValueError(
            f"Expected `path` with one of the suffixes {', '.join(writers)}, or without one for a "
            f"folder of files. Received: {str(path)!r}"
        )
    if path.exists() and not overwrite:
        raise FileExistsError(
            f"Expected a `path` that does not exist, or overwrite=True. Received: {str(path)!r}"
        )
    if path.exists() and path.is_dir() == bool(path.suffix):
        raise ValueError(
            f"Expected `path` to be a {'file' if path.suffix else 'folder'}, as its name says. "
            f"Received: {str(path)!r}"
        )
    samples = kind.at_hand(samples)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix:
        write(writers[path.suffix.lower()], samples, path)
        return path
    suffix, writer = next(iter(writers.items()))
    # Into a folder that exists files are written one by one, beside what else it holds.
    with contextlib.nullcontext(path) if path.exists() else atomic.folder(path) as folder:
        count = len(tf.nest.flatten(samples)[0])
        digits = max(3, len(str(count - 1)))
        for index in range(count):
            one = tf.nest.map_structure(lambda part, i=index: part[i : i + 1], samples)
            write(writer, one, folder / f"{index:0{digits}d}{suffix}")
    return path


def read_array(path: pathlib.Path):
    """The array in an `.npy` file, of which nothing is read yet but its shape.

    Raises:
        ValueError: If the file is none, or says that it holds more than it does.
        FileNotFoundError: If there is no such file.
    """
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except FileNotFoundError:
        raise FileNotFoundError(f"Expected an .npy file of numbers. Received: {path}") from None
    except Exception as error:  # NumPy evaluates the header of a file, which may be anything
        raise ValueError(f"Expected an .npy file of numbers. Received: {path}: {error}") from None
    if not isinstance(array, np.ndarray):  # several in a zip file
        raise ValueError(f"Expected an .npy file of one array. Received: {path}, an .npz file")
    return array


def write(writer, samples, path):
    """Writes a file, which appears when it is complete."""
    with atomic.file(path) as unfinished:
        writer(samples, unfinished)

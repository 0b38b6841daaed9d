"""Files of samples, which appear whole or not at all."""

import contextlib
import pathlib

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


def write(writer, samples, path):
    """Writes a file, which appears when it is complete."""
    with atomic.file(path) as unfinished:
        writer(samples, unfinished)

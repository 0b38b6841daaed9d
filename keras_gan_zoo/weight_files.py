"""Files of trained weights.

HDF5 with a group per network and a data set per weight, numbered in the network's own order: the
layout of Keras's files follows its internals, which change between versions.
"""

import contextlib
import hashlib
import io
import math
import pathlib
import warnings

import h5py
import numpy as np

from keras_gan_zoo import atomic
from keras_gan_zoo.errors import check_choice

SCALE = ".scale"  # ends the name of the scales of whole numbers
LARGEST = {"int8": 127, "int5": 15, "int4": 7}  # the largest whole number
STORED = (None, "float32", "float16", *LARGEST)
FILTERS = (h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_SHUFFLE, h5py.h5z.FILTER_FLETCHER32)
DENSEST = 1100  # gzip makes at most so many bytes of one


def save_weights(path: pathlib.Path, networks: dict, dtype: str | None = None):
    """Writes the weights of `{name: network}`.

    Args:
        path: The file.
        networks: `{name: network}`.
        dtype: What the weights are stored as; by default as they are. With `"int8"` each slice of
            a kernel's last axis is a scale times whole numbers from -127 to 127, with `"int5"` from
            -15 to 15, with `"int4"` from -7 to 7; compression makes about as many bits of these.
            Vectors stay as they are.

    Raises:
        ValueError: If `dtype` is not one of those above.
    """
    check_choice("dtype", dtype, STORED)
    # In memory first: HDF5 cannot close a file on a full disk, and takes the process with it.
    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        for name, network in networks.items():
            group = file.create_group(name)
            for index, weight in enumerate(network.weights):
                data = _create_dataset(group, f"{index:04d}", weight.numpy(), dtype)
                data.attrs["path"] = weight.path
    atomic.write_bytes(path, content.getvalue())


def _create_dataset(group, key, values, dtype):
    if dtype not in LARGEST:
        return group.create_dataset(key, data=np.asarray(values, dtype))
    if values.ndim < 2:
        return group.create_dataset(key, data=values)
    largest = np.abs(values).max(axis=tuple(range(values.ndim - 1)))
    scale = (np.where(largest > 0, largest, 1.0) / LARGEST[dtype]).astype("float32")
    whole = np.round(values / scale).astype("int8")
    group.create_dataset(key + SCALE, data=scale)
    return group.create_dataset(key, data=whole, compression="gzip", compression_opts=9)


def warn_of_bad(weights: dict):
    """Warns of arrays, by name, that hold NaN or infinite numbers."""
    floats = {name: one for name, one in weights.items() if np.asarray(one).dtype.kind == "f"}
    if bad := [name for name, one in floats.items() if not np.isfinite(one).all()]:
        more = f" and {len(bad) - 3} others" if len(bad) > 3 else ""
        warnings.warn(
            f"Weights that are NaN or infinite were loaded: {', '.join(bad[:3])}{more}. Has the "
            "training that made them diverged? `kgz.callbacks.StopOnNaN` stops one in time.",
            stacklevel=3,
        )


def warn_of_bad_file(file):
    """Warns if an open HDF5 file holds NaN or infinite numbers."""
    found = {}
    if hasattr(file, "visititems"):
        file.visititems(
            lambda name, one: found.update({name: one[()]} if hasattr(one, "dtype") else {})
        )
    warn_of_bad(found)


def load_weights(path: pathlib.Path, networks: dict):
    """Reads weights into `{name: network}`.

    The file may come from anyone. Shapes are compared before any number is read, and nothing is
    read but what is in the file itself: HDF5 knows links to other files, and numbers that are
    stored in others, which are refused.

    Raises:
        ValueError: If the file is broken, or its weights are not those of the networks; then no
            weight has been changed.
    """
    expected = {
        name: [tuple(weight.shape) for weight in network.weights]
        for name, network in networks.items()
    }
    with _opened(path) as stored:
        shapes = {name: [one.shape for one, _ in found] for name, found in stored.items()}
        if shapes != expected:
            wrong = sorted(k for k in {*shapes, *expected} if shapes.get(k) != expected.get(k))
            raise ValueError(
                "Expected weights for the networks of its config. Received: "
                f"{path}, which does not fit: {wrong[0]!r} needs "
                f"{_counted(expected.get(wrong[0]))} and the file has "
                f"{_counted(shapes.get(wrong[0]))}"
            )
        values = {
            name: [one[()] * (1 if scale is None else scale[()]) for one, scale in found]
            for name, found in stored.items()
        }
    for name, network in networks.items():
        network.set_weights(values[name])
    warn_of_bad({f"{name}/{i}": one for name, all in values.items() for i, one in enumerate(all)})


def count_numbers(path: pathlib.Path) -> int:
    """How many numbers a file of weights holds, by what it says of itself.

    Raises:
        ValueError: If the file is broken.
    """
    with _opened(path) as stored:
        return sum(int(one.size) for found in stored.values() for one, _ in found)


@contextlib.contextmanager
def _opened(path):
    """The data sets of a file, none of them read: `{name: [(weights, scale or None)]}`."""
    try:
        with h5py.File(path, "r") as file:
            yield {name: _data_sets(_inside(file, name, h5py.Group)) for name in file}
    except (OSError, KeyError, TypeError, RuntimeError, OverflowError) as error:
        raise ValueError(f"Expected an HDF5 file of weights. Received: {path}: {error}") from None
    except _ForeignError as error:
        raise ValueError(
            "Expected an HDF5 file of weights that holds all of its numbers itself. "
            f"Received: {path}, in which {error}"
        ) from None


class _ForeignError(Exception):
    """Something in a file that `save_weights` does not write."""


def _data_sets(group):
    found = {key: _inside(group, key, h5py.Dataset) for key in group}
    keys = sorted((key for key in found if not key.endswith(SCALE)), key=lambda key: key.zfill(9))
    if surplus := found.keys() - set(keys) - {key + SCALE for key in keys}:
        raise _ForeignError(f"{surplus.pop()!r} of {group.name} scales nothing")
    pairs = [(found[key], found.get(key + SCALE)) for key in keys]
    for values, scale in pairs:
        if scale is not None and scale.shape != values.shape[-1:]:
            raise _ForeignError(f"{scale.name} has the shape {scale.shape}")
    return pairs


def _inside(group, key, kind):
    """What a group has under a name, if it is a part of this file as `save_weights` writes it."""
    place = f"{group.name.rstrip('/')}/{key}"
    if not isinstance(group.get(key, getlink=True), h5py.HardLink):
        raise _ForeignError(f"{place} is a link")
    found = group[key]
    if not isinstance(found, kind):
        raise _ForeignError(f"{place} is no {kind.__name__.lower()}")
    if kind is h5py.Dataset and (problem := _problem(found)):
        raise _ForeignError(f"{place} {problem}")
    return found


def _problem(data):
    """What is wrong with a data set, or `None`; reads none of its numbers."""
    how = data.id.get_create_plist()
    if how.get_layout() not in (h5py.h5d.CONTIGUOUS, h5py.h5d.CHUNKED):
        return "is neither contiguous nor chunked"
    if how.get_external_count():
        return "is stored in other files"
    if data.shape is None or data.dtype.kind not in "fiu":
        return f"holds {data.dtype}, not numbers"
    if any(how.get_filter(index)[0] not in FILTERS for index in range(how.get_nfilters())):
        return "is compressed in a way that this library does not use"
    size = data.size * data.dtype.itemsize
    if data.id.get_storage_size() * (DENSEST if data.chunks else 1) < size:
        return f"says it has {data.size:,} numbers, of which most are missing"
    if data.chunks and math.prod(data.chunks) > max(data.size, 1):
        return f"has chunks of {data.chunks}, larger than itself"
    return None


def sha256(path: pathlib.Path) -> str:
    """The sha256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def sha256_of_network(network) -> str:
    """The sha256 of a network's weights, whatever file they came from."""
    digest = hashlib.sha256()
    for weight in network.get_weights():
        digest.update(np.ascontiguousarray(weight).tobytes())
    return digest.hexdigest()


def sha256_of(model) -> str:
    """The sha256 of the weights that a preset of a model ships, however they were stored."""
    networks = model.preset_networks().values()
    return hashlib.sha256("".join(map(sha256_of_network, networks)).encode()).hexdigest()


def _counted(shapes):
    if shapes is None:
        return "nothing"
    return f"{len(shapes)} weights with {sum(int(np.prod(shape)) for shape in shapes):,} numbers"

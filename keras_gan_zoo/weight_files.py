"""Files of trained weights.

HDF5 with a group per network and a data set per weight, numbered in the network's own order: the
layout of Keras's files follows its internals, which change between versions.
"""

import hashlib
import pathlib
import warnings

import h5py
import numpy as np

from keras_gan_zoo.errors import check_choice

SCALE = ".scale"  # ends the name of the scales of whole numbers
LARGEST = {"int8": 127, "int5": 15, "int4": 7}  # the largest whole number
STORED = (None, "float32", "float16", *LARGEST)


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
    with h5py.File(path, "w") as file:
        for name, network in networks.items():
            group = file.create_group(name)
            for index, weight in enumerate(network.weights):
                data = _create_dataset(group, f"{index:04d}", weight.numpy(), dtype)
                data.attrs["path"] = weight.path


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


def _values(group):
    keys = sorted(key for key in group if not key.endswith(SCALE))
    return [
        group[key][()] * (group[key + SCALE][()] if key + SCALE in group else 1) for key in keys
    ]


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

    Raises:
        ValueError: If the file is broken, or its weights are not those of the networks; then no
            weight has been changed.
    """
    try:
        with h5py.File(path, "r") as file:
            stored = {name: _values(group) for name, group in file.items()}
    except (OSError, KeyError, TypeError) as error:
        raise ValueError(f"Expected an HDF5 file of weights. Received: {path}: {error}") from None
    shapes = {name: [value.shape for value in values] for name, values in stored.items()}
    expected = {
        name: [tuple(weight.shape) for weight in network.weights]
        for name, network in networks.items()
    }
    if shapes != expected:
        wrong = sorted(key for key in {*shapes, *expected} if shapes.get(key) != expected.get(key))
        raise ValueError(
            f"Expected weights for the networks of its config. Received: {path}, which does not "
            f"fit: {wrong[0]!r} needs {_counted(expected.get(wrong[0]))} and the file has "
            f"{_counted(shapes.get(wrong[0]))}"
        )
    for name, network in networks.items():
        network.set_weights(stored[name])
    warn_of_bad({f"{name}/{i}": one for name, all in stored.items() for i, one in enumerate(all)})


def sha256(path: pathlib.Path) -> str:
    """The sha256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def sha256_of_network(network) -> str:
    """The sha256 of a network's weights, whatever file they came from."""
    digest = hashlib.sha256()
    for weight in network.get_weights():
        digest.update(np.ascontiguousarray(weight).tobytes())
    return digest.hexdigest()


def _counted(shapes):
    if shapes is None:
        return "nothing"
    return f"{len(shapes)} weights with {sum(int(np.prod(shape)) for shape in shapes):,} numbers"

"""Files of trained weights.

HDF5 with a group per network and a data set per weight, numbered in the network's own order: the
layout of Keras's files follows its internals, which change between versions.
"""

import hashlib
import pathlib

import h5py
import numpy as np


def save_weights(path: pathlib.Path, networks: dict, dtype: str | None = None):
    """Writes the weights of `{name: network}`, stored as `dtype` (by default as they are)."""
    with h5py.File(path, "w") as file:
        for name, network in networks.items():
            group = file.create_group(name)
            for index, weight in enumerate(network.weights):
                data = group.create_dataset(f"{index:04d}", data=np.asarray(weight.numpy(), dtype))
                data.attrs["path"] = weight.path


def load_weights(path: pathlib.Path, networks: dict):
    """Reads weights into `{name: network}`.

    Raises:
        ValueError: If the file is broken, or its weights are not those of the networks; then no
            weight has been changed.
    """
    try:
        with h5py.File(path, "r") as file:
            stored = {
                name: [group[key][()] for key in sorted(group)] for name, group in file.items()
            }
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

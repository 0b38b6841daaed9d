"""The published weights of the Inception network of 2015-12-05."""

import os
import pathlib
import tarfile

import keras
import tensorflow as tf

from keras_gan_zoo import atomic, weight_files
from keras_gan_zoo.extractors.published_weights import Named, fold, read_checkpoint

# One file, at torch-fidelity's and at pytorch-fid's address; both names end in its sum's start.
INCEPTION_URL = (
    "https://github.com/toshas/torch-fidelity/releases/download/v0.2.0/"
    "weights-inception-2015-12-05-6726825d.pth"
)
PYTORCH_FID_URL = (
    "https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights/"
    "pt_inception-2015-12-05-6726825d.pth"
)
INCEPTION_SHA256 = "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2"
EPSILON = 1e-3
CACHE = "keras_gan_zoo"  # folder of downloads in Keras's cache
GRAPH_FILE = "classify_image_graph_def.pb"

_STEM = ("Conv2d_1a_3x3", "Conv2d_2a_3x3", "Conv2d_2b_3x3", "Conv2d_3b_1x1", "Conv2d_4a_3x3")
_BLOCKS = ("5b", "5c", "5d", "6a", "6b", "6c", "6d", "6e", "7a", "7b", "7c")
# What PyTorch calls the towers of each size of grid, and of the two blocks that halve it.
_TOWERS = {
    "5": {"tower": "branch5x5", "tower_1": "branch3x3dbl"},
    "6a": {"tower": "branch3x3dbl"},
    "6": {"tower": "branch7x7", "tower_1": "branch7x7dbl"},
    "7a": {"tower": "branch3x3", "tower_1": "branch7x7x3"},
    "7": {"tower": "branch3x3", "tower_1": "branch3x3dbl"},
}


def load_inception_weights(
    network: keras.Model, source: str | pathlib.Path = INCEPTION_URL, sha256: str | None = None
):
    """Puts published weights into the network, batch normalisation folded.

    Args:
        network: What `inception_2015()` returns.
        source: A path, or an https address, which is downloaded once and kept in Keras's cache.
            By the end of its name it is one of
            `.pth`: the checkpoint of torch-fidelity or pytorch-fid (one file under two names);
            reading it takes PyTorch, and runs no code that it may hold;
            `.tgz` or `.pb`: the frozen TensorFlow graph, `inception-2015-12-05.tgz`, or
            `classify_image_graph_def.pb` out of it;
            `.h5`: what tools/convert_inception.py made of one of these.
        sha256: The file's sha256 in hexadecimal. Needed for an address, except for the known ones
            of the checkpoint (`INCEPTION_URL`, `PYTORCH_FID_URL`).

    Raises:
        ImportError: If PyTorch is needed and not installed.
        FileNotFoundError: If there is no such file.
        ValueError: If the file's sha256 is another, or it lacks a weight or has one in another
            shape; then no weight has been changed.

    Example:

    ```python
    network = kgz.networks.inception_2015()
    load_inception_weights(network)  # downloads 96 MB
    load_inception_weights(network, "inception-2015-12-05.h5")
    ```
    """
    source = str(source)
    path = _downloaded(source, sha256) if "://" in source else pathlib.Path(source)
    if not path.is_file():
        raise FileNotFoundError(f"Expected a file of weights. Received: {source}: no such file")
    if sha256 is not None and "://" not in source:
        _check_sum(path, sha256)
    if path.suffix == ".h5":
        weight_files.load_weights(path, {"inception": network})
    elif path.suffix in (".pth", ".pt"):
        _assign(network, Named(read_checkpoint(path), path), _in_checkpoint)
    elif path.suffix in (".pb", ".tgz"):
        _assign(network, Named(_graph_constants(path), path), _in_graph)
    else:
        raise ValueError(
            f"Expected a file that ends in .h5, .pth, .pt, .pb or .tgz. Received: {source}"
        )


def _downloaded(url, sha256):
    if not url.startswith("https://"):
        raise ValueError(f"Expected a path or an https address. Received: {url}")
    if sha256 is None and url in (INCEPTION_URL, PYTORCH_FID_URL):
        sha256 = INCEPTION_SHA256
    if sha256 is None:
        raise ValueError(f"Expected `sha256` with an address of your own. Received: None, {url}")
    # The sum is a part of the name: another file behind the same address is another entry.
    name = f"{sha256[:16]}-{url.rpartition('/')[2]}"
    for home in (os.environ.get("KERAS_HOME", "~/.keras"), "/tmp/.keras"):  # as Keras chooses
        path = pathlib.Path(home).expanduser() / CACHE / name
        if path.is_file() and weight_files.sha256(path) == sha256.lower():
            return path
    unfinished = atomic.beside(pathlib.Path(name)).name
    unfinished = pathlib.Path(keras.utils.get_file(unfinished, origin=url, cache_subdir=CACHE))
    try:
        _check_sum(unfinished, sha256)
        atomic.put(unfinished, unfinished.with_name(name))
    finally:
        unfinished.unlink(missing_ok=True)  # after an error; otherwise it is there no more
    return unfinished.with_name(name)


def _check_sum(path, sha256):
    found = weight_files.sha256(path)
    if found != sha256.lower():
        raise ValueError(f"Expected sha256 {sha256}. Received: {path} with sha256 {found}")


def _graph_constants(path):
    """The constants of a frozen graph, by name."""
    try:
        if path.suffix == ".tgz":
            with tarfile.open(path) as archive:
                content = archive.extractfile(GRAPH_FILE).read()
        else:
            content = path.read_bytes()
        graph = tf.compat.v1.GraphDef.FromString(content)
    except Exception as error:  # protobuf's errors and those of tarfile have no common kind
        raise ValueError(
            f"Expected a frozen TensorFlow graph, or a .tgz with {GRAPH_FILE}. Received: {path}: "
            f"{type(error).__name__}: {error}"
        ) from None
    return {
        node.name: tf.make_ndarray(node.attr["value"].tensor)
        for node in graph.node
        if node.op == "Const"
    }


def _assign(network, arrays, lookup):
    """Sets all weights of the network, each found by `lookup(arrays, layer)`."""
    network.set_weights(
        [value for layer in network.layers if layer.weights for value in lookup(arrays, layer)]
    )


def _in_graph(arrays, layer):
    scope = layer.name.replace(".", "/")
    shape = tuple(layer.kernel.shape)
    if isinstance(layer, keras.layers.Dense):
        return [arrays.get(f"{scope}/weights", shape)]
    statistics = [
        arrays.get(f"{scope}/batchnorm/{name}", shape[-1:])
        for name in ("gamma", "beta", "moving_mean", "moving_variance")
    ]
    return fold(arrays.get(f"{scope}/conv2d_params", shape), *statistics, EPSILON)


def _in_checkpoint(arrays, layer):
    shape = tuple(layer.kernel.shape)
    if isinstance(layer, keras.layers.Dense):
        return [arrays.get("fc.weight", shape, axes=(1, 0))]
    name = _checkpoint_name(layer.name)
    statistics = [
        arrays.get(f"{name}.bn.{part}", shape[-1:])
        for part in ("weight", "bias", "running_mean", "running_var")
    ]
    kernel = arrays.get(f"{name}.conv.weight", shape, axes=(2, 3, 1, 0))
    return fold(kernel, *statistics, EPSILON)


def _checkpoint_name(name):
    """What PyTorch calls a convolution: mixed_9.tower.mixed.conv_1 is Mixed_7b.branch3x3_2b."""
    *scopes, convolution = name.split(".")
    place = _number(convolution)
    if not scopes:
        return _STEM[place]
    block = _BLOCKS[_number(scopes[0])]
    return f"Mixed_{block}.{_branch(block, scopes[1:], place)}"


def _branch(block, scopes, place):
    if not scopes:
        return "branch3x3" if block == "6a" else "branch1x1"
    if scopes[0] == "tower_2":
        return "branch_pool"
    tower = _TOWERS.get(block, _TOWERS[block[0]])[scopes[0]]
    if scopes[1:] == ["mixed"]:  # the last convolution of this tower is a pair, side by side
        return f"{tower}_{'2' if scopes[0] == 'tower' else '3'}{'ab'[place]}"
    return f"{tower}_{place + 1}"


def _number(name):
    """The number that TensorFlow put behind a name used again: 0 for conv, 2 for conv_2."""
    return int(name.partition("_")[2] or 0)

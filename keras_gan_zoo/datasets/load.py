"""The one door to data."""

import importlib
import math
import pathlib

import numpy as np
import tensorflow as tf

from keras_gan_zoo import errors
from keras_gan_zoo.datasets import pipeline
from keras_gan_zoo.datasets.builtin import BUILTIN
from keras_gan_zoo.datasets.few_labels import few_labels

IMAGE_FILES = (".png", ".jpg", ".jpeg", ".bmp", ".gif")
SPLITS = ("train", "test")
LARGEST_IN_MEMORY = 2**31  # bytes of a data set read from files
# Builders of this package, by the module that registers them.
OWN_BUILDERS = {
    "avataaars": "keras_gan_zoo.datasets.avataaars",
    "orl_faces": "keras_gan_zoo.datasets.orl_faces",
}


def list_names() -> tuple[str, ...]:
    """The names of the builtin data sets; `"tfds:NAME"` and `"folder:PATH"` load others."""
    return tuple(sorted(BUILTIN))


def load(
    name: str,
    split: str = "train",
    image_size: int | tuple[int, int] | None = None,
    batch_size: int = 64,
    seed: int = 0,
    *,
    shuffle: bool = True,
    drop_remainder: bool = False,
    labels: bool = True,
    labels_per_class: int | None = None,
    labels_seed: int = 0,
    data_dir: str | None = None,
) -> tf.data.Dataset:
    """Loads a data set as batches that `fit` takes as they are.

    Images are float32 in `[-1, 1]`, channels last. The order of each epoch is decided by `seed`
    and the number of the epoch, so that a resumed run sees what an uninterrupted one would.

    Args:
        name: A builtin name (see `kgz.datasets.list()`), `"tfds:NAME"` for a data set of
            TensorFlow Datasets, or `"folder:PATH"` for image files; subfolders are classes, and
            without any there are no labels.
        split: `"train"` or `"test"`; for `tfds:` any split it knows. A folder with subfolders
            called `train` and `test` is split by them.
        image_size: Side, or (height, width), to resize to (bilinear, antialiased).
        batch_size: Samples per batch.
        seed: Seed of the order, and of the points drawn for mixtures.
        shuffle: Whether to shuffle each epoch.
        drop_remainder: Whether to leave out a last partial batch.
        labels: Whether to yield `(image, label)` or images alone.
        labels_per_class: For semi-supervised learning: only so many samples of each class keep
            their label. Batches are then dicts, see `few_labels`. Builtin data sets only.
        labels_seed: Seed of which samples these are.
        data_dir: Where TensorFlow Datasets keeps its files.

    Returns:
        A `tf.data.Dataset` of `(images, labels)`, of images, or of dicts.

    Raises:
        ValueError: If the name, the split or a number is not valid.
        FileNotFoundError: If the files of a data set are not there.

    Example:

    >>> images, labels = next(iter(kgz.datasets.load("fashion_mnist_mini", batch_size=8)))
    >>> images.shape, float(tf.reduce_min(images))
    (TensorShape([8, 28, 28, 1]), -1.0)
    """
    for what, value in (("batch_size", batch_size), ("seed", seed)):
        least = 0 if what == "seed" else 1
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise ValueError(f"Expected `{what}` to be an integer >= {least}. Received: {value!r}")
    if labels_per_class is not None and (name not in BUILTIN or not labels):
        raise ValueError(
            "Expected `labels_per_class` with labels and one of the builtin data sets "
            f"({', '.join(list_names())}); for arrays use `kgz.datasets.few_labels`. "
            f"Received: {name!r}, labels={labels}"
        )
    size = _size(image_size)
    options = {
        "batch_size": batch_size,
        "seed": seed,
        "shuffle": shuffle,
        "drop_remainder": drop_remainder,
        "prepare": lambda batch: _prepare(batch, size, labels),
    }
    source, _, rest = name.partition(":")
    if source == "tfds" and rest:
        return _from_tfds(rest, split, data_dir, options)
    if source == "folder" and rest:
        return _from_folder(pathlib.Path(rest).expanduser(), split, size, options)
    if name not in BUILTIN:
        raise errors.unknown_name("data set", name, [*BUILTIN, "tfds:NAME", "folder:PATH"])
    if split not in SPLITS:
        raise errors.unknown_name("split", split, SPLITS)
    arrays = BUILTIN[name](split, seed)
    if labels_per_class is None:
        return pipeline.from_arrays(*arrays, **options)
    return few_labels(*arrays, labels_per_class, labels_seed=labels_seed, **options)


def _size(image_size):
    if image_size is None:
        return None
    size = (image_size, image_size) if isinstance(image_size, int) else tuple(image_size)
    if len(size) != 2 or any(not isinstance(side, int) or side < 1 for side in size):
        raise ValueError(
            f"Expected `image_size` to be a side or (height, width). Received: {image_size!r}"
        )
    return size


def _prepare(batch, size, labels):
    samples, classes = batch
    if samples.dtype == tf.uint8:
        samples = tf.cast(samples, tf.float32) / 127.5 - 1.0
    if size is not None and samples.shape.rank == 4 and tuple(samples.shape[1:3]) != size:
        samples = tf.clip_by_value(tf.image.resize(samples, size, antialias=True), -1.0, 1.0)
    return (samples, classes) if labels else samples


def _stream(dataset, length, *, batch_size, seed, shuffle, drop_remainder, prepare):
    """Batches of a data set read from files: kept in memory if small, shuffled in a window."""
    specs = tf.nest.flatten(dataset.element_spec)
    sizes = [(spec.shape.num_elements() or math.inf) * spec.dtype.size for spec in specs]
    if length * sum(sizes) <= LARGEST_IN_MEMORY:
        dataset = dataset.cache()
    if shuffle:
        window = int(min(length, 10_000))
        dataset = dataset.shuffle(window, seed=seed, reshuffle_each_iteration=True)
    dataset = dataset.batch(batch_size, drop_remainder=drop_remainder)
    return pipeline.finish(
        dataset.map(
            lambda *batch: prepare(batch), num_parallel_calls=tf.data.AUTOTUNE, deterministic=True
        )
    )


def _from_tfds(name, split, data_dir, options):
    import tensorflow_datasets as tfds  # slow to import, and seldom needed

    if name.partition("/")[0] in OWN_BUILDERS:
        importlib.import_module(OWN_BUILDERS[name.partition("/")[0]])  # which registers it
    try:
        builder = tfds.builder(name, data_dir=data_dir)
    except tfds.core.DatasetNotFoundError:
        raise errors.unknown_name(
            "TensorFlow Datasets name", name, tfds.list_builders(with_community_datasets=False)
        ) from None
    try:
        builder.download_and_prepare()
    except AssertionError as error:  # the files that must be got by hand are not there
        raise FileNotFoundError(str(error)) from None
    keys = builder.info.supervised_keys
    if keys is None or split not in builder.info.splits:
        available = [*builder.info.splits]
        raise ValueError(
            f"Expected a data set with images and labels and one of the splits {available}. "
            f"Received: tfds:{name}, split {split!r}, supervised keys {keys}"
        )
    # Files in order: the only shuffling is the seeded one below.
    read_config = tfds.ReadConfig(interleave_cycle_length=1, shuffle_seed=options["seed"])
    dataset = builder.as_dataset(split=split, as_supervised=True, read_config=read_config)
    return _stream(dataset, builder.info.splits[split].num_examples, **options)


def image_files(folder) -> list[pathlib.Path]:
    """The image files in a folder and below, in the order of `load` without shuffling.

    Raises:
        FileNotFoundError: If there is no such folder, or no image in it.
    """
    folder = pathlib.Path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(f"Expected a folder of images. Received: {folder}")
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in IMAGE_FILES)
    if not files:
        raise FileNotFoundError(
            f"Expected image files ({', '.join(IMAGE_FILES)}) in {folder}. Received: none"
        )
    return files


def _from_folder(folder, split, size, options):
    if (folder / split).is_dir():
        folder = folder / split
    files = image_files(folder)
    classes = sorted({path.parent.relative_to(folder).as_posix() for path in files})
    labels = [classes.index(path.parent.relative_to(folder).as_posix()) for path in files]
    if classes == ["."]:
        options = {**options, "prepare": lambda batch: _prepare(batch, size, labels=False)}
    images = [_read_image(path, size) for path in files[:1]]
    channels = images[0].shape[-1]
    shape = (*(size or images[0].shape[:2]), channels)

    def read(path, label):
        image = tf.numpy_function(
            lambda p: _read_image(p.decode(), size, shape), [path], tf.uint8, stateful=False
        )
        return tf.ensure_shape(image, shape), label

    dataset = tf.data.Dataset.from_tensor_slices(([str(path) for path in files], labels))
    dataset = dataset.map(read, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
    return _stream(dataset, len(files), **options)


def _read_image(path, size, shape=None):
    """An image file as `(height, width, channels)` bytes: 1 channel if grey, else 3."""
    import PIL.Image

    try:
        with PIL.Image.open(path) as image:
            grey = image.mode in ("1", "L", "LA", "I", "F") if shape is None else shape[-1] == 1
            image = image.convert("L" if grey else "RGB")
    except (OSError, SyntaxError) as error:
        raise ValueError(f"Expected an image file. Received: {path} ({error})") from None
    if size is not None:
        image = image.resize(size[::-1], PIL.Image.Resampling.BILINEAR)
    pixels = np.asarray(image, "uint8")
    pixels = pixels[..., None] if pixels.ndim == 2 else pixels
    if shape is not None and pixels.shape != shape:
        raise ValueError(
            f"Expected images of one size, {shape[:2]}; pass `image_size` to resize them. "
            f"Received: {path} of size {pixels.shape[:2]}"
        )
    return pixels

"""The one door to data."""

import dataclasses
import pathlib
from collections.abc import Callable

import tensorflow as tf

from keras_gan_zoo import errors
from keras_gan_zoo.datasets import pipeline
from keras_gan_zoo.datasets.builtin import BUILTIN, CLASS_NAMES
from keras_gan_zoo.datasets.derived import load_derived
from keras_gan_zoo.datasets.few_labels import few_labels
from keras_gan_zoo.datasets.folder import load_folder
from keras_gan_zoo.datasets.from_tfds import load_tfds
from keras_gan_zoo.datasets.joint_pairs import load_joint_pairs
from keras_gan_zoo.datasets.preparation import Preparation
from keras_gan_zoo.datasets.two_sets import load_domains, load_pairs, load_unpaired

SPLITS = ("train", "test")
PATTERNS = (
    *(
        "tfds:NAME",
        "folder:PATH",
        "pairs:PATH,PATH",
        "pairs:tfds:NAME",
        "unpaired:A,B",
        "domains:A,B",
    ),
    *("low_resolution:FACTOR,NAME", "grey:NAME"),
)
DERIVED = ("low_resolution", "grey")  # from another data set, whose arguments they take
OF_NAMES: dict[str, Callable] = {
    "unpaired": load_unpaired,
    "domains": load_domains,
}  # loaders of other data sets
OF_FILES: dict[str, Callable] = {"pairs": load_pairs, "folder": load_folder}
# Arguments that have a meaning for some sources only.
OWN = {
    "tfds": ("data_dir", "image_key", "label_key"),
    "folder": ("channels", "skip_broken", "test_share"),
    "pairs": ("channels", "test_share"),
    "unpaired": ("channels", "skip_broken", "test_share", "data_dir"),
    "domains": ("data_dir",),
    "joint": ("channels", "test_share", "data_dir", "image_key", "label_key"),  # pairs of one name
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
    shuffle: bool | str = True,
    drop_remainder: bool = False,
    labels: bool = True,
    labels_per_class: int | None = None,
    labels_seed: int = 0,
    resize: str = "crop",
    flip: str | None = None,
    random_crop: float | None = None,
    channels: int | None = None,
    skip_broken: bool = False,
    test_share: float | None = None,
    image_key: str | None = None,
    label_key: str | None = None,
    data_dir: str | None = None,
) -> tf.data.Dataset:
    """Loads a data set as batches that `fit` takes as they are.

    Images are float32 in `[-1, 1]`, channels last. The order of each epoch is decided by `seed`
    and the number of the epoch, so that a resumed run sees what an uninterrupted one would. All
    samples are shuffled, not those in a window, however many there are: of files it is the names
    that are shuffled, before any image is decoded. Only sets of TensorFlow Datasets above 2 GiB are
    shuffled in a window, of 2 GiB of their files.

    Args:
        name: A builtin name (see `kgz.datasets.list()`), `"tfds:NAME"` for a data set of
            TensorFlow Datasets, or `"folder:PATH"` for image files; subfolders are classes, and
            without any there are no labels. `"pairs:PATH,PATH"` gives the images of two folders
            whose files have equal names as dicts of `"source"` and `"target"`; so do
            `"pairs:PATH"`, of files that hold source and target side by side, as those that the
            authors of pix2pix published, and `"pairs:tfds:NAME"`, of a set with two images, or
            with label maps, which stay integers `(batch, height, width)`;
            `"unpaired:A,B"` two folders or data sets of any kind as dicts of `"a"` and `"b"`, see
            `unpaired`. `"domains:SOURCE,TARGET"` gives, of two data sets by their names, dicts of
            `"source"`, its `"label"`, and `"target"`, which are no pairs, for domain adaptation.
            `"low_resolution:4,NAME"` and `"grey:NAME"` give RGB images of any of these as pairs,
            too: `"target"`, and as `"source"` what `low_resolution` or `kgz.colors.to_grey` makes
            of it.
        split: `"train"` or `"test"`; for `tfds:` any split it knows. A folder with subfolders
            called `train` and `test` (or `val`, ...) is split by them; without, all its images are
            `"train"`. Folders and `tfds:` have slices, such as `"train[:90%]"`; those of a folder
            take images in the order of a hash of their names, and are fair samples therefore.
        image_size: Side, or (height, width), to resize to (bilinear, antialiased).
        batch_size: Samples per batch.
        seed: Seed of the order, of augmentation, and of the points drawn for mixtures.
        shuffle: Whether to shuffle each epoch; `"once"` for one seeded order that stays the same,
            whose first samples are a fair choice.
        drop_remainder: Whether to leave out a last partial batch.
        labels: Whether to yield `(image, label)` or images alone.
        labels_per_class: For semi-supervised learning: only so many samples of each class keep
            their label. Batches are then dicts, see `few_labels`. Builtin data sets only.
        labels_seed: Seed of which samples these are.
        resize: What to do where `image_size` has other proportions than an image: `"crop"` cuts off
            what is too much, in equal parts on both sides; `"pad"` adds white; `"stretch"`
            distorts.
        flip: `"horizontal"`, `"vertical"` or `"both"`: each image is mirrored with probability 1/2,
            anew in each epoch.
        random_crop: Share of height and width, such as 0.9, of which `image_size` is cut out at a
            random place, anew in each epoch.
        channels: For folders, 1 for grey or 3 for colour. By default grey if all images are;
            otherwise colour, with a warning if some are grey.
        skip_broken: For folders, whether to leave out files that cannot be decoded, with a warning
            that counts them. Each file is decoded once for it before training.
        test_share: For folders without a test split: the share of images, such as 0.1, that are the
            split `"test"` and no longer in `"train"`. A hash of an image's name decides, so that it
            stays where it is when others are added.
        image_key, label_key: For `tfds:`, the features that are image and label, with slashes
            between nested keys. By default the set's supervised keys, in either order; otherwise
            guessed, as the attributes of these names say. A dict of numbers, such as the
            `attributes` of `celeb_a`, becomes a vector, yes and no being 1 and -1. For
            `pairs:tfds:`, the images that are source and target; for `pairs:PATH`, `image_key` is
            the half that is the source, `"left"` or `"right"`.
        data_dir: Where TensorFlow Datasets keeps its files.

    Returns:
        A `tf.data.Dataset` of `(images, labels)`, of images, or of dicts. Its attribute
        `class_names` holds the name of each label, if they have names: those of a folder are the
        subfolders of the training split in natural order ("2" before "10").

    Raises:
        ValueError: If the name, the split or a number is not valid, or a file is no image.
        FileNotFoundError: If the files of a data set are not there.
        ConnectionError: If a data set cannot be downloaded.

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
    if shuffle not in (True, False, pipeline.ONCE):
        raise ValueError(f"Expected `shuffle` to be True, False or 'once'. Received: {shuffle!r}")
    preparation = Preparation(_size(image_size), resize, flip, random_crop, labels)
    batching = pipeline.Batching(batch_size, seed, shuffle, drop_remainder)
    source, _, rest = name.partition(":")
    own = {
        "channels": channels,
        "skip_broken": skip_broken or None,
        "test_share": test_share,
        "image_key": image_key,
        "label_key": label_key,
        "data_dir": data_dir,
    }
    own = {key: value for key, value in own.items() if value is not None}
    if source in DERIVED and rest:
        prepared = {"resize": resize, "flip": flip, "random_crop": random_crop}
        options = {**dataclasses.asdict(batching), **prepared, **own}
        return load_derived(source, rest, load, split=split, image_size=image_size, **options)
    is_joint = source == "pairs" and rest and "," not in rest
    known = OWN.get("joint" if is_joint else source if rest else "", ())
    for key in own:
        if key not in known and key != "data_dir":
            kind = next(kind for kind, keys in OWN.items() if key in keys)
            raise ValueError(
                f"Expected `{key}` for a data set named '{kind}:...' only. Received: {name!r}"
            )
    if is_joint:
        return load_joint_pairs(rest, split, preparation, batching, load, **own)
    if source in OF_NAMES and rest:
        return OF_NAMES[source](rest, split, preparation, batching, load, **own)
    if source == "tfds" and rest:
        return load_tfds(rest, split, preparation, batching, **own)
    own.pop("data_dir", None)
    if source in OF_FILES and rest:
        return OF_FILES[source](rest, split, preparation, batching, **own)
    if name not in BUILTIN:
        if pathlib.Path(name).is_dir():
            raise ValueError(
                f"Expected the name of a data set; that of a folder of images is folder:{name}. "
                f"Received: {name!r}"
            )
        raise errors.unknown_name("data set", name, [*BUILTIN, *PATTERNS])
    if split not in SPLITS:
        raise errors.unknown_name("split", split, SPLITS)
    arrays = BUILTIN[name](split, seed)
    if labels_per_class is None:
        data = _from_memory(arrays, preparation, batching)
    else:
        if preparation.draws:
            raise ValueError(
                "Expected no `flip` or `random_crop` with `labels_per_class`. Received: "
                f"flip={flip!r}, random_crop={random_crop!r}"
            )
        data = few_labels(
            arrays[0],
            arrays[1],
            labels_per_class,
            labels_seed=labels_seed,
            prepare=lambda batch: preparation(*batch),
            **dataclasses.asdict(batching),
        )
    return pipeline.Loaded(data, class_names=CLASS_NAMES.get(name))


def _size(image_size):
    if image_size is None:
        return None
    size = (image_size, image_size) if isinstance(image_size, int) else tuple(image_size)
    if len(size) != 2 or any(not isinstance(side, int) or side < 1 for side in size):
        raise ValueError(
            f"Expected `image_size` to be a side or (height, width). Received: {image_size!r}"
        )
    return size


def _from_memory(arrays, preparation, batching):
    samples, classes = pipeline.tensors(arrays)

    def prepare(indices, draws=None):
        return preparation(tf.gather(samples, indices), tf.gather(classes, indices), draws)

    return batching.of(len(samples), prepare, preparation.draws)

"""Data sets of TensorFlow Datasets: their files, and batches of them."""

import contextlib
import importlib
import math
import re

import tensorflow as tf

from keras_gan_zoo import errors
from keras_gan_zoo.datasets import pipeline, tfds_features
from keras_gan_zoo.datasets.preparation import fitted, scaled

LARGEST_IN_MEMORY = 2**31  # bytes of a set, and of a window it is shuffled in
FILES_AT_ONCE = 16
# Builders of this package, by the module that registers them.
OWN_BUILDERS = {
    "avataaars": "keras_gan_zoo.datasets.avataaars",
    "doom_frames": "keras_gan_zoo.datasets.doom_frames",
    "emoji_pairs": "keras_gan_zoo.datasets.emoji",
    "mnist_m": "keras_gan_zoo.datasets.mnist_m",
    "openmoji": "keras_gan_zoo.datasets.emoji",
    "orl_faces": "keras_gan_zoo.datasets.orl_faces",
    "photo_patches": "keras_gan_zoo.datasets.photo_patches",
}
# Sets whose bytes are 0 and 1.
BINARY = {"binarized_mnist", "dsprites"}
PROBE, PATIENCE = "https://storage.googleapis.com", 3  # seconds


def load_tfds(
    name,
    split,
    preparation,
    batching,
    *,
    data_dir=None,
    image_key=None,
    label_key=None,
):
    """The batches of a set of TensorFlow Datasets, see `kgz.datasets.load`."""
    builder = _builder(name, data_dir)
    image_key, label_key = tfds_features.keys_of(
        name, builder.info, image_key, label_key, preparation.labels
    )
    image = tfds_features.feature_of(builder.info.features, image_key)
    label = tfds_features.feature_of(builder.info.features, label_key) if label_key else None
    shape = tuple(image.shape)
    if preparation.stored_size is None and None in shape:
        raise ValueError(
            f"Expected `image_size` for tfds:{name}, whose images may differ in size. "
            "Received: None"
        )
    if builder.info.splits:
        _check_split(name, builder, split)
    _prepare(name, builder)
    _check_split(name, builder, split)

    part = builder.info.splits[split]
    size = shape[:2] if None not in shape[:2] else preparation.stored_size
    # The channels of some sets differ, too.
    shape = (*size, shape[-1] or 3)
    kept = part.num_examples * math.prod(shape) * tf.as_dtype(image.dtype).size
    memory = batching.share_of(LARGEST_IN_MEMORY)
    window = part.num_examples if kept <= memory else _window(part, memory)
    # Sets larger than the window come from several files at once, which are shuffled, too.
    seed, shuffle = batching.seed, batching.shuffle
    mixed = bool(shuffle) and window < part.num_examples
    examples = _examples(builder, split, image_key, label_key, seed, shuffle, mixed)

    def decoded(examples):
        return examples.map(
            lambda encoded, *label: (_decode(image, encoded, shape, preparation), *label),
            num_parallel_calls=tf.data.AUTOTUNE,
            deterministic=True,
        )

    if kept <= memory:
        examples = decoded(examples).cache()
    if shuffle:
        anew = shuffle != pipeline.ONCE
        examples = examples.shuffle(window, seed=seed, reshuffle_each_iteration=anew)
    if kept > memory:  # shuffled while they are small
        examples = decoded(examples)
    if name.partition("/")[0] in BINARY:
        examples = examples.map(
            lambda x, *rest: (tf.where(x > 0, tf.constant(255, x.dtype), x), *rest)
        )
    if label_key:
        examples = examples.map(lambda x, y: (x, tfds_features.numbers(y)))
    examples = pipeline.with_draws(examples, preparation.draws, seed)
    batches = examples.batch(batching.batch_size, drop_remainder=batching.drop_remainder)

    def prepare(*batch):
        if preparation.draws:
            batch, draws = batch
            return preparation(*batch[:1], *(batch[1:] or (None,)), draws)
        return preparation(*batch)

    batches = batches.map(prepare, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
    return pipeline.Loaded(
        pipeline.finish(batches),
        image_key=image_key,
        label_key=label_key,
        class_names=tfds_features.class_names_of(label or image),
    )


def _builder(name, data_dir):
    import tensorflow_datasets as tfds  # slow to import, and seldom needed

    if name.partition("/")[0] in OWN_BUILDERS:
        importlib.import_module(OWN_BUILDERS[name.partition("/")[0]])  # which registers it
    try:
        return tfds.builder(name, data_dir=data_dir)
    except tfds.core.DatasetNotFoundError:
        raise errors.unknown_name(
            "TensorFlow Datasets name", name, tfds.list_builders(with_community_datasets=False)
        ) from None


def pair_keys(name, data_dir, image_key, label_key) -> tuple:
    """The features of a set that are source and target: those asked for, or its supervised keys.

    Raises:
        ValueError: If there are no such features, or they are no images.
    """
    info = _builder(name, data_dir).info
    said = info.supervised_keys or (None, None)
    keys = tuple(ask or key for ask, key in zip((image_key, label_key), said, strict=False))
    images = tfds_features.image_keys(info.features)
    if len({*keys}) != 2 or not {*keys} <= {*images}:
        raise ValueError(
            f"Expected two different images of tfds:{name} for `image_key` and `label_key`, source "
            f"and target: of {', '.join(map(repr, images)) or 'which there are none'}. Received: "
            f"{keys[0]!r} and {keys[1]!r}"
        )
    return keys


def _check_split(name, builder, split):
    try:
        builder.info.splits[split]
    except (KeyError, ValueError):
        raise ValueError(
            f"Expected one of the splits {[*builder.info.splits]} of tfds:{name}, or a slice such "
            f"as 'train[:90%]'. Received: {split!r}"
        ) from None


def _prepare(name, builder):
    """Downloads a set and writes its files, unless that was done; one sentence if it fails."""
    if builder.is_prepared():
        return
    import requests

    cache = builder.data_path
    root = cache.parents[len(builder.info.full_name.split("/")) - 1]
    manual = root / "downloads" / "manual"
    try:
        with _retries_only_online():
            builder.download_and_prepare()
    except AssertionError as error:  # the files that must be got by hand are not there
        raise FileNotFoundError(
            f"Expected the files of tfds:{name} in {manual} (or prepared in {cache}), where they "
            f"must be put by hand: {' '.join((builder.MANUAL_DOWNLOAD_INSTRUCTIONS or '').split())}"
            f" Received: {' '.join(str(error).split())[:200]}"
        ) from None
    except (requests.exceptions.RequestException, ConnectionError, tf.errors.OpError) as error:
        raise _not_downloaded(name, cache, root, manual, error) from None
    except OSError as error:
        # urllib's, and those of TensorFlow Datasets itself.
        kinds = {one.__name__ for one in type(error).__mro__}
        if kinds & {"URLError", "gaierror", "DownloadError"}:
            raise _not_downloaded(name, cache, root, manual, error) from None
        raise


def _not_downloaded(name, cache, root, manual, error):
    said = " ".join(str(error).split())
    host = re.search(r"host='([^']+)'", said)
    said = f"no connection to {host[1]}" if host else said[:200]
    return ConnectionError(
        f"Expected tfds:{name} in {cache}, or a network to download it from. Copy a prepared set "
        f"there (`data_dir` names another folder than {root}); files that must be got by hand "
        f"belong in its `manual_dir`, {manual}. Received: {said}"
    )


@contextlib.contextmanager
def _retries_only_online():
    """Without a network, downloads fail at once rather than after minutes of new attempts."""
    import requests
    from tensorflow_datasets.core.download import downloader

    try:
        requests.head(PROBE, timeout=PATIENCE)
        online = True
    except requests.exceptions.RequestException:
        online = False
    kept = getattr(downloader, "MAX_RETRIES", None)
    if online or kept is None:
        yield
        return
    downloader.MAX_RETRIES = 0
    try:
        yield
    finally:
        downloader.MAX_RETRIES = kept


def _examples(builder, split, image_key, label_key, seed, shuffle, mixed):
    """Examples `(image or its encoded bytes, label)`, file by file or of several files at once."""
    import tensorflow_datasets as tfds

    features = builder.info.features
    image_path = tfds_features.path_of(features, image_key)
    paths = [image_path, *([tfds_features.path_of(features, label_key)] if label_key else [])]
    wanted, decoders = {}, {}
    for path in paths:
        _nest(wanted, path, True)
    if tfds_features.is_encoded(tfds_features.feature_of(features, image_key)):
        _nest(decoders, image_path, tfds.decode.SkipDecoding())
    read_config = tfds.ReadConfig(
        try_autocache=False,
        interleave_cycle_length=FILES_AT_ONCE if mixed else 1,
        shuffle_seed=seed,
        shuffle_reshuffle_each_iteration=shuffle != pipeline.ONCE,
    )
    read_config.options.deterministic = True
    dataset = builder.as_dataset(
        split=split,
        decoders=tfds.decode.PartialDecoding(wanted, decoders=decoders or None),
        read_config=read_config,
        shuffle_files=mixed,
    )

    def take(example):
        found = []
        for path in paths:
            value = example
            for key in path:
                value = value[key]
            found.append(value)
        return tuple(found)

    return dataset.map(take, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)


def _nest(tree, path, value):
    for key in path[:-1]:
        tree = tree.setdefault(key, {})
    tree[path[-1]] = value


def _window(part, memory):
    """How many examples, as they are in files, fit into so many bytes of a shuffle."""
    whole = getattr(part, "num_bytes", None)
    if not whole:  # of a slice
        whole = part.num_examples * 2**17
    return max(1, min(part.num_examples, part.num_examples * memory // whole))


def _decode(image, encoded, shape, preparation):
    """One image; those that differ in size are brought to one before they are batched."""
    pixels = image.decode_example(encoded) if tfds_features.is_encoded(image) else encoded
    *size, channels = shape
    is_map = tfds_features.is_label_map(image)
    if is_map:
        pixels = tf.cast(pixels, tf.int32)
    if None in tuple(image.shape)[:2]:
        pixels = fitted(scaled(pixels), tuple(size), preparation.resize)
        channels -= channels in (2, 4)  # transparency is gone
        if not is_map:
            pixels = tf.cast(tf.round((pixels + 1.0) * 127.5), tf.uint8)
    return tf.ensure_shape(pixels, (*size, channels))

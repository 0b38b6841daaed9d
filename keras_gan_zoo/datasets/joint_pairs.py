"""Pairs of images that one name holds: a set of TensorFlow Datasets, or files of two pictures."""

import tensorflow as tf

from keras_gan_zoo import errors
from keras_gan_zoo.datasets import pipeline
from keras_gan_zoo.datasets.folder import files_of, reader_of
from keras_gan_zoo.datasets.from_tfds import pair_keys
from keras_gan_zoo.datasets.unpaired import in_memory

HALVES = ("left", "right")
OF_TFDS = ("data_dir", "image_key", "label_key")
OF_HALVES = ("channels", "test_share", "image_key")


def load_joint_pairs(name, split, preparation, batching, load, **own):
    """Batches `{"source": images, "target": images}` of one set, see `kgz.datasets.load`."""
    kind, _, rest = name.partition(":")
    of_tfds = kind == "tfds" and rest
    for key in own.keys() - {*(OF_TFDS if of_tfds else OF_HALVES)}:
        raise ValueError(f"Expected no `{key}` for 'pairs:{name}'. Received: {own[key]!r}")
    if of_tfds:
        length, images_of, class_names = _of_tfds(rest, split, preparation, load, **own)
    else:
        length, images_of = _of_halves(name, split, preparation, **own)
        class_names = None

    def prepare(indices, draws=None):
        # Both are mirrored and cut out alike.
        return {
            part: preparation(images(indices), draws=draws) for part, images in images_of.items()
        }

    batches = batching.of(length, prepare, preparation.draws, parallel=2)
    return pipeline.Loaded(batches, class_names=class_names)


def _of_tfds(name, split, preparation, load, data_dir=None, image_key=None, label_key=None):
    """How many pairs there are, functions from numbers to bytes, and the classes of label maps."""
    keys = pair_keys(name, data_dir, image_key, label_key)
    images_of, length, class_names = {}, None, None
    for part, key in zip(("source", "target"), keys, strict=True):
        images = load(
            f"tfds:{name}",
            split,
            preparation.stored_size,
            shuffle=False,
            labels=False,
            resize=preparation.resize,
            image_key=key,
            data_dir=data_dir,
        )
        class_names = class_names or images.class_names
        stored = in_memory(part, images.map(_stored).unbatch())
        length = len(stored)
        images_of[part] = lambda indices, stored=stored: tf.gather(stored, indices)
    return length, images_of, class_names


def _stored(batch):
    """Images as bytes; label maps as they were before `Preparation` took their last axis."""
    if batch.dtype == tf.int32:
        return batch[..., None]
    return tf.cast(tf.round((batch + 1.0) * 127.5), tf.uint8)


def _of_halves(folder, split, preparation, channels=None, test_share=None, image_key="left"):
    """As `_of_tfds`, of files that hold both pictures side by side."""
    errors.check_choice("image_key", image_key, HALVES)
    other = "right" if image_key == "left" else "left"
    files = files_of(folder, split, test_share, labels=False)
    images_of = {
        part: reader_of(files, preparation, channels, half=half)[0].images
        for part, half in (("source", image_key), ("target", other))
    }
    return len(files.paths), images_of

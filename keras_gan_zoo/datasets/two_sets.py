"""Two sets by one name: pairs of images, sets whose samples have no partner, and domains."""

import dataclasses
import pathlib
import warnings

import numpy as np
import tensorflow as tf

from keras_gan_zoo import image_files
from keras_gan_zoo.datasets import pipeline
from keras_gan_zoo.datasets.builtin import BUILTIN
from keras_gan_zoo.datasets.folder import files_of, reader_of, splits_of
from keras_gan_zoo.datasets.unpaired import unpaired


def load_pairs(names, split, preparation, batching, channels=None, test_share=None):
    """Batches `{"source": images, "target": images}` of two folders, see `kgz.datasets.load`.

    A pair is two files whose paths below the folders are equal but for their endings. A file of the
    source without a partner is an error; those of the target are left out with a warning.
    """
    source, target = _two("pairs", names)
    files = files_of(source, split, test_share, labels=False)
    target = pathlib.Path(target).expanduser()
    if not target.is_dir():
        raise FileNotFoundError(f"Expected a folder of images. Received: {target}")
    if splits_of(target):
        target /= files.root.name
    partners = {_stem(path, target): path for path in files_of(target, labels=False).paths}
    lonely = [path for path in files.paths if _stem(path, files.root) not in partners]
    if lonely:
        raise ValueError(
            f"Expected files of equal names in {files.root} and {target}. Received: {len(lonely)} "
            f"of {len(files.paths)} without a partner, such as {lonely[0]}"
        )
    others = [partners[_stem(path, files.root)] for path in files.paths]
    _warn_of_left_over(partners, files.root, target)
    readers = {}
    for key, paths in (("source", files.paths), ("target", others)):
        own = dataclasses.replace(files, paths=paths)
        readers[key], _ = reader_of(own, preparation, channels)

    def prepare(indices, draws=None):
        # Both are mirrored and cut out alike.
        return {
            key: preparation(reader.images(indices), draws=draws) for key, reader in readers.items()
        }

    return pipeline.Loaded(batching.of(len(others), prepare, preparation.draws, parallel=2))


def load_unpaired(
    names,
    split,
    preparation,
    batching,
    load,
    channels=None,
    skip_broken=False,
    test_share=None,
    data_dir=None,
):
    """Batches `{"a": images, "b": images}` of two folders or data sets, see `kgz.datasets.load`."""
    if batching.shuffle == pipeline.ONCE:
        raise ValueError("Expected `shuffle` to be True or False for two sets. Received: 'once'")
    sets, readers = [], []
    for name in _two("unpaired", names):
        kind, _, rest = name.partition(":")
        if name in BUILTIN or (kind == "tfds" and rest):
            options = {"data_dir": data_dir} if kind == "tfds" else {}
            samples = load(
                name,
                split,
                preparation.stored_size,
                shuffle=False,
                labels=False,
                resize=preparation.resize,
                **options,
            )
            sets.append(samples.unbatch())
            readers.append(None)
            continue
        files = files_of(rest if kind == "folder" and rest else name, split, test_share, False)
        reader, files = reader_of(files, preparation, channels, skip_broken)
        sets.append(np.arange(len(files.paths)))
        readers.append(reader)

    def prepare(pair):
        return tuple(
            batch if reader is None else preparation(reader.images(batch))
            for batch, reader in zip(pair, readers, strict=True)
        )

    data = unpaired(*sets, **dataclasses.asdict(batching), prepare=prepare)
    if not preparation.draws:
        return pipeline.Loaded(data.map(lambda a, b: {"a": a, "b": b}))
    draws = tf.data.Dataset.random(batching.seed, rerandomize_each_iteration=True)
    draws = draws.batch(2 * preparation.draws, drop_remainder=True).batch(batching.batch_size)

    def augment(pair, draws):
        draws = tf.split(draws[: tf.shape(pair[0])[0]], 2, axis=1)
        a, b = (preparation.augmented(*one) for one in zip(pair, draws, strict=True))
        return {"a": a, "b": b}

    return pipeline.Loaded(pipeline.finish(tf.data.Dataset.zip((data, draws)).map(augment)))


def load_domains(names, split, preparation, batching, load, data_dir=None):
    """Batches `{"source": images, "label": classes, "target": images}`, see `kgz.datasets.load`.

    Grey images of the source have the channels of the target.
    """
    if preparation.draws or batching.shuffle == pipeline.ONCE:
        raise ValueError(
            "Expected no `flip` or `random_crop`, and `shuffle` True or False, for two domains. "
            f"Received: flip={preparation.flip!r}, random_crop={preparation.random_crop!r}, "
            f"shuffle={batching.shuffle!r}"
        )
    domains = []
    for name, labels in zip(_two("domains", names), (True, False), strict=True):
        options = {"data_dir": data_dir} if name.startswith("tfds:") else {}
        size = preparation.stored_size
        options |= {"shuffle": False, "labels": labels, "resize": preparation.resize}
        domains.append(load(name, split, size, **options))
    source, target = domains
    if not isinstance(source.element_spec, tuple):
        raise ValueError(
            f"Expected a source with labels in 'domains:{names}'. Received: images alone"
        )

    def prepare(pair):
        (images, label), target = pair
        if images.shape[-1] == 1:
            images = tf.repeat(images, target.shape[-1], axis=-1)
        return {"source": images, "label": label, "target": target}

    sets = source.unbatch(), target.unbatch()
    data = unpaired(*sets, **dataclasses.asdict(batching), prepare=prepare)
    return pipeline.Loaded(data, class_names=source.class_names)


def _two(kind, names):
    parts = [name.strip() for name in names.split(",")]
    if len(parts) != 2 or not all(parts):
        raise ValueError(
            f"Expected two names after '{kind}:', with a comma between them. Received: "
            f"'{kind}:{names}'"
        )
    return parts


def _warn_of_left_over(partners, source, target):
    """Counts the files of the target that have no partner in the source, whatever its slice."""
    known = {_stem(path, source) for path in image_files.find(source)}
    if left := [path for stem, path in partners.items() if stem not in known]:
        warnings.warn(
            f"Left out {len(left)} of {len(partners)} files in {target} that have no partner in "
            f"{source}, such as {left[0]}.",
            stacklevel=4,
        )


def _stem(path, root):
    return path.relative_to(root).with_suffix("").as_posix()

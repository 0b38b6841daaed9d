"""Digits over photographs. Oracle: the difference by hand, and photographs of one colour."""

import numpy as np
import PIL.Image
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo.datasets import builtin, mnist_m


def test_a_pixel_is_the_absolute_difference():
    digit = np.array([[[0], [255], [100]]], "uint8")
    patch = np.array([[[10, 20, 200]] * 3], "uint8")
    expected = [[[10, 20, 200], [245, 235, 55], [90, 80, 100]]]
    np.testing.assert_array_equal(mnist_m.blended(digit, patch), expected)


@pytest.fixture
def data_dir(tmp_path, monkeypatch):
    """Photographs whose colour is their number, and digits of one grey."""
    folder = tmp_path / "downloads" / "manual" / mnist_m.PACKAGE / mnist_m.FOLDER
    folder.mkdir(parents=True)
    names = [name for split in mnist_m.PHOTOGRAPHS.values() for name in split]
    for number, name in enumerate(names):
        pixels = np.full((40, 60, 3), (100 + 10 * number, 0, 255), "uint8")
        PIL.Image.fromarray(pixels).save(folder / f"{name}.jpg", quality=95)

    def digits(split, seed):
        count = {"train": 40, "test": 12}[split]
        return np.full((count, 28, 28, 1), 50, "uint8"), np.arange(count) % 10

    monkeypatch.setattr(builtin, "mnist", digits)
    return str(tmp_path)


def test_photographs_of_the_test_are_others(data_dir):
    found = {}
    for split, count in (("train", 40), ("test", 12)):
        data = kgz.datasets.load(
            "tfds:mnist_m", split, batch_size=50, shuffle=False, data_dir=data_dir
        )
        images, labels = (np.array(part) for part in next(iter(data)))
        assert images.shape == (count, 28, 28, 3)
        assert sorted(labels) == sorted(np.arange(count) % 10)
        pixels = np.round(images[:, 14, 14] * 127.5 + 127.5)
        np.testing.assert_allclose(pixels[:, 1:], [[50, 205]] * count, atol=3)  # |0-50|, |255-50|
        found[split] = set(np.rint((pixels[:, 0] - 50) / 10).astype(int))
    assert found["train"] <= set(range(9)) and len(found["train"]) > 5
    assert found["test"] <= {9, 10, 11} and len(found["test"]) > 1


def test_missing_photographs_are_named_with_the_commands_that_get_them(tmp_path):
    with pytest.raises(FileNotFoundError, match="apt-get download mate-backgrounds && dpkg-deb"):
        kgz.datasets.load("tfds:mnist_m", data_dir=str(tmp_path))

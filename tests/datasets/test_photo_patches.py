"""Patches of photographs, of small ones in packages of the same layout."""

import numpy as np
import PIL.Image
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo.datasets import photo_patches

SIDE = photo_patches.SIDE
FEW = {"train": ("nature/Aqua.jpg", "a/images/1.png"), "test": ("b/images/1.png",)}


@pytest.fixture
def data_dir(tmp_path, monkeypatch):
    """Three photographs, each of one colour."""
    monkeypatch.setattr(photo_patches, "PHOTOGRAPHS", FEW)
    manual = tmp_path / "downloads" / "manual" / "photo_patches" / "usr" / "share"
    for index, name in enumerate(name for part in FEW.values() for name in part):
        (manual / name).parent.mkdir(parents=True)
        PIL.Image.new("RGB", (2 * SIDE, SIDE), (0, 0, 50 * index)).save(manual / name)
    return str(tmp_path)


def test_patches_are_split_by_photograph(data_dir):
    colors = {}
    for split, count in (("train", 6), ("test", 2)):  # overlapping by half, and not at all
        data = kgz.datasets.load("tfds:photo_patches", split, batch_size=8, data_dir=data_dir)
        images, photographs = next(iter(data))
        assert images.shape == (count, SIDE, SIDE, 3)
        colors[split] = {int(one) for one in np.rint(images[:, 0, 0, 2] * 127.5 + 127.5) / 50}
        assert colors[split] == set(np.array(photographs))
    assert colors == {"train": {0, 1}, "test": {2}}
    assert data.class_names == (*FEW["train"], *FEW["test"])


def test_large_photographs_are_shrunk_and_cut():
    """480x600 of twice that: 4 rows and 5 columns of 96 would be 480; there are 5 and 6."""
    ramp = np.linspace(0, 255, 1200).astype("uint8")[None, :, None]
    photograph = np.broadcast_to(ramp, (960, 1200, 3))
    patches = dict(photo_patches.patches_of(photograph, SIDE))
    assert len(patches) == 5 * 6 and set(patches) >= {"0-0", "384-480"}
    np.testing.assert_allclose(patches["384-480"][0, :, 0], ramp[0, 960:1152:2, 0], atol=2)


def test_small_ones_are_left_as_they_are():
    photograph = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE + 5, 3), "uint8")
    ((place, patch),) = photo_patches.patches_of(photograph, SIDE)
    np.testing.assert_array_equal(patch, photograph[:, :SIDE])
    assert place == "0-0"


def test_a_missing_photograph_is_named_with_the_commands_that_get_it(tmp_path):
    manual = tmp_path / "downloads" / "manual" / "photo_patches"
    manual.mkdir(parents=True)
    (manual / "mate-backgrounds.deb").touch()
    with pytest.raises(FileNotFoundError, match="36 less.*apt-get download lomiri.*dpkg-deb -x"):
        kgz.datasets.load("tfds:photo_patches", data_dir=str(tmp_path))

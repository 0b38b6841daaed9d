"""Pairs that one name holds. The value of a pixel says which file, and which half, it is of."""

import numpy as np
import PIL.Image
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo.datasets import pipeline


def values(images, channel=0, column=0):
    return np.rint((np.asarray(images)[:, 0, column, channel] + 1.0) * 127.5).astype(int).tolist()


@pytest.fixture
def folder(tmp_path):
    """Files of two pictures, as the authors of pix2pix published theirs."""
    for split, count in (("train", 12), ("val", 3)):
        (tmp_path / split).mkdir()
        for index in range(count):
            image = np.full((4, 12, 3), index, "uint8")
            image[:, 6:, 0] += 100
            image[:, [0, 6], 1] = 255  # the left side of both
            PIL.Image.fromarray(image).save(tmp_path / split / f"{index}.png")
    return tmp_path


def test_halves_are_pairs(folder):
    data = kgz.datasets.load(f"pairs:{folder}", batch_size=4, seed=1, flip="horizontal")
    assert pipeline.why_not_repeatable(data) is None
    seen, mirrored = [], []
    for batch in data:
        assert {key: one.shape for key, one in batch.items()} == {
            "source": (4, 4, 6, 3),
            "target": (4, 4, 6, 3),
        }
        assert [one + 100 for one in values(batch["source"])] == values(batch["target"])
        lefts = [np.array(values(batch[key], 1)) == 255 for key in ("source", "target")]
        np.testing.assert_array_equal(*lefts)  # both alike
        mirrored += lefts[0].tolist()
        seen += values(batch["source"])
    assert sorted(seen) == [*range(12)] and len({*mirrored}) == 2
    val = next(iter(kgz.datasets.load(f"pairs:{folder}", "val", image_key="right")))
    assert sorted(values(val["source"])) == [100, 101, 102]
    assert [one - 100 for one in values(val["source"])] == values(val["target"])


def test_halves_are_resized_each_for_itself(folder):
    batch = next(iter(kgz.datasets.load(f"pairs:{folder}", image_size=3, shuffle=False)))
    assert batch["source"].shape[1:] == (3, 3, 3)
    for column in range(3):  # nothing of the other half is mixed in
        assert values(batch["source"], column=column) == [*range(12)]
        assert values(batch["target"], column=column) == [*range(100, 112)]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"image_key": "rigth"}, "`image_key` to be one of 'left', 'right'"),
        ({"label_key": "left"}, "no `label_key` for 'pairs:"),
        ({"skip_broken": True}, "`skip_broken` for a data set named 'folder:...' only"),
        ({"split": "test"}, "Expected one of the splits"),
    ],
)
def test_bad_options(options, message, folder):
    with pytest.raises(ValueError, match=message):
        kgz.datasets.load(f"pairs:{folder}", **options)


@pytest.mark.parametrize("damage", ["odd", "cut short", "of another size"])
def test_a_bad_file_is_named(damage, folder):
    path = folder / "train" / "7.png"
    if damage == "cut short":
        path.write_bytes(path.read_bytes()[:-30])
    else:
        width = 13 if damage == "odd" else 10
        PIL.Image.fromarray(np.zeros((4, width, 3), "uint8")).save(path)
    name = f"pairs:{folder}"
    size = None if damage == "of another size" else 3
    with pytest.raises(Exception, match=r"Expected .*Received: .*7\.png"):
        for _ in kgz.datasets.load(name, image_size=size):
            pass


def test_two_folders_have_no_halves(folder):
    with pytest.raises(ValueError, match="`image_key` for a data set named 'tfds:...' only"):
        kgz.datasets.load(f"pairs:{folder},{folder}", image_key="left")


def test_sets_of_tensorflow_datasets_need_two_images():
    with pytest.raises(ValueError, match=r"two different images of tfds:mnist .*'image'.*'label'"):
        kgz.datasets.load("pairs:tfds:mnist")
    with pytest.raises(ValueError, match="no `channels` for 'pairs:tfds:mnist'"):
        kgz.datasets.load("pairs:tfds:mnist", channels=3)

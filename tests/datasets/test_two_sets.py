"""Two sets by one name. The value of a pixel says which file it is of."""

import numpy as np
import PIL.Image
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo.datasets import pipeline


def values(images, channel=0):
    return np.rint((np.asarray(images)[:, 0, 0, channel] + 1.0) * 127.5).astype(int).tolist()


@pytest.fixture
def folders(tmp_path):
    for part, offset, ending, count in (("a", 0, "png", 30), ("b", 100, "bmp", 40)):
        (tmp_path / part).mkdir()
        for index in range(count):
            image = np.full((4, 6, 3), index + offset, "uint8")
            image[:, :3, 1] = 255
            PIL.Image.fromarray(image).save(tmp_path / part / f"{index}.{ending}")
    return tmp_path / "a", tmp_path / "b"


def test_pairs_stay_pairs(folders):
    name = "pairs:{},{}".format(*folders)
    data = kgz.datasets.load(name, batch_size=8, seed=1, flip="horizontal")
    assert pipeline.why_not_repeatable(data) is None
    epochs = []
    for _ in range(2):
        seen = []
        for batch in data:
            assert set(batch) == {"source", "target"}
            assert [one + 100 for one in values(batch["source"])] == values(batch["target"])
            assert values(batch["source"], 1) != values(batch["source"])
            mirrored = [np.array(values(batch[key], 1)) == 255 for key in ("source", "target")]
            np.testing.assert_array_equal(*mirrored)  # both alike
            seen += values(batch["source"])
        assert sorted(seen) == [*range(30)]
        epochs.append(seen)
    assert epochs[0] != epochs[1]
    test = kgz.datasets.load(name, "train[80%:]", batch_size=50)
    assert len(next(iter(test))["target"]) == 6


def test_pairs_without_a_partner_are_named(folders):
    (folders[1] / "7.bmp").unlink()
    with pytest.raises(ValueError, match=r"equal names.*Received: 1 of 30 .*7\.png"):
        kgz.datasets.load("pairs:{},{}".format(*folders))
    with pytest.raises(ValueError, match="two names after 'pairs:'"):
        kgz.datasets.load(f"pairs:{folders[0]},")


def test_files_of_the_target_without_a_partner_are_counted(folders):
    """Of 40 files in b 30 have a partner in a, in a slice of a as well."""
    for split in ("train", "train[:50%]"):
        with pytest.warns(UserWarning, match=r"Left out 10 of 40 files in .*b that .*such as .*30"):
            kgz.datasets.load("pairs:{},{}".format(*folders), split)


@pytest.mark.parametrize("place", [0, 1])
def test_a_folder_that_is_not_there_is_named(folders, place):
    names = list(folders)
    names[place] = folders[0].parent / "nowhere"
    with pytest.raises(FileNotFoundError, match="Expected a folder of images. Received: .*nowhere"):
        kgz.datasets.load("pairs:{},{}".format(*names))


@pytest.mark.parametrize("options", [{}, {"flip": "horizontal"}])
def test_unpaired_folders(folders, options):
    data = kgz.datasets.load("unpaired:{},{}".format(*folders), batch_size=10, seed=1, **options)
    assert pipeline.why_not_repeatable(data) is None

    def epoch(data):
        batches = list(data)
        return [sum((values(one[key]) for one in batches), []) for key in "ab"]

    first = [epoch(data) for _ in range(2)]
    assert sorted(first[0][1]) == [*range(100, 140)] and len(first[0][0]) == 40
    assert set(first[0][0]) == set(range(30)) and first[0] != first[1]
    again = kgz.datasets.load("unpaired:{},{}".format(*folders), batch_size=10, seed=1, **options)
    assert [epoch(again) for _ in range(2)] == first


def test_unpaired_sets_of_several_kinds(folders):
    name = f"unpaired:fashion_mnist_mini,folder:{folders[0]}"
    batch = next(iter(kgz.datasets.load(name, "train", 8, batch_size=5)))
    assert batch["a"].shape == (5, 8, 8, 1) and batch["b"].shape == (5, 8, 8, 3)


def test_two_domains_of_which_one_has_labels(folders, tmp_path):
    """Grey digits whose value is their label get the channels of the target."""
    for label in range(3):
        (tmp_path / "digits" / str(label)).mkdir(parents=True)
        for index in range(4):
            image = np.full((4, 6), 20 * label + index, "uint8")
            PIL.Image.fromarray(image).save(tmp_path / "digits" / str(label) / f"{index}.png")
    name = f"domains:folder:{tmp_path / 'digits'},folder:{folders[1]}"
    data = kgz.datasets.load(name, batch_size=10, seed=1)
    assert pipeline.why_not_repeatable(data) is None and data.class_names == ("0", "1", "2")
    source, target = [], []
    for batch in data:
        assert list(batch) == ["source", "label", "target"]
        assert batch["source"].shape == batch["target"].shape == (10, 4, 6, 3)
        assert [one // 20 for one in values(batch["source"])] == batch["label"].numpy().tolist()
        source += values(batch["source"], 2)
        target += values(batch["target"])
    assert sorted(target) == [*range(100, 140)]
    assert set(source) == {20 * label + index for label in range(3) for index in range(4)}
    with pytest.raises(ValueError, match="source with labels.*Received: images alone"):
        kgz.datasets.load(f"domains:folder:{folders[1]},folder:{folders[0]}")
    with pytest.raises(ValueError, match="Received: flip='horizontal'"):
        kgz.datasets.load(name, flip="horizontal")


def test_pairs_of_files_of_every_kind(tmp_path):
    """Transparency is white, 16 bits are scaled, inks become light; a broken file is named."""
    deep = np.full((4, 4), 200 * 257, "uint16")
    clear = np.zeros((4, 4, 4), "uint8")  # nothing but transparency
    files = {
        "clear": (clear, "RGBA", [255, 255, 255]),
        "deep": (deep, None, [200, 200, 200]),
        "inks": (np.full((4, 4, 4), (255, 0, 0, 0), "uint8"), "CMYK", [0, 255, 255]),
    }
    for part in ("a", "b"):
        (tmp_path / part).mkdir()
        for name, (pixels, mode, _) in files.items():
            image = PIL.Image.fromarray(pixels)
            image = PIL.Image.frombytes(mode, (4, 4), pixels.tobytes()) if mode else image
            image.save(tmp_path / part / f"{name}.{'tif' if mode == 'CMYK' else 'png'}")
    name = f"pairs:{tmp_path / 'a'},{tmp_path / 'b'}"
    batch = next(iter(kgz.datasets.load(name, shuffle=False, channels=3)))
    for images in batch.values():
        found = np.rint((np.asarray(images)[:, 0, 0] + 1.0) * 127.5)
        np.testing.assert_array_equal(found, [color for *_, color in files.values()])
    model = kgz.models.Pix2Pix((8, 8, 1), 3, filters=2, discriminator_filters=2, patch=1)
    model.compile()
    with pytest.raises(ValueError, match=r"`source` .*\(batch, 8, 8, 1\).*Received: .*4, 4, 3"):
        model.fit(kgz.datasets.load(name, channels=3), verbose=0)
    broken = tmp_path / "b" / "deep.png"
    broken.write_bytes(broken.read_bytes()[:40])
    with pytest.raises(Exception, match=r"Expected an image file. Received: .*b.deep\.png"):
        next(iter(kgz.datasets.load(name, channels=3)))

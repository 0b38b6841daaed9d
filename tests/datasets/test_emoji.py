"""Emoji: which are variants of one, how they are split, and what builders say without packages.

Oracle: meanings written by hand, and pictures whose bytes say which emoji they are of. Where the
real packages are (`make test-long`), the split is tried on them.
"""

import json
import pathlib
import stat

import numpy as np
import PIL.Image
import pytest
import tensorflow_datasets as tfds

import keras_gan_zoo as kgz
from keras_gan_zoo.datasets.emoji import emoji_pairs, families, meaning, openmoji, relatives


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("1F44B", "1f44b-1f3fb", "1F44B-1F3FF"), "1F44B"),  # waving hands of all tones
        (("2600", "2600-FE0F"), "2600"),
        (("1F9D1-200D-1F680", "1F468-1F3FB-200D-1F680", "1F469-200D-1F680"), "1F9D1-1F680"),
        (("1F6B6", "1F6B6-1F3FD-200D-2640-FE0F-200D-27A1-FE0F"), "1F6B6"),  # walking
        (("1F46A", "1F468-200D-1F469-200D-1F467", "1F9D1-200D-1F9D2-200D-1F9D2"), "1F46A"),
        (("1F46B", "1F469-1F3FB-200D-1F91D-200D-1F468-1F3FF"), "1F9D1-1F91D-1F9D1"),
        (("1F1E9-1F1EA",), "1F1E9-1F1EA"),
    ],
)
def test_meanings(names, expected):
    assert {meaning(name) for name in names} == {expected}


def test_different_emoji_have_different_meanings():
    names = ("1F600", "1F603", "1F466", "1F9D1", "1F9D1-200D-1F680", "1F9D1-200D-1F692", "1F680")
    assert len({meaning(name) for name in names}) == len(names)


def test_pictures_that_are_nearly_equal_make_one_family(monkeypatch):
    monkeypatch.setattr(relatives, "CHUNK", 2)
    names = ["A1", "B2", "C3", "D4", "D4-1F3FB"]
    first = np.zeros((5, 32, 32, 3), "uint8")
    second = np.stack([np.full((32, 32, 3), value, "uint8") for value in (0, 90, 3, 200, 130)])
    # A1 and C3 differ by 3 of 255 in the second picture; B2 and the others by more; D4 by meaning.
    assert families(names, first, second) == ["A1", "B2", "A1", "D4", "D4"]
    # All pictures have to be nearly equal.
    first[2] = 255
    assert families(names, first, second) == ["A1", "B2", "C3", "D4", "D4"]


def test_the_share_is_decided_by_the_name():
    shares = [relatives.share(f"{number:X}") for number in range(2000)]
    assert relatives.share("1F600") == pytest.approx(0.6490090250449948, abs=1e-12)
    assert min(shares) >= 0.0 and max(shares) < 1.0
    assert np.mean(np.array(shares) < 0.1) == pytest.approx(0.1, abs=0.03)


NAMES = [f"{code:x}" for code in range(0x1F400, 0x1F428)]
NAMES += [f"{name}-1f3fb" for name in NAMES[:20]]


def picture(name, value):
    """An emoji with its number as colour and as place of a block; a corner is transparent."""
    code = int(name[:5], 16) - 0x1F400
    image = np.full((64, 64, 4), (4 * code % 256, value, 10 * ("-" in name), 255), "uint8")
    top, left = 8 + code // 8 % 5 * 8, code % 8 * 8
    image[top : top + 8, left : left + 8, :3] = 0
    image[:4, :4] = 0
    return PIL.Image.fromarray(image)


@pytest.fixture
def pairs_folder(tmp_path):
    for designer, value in (("google", 10), ("twitter", 200)):
        package = tmp_path / f"downloads/manual/emoji/node_modules/emoji-datasource-{designer}"
        folder = package / "img" / designer / "64"
        folder.mkdir(parents=True)
        for name in NAMES:
            picture(name, value).save(folder / f"{name}.png")
    picture("1f600", 10).save(folder / "1f600.png")  # has no partner
    return str(tmp_path)


def codes(images):
    """The numbers of emoji by their pictures."""
    values = np.rint((np.asarray(images)[:, 60, 32] + 1.0) * 127.5).astype(int)
    return {f"{0x1F400 + red // 4:x}{'-1f3fb' * bool(blue)}" for red, _, blue in values}


def test_pairs_and_sets_without_pairs(pairs_folder):
    def load(name, split):
        data = kgz.datasets.load(name, split, batch_size=99, shuffle=False, data_dir=pairs_folder)
        return next(iter(data))

    pairs = {split: load("pairs:tfds:emoji_pairs", split) for split in ("train", "test")}
    for batch in pairs.values():
        assert codes(batch["source"]) == codes(batch["target"])
        greens = [np.unique(batch[key][:, 60, 32, 1]) for key in ("source", "target")]
        np.testing.assert_allclose(greens, [[10 / 127.5 - 1], [200 / 127.5 - 1]], atol=1e-6)
        np.testing.assert_array_equal(batch["source"][:, 0, 0], 1.0)  # on white
    train, test = (codes(pairs[split]["source"]) for split in ("train", "test"))
    assert train | test == set(NAMES) and not train & test and test
    # Variants are on one side.
    assert not {meaning(name) for name in train} & {meaning(name) for name in test}
    unpaired = "unpaired:tfds:emoji_pairs/google,tfds:emoji_pairs/twitter"
    halves = load(unpaired, "train")
    a, b = codes(halves["a"]), codes(halves["b"])
    assert a | b == train and a and b
    assert not {meaning(name) for name in a} & {meaning(name) for name in b}
    # The test split is that of the pairs, in its order, so that translations can be measured.
    both = load(unpaired, "test")
    np.testing.assert_array_equal(both["a"], pairs["test"]["source"])
    np.testing.assert_array_equal(both["b"], pairs["test"]["target"])


def test_without_packages_the_command_that_gets_them_is_said(tmp_path):
    for name, package in (("emoji_pairs", "emoji-datasource-google"), ("openmoji", "openmoji")):
        with pytest.raises(FileNotFoundError, match=f"npm install --prefix .* {package}@"):
            kgz.datasets.load(f"pairs:tfds:{name}", data_dir=str(tmp_path))


@pytest.fixture
def openmoji_folder(tmp_path, monkeypatch):
    """The package with a list of emoji, and a `node` that draws grey squares."""
    modules = tmp_path / "downloads/manual/emoji/node_modules"
    for package in openmoji.PACKAGES:
        (modules / package.rpartition("@")[0]).mkdir(parents=True)
    groups = {"1F1E9-1F1EA": "flags", "1F3C1": "activities"}
    entries = [
        {"hexcode": name.upper(), "group": groups.get(name.upper(), "animals"), "subgroups": ""}
        for name in (*NAMES, *groups)
    ]
    (modules / "openmoji/data").mkdir()
    (modules / "openmoji/data/openmoji.json").write_text(json.dumps(entries))
    node = tmp_path / "bin" / "node"
    node.parent.mkdir()
    node.write_text(
        "#!/usr/bin/env python3\nimport sys\n_, side, file = sys.argv[1:]\n"
        "lines = sys.stdin.read().split()\n"
        "grey = [(index * 7) % 250 + ('color' in line) for index, line in enumerate(lines)]\n"
        "open(file, 'wb').write(b''.join(bytes([g]) * int(side) ** 2 * 3 for g in grey))\n"
    )
    node.chmod(node.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setenv("PATH", str(node.parent), prepend=":")
    return str(tmp_path)


def test_line_art_and_colours(openmoji_folder):
    names = {}
    for config in ("plain", "all"):
        for split in ("train", "test"):
            rows = tfds.load(f"openmoji/{config}", split=split, data_dir=openmoji_folder)
            rows = [*tfds.as_numpy(rows)]
            assert all((row["target"] == row["source"] + 1).all() for row in rows)
            names[config, split] = {row["name"].decode() for row in rows}
        assert not {meaning(n) for n in names[config, "train"]} & {
            meaning(n) for n in names[config, "test"]
        }
    assert len(names["all", "train"] | names["all", "test"]) == len(NAMES) + 2
    plain = names["plain", "train"] | names["plain", "test"]
    assert plain == {n.upper() for n in NAMES if "-" not in n} | {"1F3C1"}  # no flags, no tones
    data = kgz.datasets.load("pairs:tfds:openmoji", batch_size=4, data_dir=openmoji_folder)
    batch = next(iter(data))
    difference = np.unique(np.asarray(batch["target"]) - np.asarray(batch["source"]))
    np.testing.assert_allclose(difference, 1 / 127.5, atol=1e-6)


def test_they_are_builders_of_tensorflow_datasets():
    assert tfds.builder_cls("emoji_pairs") is emoji_pairs.EmojiPairs
    assert tfds.builder_cls("openmoji") is openmoji.Openmoji


@pytest.mark.long
@pytest.mark.parametrize("name", ["openmoji/plain", "openmoji/all", "emoji_pairs/pairs"])
def test_no_picture_of_one_side_is_nearly_one_of_the_other(name, tmp_path):
    manual = pathlib.Path("~/tensorflow_datasets/downloads/manual").expanduser()
    if not (manual / "emoji" / "node_modules").exists():
        pytest.skip("the packages that hold emoji are not installed")
    (tmp_path / "downloads").mkdir()
    (tmp_path / "downloads" / "manual").symlink_to(manual)
    small = {}
    for split in ("train", "test"):
        data = kgz.datasets.load(
            f"pairs:tfds:{name}", split, 16, 9999, shuffle=False, data_dir=str(tmp_path)
        )
        batch = next(iter(data))
        small[split] = [np.asarray(batch[key]) / 2.0 for key in ("source", "target")]
    nearest = []
    for source, target in zip(*small["test"], strict=True):
        both = zip((source, target), small["train"], strict=True)
        distances = [np.sqrt(np.square(all_ - one).mean(axis=(1, 2, 3))) for one, all_ in both]
        nearest.append(np.maximum(*distances).min())
    assert min(nearest) > 0.9 * relatives.NEAR  # resized in another way

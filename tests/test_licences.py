"""Every data set that a recipe names has its licence in the table."""

import pytest

from keras_gan_zoo import licences, recipes


@pytest.mark.parametrize("name", recipes.list_recipes())
def test_the_data_of_every_recipe(name):
    found = licences.of_data(recipes.load_recipe(name).data.name)
    assert found is not None, f"keras_gan_zoo/licences.py lacks the data set of {name}"
    assert found.name and found.credit


def test_names_as_load_takes_them():
    for name in ("mnist", "tfds:mnist", "tfds:mnist/3.0.1"):
        assert licences.of_data(name) is licences.DATA["mnist"]
    for name in ("folder:mnist", "folder:/home/mnist", "tfds:celeb_a", ""):
        assert licences.of_data(name) is None


def test_photographs_of_people_say_so():
    faces = licences.of_data("tfds:orl_faces")
    assert "40 real people" in faces.credit and "AT&T Laboratories Cambridge" in faces.credit

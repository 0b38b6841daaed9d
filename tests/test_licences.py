"""Every data set that a recipe names has its licence in the table."""

import pytest

from keras_gan_zoo import licences, recipes


@pytest.mark.parametrize("name", recipes.list_recipes())
def test_the_data_of_every_recipe(name):
    for data, found in licences.of_data(recipes.load_recipe(name).data.name).items():
        assert found is not None, f"keras_gan_zoo/licences.py lacks the data set {data!r}"
        assert found.name and found.credit


def test_names_as_load_takes_them():
    for name in ("mnist", "tfds:mnist", "tfds:mnist/3.0.1"):
        assert licences.of_data(name) == {name: licences.DATA["mnist"]}
    for name in ("grey:tfds:avataaars", "low_resolution:4,tfds:avataaars"):
        assert licences.of_data(name) == {"tfds:avataaars": licences.DATA["avataaars"]}
    for name in ("folder:mnist", "folder:/home/mnist,2", "pairs:mnist,avataaars", "tfds:celeb_a"):
        assert licences.of_data(name) == {name: None}
    both = {"mnist": licences.DATA["mnist"], "tfds:avataaars": licences.DATA["avataaars"]}
    assert licences.of_data("unpaired:mnist,tfds:avataaars") == both


def test_photographs_of_people_say_so():
    (faces,) = licences.of_data("tfds:orl_faces").values()
    assert "40 real people" in faces.credit and "AT&T Laboratories Cambridge" in faces.credit

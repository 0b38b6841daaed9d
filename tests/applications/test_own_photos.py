"""The application of one's own pictures: which are taken, and which are kept from training."""

import json

import numpy as np
import PIL.Image

from tests.applications.loading import load


def test_pictures_of_people_are_chosen_and_a_tenth_is_kept_from_training(tmp_path):
    script = load("own_photos", "own_photos")
    images = tmp_path / "package/img/google/64"
    images.mkdir(parents=True)
    variations = {str(tone): {"image": f"{tone}.png"} for tone in range(40)}
    emoji = [
        {"subcategory": "person", "image": "40.png", "skin_variations": variations},
        {"subcategory": "person-role", "image": "missing.png"},
        {"subcategory": "animal", "image": "41.png"},
    ]
    (tmp_path / "package/emoji.json").write_text(json.dumps(emoji))
    for shade in range(42):
        PIL.Image.new("RGB", (64, 64), (6 * shade,) * 3).save(images / f"{shade}.png")

    script.choose(tmp_path / "package", tmp_path / "pictures")
    assert len(list((tmp_path / "pictures").iterdir())) == 41

    def shades(split):
        data = load_all(script, tmp_path, split)
        return set(np.round((data[:, 0, 0, 0] + 1) * 127.5 / 6).astype(int))

    training, held_out = shades("train"), shades("test")
    assert training | held_out == set(range(41)) and not training & held_out and held_out


def load_all(script, out, split):
    """All pictures of a split."""
    return np.concatenate([np.asarray(one) for one in script.load(out, split, batch_size=8)])

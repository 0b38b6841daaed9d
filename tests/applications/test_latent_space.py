"""Editing faces: what is counted.

Oracle: an autoencoder of bands whose edits are known.
"""

import json

import numpy as np
import PIL.Image
import pytest
import scipy.stats

import keras_gan_zoo as kgz
from keras_gan_zoo.datasets.avataaars import ATTRIBUTES
from tests.applications.loading import load


def faces(random, count):
    """Grey images: attribute k is the brightness of band k, and nothing else differs."""
    attributes = random.choice([-1.0, 1.0], (count, len(ATTRIBUTES))).astype("float32")
    bands = np.repeat(attributes, 9, axis=1)
    images = np.zeros((count, 64, 64, 3), "float32")
    images[:, : bands.shape[1]] = 0.8 * bands[:, :, None, None]
    return images, attributes


class Judge:
    def predict(self, images, **_):
        return images[:, 4 : 9 * len(ATTRIBUTES) : 9, 0, 0]


def test_edits_are_measured_against_reconstructions():
    script = load("latent_space", "faces")
    images, attributes = faces(np.random.default_rng(0), 40)

    class Exact:
        """An autoencoder whose latents are the bands: a direction changes what it should."""

        def reconstruct(self, images):
            return images

        def edit(self, images, vector, strength):
            return np.clip(images + strength * vector, -1, 1)

    vector = np.zeros((64, 64, 3), "float32")
    vector[:9] = 1.2  # glasses, and from strength 1.5 a little of them is lost to clipping
    vector[9:18] = 0.5  # and smiles, where they are added twice
    found = script.measure_edits(Exact(), Judge(), vector, "glasses", images, attributes)
    assert [found[one]["put_on"] for one in (0.5, 1.0)] == [0.0, 1.0]
    assert found[1.0]["changed"]["smiling"] == 0.0
    sad = (attributes[attributes[:, 0] < 0][:, 1] < 0).mean()
    assert found[2.0]["changed"]["smiling"] == pytest.approx(sad)
    assert set(found[1.0]["changed"]) == set(ATTRIBUTES) - {"glasses"}


def test_a_direction_leads_from_faces_without_to_faces_that_show_it(monkeypatch):
    script = load("latent_space", "faces")
    worn = np.array(["", "round", "kurt", "eyepatch", "prescription01", ""])
    attributes = -np.ones((6, len(ATTRIBUTES)), "float32")
    attributes[[1, 2, 4], 0] = 1.0
    attributes[[0, 2], 1] = 1.0
    monkeypatch.setattr(script, "faces_of", lambda *_: (np.arange(6), attributes))
    monkeypatch.setattr(script, "accessories", lambda: worn)

    class Pair:
        def attribute_vector(self, has, lacks):
            return has.tolist(), lacks.tolist()

    assert script.direction_of(Pair(), "glasses") == ([1, 4], [0, 5])
    assert script.direction_of(Pair(), "smiling") == ([0, 2], [1, 3, 4, 5])


def test_attributes_are_turned_over_one_by_one(tmp_path, monkeypatch):
    """By a model that cannot set the third, and that makes every edited face smile."""
    script = load("latent_space", "faces")
    images, attributes = faces(np.random.default_rng(0), 40)

    class Stubborn:
        def conditions_of(self, images):
            return 0.7 * attributes

        def reconstruct(self, images):
            return images

        def edit(self, images, asked):
            made = np.repeat(asked, 9, axis=1)
            made[:, 18:27] = images[:, 18:27, 0, 0]
            made[:, 9:18] = 1.0
            return np.broadcast_to(np.pad(made, ((0, 0), (0, 1)))[:, :, None, None], images.shape)

    monkeypatch.setattr(script, "faces_of", lambda *_: (images, attributes))
    monkeypatch.setattr(script, "judge_of", lambda _: Judge())
    monkeypatch.setattr(script, "load", lambda *_: Stubborn())
    monkeypatch.setattr("sys.argv", ["faces.py", "invert", "--out", str(tmp_path)])
    script.main()
    found = json.loads((tmp_path / "icgan.json").read_text())
    sad = (attributes[:, 1] < 0).mean()
    for k, name in enumerate(ATTRIBUTES):
        assert found[name] == pytest.approx(
            {
                "read_right": 1.0,
                "turned_over": {1: sad, 2: 0.0}.get(k, 1.0),
                "others_change": 0.0 if k == 1 else sad / 6,
            }
        )
    assert PIL.Image.open(tmp_path / "icgan.png").size == (2 + 9 * 66, 2 + 8 * 66)


@pytest.mark.parametrize("data", ["avataaars", "orl_faces"])
def test_pictures_of_faces_with_attributes_and_without(data, tmp_path, monkeypatch):
    script = load("latent_space", "faces")
    images, attributes = faces(np.random.default_rng(0), 40)
    labels = attributes if data == "avataaars" else np.arange(40)
    monkeypatch.setattr(script, "faces_of", lambda *_: (images, labels))
    worn = np.where(attributes[:, 0] > 0, "round", "")
    monkeypatch.setattr(script, "accessories", lambda: worn)
    vae = kgz.models.VAE((64, 64, 3), 2, network="mlp", seed=0)
    vae.save_to_preset(tmp_path / data / f"vae_{data}", {"data": "bands"})
    arguments = ["faces.py", "pictures", "--data", data, "--out", str(tmp_path)]
    monkeypatch.setattr("sys.argv", arguments)
    script.main()
    sizes = {path.name: PIL.Image.open(path).size for path in tmp_path.glob("*.*")}
    expected = {
        f"{data}_reconstructions.png": (2 + 2 * 66, 2 + 8 * 66),
        f"{data}_interpolations.png": (2 + 8 * 66, 2 + 6 * 66),
        f"{data}.gif": (128, 128),
    }
    if data == "avataaars":
        expected["glasses.png"] = (2 + 6 * 66, 2 + 8 * 66)
    assert sizes == expected
    assert PIL.Image.open(tmp_path / f"{data}.gif").n_frames > 2


def test_code_lengths_are_those_of_the_prior():
    """Of the normal distribution's probabilities of intervals, by scipy, far out as well."""
    script = load("latent_space", "compression")
    symbols, step = np.array([[0.0, 1.0], [-3.0, 2.0]]), 0.5
    inside = scipy.stats.norm.cdf((symbols + 0.5) * step) - scipy.stats.norm.cdf(
        (symbols - 0.5) * step
    )
    expected = -np.log2(inside).sum(axis=1)
    np.testing.assert_allclose(script.code_length(symbols, step), expected, rtol=1e-9)
    far = script.code_length(np.array([[60.0]]), step)
    assert far == pytest.approx(29.75**2 / 2 / np.log(2), rel=0.02)


def test_jpeg_gets_larger_and_better_with_its_quality():
    script = load("latent_space", "compression")
    y = np.linspace(-1, 1, 64, dtype="float32")
    images = np.tile(np.sin(9 * y)[None, :, None, None], (100, 1, 64, 3))
    sizes, errors = zip(*(script.of_jpeg(images, quality) for quality in (5, 90)), strict=True)
    assert sizes[0] < sizes[1] and errors[0] > errors[1]


def test_the_program_of_compression_runs(tmp_path, monkeypatch, capsys):
    script = load("latent_space", "compression")
    drawn, _ = faces(np.random.default_rng(0), 100)
    monkeypatch.setattr(script, "faces_of", lambda data, split, count: (drawn[:count], None))
    monkeypatch.setattr("sys.argv", ["compression.py", "--out", str(tmp_path)])
    script.main()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == ["VAE"] * 5 + ["JPEG"] * 6
    assert PIL.Image.open(tmp_path / "compression.png").size[0] > 100


def test_a_classifier_starts_from_the_encoder_or_from_nothing(tmp_path):
    script = load("latent_space", "pretraining")
    model = kgz.models.VAE((8, 8, 1), 2, seed=0)
    # Not what its seed makes of a fresh one.
    model.encoder.set_weights([weight + 0.01 for weight in model.encoder.get_weights()])
    model.save_to_preset(tmp_path / "preset", {"data": "random"})
    trained, fresh = (script.encoder_of(str(tmp_path / "preset"), one) for one in (True, False))
    assert all(map(np.array_equal, trained.get_weights(), model.encoder.get_weights()))
    assert not all(map(np.array_equal, fresh.get_weights(), model.encoder.get_weights()))
    labels = np.arange(200) % 10
    images = np.zeros((200, 8, 8, 1), "float32")
    images[np.arange(200), labels % 8, labels // 8] = 1.0
    test = (images, labels)
    right = script.accuracy(trained, images, labels, test, 5, 0, 300)
    assert right > 0.9

"""The application on mixtures of Gaussians, called as a program."""

import json
import pathlib
import runpy
import sys

import numpy as np
import PIL.Image
import pytest

MIXTURES = pathlib.Path(__file__).parents[2] / "applications" / "toy_mixtures" / "mixtures.py"


def run(monkeypatch, *arguments):
    """Runs the program; what it defines."""
    monkeypatch.setattr(sys, "argv", [str(MIXTURES), *map(str, arguments)])
    return runpy.run_path(str(MIXTURES), run_name="__main__")


def test_compare_writes_numbers_a_table_and_a_picture(tmp_path, monkeypatch, capsys):
    command = ["compare", "--out", tmp_path, "--steps", 2, "--models", "GAN", "SNGAN"]
    command += ["--data", "ring_of_gaussians", "--seeds"]
    program = run(monkeypatch, *command, 1)
    runs = json.loads((tmp_path / "results.json").read_text())
    assert [(one["model"], one["seed"]) for one in runs] == [("GAN", 0), ("SNGAN", 0)]
    assert runs[0]["protocol"]["samples"] == 2500 and runs[0]["settings"]["steps"] == 2
    assert 0 <= runs[0]["modes"] <= 8 and 0.0 <= runs[0]["high_quality"] <= 1.0
    # More seeds leave what was measured as it is.
    run(monkeypatch, *command, 2)
    assert capsys.readouterr().out.count("seed 0: done before") == 2
    more = json.loads((tmp_path / "results.json").read_text())
    assert len(more) == 4 and all(one in more for one in runs)
    assert (tmp_path / "results.md").read_text() == program["table"](more)
    assert PIL.Image.open(tmp_path / "points.png").width > 100


def test_the_table_has_means_over_seeds(monkeypatch):
    monkeypatch.setattr(sys, "argv", [str(MIXTURES)])
    table = runpy.run_path(str(MIXTURES))["table"]
    numbers = [(8, 0.9, 0.1, 20.0), (7, 0.8, 0.3, 30.0)]
    keys = ("modes", "high_quality", "reverse_kl", "cpu_seconds")
    runs = [
        {"data": "ring", "model": "GAN", **dict(zip(keys, one, strict=True))} for one in numbers
    ]
    assert table(runs).splitlines()[2] == "| ring | GAN | 2 | 7.5 | 85.0 % | 0.200 | 25 |"


def test_a_frozen_critic_does_not_change(monkeypatch):
    monkeypatch.setattr(sys, "argv", [str(MIXTURES)])
    program = runpy.run_path(str(MIXTURES))
    model_class = program["FreezableGAN"]
    model = program["make"](model_class, program["LECTURE_SETTINGS"][model_class], 1.4, 0)
    model.frozen = True
    model.compile()
    critic, generator = model.discriminator.get_weights(), model.generator.get_weights()
    model.fit(np.ones((4, 2), "float32"), verbose=0)
    for before, after in zip(critic, model.discriminator.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)
    assert (generator[0] != model.generator.get_weights()[0]).any()


@pytest.mark.long
def test_sngan_finds_the_ring(tmp_path, monkeypatch):
    command = ["compare", "--out", tmp_path, "--seeds", 1]
    run(monkeypatch, *command, "--models", "SNGAN", "--data", "ring_of_gaussians")
    (measured,) = json.loads((tmp_path / "results.json").read_text())
    assert measured["modes"] == 8 and measured["high_quality"] >= 0.9


@pytest.mark.long
def test_ot_gan_keeps_all_modes_when_the_critic_is_frozen_and_the_original_does_not(
    tmp_path, monkeypatch
):
    run(monkeypatch, "frozen", "--out", tmp_path)
    runs = json.loads((tmp_path / "frozen_critic.json").read_text())
    assert [one["frozen"] for one in runs] == [False, False, True, True] * 2
    modes = [one["modes"] for one in runs]
    assert modes[1] == modes[5] == 8
    assert modes[3] == 8 and modes[7] <= 4
    assert (tmp_path / "frozen_critic.png").stat().st_size < 150_000

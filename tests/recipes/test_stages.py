"""Recipes of models that are trained in stages."""

import json

import keras
import numpy as np
import pytest
import yaml

import keras_gan_zoo as kgz
from keras_gan_zoo.recipes import load_recipe
from keras_gan_zoo.recipes import train as recipes_train
from keras_gan_zoo.recipes.recipe import Data
from keras_gan_zoo.recipes.stages import stages_of
from keras_gan_zoo.recipes.train import build_model, train_recipe
from keras_gan_zoo.training import Stage
from tests.resuming import Kill
from tests.training.staged_models import Growing

STAGES = [
    {"stage": "alone", "epochs": 2, "steps_per_epoch": 3},
    {"stage": "together", "epochs": 2, "steps_per_epoch": 2, "batch_size": 500},
]
TINY = {
    "model": "StagedGAN",
    "arguments": {"sample_shape": [2], "latent_dim": 3, "hidden_units": 10},
    "data": {"name": "ring_of_gaussians"},
    "training": {"batch_size": 1000, "save_every": 1},
    "stages": STAGES,
}


@keras.saving.register_keras_serializable("tests")
class StagedGAN(kgz.models.GAN):
    """Its discriminator learns alone at first."""

    def stages(self):
        resets = ("discriminator", "ema_generator")
        return (Stage("alone", ("discriminator",)), Stage("together", resets=resets))


@pytest.fixture(autouse=True)
def models(monkeypatch):
    for model in (StagedGAN, Growing):
        monkeypatch.setattr(kgz.models, model.__name__, model, raising=False)
    monkeypatch.setattr(kgz.models, "__all__", [*kgz.models.__all__, "StagedGAN", "Growing"])


def recipe_of(folder, *settings, **changes):
    path = folder / "tiny.yaml"
    path.write_text(yaml.safe_dump({**TINY, **changes}))
    return load_recipe(path, settings)


def test_a_run_resumes_to_the_bit_across_the_stages(tmp_path, monkeypatch):
    def train(folder, **options):
        return train_recipe(recipe_of(tmp_path), "tiny", folder, verbose=0, **options)

    whole = train(tmp_path / "whole")
    facts = json.loads((whole / "metadata.json").read_text())
    assert facts["stage"] == "together" and facts["steps"] == 10
    assert facts["stages"]["alone"]["steps"] == 6 and facts["stages"]["together"]["steps"] == 4
    assert set(facts["stages"]["alone"]["final_losses"]) == {"discriminator_loss"}
    assert facts["stages"]["together"]["batch_size"] == 500
    assert facts["final_losses"] == facts["stages"]["together"]["final_losses"]
    for step in (4, 6, 8):
        out = tmp_path / str(step)
        kill = Kill(step)
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(recipes_train.callbacks, "StopOnNaN", lambda kill=kill: kill)
            train(out)
        preset = train(out, resume=True)
        again = json.loads((preset / "metadata.json").read_text())
        assert again["stages"] == facts["stages"]
        weights = [kgz.models.from_preset(folder).get_weights() for folder in (whole, preset)]
        for one, other in zip(*weights, strict=True):
            np.testing.assert_array_equal(one, other)
    assert {path.name for path in (out / "samples").iterdir()} == {"alone", "together"}
    assert (out / "samples" / "together" / "epoch-0002.png").exists()
    loaded = kgz.models.from_preset(whole)
    assert loaded.stage.name == "together" and np.isfinite(loaded.generate(3)).all()


def test_a_stage_says_what_is_trained_the_model_what_it_does_not_and_the_recipe_the_rest(tmp_path):
    stages = [{"stage": "4x4", "epochs": 1}, {"stage": "16x16", "epochs": 2, "image_size": 12}]
    content = {"model": "Growing", "arguments": {}, "data": {"name": "x", "image_size": 32}}
    recipe = recipe_of(tmp_path, "stages.1.epochs=5", **content, stages=stages)
    (first, small), (second, large) = stages_of(recipe, build_model(recipe))
    assert (first, second) == ("4x4", "16x16")
    assert (small.data.image_size, large.data.image_size) == (4, 12)
    assert (small.training.epochs, large.training.epochs) == (1, 5)
    assert small.training.batch_size == 1000 and large.data.name == "x"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"stages": [{"stage": "alon", "epochs": 1}]}, "Did you mean 'alone'"),
        ({"stages": [{"stage": "alone"}]}, "stages.0.epochs"),
        ({"stages": [{"stage": "alone", "epoch": 1, "epochs": 1}]}, "Did you mean 'epochs'"),
        ({"stages": STAGES[::-1]}, r"in the order \['alone', 'together'\]"),
        ({"stages": [], "training": {"epochs": 1}}, "`stages` in a recipe of StagedGAN"),
        ({"stages": []}, "`epochs` in `training`.*None epochs and 0 stages"),
        ({"training": {"epochs": 1}}, "not in both.*1 epochs and 2 stages"),
        ({"model": "GAN"}, "Unknown stage of GAN: 'alone'"),
    ],
)
def test_bad_stages_are_refused_at_the_door(changes, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        train_recipe(recipe_of(tmp_path, **changes), "tiny", tmp_path / "run", verbose=0)
    assert not (tmp_path / "run").exists()


GROWN = {
    "model": "ProGAN",
    "arguments": {"image_shape": [16, 16, 1], "filters": 2, "fade_steps": 3},
}


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["4x4", "8x8"], "each of the stages 4x4, 8x8, 16x16.*stage: 16x16, epochs: 2}]'"),
        (["4x4", "16x16"], "each of the stages.*Received: 4x4, 16x16"),
        (
            ["4x4", "32x32"],
            r"Unknown stage of ProGAN: '32x32'.*--set 'stages=\[{stage: 4x4, epochs",
        ),
        (["4x4", "8x8", "16x16"], "at least 3 training steps.*stage '8x8'.*Received: 2 steps"),
    ],
)
def test_models_that_grow_are_told_all_stages_and_have_time_to_fade(names, message, tmp_path):
    stages = [{"stage": name, "epochs": 2, "steps_per_epoch": 1} for name in names]
    data = {"name": "fashion_mnist_mini", "image_size": 16}
    changes = {**GROWN, "data": data, "stages": stages}
    with pytest.raises(ValueError, match=message):
        train_recipe(recipe_of(tmp_path, **changes), "tiny", tmp_path / "run", verbose=0)
    assert not (tmp_path / "run").exists()


def test_a_last_stage_in_which_details_stay_faint_is_warned_of(tmp_path):
    model = build_model(recipe_of(tmp_path, **GROWN, data={"name": "x", "image_size": 16}))
    model.check_plan({"4x4": 1, "8x8": 3, "16x16": 3})
    with pytest.warns(UserWarning, match="the last stage has 2: details of 16x16 stay faint"):
        model.check_plan({"4x4": 1, "8x8": 3, "16x16": 2})


@pytest.mark.parametrize("setting", ["stages.2.epochs=1", "stages.first.epochs=1", "stages.0=1"])
def test_settings_of_stages_that_are_not_there(setting, tmp_path):
    with pytest.raises(ValueError, match="Expected .*'stages"):
        recipe_of(tmp_path, setting)


def test_how_images_are_read_holds_for_all_that_reads_them():
    data = Data(name="folder:x", resize="pad", flip="horizontal", test_share=0.1)
    assert data.options() == {"resize": "pad", "test_share": 0.1}
    assert Data(name="mnist").options() == {}
    assert kgz.recipes.reading_options({"name": "mnist", "image_size": 8}) == {}  # of old presets
    with pytest.raises(ValueError, match="resize"):
        Data(name="folder:x", resize="fit")

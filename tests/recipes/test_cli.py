"""Recipes and the command line, called as a program."""

import json
import os
import re
import subprocess
import sys

import numpy as np
import PIL.Image
import pytest
import yaml

import keras_gan_zoo as kgz
from keras_gan_zoo import cli, listing, processor
from keras_gan_zoo.recipes import list_recipes, load_recipe
from keras_gan_zoo.recipes.train import build_model, train_recipe
from tests.guests.pairs import Pairs


def run(monkeypatch, capsys, *arguments):
    """The program's exit code, output and errors."""
    monkeypatch.setattr(sys, "argv", ["keras-gan-zoo", *map(str, arguments)])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    captured = capsys.readouterr()
    return stop.value.code or 0, captured.out, captured.err


TINY = {
    "model": "GAN",
    "arguments": {"sample_shape": [2], "latent_dim": 3, "hidden_units": 10},
    "optimizers": {"generator": {"name": "adam", "learning_rate": 0.001}},
    "data": {"name": "ring_of_gaussians"},
    "training": {"epochs": 2, "batch_size": 1000, "steps_per_epoch": 3},
}


@pytest.fixture
def recipe(tmp_path):
    path = tmp_path / "tiny.yaml"
    path.write_text(yaml.safe_dump(TINY))
    return path


@pytest.mark.parametrize("name", list_recipes())
def test_every_recipe_builds(name, tmp_path):
    if name == "own_photos":  # of whose data the shape is
        PIL.Image.new("RGB", (90, 80)).save(tmp_path / "photo.png")
    recipe = load_recipe(name, data=f"folder:{tmp_path}" if name == "own_photos" else None)
    model = build_model(recipe)
    assert set(model.optimizers) == {phase.name for phase in model.phases()}


def test_a_recipe_changes_of_an_optimizer_only_what_it_names(recipe):
    def optimizer(*settings):
        return build_model(load_recipe(recipe, settings)).optimizers["discriminator"].get_config()

    wgan = ("model=WGAN", "arguments={image_shape: [8, 8, 1], filters: 2}", "optimizers={}")
    paper = optimizer(*wgan)
    assert (paper["rho"], paper["epsilon"]) == (0.99, 1e-16)
    changed = optimizer(*wgan, "optimizers.discriminator.learning_rate=0.001")
    assert changed == {**paper, "learning_rate": pytest.approx(0.001)}
    other = optimizer(*wgan, "optimizers.discriminator={name: adam}")
    assert other["epsilon"] == 1e-7


@pytest.mark.parametrize("dtype", ["mixed_bfloat16", "float32"])
def test_dtype_auto_is_what_is_fast_here_and_recorded(dtype, recipe, tmp_path, monkeypatch):
    monkeypatch.setattr(processor, "training_dtype", lambda: dtype)
    loaded = load_recipe(recipe, ("training.dtype=auto",))
    assert build_model(loaded).dtype_policy.name == dtype
    preset = train_recipe(loaded, "tiny", tmp_path / "run", verbose=0)
    assert json.loads((preset / "metadata.json").read_text())["training"]["dtype"] == dtype
    assert json.loads((preset / "config.json").read_text())["config"]["dtype"] != "auto"


def test_a_recipe_in_bfloat16_is_warned_of_where_it_is_slow(recipe, monkeypatch):
    monkeypatch.setattr(processor, "features", lambda: frozenset({"avx2"}))
    monkeypatch.setattr(processor, "has_gpu", lambda: False)
    with pytest.warns(UserWarning, match="lacks AVX-512 BF16"):
        build_model(load_recipe(recipe, ("training.dtype=mixed_bfloat16",)))


def test_train_resume_info_generate_export(recipe, tmp_path, monkeypatch, capsys):
    out = tmp_path / "run"
    code, output, errors = run(monkeypatch, capsys, "train", recipe, "--out", out)
    assert code == 0, errors
    assert re.search(r"GAN: [\d,]+ trainable parameters; 3 steps of \d+ samples in an", output)
    preset = out / "tiny"
    facts = json.loads((preset / "metadata.json").read_text())
    assert facts["steps"] == 6
    adam = {"learning_rate": 0.001, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7}
    assert facts["optimizers"]["generator"] == {"name": "Adam", **adam}
    code, output, _ = run(monkeypatch, capsys, "info", preset, "--json")
    assert code == 0 and json.loads(output) == facts
    code, output, _ = run(monkeypatch, capsys, "info", preset)
    assert code == 0 and "ring_of_gaussians" in output
    picture = tmp_path / "pictures" / "points.png"
    code, _, errors = run(monkeypatch, capsys, "generate", preset, "--num", 9, "--out", picture)
    assert code == 0 and picture.read_bytes().startswith(b"\x89PNG"), errors
    code, _, errors = run(monkeypatch, capsys, "generate", preset, "--out", picture)
    assert code == 2 and "--overwrite" in errors
    code, _, _ = run(monkeypatch, capsys, "export", preset, tmp_path / "exported")
    assert code == 0 and (tmp_path / "exported" / "saved_model.pb").exists()
    code, _, errors = run(monkeypatch, capsys, "export", preset, tmp_path / "exported")
    assert code == 2 and "error: Expected a path that does not exist" in errors
    # The finished run, and an unfinished one without --resume, are not touched.
    code, _, errors = run(monkeypatch, capsys, "train", recipe, "--out", out)
    assert code == 2 and "that is not finished" in errors
    preset.rename(tmp_path / "moved")
    code, _, errors = run(monkeypatch, capsys, "train", recipe, "--out", out)
    assert code == 2 and "--resume" in errors
    # A run that was killed after its last epoch has all its numbers.
    code, _, errors = run(monkeypatch, capsys, "train", recipe, "--out", out, "--resume")
    assert code == 0, errors
    again = json.loads((preset / "metadata.json").read_text())
    assert again["steps"] == 6 and again["final_losses"] == facts["final_losses"] != {}
    preset.rename(tmp_path / "moved again")
    longer = ("--set", "training.epochs=3", "--resume", "--name", "tiny")
    code, _, errors = run(monkeypatch, capsys, "train", recipe, "--out", out, *longer)
    assert code == 0, errors
    assert json.loads((preset / "metadata.json").read_text())["steps"] == 9
    preset.rename(tmp_path / "moved a third time")
    code, _, errors = run(monkeypatch, capsys, "train", recipe, "--out", out, "--resume")
    assert code == 2 and "Expected at least the 3 epochs" in errors


def test_a_broken_image_is_one_line(tmp_path, monkeypatch, capsys):
    (tmp_path / "broken.png").write_bytes(b"no picture")
    (tmp_path / "a.png").write_bytes(b"neither")
    code, _, errors = run(
        *(monkeypatch, capsys, "evaluate", tmp_path, "--against", "fashion_mnist_mini"),
        *("--num-reference", 20),
    )
    assert code == 2 and "Expected an image file" in errors and "Traceback" not in errors
    assert "`skip_broken=True` (of `train`: --set data.skip_broken=true)" in errors


def test_list(monkeypatch, capsys):
    code, output, _ = run(monkeypatch, capsys, "list", "--json")
    found = json.loads(output)
    assert code == 0 and "dcgan_fashion_mnist" in found["presets"] and "DCGAN" in found["models"]
    assert found["preset_sources"]["dcgan_fashion_mnist"] == "keras-gan-zoo"
    assert found["preset_sources"]["vae_mnist"] == "keras-gan-zoo-weights"
    assert found["preset_sources"].keys() == found["presets"].keys()
    code, output, _ = run(monkeypatch, capsys, "list")
    assert code == 0 and "dcgan_fashion_mnist" in output and "keras-gan-zoo-weights" in output


# The program in a process of its own, which tells at the end what it took and what it imported.
PROGRAM = """
import atexit, json, sys, time
path, *sys.argv[1:] = sys.argv[1:]
sys.argv[0] = "bin/keras-gan-zoo"
atexit.register(lambda: open(path, "w").write(json.dumps([time.process_time(), [*sys.modules]])))
from keras_gan_zoo.cli import main
main()
"""


def run_alone(tmp_path, *arguments):
    """Processor seconds, imported modules, output and errors of the program."""
    told = tmp_path / "told.json"
    command = [sys.executable, "-c", PROGRAM, str(told), *map(str, arguments)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=200)
    assert result.returncode == 0, result.stderr
    seconds, modules = json.loads(told.read_text())
    return seconds, set(modules), result.stdout, result.stderr


@pytest.mark.parametrize("arguments", [("--help",), ("list",), ("info", "dcgan_fashion_mnist")])
def test_what_only_looks_up_is_quick_and_leaves_tensorflow_alone(arguments, tmp_path):
    runs = [run_alone(tmp_path, *arguments) for _ in range(3)]
    for _, modules, _, errors in runs:
        assert not {"tensorflow", "keras", "keras_gan_zoo.models"} & modules and errors == ""
    assert min(seconds for seconds, *_ in runs) < 0.7


def test_other_commands_import_every_part_and_nobody_hears_it(tmp_path):
    picture = tmp_path / "grid.png"
    _, modules, output, errors = run_alone(
        tmp_path, "generate", "dcgan_fashion_mnist", "--num", 1, "--out", picture
    )
    assert picture.exists() and "1 samples of dcgan_fashion_mnist" in output
    assert {f"keras_gan_zoo.{part}" for part in kgz.__all__ if part[0] != "_"} - modules == {
        "keras_gan_zoo.distribute"  # a function
    }
    assert "oneDNN" not in errors and "absl" not in errors


def test_what_is_kept_back_is_shown_if_the_import_fails(monkeypatch, capfd):
    monkeypatch.delitem(sys.modules, "tensorflow")
    with pytest.raises(ImportError), cli._quiet_unless_it_fails():
        os.write(2, b"the cause")  # as C++ does
        raise ImportError
    assert "the cause" in capfd.readouterr().err
    with cli._quiet_unless_it_fails():
        os.write(2, b"a greeting")
    assert capfd.readouterr().err == ""


def test_names_read_from_files_are_those_of_the_library():
    assert listing.model_names() == [name for name in kgz.models.__all__ if name[0].isupper()]
    assert listing.dataset_names() == sorted(kgz.datasets.list())
    assert listing.recipe_names() == list(list_recipes())


def test_evaluate_a_preset_and_record_it(recipe, tmp_path, monkeypatch, capsys):
    run(monkeypatch, capsys, "train", recipe, "--out", tmp_path / "run")
    preset = tmp_path / "run" / "tiny"
    before = json.loads((preset / "metadata.json").read_text())
    assert before["evaluations"][0]["protocol"]["samples"] == 2500
    code, output, errors = run(monkeypatch, capsys, "evaluate", preset, "--json")
    result = json.loads(output)
    assert code == 0, errors
    assert result["metrics"] == before["evaluations"][0]["metrics"]  # same seed, same numbers
    code, output, _ = run(
        monkeypatch, capsys, "evaluate", preset, "--num", 500, "--seed", 1, "--record"
    )
    assert code == 0 and "high_quality" in output
    recorded = json.loads((preset / "metadata.json").read_text())["evaluations"]
    assert [one["protocol"]["samples"] for one in recorded] == [2500, 500]
    assert "high_quality" in (preset / "README.md").read_text()


def test_evaluate_a_folder_of_images(tmp_path, monkeypatch, capsys):
    images, _ = next(iter(kgz.datasets.load("fashion_mnist_mini", batch_size=40, shuffle=False)))
    for index, image in enumerate(images):
        kgz.pictures.grid(image[None], padding=0).save(tmp_path / f"{index:03d}.png")
    code, output, errors = run(
        *(monkeypatch, capsys, "evaluate", tmp_path, "--against", "fashion_mnist_mini"),
        *("--num-reference", 40, "--metrics", "prdc", "--extractor", "fashion_mnist", "--json"),
    )
    assert code == 0, errors
    result = json.loads(output)
    assert result["metrics"]["precision[fashion_mnist]"] == 1.0
    assert result["metrics"]["recall[fashion_mnist]"] == 1.0
    assert result["protocol"]["samples"] == result["protocol"]["reference_samples"] == 40


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"trainig": {}}, "Did you mean 'training'"),
        ({"model": "DCGAM"}, "Did you mean 'DCGAN'"),
        ({"arguments": {"sample_shap": [2]}}, "sample_shap"),
        ({"data": {"name": "ring_of_gausians"}}, "Did you mean 'ring_of_gaussians'"),
        ({"optimizers": {"generater": {"name": "adam"}}}, "Did you mean 'generator'"),
        ({"penalties": [{"name": "HistoricalAvarage"}]}, "Did you mean 'HistoricalAverage'"),
        ({"penalties": [{"name": "R1", "gamma": 1.0}]}, "gamma"),
        ({"training": {"epochs": 0}}, "training.epochs"),
        ({"training": {"epoch": 1, "epochs": 1}}, "Did you mean 'epochs'"),
    ],
)
def test_bad_recipes_are_one_line_and_exit_code_2(
    change, message, recipe, tmp_path, monkeypatch, capsys
):
    recipe.write_text(yaml.safe_dump({**TINY, **change}))
    code, _, errors = run(monkeypatch, capsys, "train", recipe, "--out", tmp_path / "run")
    assert code == 2 and message in " ".join(errors.split()) and "Traceback" not in errors
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("train", "dcgan_fashion_mnits"), "Did you mean 'dcgan_fashion_mnist'"),
        (("train", "dcgan_fashion_mnist", "--set", "training.epochs"), "key=value"),
        (("info", "dcgan_fashion_mnits"), "Did you mean 'dcgan_fashion_mnist'"),
        (("generate", "dcgan_fashion_mnits", "--out", "never.png"), "Did you mean"),
        (("generate", "dcgan_fashion_mnist", "--num", "0"), "--num"),
        (("generate", "dcgan_fashion_mnist", "--label", "3", "--out", "never.png"), "no `labels`"),
        (("generate", "dcgan_fashion_mnist", "--truncation", "1", "--out", "never.png"), "DCGAN"),
        (("evaluate", "dcgan_fashion_mnits"), "Did you mean 'dcgan_fashion_mnist'"),
        (("evaluate", "tests", "--metrics", "fid"), "Expected --against"),
        (("evaluate", "tests", "--against", "fashion_mnist_mini", "--record"), "--record"),
        (("evaluate", "dcgan_fashion_mnist", "--metrics", "fdi"), "Did you mean 'fid'"),
    ],
)
def test_bad_commands(arguments, message, monkeypatch, capsys):
    code, _, errors = run(monkeypatch, capsys, *arguments)
    assert code == 2 and message in " ".join(errors.replace("│", " ").split())


@pytest.mark.parametrize("module", ["keras_gan_zoo", "keras_gan_zoo.cli"])
def test_the_program_is_installed_and_help_lists_what_exists(module):
    result = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", module, "--help"],
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert result.returncode == 0
    assert "keras_gan_zoo.listing" in result.stderr and "tensorflow" not in result.stderr
    known = ("list", "info", "train", "generate", "run", "evaluate", "export", *cli.SHORT_NAMES)
    for command in known:
        assert f" {command} " in result.stdout
    assert " serve " not in result.stdout


def test_a_preset_is_measured_on_its_own_data_by_the_program(tmp_path):
    """In a process of its own, where nobody has imported the recipes before."""
    model = kgz.models.GAN(sample_shape=(2,), latent_dim=2, hidden_units=4)
    model.save_to_preset(tmp_path / "points", {"data": {"name": "ring_of_gaussians"}})
    _, _, output, _ = run_alone(tmp_path, "evaluate", tmp_path / "points", "--num", 50, "--json")
    assert json.loads(output)["protocol"]["reference"] == "ring_of_gaussians"


def test_a_recipe_measured_on_other_data_than_it_is_trained_on(tmp_path, monkeypatch, capsys):
    settings = (
        "data.name=domains:fashion_mnist_mini,fashion_mnist_mini",
        "evaluation.against=fashion_mnist_mini",
        "arguments.source_shape=[28,28,1]",
        "arguments.target_channels=1",
        *(f"arguments.{name}=1" for name in ("filters", "discriminator_filters", "blocks")),
        *(f"training.{name}=1" for name in ("epochs", "steps_per_epoch")),
        "training.dtype=float32",
    )
    preset = train_recipe(
        load_recipe("pixel_da_mnist_m", settings), "tiny", tmp_path / "run", verbose=0
    )
    facts = json.loads((preset / "metadata.json").read_text())
    (measured,) = facts["evaluations"]
    assert measured["protocol"]["reference"] == "fashion_mnist_mini[test]"
    assert 0.5 < measured["metrics"]["test_errors"] <= 1.0  # a guess
    code, output, errors = run(monkeypatch, capsys, "evaluate", preset, "--json")
    assert code == 0, errors
    assert json.loads(output)["metrics"] == measured["metrics"]


def test_a_recipe_with_few_labels_and_a_falling_learning_rate(tmp_path):
    from keras_gan_zoo.recipes import train_recipe

    settings = (
        "data.name=fashion_mnist_mini",
        "training.epochs=1",
        "training.steps_per_epoch=3",
        "evaluation.num_samples=20",
        "optimizers.generator.learning_rate.start=1",
        "optimizers.generator.learning_rate.stop=5",
    )
    recipe = load_recipe("semi_supervised_gan_mnist_100", settings)
    preset = train_recipe(recipe, "few", tmp_path / "run", verbose=0)
    facts = json.loads((preset / "metadata.json").read_text())
    rate = facts["optimizers"]["generator"]["learning_rate"]
    assert rate == {"rate": 0.001, "stop": 5, "start": 1}
    assert facts["data"]["labels_per_class"] == 10
    assert 0.0 <= facts["evaluations"][0]["metrics"]["test_errors"] <= 1.0
    assert facts["cpu_minutes"] >= 0.0
    with pytest.raises(ValueError, match="start.*Received"):
        build_model(
            load_recipe("semi_supervised_gan_mnist_100", (*settings[:4], settings[5][:-1] + "0"))
        )


def test_a_model_that_does_not_generate_is_one_line(tmp_path, monkeypatch, capsys):
    kgz.models.Autoencoder((8, 8, 1), 2).save_to_preset(tmp_path / "plain", {"data": {}})
    code, _, errors = run(
        monkeypatch, capsys, "generate", tmp_path / "plain", "--out", tmp_path / "grid.png"
    )
    assert code == 2 and "can `generate`. Received: Autoencoder" in " ".join(errors.split())
    recipe = tmp_path / "plain.yaml"
    content = {"model": "Autoencoder", "data": {"name": "fashion_mnist_mini"}}
    content["evaluation"] = {"metrics": ["fid"]}
    recipe.write_text(yaml.safe_dump({**content, "training": {"epochs": 1}}))
    code, _, errors = run(monkeypatch, capsys, "train", recipe, "--out", tmp_path / "run")
    assert code == 2 and "can `generate`" in errors and not (tmp_path / "run").exists()


def test_a_model_that_only_reconstructs_has_a_recipe_and_a_card(tmp_path):
    settings = ("training.epochs=1", "training.steps_per_epoch=2", "arguments.latent_dim=2")
    settings += ("data.name=fashion_mnist_mini",)
    recipe = load_recipe("autoencoder_fashion_mnist", settings)
    preset = train_recipe(recipe, "plain", tmp_path / "run", verbose=0)
    picture = PIL.Image.open(preset / "samples.png")
    assert picture.size == (8 * 30 + 2, 8 * 30 + 2)  # four pairs to a row
    assert (tmp_path / "run" / "samples" / "epoch-0001.png").exists()
    card = (preset / "README.md").read_text()
    assert "beside its reconstruction" in card and "reconstruction_error" in card


def test_a_model_that_generates_only_what_it_is_told_shows_reconstructions(tmp_path, monkeypatch):
    random = np.random.default_rng(0)
    images = random.uniform(-1, 1, (40, 28, 28, 1)).astype("float32")
    attributes = random.choice([-1.0, 1.0], (40, 7)).astype("float32")

    def load(name, split="train", image_size=None, batch_size=64, *, labels=True, **_):
        parts = (images, attributes) if labels else (images,)
        return kgz.datasets.from_arrays(*parts, batch_size=batch_size)

    monkeypatch.setattr(kgz.datasets, "load", load)
    settings = ("training.epochs=1", "training.batch_size=8", "arguments.filters=4")
    settings += ("arguments.image_shape=[28,28,1]", "evaluation.extractor=fashion_mnist")
    recipe = load_recipe("icgan_avataaars", settings)
    preset = train_recipe(recipe, "faces", tmp_path / "run", verbose=0)
    assert PIL.Image.open(preset / "samples.png").size == (8 * 30 + 2, 8 * 30 + 2)
    card = (preset / "README.md").read_text()
    assert "beside its reconstruction" in card and "model.reconstruct(samples)" in card


@pytest.fixture
def faces(tmp_path, monkeypatch):
    """A preset that reconstructs, and generates what it is told, with a data set of 20 faces."""
    random = np.random.default_rng(0)
    samples = random.uniform(-1, 1, (20, 8, 8, 1)).astype("float32")
    attributes = random.choice([-1.0, 1.0], (20, 2)).astype("float32")

    def load(name, split="train", image_size=None, batch_size=64, shuffle=True):
        assert (name, split, image_size, shuffle) == ("faces", "test", 8, False)
        return kgz.datasets.from_arrays(samples, attributes, batch_size=batch_size, shuffle=False)

    monkeypatch.setattr(kgz.datasets, "load", load)
    model = kgz.models.IcGAN((8, 8, 1), latent_dim=4, condition_dim=2, filters=4, seed=0)
    model.save_to_preset(
        tmp_path / "faces preset", {"data": {"name": "faces", "image_size": 8, "split": "train"}}
    )
    return model, tmp_path / "faces preset", samples, attributes


def test_run_takes_named_files_or_the_data_of_the_preset(faces, tmp_path, monkeypatch, capsys):
    model, preset, samples, attributes = faces
    files, out = {"samples": samples[:5], "labels": attributes[:5]}, tmp_path / "out" / "logits.npy"
    options = []
    for name, array in files.items():
        np.save(tmp_path / f"{name}.npy", array)
        options += ["--in", f"{name}={tmp_path / name}.npy"]
    code, output, errors = run(
        monkeypatch, capsys, "run", preset, "discriminate", *options, "--out", out
    )
    assert code == 0 and "discriminate of" in output, errors
    np.testing.assert_allclose(np.load(out), model.discriminate(**files), atol=1e-6)
    for ability, expected in (
        ("discriminate", model.discriminate(samples[:3], attributes[:3])),
        ("reconstruct", model.reconstruct(samples[:3])),
    ):
        out = tmp_path / f"{ability}.npy"
        code, _, errors = run(monkeypatch, capsys, "run", preset, ability, "--num", 3, "--out", out)
        assert code == 0, errors
        np.testing.assert_allclose(np.load(out), expected, atol=1e-5)


def test_generated_samples_may_be_truncated(tmp_path, monkeypatch, capsys):
    options = (
        "biggan_fashion_mnist",
        "--num",
        10,
        "--truncation",
        0.5,
        "--out",
        tmp_path / "a.png",
    )
    code, _, errors = run(monkeypatch, capsys, "generate", *options)
    assert code == 0, errors
    model = kgz.models.from_preset("biggan_fashion_mnist")
    expected = model.sample_kind.draw(model.generate(10, truncation=0.5, seed=0), columns=10)
    assert PIL.Image.open(tmp_path / "a.png").tobytes() == expected.tobytes()


def test_conditions_of_generated_samples_are_drawn_from_the_data(
    faces, tmp_path, monkeypatch, capsys
):
    model, preset, _, attributes = faces
    out, options = tmp_path / "faces.png", ("--num", 9, "--seed", 3)
    code, _, errors = run(monkeypatch, capsys, "generate", preset, *options, "--out", out)
    assert code == 0, errors
    expected = model.sample_kind.draw(model.generate(labels=attributes[:9], seed=3))
    np.testing.assert_array_equal(np.asarray(PIL.Image.open(out)), np.asarray(expected))


def test_short_names_of_run(faces, tmp_path, monkeypatch, capsys):
    model, preset, samples, _ = faces
    folder, numbers = tmp_path / "scale=1", tmp_path / "samples.npy"  # a sign that is no name's
    np.save(numbers, samples)
    model.sample_kind.save(samples[:3], folder)
    read = model.sample_kind.read(folder)
    for given, seen in ((folder, read), (folder / "000.png", read[:1]), (numbers, samples)):
        out = tmp_path / f"{given.stem} codes.npy"
        code, output, errors = run(monkeypatch, capsys, "encode", preset, given, "--out", out)
        assert code == 0 and "encode of" in output, errors
        np.testing.assert_allclose(np.load(out), model.encode(seen), atol=1e-5)
    out = tmp_path / "copies.png"
    code, _, errors = run(monkeypatch, capsys, "reconstruct", preset, folder, "--out", out)
    assert code == 0, errors
    assert PIL.Image.open(out).size == (3 * (8 + 2 + 8 + 2) + 2, 8 + 4)  # side by side
    few = kgz.models.SemiSupervisedGAN((8, 8, 1), latent_dim=4, num_classes=3, seed=0)
    few.save_to_preset(tmp_path / "few", {})
    out = tmp_path / "classes.npy"
    code, _, errors = run(monkeypatch, capsys, "classify", tmp_path / "few", folder, "--out", out)
    assert code == 0, errors
    np.testing.assert_allclose(np.load(out), few.classify(read), atol=1e-6)
    pairs = Pairs(seed=0)
    pairs.save_to_preset(tmp_path / "pairs", {})
    maps, out = tmp_path / "maps.npy", tmp_path / "painted.png"
    np.save(maps, pairs.source.examples(2))
    code, _, errors = run(monkeypatch, capsys, "translate", tmp_path / "pairs", maps, "--out", out)
    assert code == 0, errors
    assert PIL.Image.open(out).size == (2 * (8 + 2 + 8 + 2) + 2, 8 + 4)


def test_translate_takes_pictures_of_any_size(tmp_path, monkeypatch, capsys):
    options = {"blocks": 1, "filters": 2, "discriminator_filters": 2, "patch": 16}
    model = kgz.models.CycleGAN((16, 16, 3), **options, seed=0)
    model.save_to_preset(tmp_path / "preset", {})
    folder = tmp_path / "photos"
    folder.mkdir()
    random, sizes = (
        np.random.default_rng(0),
        {"a.png": (16, 24), "b.png": (21, 70), "b.gif": (9, 9)},
    )
    for name, size in sizes.items():
        pixels = random.integers(0, 256, (*size, 3)).astype("uint8")
        PIL.Image.fromarray(pixels).save(folder / name)

    def translate(*arguments):
        return run(monkeypatch, capsys, "translate", tmp_path / "preset", *arguments)

    code, output, errors = translate(folder, "--out", tmp_path / "out")
    assert code == 0 and "3 pictures" in output, errors
    found = {path.name: PIL.Image.open(path).size[::-1] for path in (tmp_path / "out").iterdir()}
    assert found == {"a.png": (16, 24), "b.png.png": (21, 70), "b.gif.png": (9, 9)}
    out = tmp_path / "b.png"
    code, _, errors = translate(
        folder / "b.png", "--out", out, "--direction", "b_to_a", "--overlap", "5"
    )
    assert code == 0, errors
    given = kgz.pictures.read(folder / "b.png", (None, None, 3))[None]
    made = model.translate_any_size(given, overlap=5, direction="b_to_a")
    expected = np.asarray(kgz.pictures.grid(made, padding=0))
    np.testing.assert_array_equal(np.asarray(PIL.Image.open(out)), expected)
    (folder / "c.png").write_bytes(b"no picture")
    before = sorted(tmp_path.rglob("*"))
    for arguments, message in (
        ((folder, "--out", tmp_path / "new"), "c.png"),  # nothing is left of the others
        ((folder, "--out", tmp_path / "new.png"), "--out to be a folder of pictures"),
        ((folder / "a.png", "--out", tmp_path / "new"), "--out to be a picture, such as out.png"),
        ((folder / "a.png", "--out", out), "Pass --overwrite"),
        ((folder / "a.png", "--out", tmp_path / "c.png", "--direction", "up"), "'b_to_a'"),
        ((folder / "a.png", "--out", tmp_path / "c.png", "--overlap", "9"), "below 8"),
    ):
        code, _, errors = translate(*arguments)
        assert code == 2 and message in " ".join(errors.split()), errors
    assert sorted(tmp_path.rglob("*")) == before


def test_a_recipe_says_what_its_preset_is_compared_with(tmp_path, monkeypatch, capsys):
    """CycleGAN learns from two sets and is measured on pairs, also later."""
    for part, share in (("a", 0.3), ("b", 0.6)):
        for split in ("train", "test"):
            (tmp_path / part / split).mkdir(parents=True)
            for index in range(3):
                pixels = np.full((16, 16, 3), 255 * share + 9 * index, "uint8")
                PIL.Image.fromarray(pixels).save(tmp_path / part / split / f"{index}.png")
    both = f"{tmp_path / 'a'},{tmp_path / 'b'}"
    arguments = {"image_shape": [16, 16, 3], "blocks": 1, "filters": 2, "patch": 16}
    content = {
        "model": "CycleGAN",
        "arguments": {**arguments, "discriminator_filters": 2},
        "data": {"name": f"unpaired:{both}"},
        "training": {"epochs": 1, "batch_size": 2},
        "evaluation": {"against": f"pairs:{both}", "metrics": ["translation"]},
    }
    path = tmp_path / "tiny.yaml"
    path.write_text(yaml.safe_dump(content))
    preset = train_recipe(load_recipe(path), "tiny", tmp_path / "run", verbose=0)
    facts = json.loads((preset / "metadata.json").read_text())
    (evaluation,) = facts["evaluations"]
    assert facts["against"] == f"pairs:{both}" and "its translation" in facts["picture"]
    assert evaluation["protocol"]["reference"] == f"pairs:{both}[test]"
    assert evaluation["metrics"]["identity_l1"] == pytest.approx(0.3, abs=0.005)
    code, output, errors = run(monkeypatch, capsys, "evaluate", preset, "--json")
    assert code == 0, errors
    numbers = json.loads(output)["metrics"]
    assert numbers.keys() == evaluation["metrics"].keys()
    assert numbers["back_translation_l1"] == pytest.approx(
        evaluation["metrics"]["back_translation_l1"], abs=1e-5
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("run", "reconstrct"), "Did you mean 'reconstruct'"),
        (("translate", "known.npy"), "Unknown ability of IcGAN: 'translate'"),
        (("run", "encode", "--in", "sample=known.npy"), "Did you mean 'samples'"),
        (("run", "discriminate", "--in", "known.npy"), "discriminate(samples, labels)"),
        (("encode", "never.png"), "Expected an image file. Received: never.png"),
        (("encode", "never.npy"), "never.npy"),
        (("encode", "known.npy", "--out", "known.npy"), "Received: known.npy. Pass --overwrite"),
        (("run", "encode", "--out", "codes.xyz"), "Expected `path` with one of the suffixes"),
    ],
)
def test_bad_runs_are_one_line_and_exit_code_2(
    arguments, message, faces, tmp_path, monkeypatch, capsys
):
    _, preset, samples, _ = faces
    monkeypatch.chdir(tmp_path)
    np.save("known.npy", samples)
    before = sorted(tmp_path.rglob("*"))
    code, _, errors = run(monkeypatch, capsys, arguments[0], preset, *arguments[1:])
    assert code == 2 and message in " ".join(errors.split()) and "Traceback" not in errors
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("content", "settings", "message"),
    [
        ("", (), "which holds nothing"),
        ("", ("training.epochs=2",), "which holds nothing"),
        ("- a\n- b", ("training.epochs=2",), "which holds list"),
        ("[" * 5000, (), "nested too deeply"),
        ("{" * 5000, (), "nested too deeply"),
        ("model: GAN", ("arguments=" + "[" * 5000,), "nested too deeply"),
        ("model: [", (), "Expected YAML"),
        ("\0", (), "Expected YAML"),
        ("training:", ("training.epochs=2",), "Expected 'training' in 'training.epochs'"),
    ],
    ids=range(9),
)
def test_recipes_that_are_none(content, settings, message, tmp_path, monkeypatch, capsys):
    path = tmp_path / "recipe.yaml"
    path.write_text(content)
    settings = [part for setting in settings for part in ("--set", setting)]
    code, _, errors = run(monkeypatch, capsys, "train", path, "--out", tmp_path / "run", *settings)
    assert code == 2 and message in " ".join(errors.split()) and "Traceback" not in errors


def test_numbers_with_an_exponent_are_numbers(recipe):
    """YAML 1.1 reads `1e-3`, without a point, as a string."""
    recipe.write_text(
        recipe.read_text().replace("0.001", "1e-3") + "\nnotes: 1e-3 of 5 is e5, not 1e-3e5"
    )
    settings = tuple(
        f"optimizers.generator.beta_{number}={value}"
        for number, value in enumerate(("9E-1", "+9.e-1", ".9e0", "-1e+3", "e5", "1e", "0x1e3"))
    )
    loaded = load_recipe(recipe, settings)
    generator = loaded.optimizers["generator"]
    assert generator["learning_rate"] == 0.001
    found = [generator[f"beta_{number}"] for number in range(7)]
    assert found == [0.9, 0.9, 0.9, -1000.0, "e5", "1e", 0x1E3]
    assert load_recipe(recipe).notes == "1e-3 of 5 is e5, not 1e-3e5"
    assert load_recipe(recipe, ("training.epochs=1e1",)).training.epochs == 10


@pytest.mark.parametrize(
    "content", ["", "[", "[" * 100_000, "{}", "[1, 2]", '["a", 1, {}]', '[1, 2, {"": 5}]']
)
def test_a_broken_progress_file_does_not_stop_a_run(content, recipe, tmp_path):
    out = tmp_path / "run"
    preset = train_recipe(load_recipe(recipe), "tiny", out, verbose=0)
    preset.rename(tmp_path / "moved")
    (out / "progress.json").write_text(content)
    longer = load_recipe(recipe, ("training.epochs=3",))
    with pytest.warns(UserWarning, match="progress.json is broken.*goes on"):
        train_recipe(longer, "tiny", out, resume=True, verbose=0)
    assert json.loads((preset / "metadata.json").read_text())["steps"] == 9


def test_a_preset_nested_deeply_is_one_line(tmp_path, monkeypatch, capsys):
    preset = tmp_path / "deep"
    kgz.models.GAN((2,), latent_dim=3, hidden_units=10).save_to_preset(preset)
    (preset / "metadata.json").write_text('{"a":' * 100_000)
    for command in ("info", "generate"):
        code, _, errors = run(monkeypatch, capsys, command, preset)
        assert code == 2 and "nested too deeply" in " ".join(errors.split())


def test_exports_into_impossible_paths_are_one_line(tmp_path, monkeypatch, capsys):
    preset, file = tmp_path / "preset", tmp_path / "file"
    kgz.models.GAN((2,), latent_dim=3, hidden_units=10).save_to_preset(preset)
    file.write_text("")
    for path in ("/proc/model", file / "model", "/dev/null/model", tmp_path / ("x" * 300)):
        code, _, errors = run(monkeypatch, capsys, "export", preset, path)
        assert code == 2 and "error:" in errors and "Traceback" not in errors, errors

"""A person's own pictures, from a folder to a preset, by the command line."""

import json

import numpy as np
import PIL.Image
import pytest
import yaml

import keras_gan_zoo as kgz
from keras_gan_zoo import cli
from keras_gan_zoo.recipes import load_recipe
from keras_gan_zoo.recipes.recipe import AUTO
from keras_gan_zoo.recipes.train import build_model, load_data
from tests.recipes.test_cli import TINY, run

SMALL = ("--set", "arguments.filters=4", "--set", "arguments.latent_dim=4", "--batch-size", 8)
PATCH = ("--set", "arguments={patch: 1, filters: 2, discriminator_filters: 2}")


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KERAS_GAN_ZOO_CACHE", str(tmp_path / "cache"))
    return tmp_path


@pytest.fixture
def photos(place):
    """Twenty colour pictures of two sizes, in the folder `photos`."""
    random = np.random.default_rng(0)
    (place / "photos").mkdir()
    for index in range(20):
        pixels = random.integers(0, 256, (12 + index % 2, 16, 3), "uint8")
        PIL.Image.fromarray(pixels).save(place / "photos" / f"{index}.png")
    return place / "photos"


@pytest.fixture
def tiny(place):
    (place / "tiny.yaml").write_text(yaml.safe_dump({**TINY, "notes": "The original."}))


def stop(*_, **__):
    """What happens when a person presses Ctrl-C."""
    raise KeyboardInterrupt


def facts_of(preset):
    return json.loads((preset / "metadata.json").read_text())


def test_from_a_folder_to_a_preset(photos, place, monkeypatch, capsys):
    options = ("--data", "folder:photos", "--size", 8, "-e", 2, *SMALL, "--name", "my_faces")
    code, output, errors = run(monkeypatch, capsys, "train", "DCGAN", *options, "--no-evaluate")
    assert code == 0, errors
    preset = place / "runs/my_faces/my_faces"
    assert "runs/my_faces/my_faces" in output
    model = kgz.models.from_preset(str(preset))
    assert type(model) is kgz.models.DCGAN and model.image_shape == (8, 8, 3)
    facts = facts_of(preset)
    assert facts["data"]["name"] == "folder:photos" and facts["steps"] == 2 * 2
    assert facts["data"]["channels"] == 3
    assert facts["training"]["epochs"] == 2 and not {"notes", "evaluations"} & facts.keys()
    told = "DCGAN --data folder:photos --set data.image_size=8 --set training.epochs=2"
    assert facts["recipe"].startswith(told)
    card = (preset / "README.md").read_text()
    assert card.startswith("# my_faces\n") and f"Made by `keras-gan-zoo train {told}" in card
    code, output, errors = run(monkeypatch, capsys, "evaluate", preset, "--metrics", "fid")
    assert code == 0 and "image_size: 8" in output, errors
    code, output, _ = run(monkeypatch, capsys, "generate", preset, "-n", 5, "-o", "faces/")
    assert code == 0 and "5 samples" in output
    files = sorted((place / "faces").iterdir())
    assert [file.name for file in files] == [f"00{index}.png" for index in range(5)]
    one = kgz.pictures.grid(model.generate(5, seed=0)[3:4], padding=0)
    np.testing.assert_array_equal(np.asarray(PIL.Image.open(files[3])), np.asarray(one))


def test_the_recipe_for_own_photos_follows_the_size_of_the_images(photos):
    recipe = load_recipe("own_photos", data="folder:photos")
    assert recipe.data.image_size == 64 and recipe.arguments["augment"]
    depths = {}
    for size in (32, 64, 128):
        settings = (f"data.image_size={size}", "arguments.filters=2")
        model = build_model(load_recipe("own_photos", settings, "folder:photos"))
        assert model.image_shape == (size, size, 3) and model.critic.augment
        depths[size] = len(model.generator.layers)
    # A transposed convolution more, with its normalisation and nonlinearity.
    assert depths[64] - depths[32] == depths[128] - depths[64] == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("DCGAN", "--data", "folder:nowhere"), "Expected a folder of images. Received: nowhere"),
        (("DCGAN", "--data", "photos"), "a folder of images is folder:photos"),
        (("DCGAN", "--data", "folder:photos"), "pass `image_size` (--size) to resize"),
        (("DCGAN", "--data", "folder:photos", "--size", 10), "(--size) resizes them for DCGAN"),
        (("DCGAN", "--data", "folder:photos", "--size", 8), "(--batch-size) makes batches smaller"),
        (("sagan_fashion_mnist", "--data", "folder:photos", "--size", 32), "subfolder for each"),
        (("Pix2Pix", "--data", "folder:photos", "--size", 8, "-b", 4, *PATCH), "'pairs:PATH,PATH'"),
        (("SRGAN", "--data", "folder:photos", "--size", 8), "as in the recipe srgan_photos"),
        (("DCGAN", "--data", "folder:photos", "--name", "a/b"), "a name without folders"),
        (("DCGAN", "--data", "folder:photos", "--name", "samples"), "Received: 'samples'"),
        (("DCGAN",), "Expected `data` (--data) with the name of a model"),
        (("own_photos",), "Expected a folder of images. Received: photos_of_mine"),
        (("DCGNA", "--data", "folder:photos"), "Did you mean 'DCGAN'"),
        (("nowhere/own.yaml",), "no such file"),
        (("DCGAN", "--size", "x"), "Invalid value for '--size'"),
        (("DCGAN", "--resum"), "No such option: --resum"),
    ],
)
def test_what_does_not_fit_is_one_line_and_leaves_nothing(
    arguments, message, photos, place, monkeypatch, capsys
):
    if arguments == ("own_photos",):
        arguments += ("--set", "data.name=folder:photos_of_mine")
    before = sorted(place.rglob("*"))
    monkeypatch.setenv("COLUMNS", "40")
    code, _, errors = run(monkeypatch, capsys, "train", *arguments)
    assert code == 2 and message in errors
    assert errors.count("\n") == 1 and errors.startswith("error: ")
    assert sorted(place.rglob("*")) == before


def test_a_start_that_fails_at_the_first_batch_leaves_nothing(photos, place, monkeypatch, capsys):
    (photos / "7.png").write_bytes((photos / "7.png").read_bytes()[:200])
    before = sorted(place.rglob("*"))
    options = ("--data", "folder:photos", "--size", 8, *SMALL, "--no-evaluate")
    code, _, errors = run(monkeypatch, capsys, "train", "DCGAN", *options)
    assert code == 2 and "7.png" in errors
    assert sorted(place.rglob("*")) == before


def test_classes_follow_from_the_folder(photos):
    for index, picture in enumerate(sorted(photos.iterdir())):
        (photos / "abc"[index % 3]).mkdir(exist_ok=True)
        picture.rename(photos / "abc"[index % 3] / picture.name)
    settings = ("data.image_size=32", "arguments.filters=8", "arguments.discriminator_filters=8")
    settings += ("arguments.attention=16",)
    recipe = load_recipe("sagan_fashion_mnist", settings, "folder:photos")
    assert recipe.arguments["num_classes"] == AUTO and recipe.evaluation.metrics is None
    model = build_model(recipe)
    assert model.num_classes == 3 and model.image_shape == (32, 32, 3)
    settings = ("data.image_size=8",)
    model = build_model(load_recipe("SemiSupervisedGAN", settings, "folder:photos"))
    assert model.num_classes == 3


def test_folders_within_a_folder_are_no_classes_if_one_says_so(photos, monkeypatch, capsys):
    (photos / "more").mkdir()
    (photos / "0.png").rename(photos / "more/0.png")
    code, _, errors = run(monkeypatch, capsys, "train", "DCGAN", "-d", "folder:photos", "-s", 8)
    assert code == 2 and "`labels=False` (--set data.labels=false) takes all" in errors
    setting = ("data.image_size=8", "data.labels=false", "training.batch_size=8")
    recipe = load_recipe("DCGAN", setting, "folder:photos")
    assert recipe.data.options() == {"labels": False}
    assert load_data(recipe).element_spec.shape[1:] == (8, 8, 3)


def test_a_model_that_reconstructs_has_a_test_split(photos, place, monkeypatch, capsys):
    options = ("--data", "folder:photos", "--size", 8, "--epochs", 1, "--batch-size", 4)
    code, _, errors = run(
        *(monkeypatch, capsys, "train", "Autoencoder", *options, "--no-evaluate"),
        *("--set", "arguments.latent_dim=2"),
    )
    assert code == 0, errors
    preset = place / "runs/autoencoder_photos/autoencoder_photos"
    assert facts_of(preset)["data"]["test_share"] == 0.1
    assert "beside its reconstruction" in (preset / "README.md").read_text()


def test_a_changed_recipe_carries_neither_notes_nor_name_of_the_original(
    tiny, place, monkeypatch, capsys
):
    same = load_recipe("tiny.yaml", ("training.epochs=2",))
    assert same.notes == "The original." and load_recipe("tiny.yaml").command == "tiny.yaml"
    assert load_recipe("tiny.yaml", ("notes=Mine",)).notes == "Mine"
    setting = ("--set", "arguments.hidden_units=9")
    code, _, errors = run(monkeypatch, capsys, "train", "tiny.yaml", *setting)
    assert code == 0, errors
    facts = facts_of(place / "runs/tiny_changed/tiny_changed")
    assert "notes" not in facts
    assert facts["recipe"] == "tiny.yaml --set arguments.hidden_units=9"


def test_the_preset_is_there_before_it_is_measured(tiny, place, monkeypatch, capsys):
    def fail(*_, **options):
        assert (place / "runs/tiny/tiny/model.weights.h5").exists()
        assert options["verbose"]
        raise KeyboardInterrupt

    monkeypatch.setattr(kgz.evaluation, "evaluate", fail)
    code, _, errors = run(monkeypatch, capsys, "train", "tiny.yaml")
    how = "measure it with: keras-gan-zoo evaluate runs/tiny/tiny --record"
    assert code == 130 and how in errors
    monkeypatch.undo()
    monkeypatch.chdir(place)
    kgz.models.from_preset("runs/tiny/tiny")
    code, _, errors = run(monkeypatch, capsys, "train", "tiny.yaml", "--resume")
    assert code == 2 and "run that is not finished. Received: runs/tiny, which is" in errors
    code, _, errors = run(monkeypatch, capsys, "evaluate", "runs/tiny/tiny", "--record")
    assert code == 0 and "high_quality" in (place / "runs/tiny/tiny/README.md").read_text()


def test_nothing_is_resumed_where_nothing_was_begun(tiny, place, monkeypatch, capsys):
    code, _, errors = run(monkeypatch, capsys, "train", "tiny.yaml", "--resume")
    assert code == 2 and "Expected a run to go on with. Received: runs/tiny" in errors
    assert not (place / "runs").exists()


def test_a_person_who_stops_a_training_is_told_how_to_go_on(tiny, place, monkeypatch, capsys):
    def stop_after(steps):
        def step(self, batch, logs=None):
            if int(self.model.optimizers["generator"].iterations) >= steps:
                raise KeyboardInterrupt

        monkeypatch.setattr(kgz.callbacks.StopOnNaN, "on_train_batch_end", step)

    stop_after(4)
    code, _, errors = run(monkeypatch, capsys, "train", "tiny.yaml", "-o", "a b")
    how = "Step 3 is saved; go on with: keras-gan-zoo train tiny.yaml -o 'a b' --resume\n"
    assert code == 130 and how in errors
    stop_after(100)
    code, _, errors = run(monkeypatch, capsys, "train", "tiny.yaml", "-o", "a b", "--resume")
    assert code == 0, errors
    assert facts_of(place / "a b/tiny")["steps"] == 6
    monkeypatch.setattr(kgz.recipes, "train_recipe", stop)
    code, _, errors = run(monkeypatch, capsys, "train", "tiny.yaml", "-o", "c")
    assert code == 130 and "before a first state was saved" in errors


def test_version_and_names_of_abilities(monkeypatch, capsys):
    code, output, _ = run(monkeypatch, capsys, "--version")
    assert (code, output) == (0, f"keras-gan-zoo {kgz.__version__}\n")
    with pytest.raises(ValueError, match="Expected one of: discriminate, generate. Received"):
        kgz.models.GAN((2,), latent_dim=2, hidden_units=4).ability("generat")


def test_samples_are_counted_as_they_are_made(monkeypatch, capsys, place):
    """Of labels that only data have there may be fewer than samples asked for."""
    random = np.random.default_rng(0)
    images = random.uniform(-1, 1, (5, 8, 8, 1)).astype("float32")
    attributes = random.choice([-1.0, 1.0], (5, 2)).astype("float32")
    monkeypatch.setattr(
        kgz.datasets, "load", lambda *_, **__: kgz.datasets.from_arrays(images, attributes)
    )
    model = kgz.models.IcGAN((8, 8, 1), latent_dim=4, condition_dim=2, filters=4, seed=0)
    model.save_to_preset("faces", {"data": {"name": "faces", "image_size": 8}})
    code, output, errors = run(monkeypatch, capsys, "generate", "faces", "--num", 9, "-o", "a.png")
    assert code == 0 and "5 samples of faces" in output, errors


def test_an_interrupt_elsewhere_is_no_traceback(monkeypatch, capsys):
    monkeypatch.setattr(cli.registry, "preset_metadata", stop)
    code, _, errors = run(monkeypatch, capsys, "info", "anything")
    assert code == 130 and errors == ""

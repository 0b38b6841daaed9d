"""The presets in the package, and folders that are damaged."""

import concurrent.futures
import json
import pathlib
import shutil

import h5py
import numpy as np
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo import licences
from keras_gan_zoo.datasets import builtin
from keras_gan_zoo.presets import registry

ROOT = pathlib.Path(__file__).parents[2]
BUILTIN = sorted(kgz.presets.builtin_presets())


def makes_judged_classes(name):
    """Whether a preset generates images of a data set whose classes a classifier here tells."""
    facts = kgz.presets.preset_metadata(name)
    return "mnist" in facts["data"]["name"] and hasattr(
        getattr(kgz.models, facts["model"]), "generate"
    )


CLASSES = [name for name in BUILTIN if makes_judged_classes(name)]


def test_the_judge_of_classes_can_tell_them():
    images, labels = builtin.fashion_mnist_mini("test", 0)
    found = classes_of("dcgan_fashion_mnist", images / np.float32(127.5) - 1.0)
    assert np.mean(found == labels) > 0.9


def classes_of(name, images):
    """Classes of pictures by the classifier of the preset's data."""
    judge = kgz.metrics.FeatureExtractor.get(kgz.presets.preset_metadata(name)["data"]["name"])
    return np.argmax(judge.features_and_probabilities(np.array(images))[1], axis=1)


@pytest.mark.parametrize("name", CLASSES)
def test_presets_make_all_ten_classes(name):
    model = kgz.models.from_preset(name)
    # Gibbs sampling takes its time.
    count = 200 if hasattr(model, "gibbs") else 1000
    found = classes_of(name, model.generate(count, seed=0))
    shares = np.bincount(found, minlength=10) / count
    # A VAE's coats and sandals are so blurred that they pass for other clothes. The first GAN, as
    # it was trained, has favourites, as its card says.
    model_name = kgz.presets.preset_metadata(name)["model"]
    least = 0.01 if model_name in ("GAN", "VAE") else 0.02
    assert shares.min() > least and shares.max() < (0.35 if model_name == "GAN" else 0.25), shares


@pytest.mark.parametrize("name", CLASSES)
def test_presets_look_like_data(name):
    """Mean and spread of pixels, and how often two samples are the same."""
    images = np.array(kgz.models.from_preset(name).generate(200, seed=1))
    real, _ = builtin.fashion_mnist_mini("test", 0)
    real = real / 127.5 - 1.0
    mean, deviation = real.mean(), real.std()
    if kgz.presets.preset_metadata(name)["data"]["name"] == "mnist":
        mean, deviation = 2 * 0.1307 - 1, 2 * 0.3081  # the well-known ones of its pixels
    assert images.mean() == pytest.approx(mean, abs=0.08)
    # A VAE shows the means of pixels, which vary less than pixels do.
    means = kgz.presets.preset_metadata(name)["model"] == "VAE"
    assert images.std() == pytest.approx(deviation, abs=0.12 if means else 0.08)
    flat = images.reshape(len(images), -1)
    distances = ((flat[:100, None] - flat[None, :100]) ** 2).mean(-1)
    assert distances[np.triu_indices(100, 1)].min() > 1e-3


def assert_is_of_its_recipe(metadata):
    from keras_gan_zoo.recipes import load_recipe

    recipe = load_recipe(metadata["recipe"])
    assert recipe.model == metadata["model"]
    training = recipe.training.model_dump()
    if training["dtype"] == "auto":  # what that was, on the machine that trained it
        training["dtype"] = metadata["training"]["dtype"]
    assert training == metadata["training"]
    assert recipe.data == type(recipe.data)(**metadata["data"])


@pytest.mark.parametrize("name", BUILTIN)
def test_presets_are_small_and_documented(name):
    folder = kgz.presets.builtin_presets()[name]
    metadata = kgz.presets.preset_metadata(name)
    assert (folder / registry.WEIGHTS).stat().st_size < 8e6
    for key in ("model", "data", "steps", "training_minutes", "hardware", "sha256"):
        assert metadata[key]
    if name in registry.OF_APPLICATIONS:
        assert (ROOT / metadata["command"].split()[1]).is_file()
    else:
        assert_is_of_its_recipe(metadata)
    model_class = getattr(kgz.models, metadata["model"])
    assert model_class.presets[name] == metadata
    card = (folder / "README.md").read_text()
    assert "arXiv" in card and metadata["sha256"] in card and (folder / "samples.png").exists()
    assert metadata["licence"] == licences.WEIGHTS and f"Weights: {licences.WEIGHTS}." in card
    for data in licences.of_data(metadata["data"]["name"]).values():
        assert f"{data.name}. {data.credit}" in card


@pytest.mark.parametrize("name", BUILTIN)
def test_no_preset_needs_float32(name):
    """Kernels have 16 bits or fewer; vectors are too small to matter."""
    kernels = []
    with h5py.File(kgz.presets.builtin_presets()[name] / registry.WEIGHTS) as file:
        for network in file.values():
            kernels += [data.dtype for data in network.values() if data.ndim > 1]
    assert kernels and max(kind.itemsize for kind in kernels) <= 2


def test_the_semi_supervised_preset_reads_digits():
    """Drawn with two strokes each, none of them in its training data."""
    model = kgz.models.SemiSupervisedGAN.from_preset("semi_supervised_gan_mnist_100")
    one, seven, zero = np.full((3, 28, 28, 1), -1.0, "float32")
    one[5:23, 13:16] = 1.0
    seven[6:9, 8:20] = 1.0
    for row in range(9, 23):
        middle = 18 - (row - 9) // 2
        seven[row, middle - 1 : middle + 2] = 1.0
    y, x = np.mgrid[:28, :28] - 13.5
    zero[(np.hypot(y, 1.3 * x) > 6.5) & (np.hypot(y, 1.3 * x) < 9.5)] = 1.0
    found = np.argmax(model.classify(np.stack([one, seven, zero])), axis=1)
    assert found.tolist() == [1, 7, 0]


def test_the_first_presets_are_there():
    assert {"dcgan_fashion_mnist", "conv_gan_fashion_mnist"} <= set(BUILTIN)


def test_a_loaded_preset_trains_on_and_is_saved_again(tmp_path):
    model = kgz.models.DCGAN.from_preset("dcgan_fashion_mnist")
    model.save_to_preset(tmp_path / "again")
    model.compile()
    model.fit(np.zeros((4, 28, 28, 1), "float32"), verbose=0)


@pytest.fixture
def folder(tmp_path):
    model = kgz.models.GAN(sample_shape=(2,), latent_dim=3, hidden_units=10)
    model.save_to_preset(tmp_path / "tiny")
    return tmp_path / "tiny"


def change(path, function):
    """Changes a config as an attacker would: its sha256 is forgotten, as older presets do."""
    for one, changed in ((path, function), (path.parent / registry.METADATA, forget_the_sum)):
        content = json.loads(one.read_text())
        changed(content)
        one.write_text(json.dumps(content))


def forget_the_sum(metadata):
    del metadata["config_sha256"]


def test_weights_that_do_not_match_their_sha256(folder):
    weights = folder / registry.WEIGHTS
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")
    with pytest.raises(ValueError, match="sha256.*Received.*damaged"):
        kgz.models.from_preset(str(folder))


def test_a_config_of_an_unknown_class(folder):
    def rename(config):
        config.update(class_name="DCGAM", registered_name="keras_gan_zoo>DCGAM")

    change(folder / registry.CONFIG, rename)
    with pytest.raises(ValueError, match="Did you mean 'keras_gan_zoo>DCGAN'"):
        kgz.models.from_preset(str(folder))


def test_a_config_that_names_code_elsewhere_is_not_run(folder):
    def rename(config):
        config.update(module="os", class_name="system", registered_name="system")

    change(folder / registry.CONFIG, rename)
    with pytest.raises(ValueError, match="model of this library"):
        kgz.models.from_preset(str(folder))


def test_a_config_that_does_not_build(folder):
    change(folder / registry.CONFIG, lambda config: config["config"].update(no_such_argument=1))
    with pytest.raises(ValueError, match="(?s)does not build.*no_such_argument"):
        kgz.models.from_preset(str(folder))
    (folder / registry.CONFIG).write_text("{ broken")
    with pytest.raises(ValueError, match="Expected JSON"):
        kgz.models.from_preset(str(folder))


def test_weights_of_other_networks(folder, tmp_path):
    other = kgz.models.GAN(sample_shape=(2,), latent_dim=3, hidden_units=20)
    other.save_to_preset(tmp_path / "other")
    for name in (registry.WEIGHTS, registry.METADATA):
        shutil.copy(tmp_path / "other" / name, folder / name)
    change(folder / registry.CONFIG, lambda config: None)
    with pytest.raises(ValueError, match="does not fit"):
        kgz.models.from_preset(str(folder))


@pytest.mark.parametrize("name", registry.FILES)
def test_a_folder_that_is_half_there(folder, name):
    (folder / name).unlink()
    with pytest.raises(FileNotFoundError, match=f"lacks {name}"):
        kgz.models.from_preset(str(folder))


def test_an_unknown_name():
    with pytest.raises(ValueError, match="Did you mean 'dcgan_fashion_mnist'"):
        kgz.models.from_preset("dcgan_fashion_mnits")


def test_hubs_need_their_package(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(ImportError, match=r"keras-gan-zoo\[hub\]"):
        kgz.models.from_preset("hf://someone/something")


def test_hubs_are_asked_through_their_own_library(monkeypatch, folder):
    import sys
    import types

    asked = []

    def download(handle):
        asked.append(handle)
        return str(folder)

    modules = {"huggingface_hub": "snapshot_download", "kagglehub": "model_download"}
    for module, function in modules.items():
        fake = types.ModuleType(module)
        setattr(fake, function, download)
        monkeypatch.setitem(sys.modules, module, fake)
    for handle in ("hf://someone/something", "kaggle://someone/model/keras/tiny"):
        assert kgz.models.from_preset(handle).generate(1, seed=0).shape == (1, 2)
    assert asked == ["someone/something", "someone/model/keras/tiny"]


def test_the_card_of_a_preset_of_ones_own_loads_that_one(tmp_path):
    model = kgz.models.GAN(sample_shape=(2,), latent_dim=3, hidden_units=10)
    model.save_to_preset(tmp_path / "dcgan_fashion_mnist")
    card = (tmp_path / "dcgan_fashion_mnist" / "README.md").read_text()
    assert 'from_preset("path/to/dcgan_fashion_mnist")' in card
    assert "Weights: licence not stated.\n\nData: licence not stated." in card
    facts = {"licence": "CC0", "data": "birds"}
    model.save_to_preset(tmp_path / "licensed", facts)
    card = (tmp_path / "licensed" / "README.md").read_text()
    assert "Weights: CC0.\n\nData: `birds`, licence not stated." in card
    builtin = kgz.presets.builtin_presets()["dcgan_fashion_mnist"] / "README.md"
    assert 'from_preset("dcgan_fashion_mnist")' in builtin.read_text()


def test_a_failed_save_leaves_nothing(tmp_path, monkeypatch):
    model = kgz.models.GAN(sample_shape=(2,), latent_dim=3, hidden_units=10)

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("keras_gan_zoo.presets.saver.model_card", full)
    with pytest.raises(OSError, match="No space"):
        model.save_to_preset(tmp_path / "tiny")
    assert not list(tmp_path.iterdir())


def test_a_damaged_config_is_found(folder):
    config = folder / registry.CONFIG
    config.write_text(config.read_text().replace('"hidden_units": 10', '"hidden_units": 11'))
    with pytest.raises(ValueError, match="Expected config.json with the config_sha256.*damaged"):
        kgz.models.from_preset(str(folder))


def test_a_preset_of_before_the_configs_sum_is_loaded(folder):
    change(folder / registry.CONFIG, lambda config: None)
    assert kgz.models.from_preset(str(folder)).generate(1, seed=0).shape == (1, 2)


@pytest.fixture
def no_downloads(monkeypatch):
    def get_file(*_, **__):
        raise AssertionError("a download was started")

    monkeypatch.setattr("keras.utils.get_file", get_file)


EXTRACTOR = {
    "module": "keras_gan_zoo.extractors.feature_extractor",
    "class_name": "FeatureExtractor",
    "registered_name": "keras_gan_zoo>FeatureExtractor",
    "config": {"source": ["inception_2015", None]},
}


def test_a_config_that_asks_to_be_compiled_is_not(folder, no_downloads):
    metric = {
        "module": "keras_gan_zoo.metrics",
        "class_name": "FrechetDistance",
        "registered_name": "keras_gan_zoo>FrechetDistance",
        "config": {"extractor": EXTRACTOR},
    }
    compile_config = {"metrics": [metric], "optimizers": None}
    extra = {"compile_config": compile_config, "build_config": {"input_shape": [1, 10**9]}}
    change(folder / registry.CONFIG, lambda config: config.update(extra))
    assert not kgz.models.from_preset(str(folder)).compiled


@pytest.mark.parametrize("source", [["inception_2015", None], ["mnist", "/etc/passwd"]])
def test_a_config_that_names_a_network_elsewhere_is_refused(source, folder, no_downloads):
    extractor = {**EXTRACTOR, "config": {"source": source}}
    change(folder / registry.CONFIG, lambda config: config["config"].update(penalties=[extractor]))
    with pytest.raises(ValueError, match="come with the library.*Received.*fetched from elsewhere"):
        kgz.models.from_preset(str(folder))


@pytest.mark.parametrize(
    "sizes",
    [{"latent_dim": 10**9}, {"latent_dim": 10**20}, {"hidden_units": 10**9}, {"hidden_units": -1}],
)
def test_absurd_sizes_are_an_error(sizes, folder):
    change(folder / registry.CONFIG, lambda config: config["config"].update(sizes))
    with pytest.raises(ValueError, match="Expected a config this library wrote.*does not build"):
        kgz.models.from_preset(str(folder))


def test_a_large_network_of_ones_own_is_an_error_too(folder):
    dense = {
        "module": "keras.layers",
        "class_name": "Dense",
        "config": {"units": 10**9},
        "registered_name": None,
    }
    start = {
        "module": "keras.layers",
        "class_name": "InputLayer",
        "config": {"batch_shape": [None, 3]},
        "registered_name": None,
    }
    network = {
        "module": "keras",
        "class_name": "Sequential",
        "config": {"name": "large", "layers": [start, dense]},
        "registered_name": None,
    }
    change(folder / registry.CONFIG, lambda config: config["config"].update(generator=network))
    with pytest.raises(ValueError, match="does not build.*variables of at most 50,000,"):
        kgz.models.from_preset(str(folder))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("keras_gan_zoo>NonSaturating", "which is no model"),
        ("keras_gan_zoo>Image", "which is no model"),
        ("DCGAN", "Unknown registered_name: 'DCGAN'"),
        (None, "Unknown registered_name: 'None'"),
        ("mine>Own", "Received: 'mine>Own'. Import the module"),
    ],
)
def test_a_class_that_is_no_model(name, said, folder):
    change(folder / registry.CONFIG, lambda config: config.update(registered_name=name))
    with pytest.raises(ValueError, match=f"to name a model of this library.*{said}"):
        kgz.models.from_preset(str(folder))


def test_json_that_is_nested_deeply(folder):
    for content in ("[" * 100_000 + "]" * 100_000, "", "[]"):
        (folder / registry.METADATA).write_text(content)
        with pytest.raises(ValueError, match="Expected.*JSON.*Received: .*metadata.json"):
            kgz.models.from_preset(str(folder))


def test_an_evaluation_that_cannot_be_recorded_leaves_the_preset(folder, monkeypatch):
    import os

    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left.*intact"):
        kgz.presets.record_evaluation(str(folder), {"metrics": {"fid": 1.0}, "protocol": {}})
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_no_evaluation_that_is_recorded_at_the_same_time_is_lost(folder):
    """From four threads: a lock of a folder is between open files, whichever process has them."""

    def record(number):
        measured = {"metrics": {f"fid_{number}": number}, "protocol": {"seed": number}}
        kgz.presets.record_evaluation(str(folder), measured)

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(record, range(20)))
    found = kgz.presets.preset_metadata(str(folder))["evaluations"]
    assert sorted(one["protocol"]["seed"] for one in found) == list(range(20))
    card = (folder / registry.CARD).read_text()
    assert all(f"| fid_{number} | {number} |" in card for number in range(20))


def test_of_two_writers_of_one_preset_one_succeeds(tmp_path):
    """Each from its own thread, many times: what is there can be read, and is of one of them."""
    models = [
        kgz.models.GAN(sample_shape=(2,), latent_dim=3, hidden_units=10, seed=seed)
        for seed in (1, 2)
    ]

    def save(model, folder):
        try:
            model.save_to_preset(folder)
            return True
        except FileExistsError:
            return False

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for number in range(10):
            folder = tmp_path / str(number)
            wins = list(pool.map(save, models, [folder] * 2))
            assert sum(wins) == 1
            found = kgz.models.from_preset(str(folder)).generate(2, seed=0)
            np.testing.assert_array_equal(found, models[wins.index(True)].generate(2, seed=0))
    assert len(list(tmp_path.iterdir())) == 10

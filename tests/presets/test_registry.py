"""Presets of other distributions: found without running their code; broken ones do no harm."""

import json
import pathlib
import sys

import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo.presets import registry

OPENED = []  # files below WATCHED, which the test of them sets
WATCHED = []


@sys.addaudithook
def remember(event, arguments):
    if event == "open" and WATCHED and str(arguments[0]).startswith(WATCHED[0]):
        OPENED.append(pathlib.Path(arguments[0]))


class Site:
    """A folder on `sys.path` to which distributions are installed."""

    def __init__(self, folder, monkeypatch):
        self.folder = folder
        self.monkeypatch = monkeypatch

    def install(self, distribution, package, presets=(), entry_point=None):
        """Presets are `{name: content of metadata.json}`."""
        information = self.folder / f"{distribution.replace('-', '_')}-1.0.dist-info"
        information.mkdir(parents=True)
        (information / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n"
        )
        (information / "entry_points.txt").write_text(
            f"[{registry.ENTRY_POINTS}]\npresets = {entry_point or package}\n"
        )
        root = self.folder.joinpath(*package.split("."))
        root.mkdir(parents=True)
        for parent in (root, *root.parents):
            if parent == self.folder:
                break
            (parent / "__init__.py").write_text("raise RuntimeError('was imported')\n")
        for name, metadata in dict(presets).items():
            (root / name).mkdir()
            (root / name / registry.METADATA).write_text(metadata)
        return root

    def open(self):
        """What has been installed is found from now on."""
        self.monkeypatch.syspath_prepend(self.folder)
        forget()


def forget():
    registry._installed.cache_clear()
    registry._roots.cache_clear()


@pytest.fixture
def site(tmp_path, monkeypatch):
    yield Site(tmp_path / "site", monkeypatch)
    monkeypatch.undo()
    forget()


SHIPPED = {"gan_fashion_mnist"}  # of this class, in the distribution with more presets


def metadata(model="GAN"):
    return json.dumps({"model": model})


def save(folder):
    model = kgz.models.GAN(sample_shape=(2,), latent_dim=3, hidden_units=10)
    model.save_to_preset(folder)


@pytest.mark.parametrize("package", ["their_gans", "their.gans"])
def test_another_distribution_has_presets(site, package, monkeypatch):
    root = site.install("their-presets", package)
    save(root / "their_gan")
    site.open()
    OPENED.clear()
    monkeypatch.setattr(sys.modules[__name__], "WATCHED", [str(site.folder)])
    assert kgz.presets.builtin_presets()["their_gan"] == root / "their_gan"
    assert kgz.presets.preset_sources()["their_gan"] == "their-presets"
    assert kgz.presets.preset_sources()["dcgan_fashion_mnist"] == "keras-gan-zoo"
    assert kgz.models.from_preset("their_gan").generate(1, seed=0).shape == (1, 2)
    assert set(kgz.models.GAN.presets) - SHIPPED == {"their_gan"}
    assert registry.address(root / "their_gan") == "their_gan"
    # Nothing of that distribution ran, and nothing was read but its entry points and its preset.
    assert not any(name.startswith("their") for name in sys.modules)
    assert {path.name for path in OPENED} > set(registry.FILES)
    for path in OPENED:
        assert path.parent == root / "their_gan" or path.parent.suffix == ".dist-info", path


def test_the_presets_of_this_package_win(site):
    site.install("a-presets", "a_presets", {"dcgan_fashion_mnist": metadata(), "x": metadata()})
    site.install("b-presets", "b_presets", {"x": metadata("VAE")})
    site.open()
    with pytest.warns(UserWarning) as warned:
        sources = kgz.presets.preset_sources()
    assert sources["dcgan_fashion_mnist"] == "keras-gan-zoo" and sources["x"] == "a-presets"
    messages = [str(one.message) for one in warned]
    assert len(messages) == 2
    assert "'a-presets'" in messages[0] and "'dcgan_fashion_mnist'" in messages[0]
    assert "'b-presets'" in messages[1] and "a preset of a-presets" in messages[1]
    assert kgz.presets.builtin_presets()["x"].parent.name == "a_presets"  # and no more warnings


@pytest.mark.parametrize(
    ("entry_point", "problem"),
    [
        ("no_such_package", "installed package.*'no_such_package'"),
        ("their_gans.no_such_folder", "installed package.*no_such_folder"),
        ("their_gans:presets", "installed package.*'their_gans:presets'"),
        ("..elsewhere", "installed package.*elsewhere"),
        ("json.decoder", "installed package.*json.decoder"),
        ("their_gans", "Expected folders with metadata.json"),
    ],
)
def test_a_broken_entry_point_is_a_warning(site, entry_point, problem):
    site.install("broken-presets", "their_gans", entry_point=entry_point)
    site.open()
    with pytest.warns(UserWarning, match=f"'broken-presets'.*{problem}"):
        found = kgz.presets.builtin_presets()
    assert "dcgan_fashion_mnist" in found


@pytest.mark.parametrize(
    ("content", "problem"), [("{", "is broken"), ("[]", "JSON object"), ("{}", "name its model")]
)
def test_a_preset_that_cannot_be_read_is_a_warning(site, content, problem):
    site.install("their-presets", "their_gans", {"broken": content, "whole": metadata()})
    site.open()
    with pytest.warns(UserWarning, match=f"'their-presets'.*{problem}"):
        found = kgz.presets.builtin_presets()
    assert "whole" in found and "broken" not in found
    assert set(kgz.models.GAN.presets) - SHIPPED == {"whole"}


@pytest.fixture
def alone(monkeypatch):
    """Only this package's own presets."""
    monkeypatch.setattr(registry.importlib.metadata, "entry_points", lambda group: ())
    forget()
    yield
    monkeypatch.undo()
    forget()


def test_what_to_install_for_a_preset_that_is_not_there(alone):
    how = "pip install keras-gan-zoo-weights.*from a checkout.*pip install ./weights"
    for ask in (kgz.models.from_preset, kgz.models.VAE.from_preset, kgz.presets.preset_metadata):
        with pytest.raises(ValueError, match=f"Received: 'vae_mnist'.*{how}"):
            ask("vae_mnist")
    with pytest.raises(ValueError, match=how):
        kgz.evaluation.evaluate("vae_mnist", "mnist")
    with pytest.raises(ValueError, match="Did you mean 'vae_orl_faces'"):
        kgz.models.from_preset("vae_orl_face")


def test_a_recipe_without_preset_is_to_be_trained():
    with pytest.raises(ValueError, match="keras-gan-zoo train own_photos") as raised:
        kgz.models.from_preset("own_photos")
    assert "pip install" not in str(raised.value)


def test_the_folder_of_a_run_is_named(tmp_path, monkeypatch):
    (tmp_path / "runs/mine/mine").mkdir(parents=True)
    (tmp_path / "runs/mine/mine/metadata.json").write_text("{}")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="Received: 'mine'. Did you mean 'runs/mine/mine'?"):
        kgz.models.from_preset("mine")


def test_every_preset_of_this_project_is_named():
    """So that what is not installed can be told from what does not exist."""
    sources = kgz.presets.preset_sources()
    ours = {registry.DISTRIBUTION, registry.MORE_PRESETS}
    presets = {name for name, distribution in sources.items() if distribution in ours}
    assert presets == registry._ours() - registry.ONLY_RECIPES

"""The two wheels of this repository: what is in them, how large, and that they work."""

import os
import pathlib
import shutil
import subprocess
import sys
import zipfile

import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo.presets.registry import CARD, DISTRIBUTION, FILES, METADATA, MORE_PRESETS

ROOT = pathlib.Path(kgz.__file__).parent.parent
MAIN = {
    "conditional_gan_fashion_mnist_projection",
    "dcgan_fashion_mnist",
    "semi_supervised_aae_mnist_100",
    "vae_fashion_mnist",
}
LARGEST_WHEEL = 40_000_000

pytestmark = pytest.mark.skipif(
    not (ROOT / "weights").is_dir(), reason="the library is installed without its repository"
)


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    """`{distribution: wheel}`, built from a copy, for building leaves files in the source."""
    source = tmp_path_factory.mktemp("source")
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info", "build")
    for name in ("keras_gan_zoo", "weights"):
        shutil.copytree(ROOT / name, source / name, ignore=ignored)
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    built = {}
    for distribution, folder in ((DISTRIBUTION, source), (MORE_PRESETS, source / "weights")):
        out = source / "wheels" / distribution
        options = ["--no-deps", "--no-build-isolation", "--quiet", "--wheel-dir", out]
        subprocess.run([sys.executable, "-m", "pip", "wheel", *options, folder], check=True)
        (built[distribution],) = out.iterdir()
    return built


def presets_in(wheel, root):
    """`{preset: names of its files}`."""
    found = {}
    for path in map(pathlib.PurePosixPath, zipfile.ZipFile(wheel).namelist()):
        if str(path.parent.parent) == root and path.suffix != ".py":
            found.setdefault(path.parent.name, set()).add(path.name)
    return found


def test_wheels(wheels):
    """Each is small enough; every preset of the repository is in one of them, complete."""
    main = presets_in(wheels[DISTRIBUTION], "keras_gan_zoo/presets/builtin")
    more = presets_in(wheels[MORE_PRESETS], "keras_gan_zoo_weights")
    assert main.keys() == MAIN
    there = {path.parent.name for path in (ROOT / "weights").glob(f"*/*/{METADATA}")}
    assert more.keys() == there and not there & MAIN
    for files in (*main.values(), *more.values()):
        assert files == {*FILES, CARD, "samples.png"}
    for wheel in wheels.values():
        assert wheel.stat().st_size < LARGEST_WHEEL, wheel
    names = zipfile.ZipFile(wheels[DISTRIBUTION]).namelist()
    for name in names:
        assert name.startswith(("keras_gan_zoo/", "keras_gan_zoo-")), name
    recipes = {path.name for path in (ROOT / "keras_gan_zoo/recipes").glob("*.yaml")}
    assert recipes == {name.split("/")[-1] for name in names if name.endswith(".yaml")}
    assert "keras_gan_zoo/datasets/data/fashion_mnist_mini.npz" in names
    code = [n for n in zipfile.ZipFile(wheels[MORE_PRESETS]).namelist() if n.endswith(".py")]
    assert code == ["keras_gan_zoo_weights/__init__.py"]


def python(code, *path):
    """Runs code where only these folders and the environment's packages are importable."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, path))}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=path[0])
    return done.stdout, done.stderr


@pytest.mark.long
def test_the_wheels_as_they_are_installed(wheels, tmp_path):
    """What README shows works with the main one alone; the other adds its presets."""
    for distribution, wheel in wheels.items():
        zipfile.ZipFile(wheel).extractall(tmp_path / distribution)
    main, more = tmp_path / DISTRIBUTION, tmp_path / MORE_PRESETS
    # The environment of the tests may have the other distribution installed.
    hide = "import importlib.metadata as m; m.entry_points = lambda group: ()\n"
    readme = """
import keras_gan_zoo as kgz
print(kgz.__file__)
print(kgz.models.from_preset("dcgan_fashion_mnist").generate(64, seed=0).shape)
name = "conditional_gan_fashion_mnist_projection"
print(kgz.models.from_preset(name).generate(8, labels=7).shape)
"""
    vae = "print(kgz.models.from_preset('vae_mnist').generate(1, seed=0).shape)\n"
    output, errors = python(hide + readme + vae, main)
    assert f"{main}{os.sep}" in output and "(64, 28, 28, 1)" in output, errors
    assert "(8, 28, 28, 1)" in output and "(1, 28, 28, 1)" not in output
    assert "`pip install keras-gan-zoo-weights`" in errors.splitlines()[-1]
    where = "print(kgz.presets.builtin_presets()['vae_mnist'])\n"
    output, errors = python(readme + where + vae, main, more)
    assert f"{more}{os.sep}" in output and "(1, 28, 28, 1)" in output, errors

"""What is published: the source distribution, and the two wheels that are built from it."""

import ast
import email
import importlib.metadata
import os
import pathlib
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile

import packaging.requirements
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
# In bytes. The package index takes files of up to 100 MB.
LARGEST = {DISTRIBUTION: 40e6, MORE_PRESETS: 90e6}
FOLDERS = ("applications", "benchmarks", "docs", "keras_gan_zoo", "tests", "tools", "weights")
LEFT_BY_BUILDS = ("__pycache__", "*.egg-info", "build", "dist")

pytestmark = pytest.mark.skipif(
    not (ROOT / "weights").is_dir(), reason="the library is installed without its repository"
)


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    """The source distribution, built from a copy, for building leaves files in the source."""
    source, out = tmp_path_factory.mktemp("copy"), tmp_path_factory.mktemp("sdist")
    for folder in FOLDERS:
        ignored = shutil.ignore_patterns(*LEFT_BY_BUILDS)
        shutil.copytree(ROOT / folder, source / folder, ignore=ignored)
    for path in ROOT.iterdir():
        if path.is_file() and not path.name.startswith("."):
            shutil.copy(path, source)
    code = f"import setuptools.build_meta as backend; backend.build_sdist({str(out)!r})"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=source, stdout=subprocess.DEVNULL)
    (archive,) = out.iterdir()
    with tarfile.open(archive) as file:
        file.extractall(out, filter="data")
    (folder,) = (path for path in out.iterdir() if path.is_dir())
    return folder


@pytest.fixture(scope="module")
def wheels(unpacked, tmp_path_factory):
    """`{distribution: wheel}`, built from the source distribution."""
    built = {}
    for distribution, folder in ((DISTRIBUTION, unpacked), (MORE_PRESETS, unpacked / "weights")):
        out = tmp_path_factory.mktemp("wheel")
        options = ["--no-deps", "--no-build-isolation", "--quiet", "--wheel-dir", out]
        subprocess.run([sys.executable, "-m", "pip", "wheel", *options, folder], check=True)
        (built[distribution],) = out.iterdir()
    return built


def files_in(root, *folders):
    """The paths of all files in folders, relative to `root`, but for what Python leaves there."""
    paths = (path for folder in folders for path in (root / folder).rglob("*") if path.is_file())
    relative = (path.relative_to(root) for path in paths)
    left = ("__pycache__", "build", "dist")
    return {
        path.as_posix()
        for path in relative
        if not any(part in left or part.endswith(".egg-info") for part in path.parts)
    }


def test_the_source_distribution_is_the_repository(unpacked):
    """So whoever has it can run the tests, and build what is published."""
    assert files_in(unpacked, *FOLDERS) == files_in(ROOT, *FOLDERS)
    top = {path.name for path in unpacked.iterdir()}
    assert top >= {"Makefile", "LICENSE", "CITATION.cff", "conftest.py", "setup.py", "mkdocs.yml"}
    assert top >= {path.name for path in ROOT.glob("requirements*.txt")}


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
    for distribution, wheel in wheels.items():
        assert wheel.stat().st_size < LARGEST[distribution], wheel
    names = zipfile.ZipFile(wheels[DISTRIBUTION]).namelist()
    library = {name for name in names if not name.startswith("keras_gan_zoo-")}
    assert library == files_in(ROOT, "keras_gan_zoo")  # all data, no tests, py.typed
    assert "keras_gan_zoo/py.typed" in library
    code = [n for n in zipfile.ZipFile(wheels[MORE_PRESETS]).namelist() if n.endswith(".py")]
    assert code == ["keras_gan_zoo_weights/__init__.py"]


@pytest.fixture
def environment(tmp_path):
    """A new environment with all packages of this one but ours: `(install, run)`."""
    venv.create(tmp_path / "new", symlinks=True)
    folders = {"base": str(tmp_path / "new"), "platbase": str(tmp_path / "new")}
    site = pathlib.Path(sysconfig.get_path("purelib", "venv", folders))
    for kind in ("purelib", "platlib"):
        for path in pathlib.Path(sysconfig.get_path(kind)).iterdir():
            ours = "keras_gan_zoo" in path.name
            if not ours and path.suffix != ".pth" and not (site / path.name).exists():
                (site / path.name).symlink_to(path)
    commands = pathlib.Path(sysconfig.get_path("scripts", "venv", folders))
    variables = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}

    def install(wheel):
        pip = [sys.executable, "-m", "pip", "--python", commands / "python", "install"]
        options = ["--no-deps", "--no-index", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *options, wheel], check=True, env=variables)

    def run(command, *arguments):
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir(exist_ok=True)
        done = subprocess.run(
            [commands / command, *arguments],
            capture_output=True,
            text=True,
            env=variables,
            cwd=elsewhere,
        )
        return done.stdout, done.stderr

    return site, install, run


def test_the_wheels_as_they_are_installed(wheels, environment):
    """What README shows works, elsewhere, with the main one alone; the other adds its presets."""
    site, install, run = environment
    install(wheels[DISTRIBUTION])
    names, errors = run("keras-gan-zoo", "list", "--json")
    assert "dcgan_fashion_mnist" in names, errors
    _, errors = run("keras-gan-zoo", "info", "vae_mnist")
    assert "`pip install keras-gan-zoo-weights`" in errors
    install(wheels[MORE_PRESETS])
    code = """
import keras_gan_zoo as kgz
print(kgz.__file__, kgz.presets.builtin_presets()["vae_mnist"], *kgz.datasets.list())
print(kgz.models.from_preset("dcgan_fashion_mnist").generate(64, seed=0).shape)
name = "conditional_gan_fashion_mnist_projection"
print(kgz.models.from_preset(name).generate(8, labels=7).shape)
print(kgz.models.from_preset("vae_mnist").generate(1, seed=0).shape)
print(next(iter(kgz.datasets.load("fashion_mnist_mini", batch_size=5)))[0].shape)
"""
    output, errors = run("python", "-c", code)
    assert f"{site}{os.sep}keras_gan_zoo{os.sep}" in output, errors
    assert f"{site}{os.sep}keras_gan_zoo_weights{os.sep}vae_mnist" in output, errors
    for count in (64, 8, 1, 5):
        assert f"({count}, 28, 28, 1)" in output, errors


def metadata_of(wheel):
    """What an installer reads of a wheel."""
    (name,) = (n for n in zipfile.ZipFile(wheel).namelist() if n.endswith(".dist-info/METADATA"))
    return email.message_from_bytes(zipfile.ZipFile(wheel).read(name))


def required(wheel, extra=""):
    """The dependencies of a wheel: `{name: specifier}`."""
    parsed = map(packaging.requirements.Requirement, metadata_of(wheel).get_all("Requires-Dist"))
    return {
        one.name.lower().replace("_", "-"): one.specifier
        for one in parsed
        if (f'extra == "{extra}"' if extra else "None") == str(one.marker)
    }


def test_every_import_is_declared(wheels):
    """By the distribution that it comes from; PyTorch only reads one kind of published weights."""
    imported = set()
    for path in (ROOT / "keras_gan_zoo").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add(node.module.split(".")[0])
    imported -= sys.stdlib_module_names | {"keras_gan_zoo", "torch"}
    distributions = importlib.metadata.packages_distributions()
    names = {distributions[one][0].lower().replace("_", "-") for one in imported}
    unsaid = {"tensorboard", "importlib-resources"}  # other packages import these and do not say so
    assert required(wheels[DISTRIBUTION]).keys() == names | unsaid


def test_every_dependency_has_a_lower_and_an_upper_end(wheels):
    for wheel in wheels.values():
        assert metadata_of(wheel)["Requires-Python"] == "<3.14,>=3.10"  # as TensorFlow has it
        for name, specifier in {**required(wheel), **required(wheel, "hub")}.items():
            assert {one.operator for one in specifier} == {">=", "<"}, name
        for name, specifier in required(wheel).items():
            assert importlib.metadata.version(name) in specifier, name


def test_requirements_are_pinned_by_hashes():
    """Of each file on the index; the command that writes them is named at their top."""
    for path in ROOT.glob("requirements*.txt"):
        head, *lines = path.read_text().split("make requirements\n")
        assert head.startswith("#") and len(lines) == 1, path
        pins = lines[0].replace("\\\n", "").splitlines()
        assert len(pins) > 50
        assert all("==" in pin and "--hash=sha256:" in pin for pin in pins), path

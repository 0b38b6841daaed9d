"""What holds for the package as a whole."""

import ast
import pathlib
import re
import subprocess
import sys

import pytest

import keras_gan_zoo as kgz

ROOT = pathlib.Path(kgz.__file__).parent


def test_importing_is_quick():
    """`import keras_gan_zoo` adds under 0.3 s to `import keras`: best of three processes."""
    code = (
        "import keras, time; t = time.process_time(); import keras_gan_zoo; "
        "print(time.process_time() - t)"
    )
    times = [
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)
        for _ in range(3)
    ]
    assert min(times) < 0.3


def registered_in_files():
    """What the files of the package register with Keras: `{"package>Class"}`."""
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            for decorator in getattr(node, "decorator_list", ()):
                said = ast.unparse(decorator)
                if "register_keras_serializable" in said:
                    assert said.endswith("register_keras_serializable('keras_gan_zoo')"), said
                    yield f"keras_gan_zoo>{node.name}"


@pytest.mark.parametrize("program", ["", "keras-gan-zoo"])
def test_a_session_finds_every_registered_class(program):
    """Right after the import; in the command line, once one part was used."""
    code = (
        f"import sys; sys.argv = [{program!r}]; import keras_gan_zoo; "
        f"{'keras_gan_zoo.presets; ' if program else ''}"
        "import keras; print(*keras.saving.get_custom_objects(), sep='\\n')"
    )
    output = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True
    ).stdout
    expected = set(registered_in_files())
    assert len(expected) > 50 and expected <= set(output.splitlines())


def test_imports_run_one_way():
    """The table of docs/architecture.md, read from the code."""
    ranks = [
        {"errors", "version", "processor", "listing", "backend", "weight_files"},
        {"pictures", "layers", "losses", "penalties", "datasets"},
        {"presets", "serving", "networks"},
        {"metrics"},
        {"evaluation"},
        {"training"},
        {"callbacks", "models"},
        {"recipes"},
        {"cli"},
    ]
    rank = {name: level for level, names in enumerate(ranks) for name in names}
    # `models` offers `from_preset`; presets know no models.
    for path in ROOT.rglob("*.py"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if parts[0] == "__init__":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("keras_gan_zoo"):
                modules = (
                    [node.module.split(".")[1]]
                    if "." in node.module
                    else [a.name for a in node.names]
                )
                for module in modules:
                    if module == parts[0] or parts[0] == "cli":
                        continue
                    assert rank[module] <= rank[parts[0]], f"{path} imports {module}"


def test_tensorflow_is_named_in_few_places():
    allowed = {
        "backend.py",
        "pictures.py",
        "training",
        "datasets",
        "serving",
        "metrics",
        "evaluation",
    }
    for path in ROOT.rglob("*.py"):
        if path.relative_to(ROOT).parts[0] not in allowed:
            assert not re.search(r"^\s*(import|from) tensorflow", path.read_text(), re.M), path


def test_library_code_has_no_assert():
    for path in ROOT.rglob("*.py"):
        assert not any(isinstance(n, ast.Assert) for n in ast.walk(ast.parse(path.read_text()))), (
            path
        )


def test_nothing_names_a_public_thing_without_docstring():
    for module in (kgz.models, kgz.layers, kgz.losses, kgz.penalties, kgz.callbacks, kgz.networks):
        for name in module.__all__:
            assert getattr(module, name).__doc__, name

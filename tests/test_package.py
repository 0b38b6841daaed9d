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


def imports_of_packages():
    """For each package or module at the top, those that its files import."""
    found = {}
    for path in ROOT.rglob("*.py"):
        owner = path.relative_to(ROOT).with_suffix("").parts[0]
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("keras_gan_zoo"):
                inside = "." in node.module
                names = [node.module.split(".")[1]] if inside else [a.name for a in node.names]
                found.setdefault(owner, set()).update(set(names) - {owner})
    del found["__init__"]
    return found


def test_imports_are_those_of_the_table():
    """The table of docs/architecture.md, read from there, and from the code."""
    text = (ROOT.parent / "docs" / "architecture.md").read_text()
    rows = [row.split("|")[1:3] for row in re.findall(r"^\| `.*", text, flags=re.M)]
    table = {row[0].strip(" `"): set(re.findall(r"`(\w+)`", row[1])) for row in rows}
    for owner, imported in imports_of_packages().items():
        assert imported == table[owner], owner
    done = set()
    for owner, imported in table.items():  # from top to bottom, so that there is no circle
        assert imported - done <= {"version"}, owner
        done.add(owner)


def test_tensorflow_is_named_in_few_places():
    allowed = {
        "backend.py",
        "small_grids.py",
        "recurrence.py",
        "pictures.py",
        "training",
        "kinds",
        "families",
        "datasets",
        "serving",
        "extractors",
        "metrics",
        "evaluation",
        "environments",
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
    for module in (
        kgz.kinds,
        kgz.models,
        kgz.layers,
        kgz.losses,
        kgz.penalties,
        kgz.callbacks,
        kgz.networks,
    ):
        for name in module.__all__:
            assert getattr(module, name).__doc__, name

"""Names of what the library has, read from its files without importing Keras or TensorFlow."""

import ast
import pathlib

ROOT = pathlib.Path(__file__).parent


def model_names() -> list[str]:
    """The classes in `kgz.models`."""
    return [name for name in _literal("models/__init__.py", "__all__") if name[0].isupper()]


def dataset_names() -> list[str]:
    """The builtin data sets, as `kgz.datasets.list()` gives them."""
    return sorted(_literal("datasets/builtin.py", "NAMES"))


def recipe_names() -> list[str]:
    """The recipes in this package, as `kgz.recipes.list_recipes()` names them."""
    return sorted(path.stem for path in (ROOT / "recipes").glob("*.yaml"))


def _literal(file, variable):
    """The value of a variable that a module of this package assigns as a literal."""
    for node in ast.parse((ROOT / file).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == variable:
            return ast.literal_eval(node.value)
    raise LookupError(f"Expected {file} to assign `{variable}`. Received: no such line")

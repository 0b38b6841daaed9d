"""Where presets are, and what their metadata say."""

import functools
import importlib.resources
import json
import pathlib

from keras_gan_zoo import errors

CONFIG = "config.json"
WEIGHTS = "model.weights.h5"
METADATA = "metadata.json"
CARD = "README.md"
FILES = (CONFIG, WEIGHTS, METADATA)
BUILTIN = pathlib.Path(str(importlib.resources.files("keras_gan_zoo.presets") / "builtin"))


@functools.cache
def builtin_presets() -> dict[str, pathlib.Path]:
    """The presets in this package, by name."""
    return {path.parent.name: path.parent for path in sorted(BUILTIN.glob(f"*/{METADATA}"))}


def address(folder: pathlib.Path) -> str:
    """What `from_preset` is given for a preset: its name in the package, else a path."""
    inside = folder.resolve().parent == BUILTIN.resolve()
    return folder.name if inside else f"path/to/{folder.name}"


def resolve(preset: str) -> pathlib.Path:
    """The folder of a preset: a builtin name, a folder, or an `hf://` or `kaggle://` handle.

    Raises:
        ValueError: If there is no such preset.
        FileNotFoundError: If the folder lacks one of its files.
    """
    preset = str(preset)
    if preset in builtin_presets():
        folder = builtin_presets()[preset]
    elif preset.startswith("hf://"):
        folder = _from_hub("huggingface_hub", "snapshot_download", preset.removeprefix("hf://"))
    elif preset.startswith("kaggle://"):
        folder = _from_hub("kagglehub", "model_download", preset.removeprefix("kaggle://"))
    elif pathlib.Path(preset).is_dir():
        folder = pathlib.Path(preset)
    else:
        raise errors.unknown_name(
            "preset (no builtin name, and no folder)", preset, builtin_presets()
        )
    if missing := [name for name in FILES if not (folder / name).is_file()]:
        raise FileNotFoundError(
            f"Expected a preset folder with {', '.join(FILES)}. Received: {folder}, "
            f"which lacks {', '.join(missing)}"
        )
    return folder


def is_preset(name: str) -> bool:
    """Whether `name` is a builtin preset, a hub's, or a folder that holds one."""
    return (
        name in builtin_presets()
        or name.startswith(("hf://", "kaggle://"))
        or (pathlib.Path(name) / METADATA).is_file()
    )


def preset_metadata(preset: str) -> dict:
    """What `metadata.json` of a preset says."""
    return read_json(resolve(preset) / METADATA)


def presets_of(model_class: type) -> dict[str, dict]:
    """`{name: metadata}` of the builtin presets of one model class."""
    metadata = {name: read_json(path / METADATA) for name, path in builtin_presets().items()}
    return {
        name: values for name, values in metadata.items() if values["model"] == model_class.__name__
    }


def read_json(path: pathlib.Path) -> dict:
    """Reads a JSON object; raises `ValueError` that names the file if it is none."""
    try:
        content = json.loads(path.read_text())
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"Expected JSON. Received: {path}, which is broken: {error}") from None
    if not isinstance(content, dict):
        raise ValueError(f"Expected a JSON object. Received: {path}, a {type(content).__name__}")
    return content


def _from_hub(library, function, handle):
    try:
        module = importlib.import_module(library)
    except ImportError:
        raise ImportError(
            f"Presets from this hub need the package {library!r}: pip install 'keras-gan-zoo[hub]'"
        ) from None
    return pathlib.Path(getattr(module, function)(handle))

"""Where presets are, and what their metadata say.

Presets are in this package, and in any distribution that has an entry point of the group
`keras_gan_zoo.presets`. Its value is a package; the folders in it that have a `metadata.json` are
presets. The package is looked up and never imported, so that no code of a distribution of presets
runs, and no file is read but those in the folders of its presets.
"""

import functools
import importlib.metadata
import importlib.resources
import importlib.util
import json
import pathlib
import warnings

from keras_gan_zoo import errors

CONFIG = "config.json"
WEIGHTS = "model.weights.h5"
METADATA = "metadata.json"
CARD = "README.md"
PICTURE = "samples.png"
FILES = (CONFIG, WEIGHTS, METADATA)
PACKAGE = pathlib.Path(str(importlib.resources.files("keras_gan_zoo")))
BUILTIN = PACKAGE / "presets" / "builtin"
ENTRY_POINTS = "keras_gan_zoo.presets"
DISTRIBUTION = "keras-gan-zoo"  # holds one preset per family
MORE_PRESETS = "keras-gan-zoo-weights"  # holds all others of this project
# Whose results are not good enough to ship, that have not been trained yet, or that are for data of
# other people.
ONLY_RECIPES = {
    "own_photos",
    "pix2pix_doom",
    "progan_fashion_mnist",
    "r3gan_fashion_mnist",
}
# Made by `applications/world_models`, not by recipes.
OF_APPLICATIONS = {"linear_controller_doom", "mdn_rnn_doom", "world_model_vae_doom"}


def builtin_presets() -> dict[str, pathlib.Path]:
    """The folders of all presets that are installed, by name.

    Of presets with one name, this package's own is taken; then that of the distribution whose name
    comes first in the alphabet. A warning names the distribution whose preset is ignored, and every
    distribution whose presets cannot be found or read. Looked up once per process.
    """
    return {name: folder for name, (folder, _) in _installed().items()}


def preset_sources() -> dict[str, str]:
    """The distributions that installed presets come from, by name of the preset."""
    return {name: distribution for name, (_, distribution) in _installed().items()}


@functools.cache
def _installed():
    """`{name: (folder, distribution)}`."""
    found = {}
    for distribution, root in _roots():
        folders = [path.parent for path in sorted(root.glob(f"*/{METADATA}"))]
        if not folders:
            _warn(
                distribution, f"Expected folders with {METADATA}. Received: {root}, which has none"
            )
        for folder in folders:
            if folder.name in found:
                other = found[folder.name][1]
                _warn(distribution, f"{folder.name!r} is the name of a preset of {other}")
            elif _is_readable(folder, distribution):
                found[folder.name] = folder, distribution
    return dict(sorted(found.items()))


@functools.cache
def _roots():
    """`(distribution, folder that its presets are in)`, in order of precedence."""
    roots = [(DISTRIBUTION, BUILTIN)]
    found = importlib.metadata.entry_points(group=ENTRY_POINTS)
    for distribution, package in sorted((str(one.dist.name), one.value) for one in found):
        try:
            roots.append((distribution, _folder_of(package)))
        except Exception as error:  # whatever the finders of other distributions raise
            _warn(distribution, str(error))
    return tuple(roots)


def _folder_of(package):
    """The folder of a package, without importing it or one of its parents."""
    first, *others = package.split(".")
    spec = importlib.util.find_spec(first) if first.isidentifier() else None
    for location in (spec and spec.submodule_search_locations) or ():
        folder = pathlib.Path(location, *others)
        if all(other.isidentifier() for other in others) and folder.is_dir():
            return folder
    raise ValueError(
        f"Expected the entry point of the group {ENTRY_POINTS!r} to name an installed package. "
        f"Received: {package!r}"
    )


def _is_readable(folder, distribution):
    try:
        model = read_json(folder / METADATA).get("model")
    except (OSError, ValueError) as error:
        _warn(distribution, str(error))
        return False
    if not isinstance(model, str):
        _warn(
            distribution,
            f"Expected {folder / METADATA} to name its model. Received: {model!r}",
        )
        return False
    return True


def _warn(distribution, problem):
    warnings.warn(
        f"Presets of the distribution {distribution!r} were left out: {problem}", stacklevel=2
    )


def address(folder: pathlib.Path) -> str:
    """What `from_preset` is given for a preset: its name if it is installed, else a path."""
    inside = folder.resolve().parent in [root.resolve() for _, root in _roots()]
    return folder.name if inside else f"path/to/{folder.name}"


def resolve(preset: str) -> pathlib.Path:
    """The folder of a preset: an installed name, a folder, or an `hf://` or `kaggle://` handle.

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
        raise _not_installed(preset)
    if missing := [name for name in FILES if not (folder / name).is_file()]:
        raise FileNotFoundError(
            f"Expected a preset folder with {', '.join(FILES)}. Received: {folder}, "
            f"which lacks {', '.join(missing)}"
        )
    return folder


def is_preset(name: str) -> bool:
    """Whether `name` is a preset of this project or installed, a hub's, or a folder with one.

    Those of this project need not be installed: `resolve` says how to get them.
    """
    return (
        name in builtin_presets()
        or name.startswith(("hf://", "kaggle://"))
        or (pathlib.Path(name) / METADATA).is_file()
        or (name in _ours() and not pathlib.Path(name).exists())
    )


def _not_installed(preset):
    """The error for a name that is not installed: how to get it, or which name was meant."""
    trained = pathlib.Path("runs") / preset / preset  # where `keras-gan-zoo train` puts it
    if (trained / METADATA).is_file():
        return ValueError(
            f"Expected the name of a preset, or its folder. Received: {preset!r}. Did you mean "
            f"{trained.as_posix()!r}?"
        )
    if preset not in _ours():
        known = builtin_presets().keys() | _ours() - ONLY_RECIPES
        return errors.unknown_name("preset (no known name, and no folder)", preset, known)
    how = f"Train it: `keras-gan-zoo train {preset}`"
    if preset not in ONLY_RECIPES and MORE_PRESETS not in preset_sources().values():
        how = f"`pip install {MORE_PRESETS}` or, from a checkout, `pip install ./weights`"
    return ValueError(
        f"Expected the name of a preset that is installed. Received: {preset!r}, which is not. "
        f"{how}"
    )


def _ours():
    """Names of all presets of this project, and of the recipes that have none."""
    return {path.stem for path in (PACKAGE / "recipes").glob("*.yaml")} | OF_APPLICATIONS


def preset_metadata(preset: str) -> dict:
    """What `metadata.json` of a preset says."""
    return read_json(resolve(preset) / METADATA)


def presets_of(model_class: type) -> dict[str, dict]:
    """`{name: metadata}` of the installed presets of one model class."""
    metadata = {name: read_json(path / METADATA) for name, path in builtin_presets().items()}
    return {
        name: values for name, values in metadata.items() if values["model"] == model_class.__name__
    }


def ships_extractor(name: str) -> bool:
    """Whether the weights of a feature extractor come with this package."""
    return name in {path.stem for path in (PACKAGE / "extractors" / "weights").glob("*.h5")}


def read_json(path: pathlib.Path) -> dict:
    """Reads a JSON object; raises `ValueError` that names the file if it is none."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"Expected JSON. Received: {path}, which is broken: {error}") from None
    except RecursionError:
        raise ValueError(f"Expected JSON. Received: {path}, which is nested too deeply") from None
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

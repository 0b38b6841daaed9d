"""Writing a preset."""

import pathlib

import keras

from keras_gan_zoo import atomic
from keras_gan_zoo.presets.model_card import model_card
from keras_gan_zoo.presets.registry import (
    CARD,
    CONFIG,
    METADATA,
    PICTURE,
    WEIGHTS,
    address,
    read_json,
    resolve,
)
from keras_gan_zoo.version import __version__
from keras_gan_zoo.weight_files import save_weights, sha256


def save_to_preset(
    model, folder, metadata: dict | None = None, picture=None, dtype: str | None = None
):
    """Writes `config.json`, `model.weights.h5`, `metadata.json` and the model card.

    The folder appears only when it is complete.

    Args:
        model: A model of the zoo.
        folder: Path that does not exist yet.
        metadata: What to record besides model, version and sha256: recipe, data set, seed,
            training time, hardware, metrics.
        picture: A `PIL.Image.Image` of samples for the card.
        dtype: What weights are stored as; `"float16"` halves the file, `"int8"` quarters it,
            `"int5"` makes less than a sixth of it, `"int4"` about a ninth. By default as they are.

    Raises:
        FileExistsError: If `folder` exists.
    """
    folder = pathlib.Path(folder)
    with atomic.folder(folder) as unfinished:
        config = keras.saving.serialize_keras_object(model)
        for name in unregistered(config):
            raise ValueError(
                f"Expected {name} to be registered, so that the preset can be loaded: put "
                "`@keras.saving.register_keras_serializable('my_package')` before the class. "
                f"Received: {name}, which Keras does not know"
            )
        for argument, value in config["config"].items():
            check_functions(argument, value)
        config.pop("compile_config", None)
        config.pop("build_config", None)
        atomic.write_json(unfinished / CONFIG, config)
        networks = model.preset_networks()
        save_weights(unfinished / WEIGHTS, networks, dtype)
        if picture is not None:
            with atomic.file(unfinished / PICTURE) as path:
                picture.save(path, optimize=True)
        facts = {
            "model": type(model).__name__,
            "library_version": __version__,
            "keras_version": keras.__version__,
            "parameters": {name: network.count_params() for name, network in networks.items()},
            **model.preset_facts(),
            **(metadata or {}),
            "sha256": sha256(unfinished / WEIGHTS),
            "config_sha256": sha256(unfinished / CONFIG),
        }
        atomic.write_json(unfinished / METADATA, facts)
        card = model_card(address(folder), type(model), facts, has_picture=picture is not None)
        atomic.write_text(unfinished / CARD, card)


def record_evaluation(preset: str, evaluation: dict):
    """Adds what `kgz.evaluation.evaluate` returned to a preset's metadata and card.

    An evaluation of the same protocol, but for versions, is replaced. Of several programs that
    record at the same time, each waits until the one before has written.

    Args:
        preset: The name of an installed preset, or a folder, that may be written.
        evaluation: `{"metrics": ..., "protocol": ...}`.

    Raises:
        ValueError: If there is no such preset.
    """
    folder = resolve(preset)
    with atomic.Lock(folder, wait=True):
        facts = read_json(folder / METADATA)
        others = facts.get("evaluations", [])
        kept = [one for one in others if _protocol(one) != _protocol(evaluation)]
        facts["evaluations"] = [*kept, evaluation]
        card = card_of(folder, facts)
        atomic.write_json(folder / METADATA, facts)
        atomic.write_text(folder / CARD, card)


def unregistered(config):
    """The names of classes in a config of Keras that loading it would not find."""
    if isinstance(config, dict):
        name = config.get("registered_name")
        builtin = str(config.get("module")).split(".")[0] in ("keras", "builtins")
        if name and not builtin and keras.saving.get_registered_object(name) is None:
            yield config["class_name"]
        config = list(config.values())
    if isinstance(config, (list, tuple)):
        for one in config:
            yield from unregistered(one)


def check_functions(argument: str, config):
    """Raises `ValueError` for a function in the config of an argument that would not be found."""
    for name in _lost_functions(config):
        raise ValueError(
            f"Expected functions in `{argument}` to be registered, so that its config makes it "
            "again: put `@keras.saving.register_keras_serializable('my_package')` before the `def` "
            f"of a function with a name. Received: {name}"
        )


def _lost_functions(config):
    """The names of functions in a config of Keras that loading it would not find."""
    if isinstance(config, dict):
        if _is_lambda(config):
            yield "a lambda"
        elif config.get("class_name") == "function":
            try:
                keras.saving.deserialize_keras_object({**config})
            except (TypeError, ValueError):
                yield f"the function {config['config']!r}"
        config = list(config.values())
    if isinstance(config, (list, tuple)):
        for one in config:
            yield from _lost_functions(one)


def _is_lambda(config):
    """Whether Keras has made this of a lambda: of a layer `Lambda`, or of an activation."""
    value = config.get("value") if config.keys() == {"value"} else None
    is_code = isinstance(value, (list, tuple)) and len(value) == 3 and isinstance(value[0], str)
    return is_code or config.get("class_name") == "__lambda__"


def card_of(folder: pathlib.Path, facts: dict, name: str | None = None) -> str:
    """The model card of a preset, anew from its metadata and its model's docstring.

    `name` is what `from_preset` takes for it, by default as it is installed here.
    """
    registered = read_json(folder / CONFIG)["registered_name"]
    model_class = keras.saving.get_registered_object(registered)
    has_picture = (folder / PICTURE).exists()
    return model_card(name or address(folder), model_class, facts, has_picture)


def _protocol(evaluation):
    return {key: v for key, v in evaluation["protocol"].items() if "version" not in key}

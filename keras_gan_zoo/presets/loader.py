"""Reading a preset."""

import warnings

import keras

from keras_gan_zoo import backend, errors, weight_files
from keras_gan_zoo.presets import registry
from keras_gan_zoo.presets.take_over import take_over, told
from keras_gan_zoo.weight_files import count_numbers, sha256

EXTRACTOR = "keras_gan_zoo>FeatureExtractor"
MOST_PER_STORED = 4  # numbers that a model may have for each that its preset stores
ALWAYS_ALLOWED = 50_000_000


def from_preset(
    preset: str, model_class: type | None = None, *, load_weights: bool = True, **overrides
):
    """Loads a trained model, or one that differs from it, to be trained on.

    With other arguments than those of the preset, such as `num_classes=3`, a new model is made, and
    what fits of the trained weights is taken over, variable by variable: those of a moving average,
    too. A warning says layer by layer what was taken over, what was made anew and why.

    Args:
        preset: The name of an installed preset, a folder, or an `hf://owner/name` or
            `kaggle://...` handle.
        model_class: The class the preset must be of; any by default.
        load_weights: Whether the model has the trained weights; if not, those of its seed.
        **overrides: Arguments of the model's constructor instead of those of the preset. Networks
            that losses use and presets do not hold (`PhasedModel.frozen`) are passed by the names
            of the arguments they came as; feature extractors of the library need not be.

    Returns:
        The model, not compiled; the generator holds the averaged weights.

    Raises:
        ValueError: If the preset is unknown or not installed, of another class, of a class this
            library does not have, or its weights or those of frozen networks are not those that a
            sha256 names; if such a network is missing, or if the class does not take one of
            `overrides`.
        FileNotFoundError: If the folder lacks one of its files.

    Example:

    >>> model = kgz.models.from_preset("dcgan_fashion_mnist")
    >>> model.generate(4, seed=0).shape
    TensorShape([4, 28, 28, 1])
    >>> from_scratch = kgz.models.from_preset("dcgan_fashion_mnist", load_weights=False, seed=1)
    """
    folder = registry.resolve(preset)
    metadata = registry.read_json(folder / registry.METADATA)
    _check_sums(folder, metadata)
    config = registry.read_json(folder / registry.CONFIG)
    weights = folder / registry.WEIGHTS
    networks = {name: overrides.pop(name) for name in _frozen_in(config) & overrides.keys()}
    # Averages and networks that losses use are not in the file.
    with backend.at_most_variables(MOST_PER_STORED * count_numbers(weights) + ALWAYS_ALLOWED):
        model = _build(folder, config, model_class, networks)
    if load_weights:
        weight_files.load_weights(weights, model.preset_networks())
        model.preset_loaded(metadata)
    return _changed(model, config, overrides, networks, load_weights and metadata)


def _changed(trained, config, overrides, networks, metadata):
    """A model of other arguments with what fits of the weights; of none, the trained one itself.

    No weights are taken over where there are no `metadata`.
    """
    if not overrides:
        return trained
    changed = _only_built(config, networks)
    changed["config"] = {**changed["config"], **overrides}
    model = keras.saving.deserialize_keras_object(changed, custom_objects=networks, safe_mode=True)
    if not metadata:
        return model
    found = take_over(trained.preset_networks(), model.preset_networks())
    model.preset_loaded(metadata)
    if any(one.why for variables in found.values() for one in variables):
        asked = ", ".join(f"{name}={value!r}" for name, value in overrides.items())
        warnings.warn(
            f"With {asked} some layers are not those of the preset.\n{told(found)}", stacklevel=4
        )
    return model


def _check_sums(folder, metadata):
    """Raises `ValueError` unless the files are those that the metadata name."""
    sums = {"sha256": registry.WEIGHTS}
    if "config_sha256" in metadata:  # those of older presets name only their weights
        sums["config_sha256"] = registry.CONFIG
    for key, name in sums.items():
        actual = sha256(folder / name)
        if metadata.get(key) != actual:
            raise ValueError(
                f"Expected {name} with the {key} that {folder / registry.METADATA} names, "
                f"{metadata.get(key)}. Received: {actual}. The file is damaged or of another "
                "preset; get it again."
            )


def _build(folder, config, model_class, networks):
    name = str(config.get("registered_name"))
    known, models = keras.saving.get_registered_object(name), _models()
    if known is None or known not in models.values():
        why = f"Received: {name!r}, which is no model"
        if known is None and ">" in name and not name.startswith("keras_gan_zoo>"):
            why = f"Received: {name!r}. Import the module that defines and registers it first"
        elif known is None:
            why = errors.unknown_name("registered_name", name, models)
        raise ValueError(
            f"Expected {folder / registry.CONFIG} to name a model of this library. {why}"
        )
    if model_class is not None and not issubclass(known, model_class):
        raise ValueError(
            f"Expected a preset of {model_class.__name__}. Received: {folder.name}, a preset of "
            f"{known.__name__}; use kgz.models.{known.__name__}.from_preset or "
            "kgz.models.from_preset"
        )
    arguments = config.get("config")
    if not isinstance(arguments, dict):
        raise _does_not_build(folder, f"`config` is of type {type(arguments).__name__}")
    try:
        config = _only_built(config, networks)
        return keras.saving.deserialize_keras_object(
            config, custom_objects=networks, safe_mode=True
        )
    except errors.WrongNetworkError:
        raise
    except Exception as error:  # a config may be anything, and so is what constructors make of it
        raise _does_not_build(folder, error or type(error).__name__) from error


def _does_not_build(folder, why):
    return ValueError(
        f"Expected a config this library wrote. Received: {folder / registry.CONFIG}, "
        f"which does not build: {why}"
    )


def _only_built(config, networks):
    """A config without what would compile, build or fetch something that a preset needs not.

    Keras compiles whatever has a `compile_config`, with metrics that may download networks.
    """
    if isinstance(config, (list, tuple)):
        return [_only_built(one, networks) for one in config]
    if not isinstance(config, dict):
        return config
    named = config.get("config")
    if _is_frozen(config) and isinstance(named, dict) and named.get("name") not in networks:
        _check_at_hand(named.get("extractor"), named.get("name"))
    if config.get("registered_name") == EXTRACTOR and isinstance(named, dict):
        _check_at_hand(named.get("source"), None)
    left_out = ("compile_config", "build_config") if "class_name" in config else ()
    return {
        key: _only_built(value, networks) for key, value in config.items() if key not in left_out
    }


def _check_at_hand(extractor, argument):
    """Raises `ValueError` for a feature extractor that this library would have to fetch."""
    if extractor is None or isinstance(extractor, dict):
        return
    name, *weights = [extractor] if isinstance(extractor, str) else extractor
    if any(one is not None for one in weights) or not registry.ships_extractor(str(name)):
        how = f"from_preset(..., {argument}=network)" if argument else "no preset may hold it"
        raise errors.WrongNetworkError(
            "Expected a preset whose feature extractors come with the library. Received: "
            f"{extractor!r}, which is fetched from elsewhere. Make it with "
            f"`kgz.metrics.FeatureExtractor.get`, and pass it: {how}"
        )


def _frozen_in(config):
    """The arguments of a config that are networks which it does not hold."""
    arguments = config.get("config")
    found = arguments.items() if isinstance(arguments, dict) else ()
    return {name for name, value in found if _is_frozen(value)}


def _is_frozen(value):
    return isinstance(value, dict) and value.get("registered_name") == "keras_gan_zoo>FrozenNetwork"


def _models():
    """The registered classes that presets can be of, by registered name."""
    registered = keras.saving.get_custom_objects()
    return {
        name: known
        for name, known in registered.items()
        if isinstance(known, type)
        and issubclass(known, keras.Model)
        and hasattr(known, "preset_networks")
    }

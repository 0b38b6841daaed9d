"""Reading a preset."""

import keras

from keras_gan_zoo import errors
from keras_gan_zoo.presets import registry
from keras_gan_zoo.weight_files import load_weights, sha256


def from_preset(preset: str, model_class: type | None = None, **networks):
    """Loads a trained model.

    Args:
        preset: The name of an installed preset, a folder, or an `hf://owner/name` or
            `kaggle://...` handle.
        model_class: The class the preset must be of; any by default.
        **networks: Networks that losses use and presets do not hold (`PhasedModel.frozen`), by the
            names of the arguments they came as. Feature extractors of the library need not be
            passed.

    Returns:
        The model, not compiled; the generator holds the averaged weights.

    Raises:
        ValueError: If the preset is unknown or not installed, of another class, of a class this
            library does not have, or its weights or those of `networks` are not those that a
            sha256 names; or if one of `networks` is missing or unknown.
        FileNotFoundError: If the folder lacks one of its files.

    Example:

    >>> model = kgz.models.from_preset("dcgan_fashion_mnist")
    >>> model.generate(4, seed=0).shape
    TensorShape([4, 28, 28, 1])
    """
    folder = registry.resolve(preset)
    metadata = registry.read_json(folder / registry.METADATA)
    config = registry.read_json(folder / registry.CONFIG)
    weights = folder / registry.WEIGHTS
    actual = sha256(weights)
    if metadata.get("sha256") != actual:
        raise ValueError(
            f"Expected weights with the sha256 that {folder / registry.METADATA} names, "
            f"{metadata.get('sha256')}. Received: {actual}. The file is damaged or of another "
            "preset; get it again."
        )
    model = _build(folder, config, model_class, networks)
    load_weights(weights, model.preset_networks())
    model.preset_loaded(metadata)
    return model


def _build(folder, config, model_class, networks):
    name = str(config.get("registered_name"))
    known = keras.saving.get_registered_object(name)
    if known is None:
        raise ValueError(
            f"Expected {folder / registry.CONFIG} to name a model of this library. "
            f"{errors.unknown_name('class', config.get('class_name'), _model_names())}"
        )
    if model_class is not None and not issubclass(known, model_class):
        raise ValueError(
            f"Expected a preset of {model_class.__name__}. Received: {folder.name}, a preset of "
            f"{known.__name__}; use kgz.models.{known.__name__}.from_preset or "
            "kgz.models.from_preset"
        )
    arguments = config.get("config") or {}
    frozen = {name for name, value in arguments.items() if _is_frozen(value)}
    for given in networks.keys() - frozen:
        raise errors.unknown_name(f"frozen network of {folder.name}", given, frozen)
    try:
        return keras.saving.deserialize_keras_object(config, custom_objects=networks)
    except errors.WrongNetworkError:
        raise
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise ValueError(
            f"Expected a config this library wrote. Received: {folder / registry.CONFIG}, "
            f"which does not build: {error}"
        ) from None


def _is_frozen(value):
    return isinstance(value, dict) and value.get("registered_name") == "keras_gan_zoo>FrozenNetwork"


def _model_names():
    registered = keras.saving.get_custom_objects()
    return [name.split(">")[-1] for name in registered if name.startswith("keras_gan_zoo>")]

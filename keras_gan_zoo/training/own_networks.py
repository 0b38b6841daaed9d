"""Networks that are passed to a model, or made by functions: which there may be."""

import itertools
import warnings

import keras
import numpy as np


def as_functional(name: str, network, shapes=None) -> keras.Model:
    """A network whose inputs and outputs are known.

    A subclassed `keras.Model` knows neither. It becomes the only layer of a
    `keras.Model(inputs, outputs)`, which is called, cloned, saved and exported like any other.

    Args:
        name: What errors call it.
        network: A `keras.Model`.
        shapes: Shapes of its inputs without the batch axis, in case that it does not know them; by
            default those of what it was called on.

    Raises:
        ValueError: If it is no `keras.Model`, its inputs are not known, it cannot be called on
            them, or its config does not make it again.
    """
    if getattr(network, "inputs", None) and getattr(network, "outputs", None):
        return network
    if not isinstance(network, keras.Model):
        raise ValueError(
            f"Expected `{name}` to be a `keras.Model`: a `keras.Sequential`, a "
            f"`keras.Model(inputs, outputs)` or a subclass. Received: {network!r}"
        )
    shapes = _built_for(network) or shapes
    if not shapes:
        raise ValueError(
            f"Expected `{name}` to know the shape of its inputs. Call a subclassed model once, as "
            "`network(keras.Input(shape))`; start a `keras.Sequential` with a `keras.Input`. "
            f"Received: {network!r}"
        )
    inputs = [keras.Input(shape) for shape in shapes]
    inputs = inputs[0] if len(inputs) == 1 else inputs
    try:
        outputs = network(inputs)
    except Exception as error:  # of whoever wrote the network
        takes = f"one of {shapes[0]}" if len(shapes) == 1 else f"a list of inputs of {shapes}"
        raise ValueError(
            f"Expected `{name}` to be called on {takes}, a batch axis before it. Received: "
            f"{type(network).__name__}, which raises {type(error).__name__}: {_line(error)}"
        ) from error
    if getattr(network, "outputs", None):  # a `Sequential`, which knows them now
        return network
    if isinstance(outputs, dict):
        raise ValueError(
            f"Expected `{name}` to return a tensor, or a list of them. Received: a dict with the "
            f"keys {list(outputs)}"
        )
    made = keras.Model(inputs, outputs, name=network.name)
    _check_config(name, network, made)
    return made


def check_apart(networks: dict, phases):
    """Raises `ValueError` if two players have a layer in common, which each would train its way.

    Args:
        networks: The networks of a model by name.
        phases: Its phases. What is never trained without the other may share layers.
    """

    def is_trained_without(one, two):
        return any(one in phase.networks and two not in phase.networks for phase in phases)

    for (name, one), (other, two) in itertools.combinations(networks.items(), 2):
        if one is two or (is_trained_without(one, two) and is_trained_without(two, one)):
            known = {id(variable) for variable in one.trainable_variables}
            shared = [
                layer.name
                for layer in two._flatten_layers(include_self=False)
                if known & {id(variable) for variable in layer.trainable_variables}
            ]
            if shared:  # the innermost comes last
                raise ValueError(
                    f"Expected `{name}` and `{other}` to have no layer in common, since each is "
                    "trained in a turn of its own. Make one for each. Received: the layer "
                    f"{shared[-1]!r} in both"
                )


def check_shapes(name: str, network, takes: list | None, gives: list | None = None):
    """Raises `ValueError` unless a network has inputs and outputs of these shapes.

    Args:
        name: What errors call it.
        network: A network whose inputs and outputs are known.
        takes: Shapes of its inputs, without the batch axis; `None` for any.
        gives: Shapes of its outputs; `None` for any.
    """
    for word, expected, tensors in (
        ("inputs", takes, network.inputs),
        ("outputs", gives, network.outputs),
    ):
        received = [tuple(one.shape[1:]) for one in tensors]
        if expected is not None and not _agree(received, expected):
            raise ValueError(
                f"Expected a `{name}` with {word} of shapes {[tuple(one) for one in expected]}, "
                f"each with a batch axis before it. Received: {word} {received}"
            )


def _agree(received, expected):
    """Whether shapes are equal, where they are known."""
    return [len(one) for one in received] == [len(one) for one in expected] and all(
        size in (None, wanted)
        for one, other in zip(received, expected, strict=True)
        for size, wanted in zip(one, other, strict=True)
    )


def _built_for(network):
    """The shapes that a network was called on, without the batch axis; `None` if unknown."""
    found = network.get_build_config() if network.built else None
    shape = (found or {}).get("input_shape")
    if not shape:
        return None
    several = isinstance(shape[0], (list, tuple))
    return [tuple(one[1:]) for one in (shape if several else [shape])]


def _check_config(name, network, made):
    """Raises unless the config of a subclassed network makes one of the same weights."""
    kind = type(network).__name__
    try:
        twin = keras.models.clone_model(made)
    except Exception as error:  # of whoever wrote `__init__` and `get_config`
        raise ValueError(
            f"Expected {kind} with a `get_config` that makes `{name}` again, since it is saved by "
            "that and its moving average starts from it: the arguments of its constructor by name, "
            "and a constructor that takes `**kwargs` for those of Keras. Received: "
            f"{type(error).__name__}: {_line(error)}"
        ) from error
    shapes = [[tuple(weight.shape) for weight in one.weights] for one in (made, twin)]
    if shapes[0] != shapes[1]:
        raise ValueError(
            f"Expected `get_config` of `{name}` to make a {kind} with the same weights. Received: "
            f"weights of shapes {shapes[1]} instead of {shapes[0]}"
        )
    if not _are_equal(made, twin):
        raise ValueError(
            f"Expected `get_config` of `{name}` to name all arguments of {kind}. Received: one "
            "that makes a network which, with the same weights, gives something else"
        )
    if keras.saving.get_registered_object(keras.saving.get_registered_name(type(network))) is None:
        warnings.warn(
            f"{kind}, the `{name}`, is not registered with Keras: a preset cannot be saved, and "
            "files of `save` need `custom_objects` to be loaded. Put "
            "`@keras.saving.register_keras_serializable('my_package')` before the class.",
            stacklevel=4,
        )


def _line(error):
    """The beginning of a message of Keras, which may have many lines, as one."""
    message = " ".join(str(error).split())
    return message if len(message) < 300 else f"{message[:300]} ..."


def _are_equal(network, twin):
    """Whether two networks of equal shapes give the same with the weights of the first."""
    if any(None in one.shape[1:] for one in network.inputs):
        return True  # of no known size, which cannot be tried
    random = np.random.default_rng(0)
    inputs = [random.normal(size=(2, *one.shape[1:])).astype("float32") for one in network.inputs]
    inputs = inputs[0] if len(inputs) == 1 else inputs
    twin.set_weights(network.get_weights())

    def outputs(one):
        found = keras.tree.flatten(one(inputs, training=False))
        return np.concatenate([np.ravel(keras.ops.convert_to_numpy(part)) for part in found])

    first = outputs(network)
    is_noisy = not np.array_equal(first, outputs(network))
    return is_noisy or np.allclose(first, outputs(twin), 1e-3, 1e-5)

"""Constructor arguments, recorded as they are passed: what configs hold."""

import copy
import inspect

import keras

from keras_gan_zoo.training import argument_kinds

# Names of the shape of samples.
SHAPES = "image_shape", "sample_shape", "input_dim"
SIZES = (*SHAPES, "latent_dim")


class RecordedArguments:
    """Mixin for models whose configs are their constructors' arguments.

    Nobody writes a list of them: the constructor of each subclass records what it is passed, and of
    the constructors it calls in turn those arguments that it leaves at their defaults. What it
    passes itself it can compute again. Networks, losses, penalties and schedules are recorded as
    Keras serialises them. (Keras's own recording, in `Operation.__new__`, gives up when an argument
    is an object, and does not know the defaults of base classes.)
    """

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "__init__" in cls.__dict__:
            cls.__init__ = _recording(cls.__init__)

    def if_taken(self, **arguments) -> dict:
        """Those of some arguments that the constructor takes, by name or in its `**kwargs`."""
        taken = inspect.signature(type(self).__init__).parameters
        rest = any(one.kind is one.VAR_KEYWORD for one in taken.values())
        return {name: value for name, value in arguments.items() if rest or name in taken}

    def check_shape_of(self, network: str, shape: tuple):
        """Raises `ValueError` if a network contradicts the shape of samples that was passed."""
        for name in SHAPES:
            chosen = self._chosen.get(name)
            if chosen is not None and tuple(chosen) != tuple(shape):
                raise ValueError(
                    f"Expected a `{network}` for samples of `{name}`, {tuple(chosen)}. "
                    f"Received: one for samples of shape {tuple(shape)}"
                )

    def get_config(self):
        """The constructor's arguments, as plain data."""
        return {name: _serialized(value) for name, value in self._arguments.items()}

    @classmethod
    def from_config(cls, config):
        return cls(**{name: _deserialized(value) for name, value in config.items()})


def _recording(init):
    signature = inspect.signature(init)
    owner, *parameters = signature.parameters.values()
    if any(one.kind is one.VAR_POSITIONAL for one in parameters):
        raise TypeError(
            f"Expected `{init.__qualname__}` without `*args`: its arguments, by their names, are "
            "what is saved of a model. Name those that it passes on."
        )
    rest = [one.name for one in parameters if one.kind is one.VAR_KEYWORD]
    defaults = {one.name: one.default for one in parameters if one.default is not one.empty}
    ours = init.__module__.startswith("keras_gan_zoo.")
    annotations = {one.name: one.annotation for one in parameters if ours and one.name != "seed"}

    def _is_default(name, value):
        value = tuple(value) if isinstance(value, list) else value  # as in a config that was read
        default = defaults.get(name, _is_default)
        return value is default or (type(value) is type(default) and value == default)

    def __init__(self, *args, **kwargs):  # noqa: N807
        try:
            bound = signature.bind(self, *args, **kwargs)
        except TypeError:
            return init(self, *args, **kwargs)  # which says what is wrong
        for name, value in bound.arguments.items():
            if name in annotations and not _is_default(name, value):
                bound.arguments[name] = argument_kinds.checked(name, annotations[name], value)
        passed = dict(bound.arguments)
        for name in rest:
            passed |= passed.pop(name, {})
        passed.pop(owner.name)
        chosen = {name: value for name, value in passed.items() if not _is_default(name, value)}
        # Not as an attribute: Keras would wrap it, and track the networks in it.
        if "_arguments" not in self.__dict__:
            self.__dict__["_arguments"] = {}
            # Sizes alone: Keras would save the networks in it.
            self.__dict__["_chosen"] = {name: chosen[name] for name in SIZES if name in chosen}
            own = {**defaults, **passed}
        else:
            own = {name: value for name, value in defaults.items() if name not in passed}
        for name, value in self.if_taken(**own).items():
            value = list(value) if isinstance(value, list) else value  # the caller may change it
            self._arguments.setdefault(name, value)
        return init(*bound.args, **bound.kwargs)

    # Not by functools.wraps: Keras reads the arguments of what it finds under `__wrapped__`.
    __init__.__signature__, __init__.__doc__ = signature, init.__doc__
    __init__.__module__, __init__.__qualname__ = init.__module__, init.__qualname__
    return __init__


def _serialized(value):
    if isinstance(value, (list, tuple)):
        return type(value)(_serialized(one) for one in value)
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    return keras.saving.serialize_keras_object(value)


def _deserialized(value):
    if isinstance(value, (list, tuple)):
        return type(value)(_deserialized(one) for one in value)
    if isinstance(value, dict):  # a copy, because it is consumed
        return keras.saving.deserialize_keras_object(copy.deepcopy(value))
    return value

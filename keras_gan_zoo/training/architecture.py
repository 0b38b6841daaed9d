"""Networks given as models, or as functions that make them; and how configs record them."""

import contextlib
import copy

import keras

serialized = keras.saving.serialize_keras_object


@contextlib.contextmanager
def networks_of_dtype(dtype=None):
    """Networks built inside this scope compute in `dtype`, the policy of the model they are for."""
    outside = keras.config.dtype_policy()
    keras.config.set_dtype_policy(outside if dtype is None else dtype)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(outside)


def made(network, *arguments):
    """The network itself, or what the function given in its place makes of `arguments`."""
    return network if isinstance(network, keras.Model) else network(*arguments)


class Architecture:
    """Mixin for models whose configs record arguments rather than layers.

    Those stay readable, and do not depend on how a version of Keras serialises layers. Networks
    that were given as models are recorded as such.
    """

    # Constructor arguments that configs hold as serialised objects.
    serialized_arguments = ()

    def _record_architecture(self, architecture: dict | None, **networks):
        """Remembers the arguments from which networks are made, and which were given as models."""
        self._architecture = dict(architecture or {})
        self._given = [name for name, one in networks.items() if isinstance(one, keras.Model)]

    def _architecture_config(self) -> dict:
        given = {name: getattr(self, name) for name in self._given}
        return {**self._architecture, **{key: serialized(one) for key, one in given.items()}}

    @classmethod
    def from_config(cls, config):
        nested = {
            key: keras.saving.deserialize_keras_object(copy.deepcopy(config[key]))
            for key in cls.serialized_arguments  # a copy, because it consumes them
            if key in config
        }
        return cls(**{**config, **nested})

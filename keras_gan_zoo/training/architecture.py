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

    def _take_networks(self, networks: dict, given: dict, architecture: dict | None):
        """Makes networks attributes, and remembers what configs record of them.

        Args:
            networks: By name.
            given: What the constructor was given for each: a model, or a function that made it.
            architecture: The arguments from which networks are made by function.
        """
        for name, network in networks.items():
            setattr(self, name, network)
        self._networks = tuple(networks)
        self._architecture = dict(architecture or {})
        self._given = [name for name, one in given.items() if isinstance(one, keras.Model)]

    def preset_networks(self) -> dict:
        """The networks a preset ships, by name."""
        return {name: getattr(self, name) for name in self._networks}

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

"""A network that a loss uses and nobody trains."""

import keras

from keras_gan_zoo import errors, weight_files
from keras_gan_zoo.extractors import FeatureExtractor


@keras.saving.register_keras_serializable("keras_gan_zoo")
class FrozenNetwork:
    """Holds a network where Keras does not track it; see `PhasedModel.frozen`.

    Of its weights a config has the sha256 alone. An extractor of the library is found again by its
    name; another network must be passed again, and either must have the weights of this sha256.

    Args:
        name: The argument of the model's constructor.
        network: The name of an extractor, a `FeatureExtractor` or a `keras.Model`.

    Raises:
        ValueError: If `network` is none of these, or an extractor made from a function.
    """

    def __init__(self, name: str, network):
        if isinstance(network, str):
            network = FeatureExtractor.get(network)
        inner = network.network if isinstance(network, FeatureExtractor) else network
        if not isinstance(inner, keras.Model):
            raise ValueError(
                f"Expected `{name}` to be the name of a feature extractor, a `FeatureExtractor` of "
                f"a `keras.Model`, or a `keras.Model`. Received: {network!r}"
            )
        self.name, self.network, self._inner = name, network, inner
        self._extractor = FeatureExtractor.get(network)

    def __call__(self, inputs):
        """What the network gives in inference mode: of an extractor, its features."""
        if isinstance(self.network, FeatureExtractor):
            return self.network(inputs)
        return self.network(inputs, training=False)

    def maps(self, inputs, layer: str):
        """What its hidden layer of this name gives, see `FeatureExtractor.maps`."""
        return self._extractor.maps(inputs, layer)

    @property
    def sha256(self) -> str:
        """The sha256 of its weights."""
        return weight_files.sha256_of_network(self._inner)

    @property
    def extractor(self):
        """What `FeatureExtractor.get` takes to make it again; `None` for a network of one's own."""
        if isinstance(self.network, FeatureExtractor):
            source = self.network.get_config()["source"]
            return None if isinstance(source, dict) else source
        return None

    def get_config(self):
        own = None if self.extractor else keras.saving.serialize_keras_object(self._inner)
        return {
            "name": self.name,
            "extractor": self.extractor,
            "architecture": own,
            "sha256": self.sha256,
        }

    @classmethod
    def from_config(cls, config):
        name, extractor = config["name"], config["extractor"]
        given = keras.saving.get_registered_object(name)  # by `from_preset` or `custom_objects`
        if given is None and extractor is None:
            raise errors.WrongNetworkError(
                f"Expected the network {name!r}, whose weights are not in the file: pass it again, "
                f"as `from_preset(..., {name}=network)` or "
                f"`keras.models.load_model(..., custom_objects={{{name!r}: network}})`. "
                "Received: none"
            )
        if given is None:
            named = (extractor,) if isinstance(extractor, str) else extractor
            given = FeatureExtractor.get(*named)
        frozen = cls(name, given)
        if frozen.sha256 != config["sha256"]:
            raise errors.WrongNetworkError(
                f"Expected the network {name!r} with the weights that the model was trained with, "
                f"of sha256 {config['sha256']}. Received: weights of sha256 {frozen.sha256}"
            )
        return frozen


class FrozenNetworks:
    """Mixin for a model whose losses use networks that nobody trains."""

    def frozen(self, name: str, network) -> FrozenNetwork:
        """Keeps a network that losses use and nobody trains, as the attribute `name`.

        It is in no training state, file or preset, and is not among the model's weights; in mixed
        precision it computes as it did before. Files have its name and the sha256 of its weights,
        and are not loaded with others: see `FrozenNetwork`.

        Args:
            name: The argument of the constructor that it came as.
            network: The name of a feature extractor (`"mobilenet_v2"`), a `FeatureExtractor`, or a
                `keras.Model`.

        Returns:
            A function of a batch that gives the network's outputs in inference mode.

        Raises:
            ValueError: If `name` is no argument of the constructor.
        """
        if name not in self._arguments:
            raise ValueError(
                f"Expected an argument of {type(self).__name__}'s constructor, from which a loaded "
                f"model gets its network. Received: {name!r}"
            )
        frozen = network if isinstance(network, FrozenNetwork) else FrozenNetwork(name, network)
        # Instead of the network itself, which Keras would save with the arguments.
        self._arguments[name] = frozen
        setattr(self, name, frozen)
        return frozen

    def frozen_networks(self) -> list[FrozenNetwork]:
        """All that `frozen` keeps."""
        return [one for one in self._arguments.values() if isinstance(one, FrozenNetwork)]

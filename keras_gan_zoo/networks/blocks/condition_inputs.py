"""How a condition enters a network, and the last layer of discriminators.

A condition is a vector per sample: a one-hot class, a mixture of classes, or numbers.
"""

import keras

from keras_gan_zoo.errors import check_choice
from keras_gan_zoo.layers import ConcatenateCondition
from keras_gan_zoo.networks.blocks.normalization import Normalization

CONDITIONINGS = ("projection", "input_concat", "hidden_concat")
EMBEDDING_DIM = 128


def condition_input(condition_dim: int | None):
    """The input of the condition, named `labels`, or `None` for an unconditional network."""
    return None if condition_dim is None else keras.Input((condition_dim,), name="labels")


def model_of(inputs, condition, outputs, name: str) -> keras.Model:
    """A model of `inputs`, or of `[inputs, condition]` if there is a condition."""
    return keras.Model(inputs if condition is None else [inputs, condition], outputs, name=name)


def inputs_of(network: keras.Model):
    """A network's input, or the list of them, to build another model from."""
    return network.inputs if len(network.inputs) > 1 else network.inputs[0]


class Conditioning:
    """Where a discriminator reads the condition; each method does nothing in the other cases.

    Args:
        condition: A tensor `(batch, features)`, or `None`.
        kind: `"projection"`: the inner product of the features with a linear map of the
            condition is added to the logit. `"input_concat"`: the condition is tiled next to the
            image. `"hidden_concat"`: a linear map of it to 128 features is tiled next to the
            feature maps half-way.
        normalization: The `Normalization` of the network.

    References:
        Miyato and Koyama 2018, cGANs with Projection Discriminator, arXiv 1802.05637,
        figure 1 and equation 3.
    """

    def __init__(self, condition, kind: str, normalization: Normalization):
        check_choice("conditioning", kind, CONDITIONINGS)
        self.condition = condition
        self.kind = None if condition is None else kind
        self.normalization = normalization

    def at_input(self, x):
        """The samples, with the condition next to them for `"input_concat"`."""
        return ConcatenateCondition()((x, self.condition)) if self.kind == "input_concat" else x

    def at_hidden(self, x):
        """The feature maps, with the embedded condition next to them for `"hidden_concat"`."""
        if self.kind != "hidden_concat":
            return x
        return ConcatenateCondition()((x, self._embedded(EMBEDDING_DIM)))

    def logits(self, features, use_bias: bool = True, initializer="glorot_uniform"):
        """Linear logits `(batch, 1)` of features `(batch, d)`, and the projection."""
        linear = keras.layers.Dense(
            1, use_bias=use_bias, kernel_initializer=initializer, dtype="float32"
        )
        logits = self.normalization.kernel(linear)(features)
        if self.kind != "projection":
            return logits
        embedded = self._embedded(features.shape[-1], initializer, dtype="float32")
        product = keras.layers.Dot(axes=1, dtype="float32")([features, embedded])
        return keras.layers.Add(dtype="float32")([logits, product])

    def _embedded(self, size, initializer="glorot_uniform", dtype=None):
        # A dense layer without bias is an embedding of classes, and takes numbers too.
        embedding = keras.layers.Dense(
            size, use_bias=False, kernel_initializer=_fresh(initializer), dtype=dtype
        )
        return self.normalization.kernel(embedding)(self.condition)


def _fresh(initializer):
    return initializer if isinstance(initializer, str) else initializer.clone()

"""The ways to normalise a discriminator, as one argument of its network."""

import keras

from keras_gan_zoo import errors
from keras_gan_zoo.layers import BatchNormalization, SpectralNormalization, WeightNormalization

KERNELS = {"spectral": SpectralNormalization, "weight": WeightNormalization}
ACTIVATIONS = ("batch", "layer")
# The network is plain; the normaliser is a penalty or a constraint that training adds.
IN_TRAINING = ("none", "orthonormal", "gradient_penalty", "weight_clipping")


class Normalization:
    """What a network does to kernels and activations under one of the normalisers.

    Args:
        kind: `"spectral"` or `"weight"` (kernels), `"batch"` or `"layer"` (activations, before
            each nonlinearity but the first), or `"none"`. `"orthonormal"`, `"gradient_penalty"`
            and `"weight_clipping"` leave the network plain: training adds what they stand for.
        batch: Makes a layer of batch normalisation; by default SNGAN's.

    Raises:
        ValueError: If `kind` is another.
    """

    def __init__(self, kind: str, batch=None):
        known = (*KERNELS, *ACTIVATIONS, *IN_TRAINING)
        if kind not in known:
            raise errors.unknown_name("normalization", kind, known)
        self.kind = kind
        self._batch = batch or _batch_normalization

    def kernel(self, layer):
        """The layer, with its kernel normalised if that is the kind."""
        if self.kind not in KERNELS:
            return layer
        return KERNELS[self.kind](layer, dtype=layer.dtype_policy)

    def activations(self, x):
        """The activations, normalised if that is the kind."""
        if self.kind not in ACTIVATIONS:
            return x
        return self._batch()(x) if self.kind == "batch" else _layer_normalization()(x)


def _batch_normalization():
    return BatchNormalization(momentum=0.9, epsilon=2e-5)


def _layer_normalization():
    # One group is the whole sample: height, width and channels together.
    return keras.layers.GroupNormalization(groups=1, epsilon=1e-5)

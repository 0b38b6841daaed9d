"""The ways to normalise a discriminator, as one argument of its network."""

import functools

import keras

from keras_gan_zoo import errors
from keras_gan_zoo.layers import BatchNormalization, SpectralNormalization, WeightNormalization

KERNELS = ("spectral", "weight")
ACTIVATIONS = ("batch", "layer")
# The network is plain; the normaliser is a penalty or a constraint that training adds.
IN_TRAINING = ("none", "orthonormal", "gradient_penalty", "weight_clipping")
NORMALIZATIONS = (*KERNELS, *ACTIVATIONS, *IN_TRAINING)


class Normalization:
    """What a network does to kernels and activations under one of the normalisers.

    Args:
        kind: `"spectral"` or `"weight"` (kernels), `"batch"` or `"layer"` (activations, before
            each nonlinearity but the first), or `"none"`. `"orthonormal"` gives kernels that
            start orthonormal; `"gradient_penalty"` and `"weight_clipping"` leave the network
            plain. What the three stand for is added by training.
        batch: Makes a layer of batch normalisation; by default SNGAN's.
        multiplier: Whether `"weight"`, `"batch"` and `"layer"` are followed by a trained
            factor per channel, which may take back the bound that the normaliser sets.
        initializer: Name of what all kernels start from, instead of their own.

    Raises:
        ValueError: If `kind` is another.
    """

    def __init__(self, kind: str, batch=None, multiplier: bool = True, initializer=None):
        if kind not in NORMALIZATIONS:
            raise errors.unknown_name("normalization", kind, NORMALIZATIONS)
        self.kind = kind
        self._batch = batch or functools.partial(
            BatchNormalization, momentum=0.9, epsilon=2e-5, scale=multiplier
        )
        self._multiplier = multiplier
        self._initializer = "orthogonal" if kind == "orthonormal" else initializer

    def kernel(self, layer):
        """The layer, with its kernel normalised if that is the kind."""
        if self._initializer is not None:
            layer.kernel_initializer = keras.initializers.get(self._initializer)
        if self.kind == "spectral":
            return SpectralNormalization(layer, dtype=layer.dtype_policy)
        if self.kind == "weight":
            return WeightNormalization(layer, self._multiplier, dtype=layer.dtype_policy)
        return layer

    def activations(self, x):
        """The activations, normalised if that is the kind."""
        if self.kind not in ACTIVATIONS:
            return x
        if self.kind == "batch":
            return self._batch()(x)
        # One group is the whole sample: height, width and channels together.
        normalize = keras.layers.GroupNormalization(groups=1, epsilon=1e-5, scale=self._multiplier)
        return normalize(x)

"""Dropout whose mask knows about replicas."""

import keras
from keras import ops

from keras_gan_zoo import backend


@keras.saving.register_keras_serializable("keras_gan_zoo")
class Dropout(keras.layers.Dropout):
    """`keras.layers.Dropout` that draws the mask of the global batch and keeps its own rows.

    Keras's layer draws the same mask on every replica. Here R replicas together drop exactly what
    one device would have dropped.

    Args:
        rate: Share of units set to zero; the others are divided by `1 - rate`.
        at_sampling: Whether to drop when a model is used, too, as noise that makes samples vary.
        **kwargs: As for `keras.layers.Dropout`.

    References:
        Srivastava et al. 2014, Dropout, JMLR 15.
    """

    def __init__(self, rate, at_sampling: bool = False, **kwargs):
        super().__init__(rate, **kwargs)
        self.at_sampling = at_sampling

    def call(self, inputs, training=False):
        drops = training or self.at_sampling or backend.is_stochastic()
        if not drops or self.rate == 0:
            return inputs
        shape = ops.shape(inputs)
        if self.noise_shape is not None:
            shape = tuple(
                size if kept is None else kept
                for size, kept in zip(shape, self.noise_shape, strict=True)
            )
        seed = backend.layer_seed(self.seed_generator)
        kept = backend.random_uniform(shape, seed=seed) >= self.rate
        return ops.where(kept, inputs / (1.0 - self.rate), ops.zeros_like(inputs))

    def get_config(self):
        return {**super().get_config(), "at_sampling": self.at_sampling}

"""Noise that knows about replicas."""

import keras
from keras import ops

from keras_gan_zoo import backend


@keras.saving.register_keras_serializable("keras_gan_zoo")
class GaussianNoise(keras.layers.GaussianNoise):
    """`keras.layers.GaussianNoise` that draws for the global batch and keeps its own rows.

    Keras's layer draws the same noise on every replica. Here R replicas together add exactly what
    one device would have added.

    Args:
        stddev: Standard deviation of the noise, added in training only.
        **kwargs: As for `keras.layers.GaussianNoise`.
    """

    def call(self, inputs, training=False):
        if not training or self.stddev == 0:
            return inputs
        seed = backend.layer_seed(self.seed_generator)
        noise = backend.gaussian_noise(ops.shape(inputs), seed)
        return inputs + ops.cast(self.stddev * noise, inputs.dtype)

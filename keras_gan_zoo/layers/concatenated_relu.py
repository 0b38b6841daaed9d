"""Rectified both ways."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_gan_zoo")
class ConcatenatedReLU(keras.layers.Layer):
    """Rectifies the inputs and their negatives, and keeps both: nothing is lost.

    Call arguments:
        inputs: `(batch, ..., channels)`.

    Returns:
        `(batch, ..., 2 * channels)`.

    References:
        Shang et al. 2016, Concatenated Rectified Linear Units, arXiv 1603.05201, definition 2.1.
    """

    def call(self, inputs):
        return ops.concatenate([ops.relu(inputs), ops.relu(-inputs)], axis=-1)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], 2 * input_shape[-1])

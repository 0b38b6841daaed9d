"""Pixelwise normalisation of feature vectors."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_gan_zoo")
class PixelNormalization(keras.layers.Layer):
    """Brings the features of each position to a mean square of 1: `x / sqrt(mean(x^2) + epsilon)`.

    Args:
        epsilon: Added to the mean square.
        **kwargs: As for `keras.layers.Layer`.

    Call arguments:
        inputs: `(batch, ..., features)`.

    Returns:
        A tensor of that shape.

    References:
        Karras et al. 2017, Progressive Growing of GANs, arXiv 1710.10196, section 4.2.
    """

    def __init__(self, epsilon: float = 1e-8, **kwargs):
        super().__init__(**kwargs)
        self.epsilon = epsilon

    def call(self, inputs):
        squares = ops.square(ops.cast(inputs, "float32"))
        factor = ops.rsqrt(ops.mean(squares, axis=-1, keepdims=True) + self.epsilon)
        return inputs * ops.cast(factor, inputs.dtype)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "epsilon": self.epsilon}

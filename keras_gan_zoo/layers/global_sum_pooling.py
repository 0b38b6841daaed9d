"""The sum over all positions."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_gan_zoo")
class GlobalSumPooling2D(keras.layers.Layer):
    """Adds up each channel over an image, in float32.

    Call arguments:
        inputs: `(batch, height, width, channels)`.

    Returns:
        `(batch, channels)`.

    References:
        Miyato et al. 2018, Spectral Normalization for Generative Adversarial Networks, arXiv
        1802.05957, appendix B.4.
    """

    def call(self, inputs):
        return ops.cast(ops.sum(ops.cast(inputs, "float32"), axis=(1, 2)), inputs.dtype)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], input_shape[-1])

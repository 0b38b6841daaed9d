"""Halving an image by averages around every second pixel."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_gan_zoo")
class CentredAveragePooling2D(keras.layers.Layer):
    """Means over the 3x3 pixels around every second pixel, the first among them.

    At the border only pixels of the image count. `keras.layers.AveragePooling2D(3, 2, "same")` has
    its windows one pixel further, around the second, fourth, ... of an even number.

    Call arguments:
        inputs: Images `(batch, height, width, channels)`.

    Returns:
        Images of half the height and width, rounded up.

    References:
        Wang et al. 2017, High-Resolution Image Synthesis and Semantic Manipulation with
        Conditional GANs, arXiv 1711.11585, section 3.2 and the authors' code.
    """

    def call(self, inputs):
        inside = ops.ones((1, *inputs.shape[1:3], 1), inputs.dtype)
        means, shares = (
            ops.average_pool(ops.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]]), 3, 2, "valid")
            for x in (inputs, inside)
        )
        return means / shares

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        return batch, -(-height // 2), -(-width // 2), channels

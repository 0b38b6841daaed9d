"""Doubling and halving images with a smooth filter."""

import keras
from keras import ops


class _SmoothResampling(keras.layers.Layer):
    """Averages of 2x2 pixels, one after another, are a filter with binomial coefficients."""

    def _averaged(self, images, *strides):
        """The images with a border of zeros, averaged once for each stride."""
        images = ops.pad(images, [[0, 0], [1, 1], [1, 1], [0, 0]])
        for stride in strides:
            images = ops.average_pool(images, 2, stride, data_format="channels_last")
        return images


@keras.saving.register_keras_serializable("keras_gan_zoo")
class SmoothDownsampling2D(_SmoothResampling):
    """Halves height and width after the filter [1, 3, 3, 1] / 8 along both, with zeros outside.

    Call arguments:
        inputs: `(batch, height, width, channels)`, height and width even.

    Returns:
        `(batch, height / 2, width / 2, channels)`.

    References:
        Karras et al. 2019, Analyzing and Improving the Image Quality of StyleGAN, arXiv
        1912.04958, appendix B (the filter).

    Example:

    >>> tuple(kgz.layers.SmoothDownsampling2D()(np.ones((1, 6, 4, 1), "float32"))[0, :, :, 0].shape)
    (3, 2)
    """

    def call(self, inputs):
        return self._averaged(inputs, 1, 1, 2)

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        return (batch, height and height // 2, width and width // 2, channels)


@keras.saving.register_keras_serializable("keras_gan_zoo")
class SmoothUpsampling2D(_SmoothResampling):
    """Doubles height and width with the filter [1, 3, 3, 1] / 4 along both, with zeros outside.

    Away from the border this is bilinear interpolation, and four times the transpose of
    `SmoothDownsampling2D`.

    Call arguments:
        inputs: `(batch, height, width, channels)`.

    Returns:
        `(batch, 2 * height, 2 * width, channels)`.

    References:
        See `SmoothDownsampling2D`.
    """

    def call(self, inputs):
        return self._averaged(ops.repeat(ops.repeat(inputs, 2, axis=1), 2, axis=2), 1, 1)

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        return (batch, height and 2 * height, width and 2 * width, channels)

"""Upsampling followed by a convolution."""

import keras


@keras.saving.register_keras_serializable("keras_gan_zoo")
class ResizeConv2D(keras.layers.Conv2D):
    """Enlarges the image, then convolves: a learnt upsampling without checkerboards.

    A strided transposed convolution covers output pixels unevenly when its stride does not divide
    its kernel; a convolution after resizing covers all alike.

    Args:
        filters: Output channels.
        kernel_size: Height and width of the convolution.
        factor: Enlargement of height and width.
        interpolation: `"nearest"`, `"bilinear"`, or another of `keras.layers.UpSampling2D`.
        padding: `"same"` by default: the output is `factor` times the input.
        **kwargs: As for `keras.layers.Conv2D`.

    Call arguments:
        inputs: `(batch, height, width, channels)`.

    Returns:
        `(batch, factor * height, factor * width, filters)`.

    References:
        Odena et al. 2016, Deconvolution and Checkerboard Artifacts, distill.pub.
    """

    def __init__(
        self,
        filters: int,
        kernel_size,
        factor: int = 2,
        interpolation: str = "nearest",
        padding: str = "same",
        **kwargs,
    ):
        super().__init__(filters, kernel_size, padding=padding, **kwargs)
        self.factor = factor
        self.interpolation = interpolation
        self._resize = keras.layers.UpSampling2D(factor, interpolation=interpolation)

    def call(self, inputs):
        return super().call(self._resize(inputs) if self.factor > 1 else inputs)

    def compute_output_shape(self, input_shape):
        return super().compute_output_shape(self._resize.compute_output_shape(input_shape))

    def get_config(self):
        return {
            **super().get_config(),
            "factor": self.factor,
            "interpolation": self.interpolation,
        }

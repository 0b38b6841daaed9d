"""Transposed convolution as generators use it."""

import keras
from keras import ops

from keras_gan_zoo import small_grids


@keras.saving.register_keras_serializable("keras_gan_zoo")
class TransposedConv2D(keras.layers.Conv2DTranspose):
    """A transposed ("fractionally strided") convolution that enlarges by its stride.

    `keras.layers.Conv2DTranspose` with the generator's defaults: stride 2 and `"same"` padding, so
    that the output is exactly `strides` times the input. A kernel that the stride divides (4 for
    stride 2) covers output pixels evenly; others (5) can leave checkerboards, see `ResizeConv2D`.
    On small grids, and where it ends in an image, it is computed in another form, as `Conv2D`.

    Args:
        filters: Output channels.
        kernel_size: Height and width of the kernel.
        strides: Enlargement of height and width.
        padding: `"same"` or `"valid"`.
        **kwargs: As for `keras.layers.Conv2DTranspose`.

    Call arguments:
        inputs: `(batch, height, width, channels)`.

    Returns:
        `(batch, strides * height, strides * width, filters)`.

    References:
        Dumoulin and Visin 2016, A guide to convolution arithmetic, arXiv 1603.07285, chapter 4.
    """

    def __init__(self, filters: int, kernel_size, strides=2, padding: str = "same", **kwargs):
        super().__init__(filters, kernel_size, strides=strides, padding=padding, **kwargs)

    def call(self, inputs):
        plain = self.padding == "same" and self.output_padding is None
        plain = plain and self.dilation_rate == (1, 1) and self.data_format == "channels_last"
        shape = self.compute_output_shape(inputs.shape)
        grids = plain and small_grids.convolutions(
            shape, self.kernel.shape, self.strides, self.compute_dtype
        )
        if not grids:
            return super().call(inputs)
        outputs = grids.transpose(inputs, ops.cast(self.kernel, self.compute_dtype))
        if self.use_bias:
            outputs = outputs + ops.cast(self.bias, outputs.dtype)
        return outputs if self.activation is None else self.activation(outputs)

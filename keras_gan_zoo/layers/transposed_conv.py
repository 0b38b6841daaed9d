"""Transposed convolution as generators use it."""

import keras


@keras.saving.register_keras_serializable("keras_gan_zoo")
class TransposedConv2D(keras.layers.Conv2DTranspose):
    """A transposed ("fractionally strided") convolution that enlarges by its stride.

    `keras.layers.Conv2DTranspose` with the generator's defaults: stride 2 and `"same"` padding, so
    that the output is exactly `strides` times the input. A kernel that the stride divides (4 for
    stride 2) covers output pixels evenly; others (5) can leave checkerboards, see `ResizeConv2D`.

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

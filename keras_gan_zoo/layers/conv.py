"""Convolution that is quick on small grids."""

import keras
from keras import ops

from keras_gan_zoo import small_grids


@keras.saving.register_keras_serializable("keras_gan_zoo")
class Conv2D(keras.layers.Conv2D):
    """`keras.layers.Conv2D`, with the same numbers, config and weights.

    Where a strided convolution leads to few positions of many channels, it is computed as a matrix
    product, which processors do faster; see `keras_gan_zoo.small_grids`.

    Args:
        *args, **kwargs: As for `keras.layers.Conv2D`.

    Example:

    >>> kgz.layers.Conv2D(4, 5, strides=2, padding="same")(np.ones((2, 8, 8, 3))).shape
    TensorShape([2, 4, 4, 4])
    """

    def convolution_op(self, inputs, kernel):
        plain = self.padding == "same" and self.groups == 1 and self.dilation_rate == (1, 1)
        grids = plain and small_grids.convolutions(
            inputs.shape, kernel.shape, self.strides, self.compute_dtype
        )
        if not grids or self.data_format != "channels_last":
            return super().convolution_op(inputs, kernel)
        return grids.convolve(inputs, ops.cast(kernel, self.compute_dtype))

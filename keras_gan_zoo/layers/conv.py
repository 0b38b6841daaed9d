"""Convolution that is quick on small grids, and with the pooling that follows it."""

import keras
from keras import ops

from keras_gan_zoo import small_grids
from keras_gan_zoo.layers import kernels


@keras.saving.register_keras_serializable("keras_gan_zoo")
class Conv2D(keras.layers.Conv2D):
    """`keras.layers.Conv2D`, with the same numbers, config and weights.

    Where a strided convolution leads to few positions of many channels, or starts at an image, it
    or its gradients are computed in forms that processors do faster; see
    `keras_gan_zoo.small_grids`.

    With `pooling` it is a convolution and the `keras.layers.AveragePooling2D` that follows it. The
    mean of shifts of a convolution is one convolution with a stride, whose kernel is the mean of
    the shifts: the same numbers (up to rounding) for 16 instead of 36 multiplications where the
    kernel is 3x3 and squares of 2x2 are averaged.

    Args:
        *args: As for `keras.layers.Conv2D`.
        pooling: Side of the squares of outputs whose means are given; 1 for the outputs themselves.
        **kwargs: As for `keras.layers.Conv2D`; with `pooling` without strides and activation, and
            with `"same"` padding.

    Raises:
        ValueError: If `pooling` is no integer of at least 1, or does not go with the others.

    Example:

    >>> kgz.layers.Conv2D(4, 5, strides=2, padding="same")(np.ones((2, 8, 8, 3))).shape
    TensorShape([2, 4, 4, 4])
    >>> kgz.layers.Conv2D(4, 3, padding="same", pooling=2)(np.ones((2, 8, 8, 3))).shape
    TensorShape([2, 4, 4, 4])
    """

    def __init__(self, *args, pooling: int = 1, **kwargs):
        super().__init__(*args, **kwargs)
        if isinstance(pooling, bool) or not isinstance(pooling, int) or pooling < 1:
            raise ValueError(f"Expected `pooling` to be an integer >= 1. Received: {pooling!r}")
        self.pooling = pooling
        linear = self.activation is None or self.activation is keras.activations.linear
        if pooling > 1 and not (linear and self._is_plain and self.strides == (1, 1)):
            config = self.get_config()
            names = "strides", "padding", "data_format", "dilation_rate", "groups", "activation"
            raise ValueError(
                "Expected `pooling` with padding='same' and 'channels_last', without strides, "
                "dilation, groups and activation. "
                f"Received: { {name: config[name] for name in names} }"
            )

    @property
    def _is_plain(self):
        plain = self.padding == "same" and self.groups == 1 and self.dilation_rate == (1, 1)
        return plain and self.data_format == "channels_last"

    def convolution_op(self, inputs, kernel):
        if self.pooling == 1:
            return self._convolved(inputs, kernel)
        if any(side is None or side % self.pooling for side in inputs.shape[1:3]):
            outputs = super().convolution_op(inputs, kernel)
            return ops.average_pool(outputs, self.pooling, data_format="channels_last")
        mean = kernels.sum_of_shifts(kernel, self.pooling) / self.pooling**2
        strides = (self.pooling, self.pooling)
        grids = small_grids.convolutions(inputs.shape, mean.shape, strides, self.compute_dtype)
        if grids:
            return grids.convolve(inputs, ops.cast(mean, self.compute_dtype))
        return ops.conv(inputs, mean, strides, "same", data_format="channels_last")

    def _convolved(self, inputs, kernel):
        grids = self._is_plain and small_grids.convolutions(
            inputs.shape, kernel.shape, self.strides, self.compute_dtype
        )
        if not grids:
            return super().convolution_op(inputs, kernel)
        return grids.convolve(inputs, ops.cast(kernel, self.compute_dtype))

    def compute_output_shape(self, input_shape):
        batch, *sides, channels = super().compute_output_shape(input_shape)
        pooled = (None if side is None else side // self.pooling for side in sides)
        return (batch, *pooled, channels)

    def get_config(self):
        config = super().get_config()
        return config if self.pooling == 1 else {**config, "pooling": self.pooling}

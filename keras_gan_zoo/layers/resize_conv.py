"""Upsampling followed by a convolution."""

import math

import keras
import numpy as np
from keras import ops

from keras_gan_zoo import small_grids
from keras_gan_zoo.layers import kernels


@keras.saving.register_keras_serializable("keras_gan_zoo")
class ResizeConv2D(keras.layers.Conv2D):
    """Enlarges the image, then convolves: a learnt upsampling without checkerboards.

    A strided transposed convolution covers output pixels unevenly when its stride does not divide
    its kernel; a convolution after resizing covers all alike.

    Nearest-neighbour enlargement repeats pixels, so each output pixel sees only a few different
    ones. Where that saves work the layer adds up the taps that fall on one pixel: the same numbers
    (up to rounding) for fewer multiplications. Large kernels convolve the small image, and the
    results are interleaved, for about `(kernel_size / factor + 1)^2 / kernel_size^2` of them. For
    others it is a transposed convolution with the sum of the kernel's shifts: 16 instead of 36 for
    each pixel of the small image where the kernel is 3x3 and the factor 2.

    Args:
        filters: Output channels.
        kernel_size: Height and width of the convolution.
        factor: Enlargement of height and width.
        interpolation: `"nearest"` or `"bilinear"`.
        **kwargs: As for `keras.layers.Conv2D`, without `strides` and `padding`: the output is
            `factor` times the input.

    Call arguments:
        inputs: `(batch, height, width, channels)`.

    Returns:
        `(batch, factor * height, factor * width, filters)`.

    References:
        Odena et al. 2016, Deconvolution and Checkerboard Artifacts, distill.pub.
    """

    def __init__(
        self, filters: int, kernel_size, factor: int = 2, interpolation: str = "nearest", **kwargs
    ):
        if interpolation not in ("nearest", "bilinear"):
            raise ValueError(
                "Expected `interpolation` to be 'nearest' or 'bilinear'. "
                f"Received: {interpolation!r}"
            )
        if isinstance(factor, bool) or not isinstance(factor, int) or factor < 1:
            raise ValueError(f"Expected `factor` to be an integer >= 1. Received: {factor!r}")
        kwargs = {"data_format": "channels_last", **kwargs}
        super().__init__(filters, kernel_size, padding="same", **kwargs)
        self.factor = factor
        self.interpolation = interpolation
        merged = [_merging_taps(size, factor) for size in self.kernel_size]
        smaller = np.prod([taps.shape[1] for taps in merged]) < np.prod(self.kernel_size)
        plain = self.groups == 1 and self.dilation_rate == (1, 1)
        repeats = interpolation == "nearest" and plain and self.data_format == "channels_last"
        self._merged = merged if repeats and smaller else None
        # Paddings of an even kernel differ on both sides, and would end up on the other one.
        odd = all(size % 2 and size > 1 for size in self.kernel_size)
        self._is_transposable = repeats and odd

    def call(self, inputs):
        if self.factor == 1:
            return super().call(inputs)
        if self._merged is not None:
            outputs = self._interleaved(inputs)
        elif self._is_transposable and not _is_tiny(inputs.shape[1:3]):
            outputs = self._transposed(inputs)
        else:
            return super().call(self._enlarged(inputs))
        if self.use_bias:
            outputs = outputs + ops.cast(self.bias, outputs.dtype)
        return outputs if self.activation is None else self.activation(outputs)

    def _enlarged(self, inputs):
        if self.interpolation == "nearest":  # XLA has no gradient of a nearest resize
            return ops.repeat(ops.repeat(inputs, self.factor, axis=1), self.factor, axis=2)
        size = tuple(self.factor * side for side in ops.shape(inputs)[1:3])
        options = {"interpolation": self.interpolation, "data_format": "channels_last"}
        return ops.cast(ops.image.resize(inputs, size, **options), inputs.dtype)

    def _interleaved(self, inputs):
        """The convolution of the enlarged image, computed on the small one."""
        rows, columns = (ops.convert_to_tensor(taps, self.compute_dtype) for taps in self._merged)
        # (phase, offset, tap) twice and (tap, tap, in, out) to (offset, offset, in, phases, out)
        kernel = ops.einsum("pat,qbs,tsio->abipqo", rows, columns, self.kernel)
        shape = (*kernel.shape[:3], self.factor**2 * self.filters)
        outputs = ops.conv(
            inputs, ops.reshape(kernel, shape), padding="same", data_format="channels_last"
        )
        batch, height, width, _ = ops.shape(outputs)
        outputs = ops.reshape(
            outputs, (batch, height, width, self.factor, self.factor, self.filters)
        )
        outputs = ops.transpose(outputs, (0, 1, 3, 2, 4, 5))
        return ops.reshape(
            outputs, (batch, height * self.factor, width * self.factor, self.filters)
        )

    def _transposed(self, inputs):
        """The convolution of the enlarged image, as a transposed one of the small image."""
        shifts = kernels.sum_of_shifts(ops.flip(self.kernel, axis=(0, 1)), self.factor)
        return ops.conv_transpose(
            inputs,
            ops.transpose(shifts, (0, 1, 3, 2)),
            self.factor,
            "same",
            data_format="channels_last",
        )

    def compute_output_shape(self, input_shape):
        batch, *sides, channels = input_shape
        enlarged = [None if side is None else side * self.factor for side in sides]
        return super().compute_output_shape((batch, *enlarged, channels))

    def get_config(self):
        config = super().get_config()
        del config["padding"], config["strides"]
        return {**config, "factor": self.factor, "interpolation": self.interpolation}


def _is_tiny(sides):
    """Whether a grid is so small that transposed convolutions are slower than others."""
    return None in sides or math.prod(sides) <= small_grids.POSITIONS


def _merging_taps(size, factor):
    """Which small pixel each tap falls on: ones in `(phase, offset, tap)`, offsets centred."""
    before = (size - 1) // 2  # the padding of "same"
    places = (np.arange(factor)[:, None] + np.arange(size)[None] - before) // factor
    reach = int(np.abs(places).max())
    offsets = np.arange(-reach, reach + 1)
    return (places[:, None, :] == offsets[None, :, None]).astype("float32")

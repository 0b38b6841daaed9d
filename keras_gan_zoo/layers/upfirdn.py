"""Resampling with a FIR filter."""

import keras
import numpy as np
from keras import ops


def upfirdn2d(images, taps, up: int = 1, down: int = 1, padding: tuple = (0, 0)):
    """Puts zeros between pixels, pads, filters, and keeps every `down`-th pixel, in both axes.

    Args:
        images: `(batch, height, width, channels)`.
        taps: The filter of each axis. It is normalised: a constant image keeps its value.
        up, down: Factors of the two steps.
        padding: Zeros before and after each axis.

    Returns:
        A tensor `(batch, height', width', channels)` with
        `height' = (height * up + sum(padding) - len(taps)) // down + 1`.
    """
    if up > 1:
        images = _with_zeros(images, up)
    images = ops.pad(images, [[0, 0], padding, padding, [0, 0]])
    row = up * np.asarray(taps, "float32")[::-1] / np.sum(taps)
    channels = images.shape[-1]
    kernel = np.repeat(np.outer(row, row)[:, :, None, None], channels, axis=2)
    kernel = ops.convert_to_tensor(kernel, images.dtype)
    return ops.depthwise_conv(images, kernel, down, "valid", data_format="channels_last")


def _with_zeros(images, up):
    batch, height, width, channels = ops.shape(images)
    images = ops.reshape(images, (batch, height, 1, width, 1, channels))
    none, more = [0, 0], [0, up - 1]
    images = ops.pad(images, [none, none, more, none, more, none])
    return ops.reshape(images, (batch, height * up, width * up, channels))


@keras.saving.register_keras_serializable("keras_gan_zoo")
class UpFirDown2D(keras.layers.Layer):
    """Upsamples, filters and downsamples images without a learnt weight.

    With taps `(1, 3, 3, 1)`, `up=2, padding=(2, 1)` doubles an
    image, `down=2, padding=(1, 1)` halves one, and `padding=(2, 2)` blurs it before a strided 3x3
    convolution without padding.

    Args:
        taps: The filter of each axis, normalised to a sum of 1.
        up, down: Factors by which height and width grow before the filter, and shrink after it.
        padding: Zeros `(before, after)` each axis.
        **kwargs: As for `keras.layers.Layer`.

    Call arguments:
        inputs: `(batch, height, width, channels)`.

    References:
        Zhang 2019, Making Convolutional Networks Shift-Invariant Again, arXiv 1904.11486. Karras et
        al. 2019, arXiv 1912.04958, and the authors' `upfirdn_2d.py`.

    Example:

    >>> image = np.ones((1, 4, 4, 1), "float32")
    >>> kgz.layers.UpFirDown2D(up=2, padding=(2, 1))(image).shape
    TensorShape([1, 8, 8, 1])
    """

    def __init__(
        self, taps: tuple = (1, 3, 3, 1), up: int = 1, down: int = 1, padding=(0, 0), **kwargs
    ):
        super().__init__(**kwargs)
        if up < 1 or down < 1:
            raise ValueError(f"Expected `up` and `down` >= 1. Received: up={up}, down={down}")
        if sum(taps) == 0:
            raise ValueError(f"Expected `taps` whose sum is not 0. Received: {taps!r}")
        self.taps, self.padding = tuple(taps), tuple(padding)
        self.up, self.down = up, down

    def call(self, inputs):
        return upfirdn2d(inputs, self.taps, self.up, self.down, self.padding)

    def compute_output_shape(self, input_shape):
        batch, *sides, channels = input_shape
        more = sum(self.padding) - len(self.taps)
        return (batch, *((side * self.up + more) // self.down + 1 for side in sides), channels)

    def get_config(self):
        return {
            **super().get_config(),
            "taps": self.taps,
            "up": self.up,
            "down": self.down,
            "padding": self.padding,
        }

"""Bilinear resizing as TensorFlow 1 did it."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_gan_zoo")
class LegacyResizing(keras.layers.Layer):
    """Bilinear resizing with TensorFlow 1's sampling, which networks of its time were made with.

    Output pixel `i` is read at `i * input_size / output_size`: corners are not aligned, there are
    no half-pixel centres, and shrinking does not blur (no antialias). Today's
    `keras.layers.Resizing` samples elsewhere, so its images differ.

    Args:
        size: `(height, width)` of the output, or one integer for both.
        **kwargs: As for `keras.layers.Layer`.

    Call arguments:
        inputs: `(batch, height, width, channels)` of any height and width.

    Returns:
        `(batch, *size, channels)`.

    Raises:
        ValueError: If `size` is not made of integers of at least 1.

    Example:

    >>> line = np.array([0.0, 1.0], "float32").reshape(1, 1, 2, 1)
    >>> np.asarray(kgz.layers.LegacyResizing((1, 4))(line)).ravel().tolist()
    [0.0, 0.5, 1.0, 1.0]

    References:
        TensorFlow 1, `ResizeBilinear` with `align_corners=False, half_pixel_centers=False`.
    """

    def __init__(self, size: int | tuple[int, int], **kwargs):
        super().__init__(**kwargs)
        sides = tuple(size) if isinstance(size, (tuple, list)) else (size, size)
        if len(sides) != 2 or not all(type(side) is int and side >= 1 for side in sides):
            raise ValueError(
                f"Expected `size` to be (height, width) in integers >= 1. Received: {size!r}"
            )
        self.size = sides

    def call(self, inputs):
        _, height, width, _ = ops.shape(inputs)
        # Columns, then rows: the order in which TensorFlow rounds.
        columns = _interpolated(inputs, 2, width, self.size[1])
        return _interpolated(columns, 1, height, self.size[0])

    def compute_output_shape(self, input_shape):
        return (input_shape[0], *self.size, input_shape[-1])

    def get_config(self):
        return {**super().get_config(), "size": list(self.size)}


def _interpolated(inputs, axis, size, new_size):
    # In double precision, since graphs may divide by multiplying with a rounded 1 / new_size.
    scale = ops.cast(ops.cast(size, "float64") / new_size, "float32")
    places = ops.arange(new_size, dtype="float32") * scale
    before = ops.cast(places, "int32")
    after = ops.minimum(before + 1, size - 1)
    shape = [1, 1, 1, 1]
    shape[axis] = new_size
    weight = ops.reshape(places - ops.cast(before, "float32"), shape)
    low, high = ops.take(inputs, before, axis=axis), ops.take(inputs, after, axis=axis)
    return low + (high - low) * ops.cast(weight, inputs.dtype)

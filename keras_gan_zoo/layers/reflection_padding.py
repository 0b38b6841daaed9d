"""Padding by reflection."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_gan_zoo")
class ReflectionPadding2D(keras.layers.Layer):
    """Pads height and width with what lies next to the border, mirrored there.

    Where zeros would make a frame of their own, as in networks that translate images.

    Args:
        padding: Rows and columns on each side, fewer than the input has.
        **kwargs: As for `keras.layers.Layer`.

    Call arguments:
        inputs: `(batch, height, width, channels)`.

    Returns:
        A tensor `(batch, height + 2 * padding, width + 2 * padding, channels)`.

    Example:

    >>> row = np.array([1.0, 2.0, 3.0]).reshape(1, 1, 3, 1).repeat(2, axis=1)
    >>> np.array(kgz.layers.ReflectionPadding2D(1)(row))[0, 0, :, 0].tolist()
    [2.0, 1.0, 2.0, 3.0, 2.0]
    """

    def __init__(self, padding: int, **kwargs):
        super().__init__(**kwargs)
        self.padding = int(padding)

    def call(self, inputs):
        sides = (self.padding, self.padding)
        return ops.pad(inputs, ((0, 0), sides, sides, (0, 0)), mode="reflect")

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        grown = (None if side is None else side + 2 * self.padding for side in (height, width))
        return (batch, *grown, channels)

    def get_config(self):
        return {**super().get_config(), "padding": self.padding}

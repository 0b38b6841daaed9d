"""Features in several parts."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_gan_zoo")
class Chunks(keras.layers.Layer):
    """Cuts the last axis into a number of chunks of one size.

    Args:
        count: How many.
        **kwargs: As for `keras.layers.Layer`.

    Call arguments:
        inputs: `(batch, ..., features)`, features a multiple of `count`.

    Returns:
        A list of `count` tensors `(batch, ..., features / count)`.

    Example:

    >>> first, second = kgz.layers.Chunks(2)(np.ones((3, 8), "float32"))
    >>> first.shape
    TensorShape([3, 4])
    """

    def __init__(self, count: int, **kwargs):
        super().__init__(**kwargs)
        self.count = count

    def call(self, inputs):
        return ops.split(inputs, self.count, axis=-1)

    def compute_output_shape(self, input_shape):
        return [(*input_shape[:-1], input_shape[-1] // self.count)] * self.count

    def get_config(self):
        return {**super().get_config(), "count": self.count}

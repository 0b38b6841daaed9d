"""Channels laid out as pixels."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_gan_zoo")
class PixelShuffle2D(keras.layers.Layer):
    """Enlarges an image by laying out its channels as pixels.

    Of `factor * factor` channels in a row each output channel is made: the first is the upper left
    pixel of a tile, the second the one to its right. This is the order of PyTorch's `PixelShuffle`;
    `tf.nn.depth_to_space` has another, so that weights of one do not fit the other.

    Args:
        factor: Enlargement of height and width.
        **kwargs: As for `keras.layers.Layer`.

    Call arguments:
        inputs: `(batch, height, width, channels)`; `factor * factor` divides the channels.

    Returns:
        `(batch, factor * height, factor * width, channels / (factor * factor))`.

    Raises:
        ValueError: If the channels cannot be divided so.

    Example:

    >>> pixels = np.arange(4.0).reshape(1, 1, 1, 4)
    >>> np.array(kgz.layers.PixelShuffle2D(2)(pixels))[0, :, :, 0].tolist()
    [[0.0, 1.0], [2.0, 3.0]]

    References:
        Shi et al. 2016, Real-Time Single Image and Video Super-Resolution Using an Efficient
        Sub-Pixel Convolutional Neural Network, arXiv 1609.05158, equation 4.
    """

    def __init__(self, factor: int = 2, **kwargs):
        super().__init__(**kwargs)
        if isinstance(factor, bool) or not isinstance(factor, int) or factor < 1:
            raise ValueError(f"Expected `factor` to be an integer >= 1. Received: {factor!r}")
        self.factor = factor

    def call(self, inputs):
        batch, height, width, channels = ops.shape(inputs)
        factor, left = self.factor, channels // self.factor**2
        tiles = ops.reshape(inputs, (batch, height, width, left, factor, factor))
        rows = ops.transpose(tiles, (0, 1, 4, 2, 5, 3))
        return ops.reshape(rows, (batch, height * factor, width * factor, left))

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        if channels % self.factor**2:
            raise ValueError(
                f"Expected channels that {self.factor**2} divides. Received: shape "
                f"{tuple(input_shape)}"
            )
        sides = (None if side is None else side * self.factor for side in (height, width))
        return (batch, *sides, channels // self.factor**2)

    def build(self, input_shape):
        self.compute_output_shape(input_shape)

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}

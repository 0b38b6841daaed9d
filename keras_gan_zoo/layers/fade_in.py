"""Fading in what is new."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_gan_zoo")
class FadeIn(keras.layers.Layer):
    """Goes from one tensor to another: `old + share * (new - old)`.

    The share is a weight that is not trained and starts at 0: a network that grows gives what it
    gave before, and whoever trains it raises the share to 1.

    Args:
        **kwargs: As for `keras.layers.Layer`.

    Attributes:
        share: The share, a scalar variable.

    Call arguments:
        inputs: The old and the new tensor, of one shape.

    Returns:
        A tensor of that shape.

    References:
        Karras et al. 2017, Progressive Growing of GANs, arXiv 1710.10196, figure 2.
    """

    def build(self, input_shape):
        self.share = self.add_weight(
            shape=(),
            initializer="zeros",
            trainable=False,
            dtype="float32",
            autocast=False,
            aggregation="only_first_replica",
            name="share",
        )
        self.built = True

    def call(self, inputs):
        old, new = inputs
        return old + ops.cast(self.share, new.dtype) * (new - old)

    def compute_output_shape(self, input_shape):
        return input_shape[0]

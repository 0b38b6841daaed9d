"""Maxout units."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_gan_zoo")
class Maxout(keras.layers.Dense):
    """A dense layer whose units take the largest of several linear pieces.

    Args:
        units: Number of units.
        pieces: Linear pieces per unit.
        **kwargs: As for `keras.layers.Dense`.

    Call arguments:
        inputs: `(batch, ..., features)`.

    Returns:
        `(batch, ..., units)`.

    References:
        Goodfellow et al. 2013, Maxout Networks, arXiv 1302.4389, equation 1.
    """

    def __init__(self, units: int, pieces: int, **kwargs):
        super().__init__(units * pieces, **kwargs)
        self.pieces = pieces

    def call(self, inputs, training=None):
        outputs = super().call(inputs, training=training)
        return ops.max(
            ops.reshape(
                outputs, (*ops.shape(outputs)[:-1], self.units // self.pieces, self.pieces)
            ),
            axis=-1,
        )

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units // self.pieces)

    def get_config(self):
        return {
            **super().get_config(),
            "units": self.units // self.pieces,
            "pieces": self.pieces,
        }

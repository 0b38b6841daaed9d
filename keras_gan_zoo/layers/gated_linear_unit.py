"""Half of the channels as gates of the other half."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_gan_zoo")
class GatedLinearUnit(keras.layers.Layer):
    """Multiplies the first half of the channels by the sigmoid of the second.

    Call arguments:
        inputs: `(batch, ..., channels)`, an even number of channels.

    Returns:
        `(batch, ..., channels / 2)`.

    Raises:
        ValueError: If the number of channels is odd.

    References:
        Dauphin et al. 2016, Language Modeling with Gated Convolutional Networks, arXiv
        1612.08083, equation 1.
    """

    def build(self, input_shape):
        if input_shape[-1] % 2:
            raise ValueError(
                f"Expected an even number of channels. Received: input shape {input_shape}"
            )
        self.built = True

    def call(self, inputs):
        values, gates = ops.split(inputs, 2, axis=-1)
        return values * ops.sigmoid(gates)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], input_shape[-1] // 2)

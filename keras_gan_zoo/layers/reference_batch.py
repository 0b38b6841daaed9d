"""A fixed batch that runs through a network beside each batch, and leaves it at the end."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_gan_zoo")
class PrependReference(keras.layers.Layer):
    """Puts a fixed reference batch before the batch.

    `VirtualBatchNormalization` takes its statistics from these rows; `DropReference` removes
    them. The reference is a weight that is not trained, so that it is saved with the model.

    Args:
        size: Samples of the reference batch.
        **kwargs: As for `keras.layers.Layer`.

    Call arguments:
        inputs: `(batch, ...)`.

    Returns:
        `(size + batch, ...)`.
    """

    def __init__(self, size: int, **kwargs):
        super().__init__(**kwargs)
        self.size = size

    def build(self, input_shape):
        self.reference = self.add_weight(
            shape=(self.size, *input_shape[1:]),
            initializer=keras.initializers.RandomNormal(stddev=1.0),
            trainable=False,
            name="reference",
            aggregation="only_first_replica",
        )
        self.built = True

    def call(self, inputs):
        return ops.concatenate([ops.cast(self.reference, inputs.dtype), inputs], axis=0)

    def compute_output_shape(self, input_shape):
        return (None, *input_shape[1:])

    def get_config(self):
        return {**super().get_config(), "size": self.size}


@keras.saving.register_keras_serializable("keras_gan_zoo")
class DropReference(keras.layers.Layer):
    """Removes the rows that `PrependReference` put before a batch.

    Args:
        size: Samples of the reference batch.
        **kwargs: As for `keras.layers.Layer`.

    Call arguments:
        inputs: `(size + batch, ...)`.

    Returns:
        `(batch, ...)`.
    """

    def __init__(self, size: int, **kwargs):
        super().__init__(**kwargs)
        self.size = size

    def call(self, inputs):
        return inputs[self.size :]

    def compute_output_shape(self, input_shape):
        return (None, *input_shape[1:])

    def get_config(self):
        return {**super().get_config(), "size": self.size}

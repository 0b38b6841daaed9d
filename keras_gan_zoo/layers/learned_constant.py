"""A learnt constant, where a network begins."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_gan_zoo")
class LearnedConstant(keras.layers.Layer):
    """One trained tensor, the same for every sample: what a style-based generator starts from.

    Args:
        shape: Of the tensor, such as `(4, 4, 512)`.
        initializer: Of the tensor: standard normal in StyleGAN2, ones in StyleGAN.
        **kwargs: As for `keras.layers.Layer`.

    Call arguments:
        inputs: `(batch, ...)`, of which only the number of samples counts.

    Returns:
        `(batch, *shape)`.

    References:
        Karras et al. 2018, A Style-Based Generator Architecture for GANs, arXiv 1812.04948,
        section 2.
    """

    def __init__(self, shape: tuple, initializer="ones", **kwargs):
        super().__init__(**kwargs)
        self.shape = tuple(shape)
        self.initializer = keras.initializers.get(initializer)

    def build(self, input_shape):
        self.constant = self.add_weight(
            shape=self.shape, initializer=self.initializer, name="constant"
        )
        self.built = True

    def call(self, inputs):
        constant = ops.cast(self.constant, self.compute_dtype)
        return ops.repeat(constant[None], ops.shape(inputs)[0], axis=0)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], *self.shape)

    def get_config(self):
        return {
            **super().get_config(),
            "shape": self.shape,
            "initializer": keras.initializers.serialize(self.initializer),
        }

"""The mean that a tensor has had lately."""

import keras
from keras import ops

from keras_gan_zoo import backend


@keras.saving.register_keras_serializable("keras_gan_zoo")
class MovingMean(keras.layers.Layer):
    """Passes its inputs on, and keeps their moving mean over the samples seen in training.

    `mean <- decay * mean + (1 - decay) * batch mean`, from 0 on; under several replicas the batch
    is the global one. StyleGAN truncates styles towards such a mean.

    Args:
        decay: In `[0, 1)`.
        **kwargs: As for `keras.layers.Layer`.

    Attributes:
        mean: The mean `(features,)`, float32.

    Call arguments:
        inputs: `(batch, features)`.
        training: Whether the inputs count.

    Returns:
        The inputs.

    References:
        Karras et al. 2018, A Style-Based Generator Architecture for GANs, arXiv 1812.04948,
        appendix B.
    """

    def __init__(self, decay: float = 0.995, **kwargs):
        super().__init__(**kwargs)
        if not 0.0 <= decay < 1.0:
            raise ValueError(f"Expected `decay` in [0, 1). Received: {decay!r}")
        self.decay = decay

    def build(self, input_shape):
        self.mean = self.add_weight(
            shape=(input_shape[-1],),
            initializer="zeros",
            trainable=False,
            dtype="float32",
            autocast=False,
            aggregation="only_first_replica",
            name="mean",
        )
        self.built = True

    def call(self, inputs, training=False):
        if training:
            everyone = backend.global_batch(ops.stop_gradient(inputs))
            present = ops.mean(ops.cast(everyone, "float32"), axis=0)
            self.mean.assign(self.decay * self.mean + (1.0 - self.decay) * present)
        return inputs

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "decay": self.decay}

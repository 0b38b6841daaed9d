"""Sampling from a diagonal Gaussian."""

import keras
from keras import ops

from keras_gan_zoo import backend


@keras.saving.register_keras_serializable("keras_gan_zoo")
class GaussianSampling(keras.layers.Layer):
    """Draws `mean + exp(log_variance / 2) * noise`, differentiable in both inputs.

    Args:
        seed: Seed of the noise.
        **kwargs: As for `keras.layers.Layer`.

    Call arguments:
        inputs: `(mean, log_variance)`, two tensors of one shape, batch axis first.

    Returns:
        A sample of that shape.

    References:
        Kingma and Welling 2013, Auto-Encoding Variational Bayes, arXiv 1312.6114, section 2.4.
    """

    def __init__(self, seed: int | None = None, **kwargs):
        super().__init__(**kwargs)
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def build(self, input_shape):
        if len(input_shape) != 2:
            raise ValueError(
                "Expected `inputs` to be the pair (mean, log_variance). "
                f"Received: input shape {input_shape}"
            )
        self.built = True

    def call(self, inputs):
        mean, log_variance = inputs
        noise = backend.random_normal(ops.shape(mean), backend.layer_seed(self.seed_generator))
        return mean + ops.exp(0.5 * log_variance) * ops.cast(noise, mean.dtype)

    def compute_output_shape(self, input_shape):
        return input_shape[0]

    def get_config(self):
        return {**super().get_config(), "seed": self.seed}

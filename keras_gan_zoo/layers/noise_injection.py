"""The noise inputs of style-based generators."""

import keras
from keras import ops

from keras_gan_zoo import backend


@keras.saving.register_keras_serializable("keras_gan_zoo")
class NoiseInjection(keras.layers.Layer):
    """Adds an image of standard normal noise, times a trained strength that starts at 0.

    Noise is drawn in inference, too: it is what details vary by that no style decides. A call of a
    model with one seed has one noise; see `keras_gan_zoo.backend.noise`.

    Args:
        per_channel: Whether each channel has a strength of its own (StyleGAN), or all have one
            (StyleGAN2). All channels are given the same noise.
        use_bias: Whether to add a trained bias for each channel, too.
        seed: Of the noise where no model opens a stream.
        **kwargs: As for `keras.layers.Layer`.

    Call arguments:
        inputs: `(batch, height, width, channels)`.

    Returns:
        A tensor of that shape.

    References:
        Karras et al. 2018, A Style-Based Generator Architecture for GANs, arXiv 1812.04948,
        section 2. Karras et al. 2019, arXiv 1912.04958, section 2.
    """

    def __init__(
        self,
        per_channel: bool = False,
        use_bias: bool = False,
        seed: int | None = None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.per_channel = per_channel
        self.use_bias = use_bias
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def build(self, input_shape):
        shape = (input_shape[-1],) if self.per_channel else ()
        self.strength = self.add_weight(shape=shape, initializer="zeros", name="strength")
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(shape=(input_shape[-1],), initializer="zeros", name="bias")
        self.built = True

    def call(self, inputs):
        shape = (*ops.shape(inputs)[:-1], 1)
        noise = backend.random_normal(shape, backend.layer_seed(self.seed_generator))
        outputs = inputs + ops.cast(noise, inputs.dtype) * ops.cast(self.strength, inputs.dtype)
        return outputs if self.bias is None else outputs + ops.cast(self.bias, inputs.dtype)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        names = "per_channel", "use_bias", "seed"
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}

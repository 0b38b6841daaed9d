"""The self-attention block of SAGAN."""

import keras
from keras import ops

from keras_gan_zoo.layers.spectral_normalization import SpectralNormalization


@keras.saving.register_keras_serializable("keras_gan_zoo")
class SelfAttention2D(keras.layers.Layer):
    """Lets every position of an image look at all others: `x + gamma * attention(x)`.

    Query, key and value are 1x1 convolutions without bias to `channels / 8`, `channels / 8` and
    `channels / 2`; key and value are max-pooled by 2; a last 1x1 convolution returns to
    `channels`. `gamma` starts at 0, so that the block starts as the identity.

    Args:
        pool: Pooling of key and value; 1 for none (the paper's figure).
        spectral_normalization: Whether the four kernels are spectrally normalised.
        **kwargs: As for `keras.layers.Layer`.

    Call arguments:
        inputs: `(batch, height, width, channels)`; `channels` at least 8.
        return_attention: Whether to return the attention maps too.

    Returns:
        A tensor of the shape of `inputs`; with `return_attention`, also the attention
        `(batch, height * width, height * width / pool^2)`, whose rows sum to 1.

    Raises:
        ValueError: If `pool` does not divide height and width, or there are under 8 channels.

    References:
        Zhang et al. 2018, Self-Attention Generative Adversarial Networks, arXiv 1805.08318,
        equations 1 to 3.

    Deviations:
        Pooling and the widths of the value path are those of the authors' code, not the figure.
    """

    def __init__(self, pool: int = 2, spectral_normalization: bool = True, **kwargs):
        super().__init__(**kwargs)
        self.pool = pool
        self.spectral_normalization = spectral_normalization

    def build(self, input_shape):
        _, height, width, channels = input_shape
        if channels is None or channels < 8:
            raise ValueError(f"Expected at least 8 channels. Received: input shape {input_shape}")
        for size in (height, width):
            if size is not None and size % self.pool:
                raise ValueError(
                    f"Expected height and width to be multiples of pool={self.pool}. "
                    f"Received: input shape {input_shape}"
                )
        self.query = self._project(channels // 8, "query", input_shape)
        self.key = self._project(channels // 8, "key", input_shape)
        self.value = self._project(channels // 2, "value", input_shape)
        self.output_projection = self._project(
            channels, "output", (*input_shape[:-1], channels // 2)
        )
        self.gamma = self.add_weight(shape=(), initializer="zeros", name="gamma")
        self.built = True

    def _project(self, filters, name, input_shape):
        options = {"dtype": self.dtype_policy, "name": name, "data_format": "channels_last"}
        layer = keras.layers.Conv2D(filters, 1, use_bias=False, **options)
        if self.spectral_normalization:
            layer = SpectralNormalization(layer, dtype=self.dtype_policy, name=name)
        layer.build(input_shape)
        return layer

    def call(self, inputs, training=False, return_attention=False):
        options = {"training": training} if self.spectral_normalization else {}
        batch, height, width, _ = ops.shape(inputs)

        def flat(layer, pool=1):
            maps = layer(inputs, **options)
            if pool > 1:
                maps = ops.max_pool(maps, pool, pool, data_format="channels_last")
            return ops.reshape(maps, (batch, -1, maps.shape[-1]))

        query, key, value = flat(self.query), flat(self.key, self.pool), flat(self.value, self.pool)
        attention = ops.softmax(ops.matmul(query, ops.transpose(key, (0, 2, 1))), axis=-1)
        context = ops.reshape(ops.matmul(attention, value), (batch, height, width, value.shape[-1]))
        outputs = inputs + self.gamma * self.output_projection(context, **options)
        return (outputs, attention) if return_attention else outputs

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {
            **super().get_config(),
            "pool": self.pool,
            "spectral_normalization": self.spectral_normalization,
        }

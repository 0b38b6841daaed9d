"""Instance normalisation whose gain and bias a style decides."""

import keras
from keras import ops

from keras_gan_zoo.layers.equalized_learning_rate import EqualizedLearningRate


@keras.saving.register_keras_serializable("keras_gan_zoo")
class AdaptiveInstanceNormalization(keras.layers.Layer):
    """Gives each channel of each sample the mean and the deviation that its style says.

    `(1 + s) (x - mean(x)) / sqrt(var(x) + epsilon) + b`, with `(s, b) = A w` of a style `w`, an
    affine map whose learning rate is equalised and whose bias starts at 0.

    Args:
        epsilon: Added to the variance.
        **kwargs: As for `keras.layers.Layer`.

    Call arguments:
        inputs: Maps `(batch, height, width, channels)` and styles `(batch, style_dim)`.

    Returns:
        A tensor of the shape of the maps.

    References:
        Karras et al. 2018, A Style-Based Generator Architecture for GANs, arXiv 1812.04948,
        equation 1 (the 1 is that of the authors' code). Huang and Belongie 2017, arXiv 1703.06868.

    Example:

    >>> layer = kgz.layers.AdaptiveInstanceNormalization()
    >>> layer((np.ones((2, 4, 4, 3), "float32"), np.ones((2, 5), "float32"))).shape
    TensorShape([2, 4, 4, 3])
    """

    def __init__(self, epsilon: float = 1e-8, **kwargs):
        super().__init__(**kwargs)
        self.epsilon = epsilon

    def build(self, input_shape):
        maps, styles = input_shape
        affine = keras.layers.Dense(2 * maps[-1], dtype=self.dtype_policy)
        self.affine = EqualizedLearningRate(affine, dtype=self.dtype_policy, name="affine")
        self.affine.build(styles)
        self.built = True

    def call(self, inputs):
        maps, styles = inputs
        wide = ops.cast(maps, "float32")
        mean, variance = ops.moments(wide, axes=(1, 2), keepdims=True)
        normalised = ops.cast((wide - mean) * ops.rsqrt(variance + self.epsilon), maps.dtype)
        scale, bias = ops.split(self.affine(styles)[:, None, None], 2, axis=-1)
        return (1.0 + scale) * normalised + bias

    def compute_output_shape(self, input_shape):
        return input_shape[0]

    def get_config(self):
        return {**super().get_config(), "epsilon": self.epsilon}

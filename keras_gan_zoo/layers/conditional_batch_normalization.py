"""Batch normalisation whose gain and bias depend on a condition."""

import keras
from keras import ops

from keras_gan_zoo.layers.batch_normalization import BatchNormalization
from keras_gan_zoo.layers.condition_vectors import check_condition, condition_vectors
from keras_gan_zoo.layers.spectral_normalization import SpectralNormalization


@keras.saving.register_keras_serializable("keras_gan_zoo")
class ConditionalBatchNormalization(keras.layers.Layer):
    """Normalises a batch, then scales and shifts each sample as its condition says.

    With condition vector `c`, gain and bias are `1 + c A` and `c B`; `A` and `B` start at zero,
    so that the layer starts as plain batch normalisation. For a one-hot `c` that is one gain and
    one bias per class and channel; for a mixture of two classes (weights that sum to 1) their
    mean, which is how categories are morphed; a continuous condition works alike.

    Args:
        num_classes: Lets the condition be integer classes `(batch,)`; not needed for vectors.
        momentum: Decay of the moving statistics.
        epsilon: Added to the variance.
        spectral_normalization: Whether `A` and `B` start orthogonal and are spectrally normalised,
            as in BigGAN.
        **kwargs: As for `keras.layers.Layer`.

    Call arguments:
        inputs: `(x, condition)`: `x` is `(batch, ..., channels)`; the condition
            `(batch, features)`, or `(batch,)` integers below `num_classes`.
        training: Whether to use and update with the statistics of the batch.

    Returns:
        A tensor of the shape of `x`.

    Raises:
        ValueError: If the condition has another shape.

    References:
        Dumoulin et al. 2016, A Learned Representation for Artistic Style, arXiv 1610.07629,
        equation 5. Miyato and Koyama 2018, cGANs with Projection Discriminator, arXiv
        1802.05637, appendix.
    """

    def __init__(
        self,
        num_classes: int | None = None,
        momentum: float = 0.9,
        epsilon: float = 1e-5,
        spectral_normalization: bool = False,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.num_classes = num_classes
        self.momentum = momentum
        self.epsilon = epsilon
        self.spectral_normalization = spectral_normalization
        self.normalization = BatchNormalization(
            momentum=momentum,
            epsilon=epsilon,
            center=False,
            scale=False,
            dtype=self.dtype_policy,
            name="normalization",
        )

    def build(self, input_shape):
        features = check_condition(input_shape, self.num_classes)
        shape = tuple(input_shape[0])
        self.normalization.build(shape)
        self.gamma = self._linear_map("gamma", features, shape[-1])
        self.beta = self._linear_map("beta", features, shape[-1])
        self.built = True

    def _linear_map(self, name, features, channels):
        if not self.spectral_normalization:
            return self.add_weight(shape=(features, channels), initializer="zeros", name=name)
        dtype = {"dtype": self.dtype_policy}
        dense = keras.layers.Dense(
            channels, use_bias=False, kernel_initializer="orthogonal", **dtype
        )
        layer = SpectralNormalization(dense, name=name, **dtype)
        layer.build((None, features))
        return layer

    def call(self, inputs, training=None):
        x, condition = inputs
        condition = condition_vectors(condition, self.num_classes, self.compute_dtype)
        normalized = self.normalization(x, training=training)
        ones = (1,) * (len(x.shape) - 2)

        def per_sample(matrix):
            if self.spectral_normalization:
                values = matrix(condition, training=training)
            else:
                values = ops.matmul(condition, ops.cast(matrix, self.compute_dtype))
            return ops.reshape(values, (-1, *ones, x.shape[-1]))

        return normalized * (1.0 + per_sample(self.gamma)) + per_sample(self.beta)

    def compute_output_shape(self, input_shape):
        return input_shape[0]

    def get_config(self):
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "momentum": self.momentum,
            "epsilon": self.epsilon,
            "spectral_normalization": self.spectral_normalization,
        }

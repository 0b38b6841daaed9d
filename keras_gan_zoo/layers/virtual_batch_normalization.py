"""Batch normalisation with the statistics of a fixed reference batch."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_gan_zoo")
class VirtualBatchNormalization(keras.layers.Layer):
    """Normalises each sample by a reference batch and the sample itself, in training and after.

    The first `reference_size` rows are the reference batch, see `PrependReference`: it runs
    through the network beside each batch, so that every layer sees the reference at its own
    depth, as the weights make it now, and gradients flow through it. A sample's mean and mean
    square are those of the reference with weight `N / (N + 1)` and its own, over positions, with
    weight `1 / (N + 1)`. Other samples of the batch do not matter. Reference rows are normalised
    by the reference alone.

    Args:
        reference_size: Samples of the reference batch (N).
        epsilon: Added to the variance.
        center, scale: Whether to add a trained bias and to multiply by a trained gain.
        gamma_initializer: Initialiser of the gain.
        **kwargs: As for `keras.layers.Layer`.

    Call arguments:
        inputs: `(reference_size + batch, ..., channels)`.

    Returns:
        A tensor of that shape.

    References:
        Salimans et al. 2016, Improved Techniques for Training GANs, arXiv 1606.03498,
        section 3.5; the weights are those of the authors' `imagenet/ops.py`.
    """

    def __init__(
        self,
        reference_size: int,
        epsilon: float = 1e-5,
        center: bool = True,
        scale: bool = True,
        gamma_initializer="ones",
        **kwargs,
    ):
        super().__init__(**kwargs)
        if reference_size < 1:
            raise ValueError(f"Expected `reference_size` >= 1. Received: {reference_size!r}")
        self.reference_size = reference_size
        self.epsilon = epsilon
        self.center = center
        self.scale = scale
        self.gamma_initializer = keras.initializers.get(gamma_initializer)

    def build(self, input_shape):
        shape = (input_shape[-1],)
        if self.scale:
            self.gamma = self.add_weight(
                shape=shape, initializer=self.gamma_initializer, name="gamma"
            )
        if self.center:
            self.beta = self.add_weight(shape=shape, initializer="zeros", name="beta")
        self.built = True

    def call(self, inputs, training=None, mask=None):
        del training, mask  # taken so that the layer can replace `BatchNormalization`
        x = ops.cast(inputs, "float32")
        positions = tuple(range(1, len(x.shape) - 1))
        size = self.reference_size
        # Squares lose less to rounding once the reference's mean is 0.
        x = x - ops.mean(x[:size], axis=(0, *positions))
        squares = ops.square(x)
        reference_square = ops.mean(squares[:size], axis=(0, *positions))
        if positions:
            own_mean = ops.mean(x, axis=positions, keepdims=True)
            own_square = ops.mean(squares, axis=positions, keepdims=True)
        else:
            own_mean, own_square = x, squares
        is_sample = ops.cast(ops.arange(ops.shape(x)[0]) >= size, "float32")
        weight = ops.reshape(is_sample / (size + 1.0), (-1, *(1,) * (len(x.shape) - 1)))
        mean = weight * own_mean
        variance = weight * own_square + (1.0 - weight) * reference_square - ops.square(mean)
        factor = ops.rsqrt(variance + self.epsilon)
        if self.scale:
            factor = factor * ops.cast(self.gamma, "float32")
        outputs = (x - mean) * factor
        if self.center:
            outputs = outputs + ops.cast(self.beta, "float32")
        return ops.cast(outputs, self.compute_dtype)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {
            **super().get_config(),
            "reference_size": self.reference_size,
            "epsilon": self.epsilon,
            "center": self.center,
            "scale": self.scale,
            "gamma_initializer": keras.initializers.serialize(self.gamma_initializer),
        }

"""Minibatch discrimination."""

import keras
from keras import ops

from keras_gan_zoo import backend


@keras.saving.register_keras_serializable("keras_gan_zoo")
class MinibatchDiscrimination(keras.layers.Layer):
    """Appends to a sample's features how close it is to the other samples of its batch.

    Features `f(x_i)` times a tensor `T` of shape `(features, kernels, dims)` give a matrix `M_i`;
    `o_b(x_i) = sum over j != i of exp(-|M_ib - M_jb|_1)` is appended for each kernel `b`. The
    sample itself is left out, as in the authors' code (it would add 1). Under several replicas
    the batch is the global one.

    Args:
        kernels: Number of similarities per sample (B of the paper).
        dims: Length of a row of `M` (C of the paper).
        kernel_initializer: Initialiser of `T`, as a matrix `(features, kernels * dims)`.
        **kwargs: As for `keras.layers.Layer`.

    Call arguments:
        inputs: `(batch, features)`.

    Returns:
        `(batch, features + kernels)`; the similarities are in `[0, batch - 1]`.

    Raises:
        ValueError: If the inputs are no vectors, or `kernels` or `dims` is below 1.

    Deviations:
        `T` is a plain weight, as in the paper. The authors' code also normalises its columns,
        learns their lengths, and adds a bias to `o`.

    References:
        Salimans et al. 2016, Improved Techniques for Training GANs, arXiv 1606.03498,
        section 3.2.
    """

    def __init__(
        self, kernels: int = 100, dims: int = 5, kernel_initializer="glorot_uniform", **kwargs
    ):
        super().__init__(**kwargs)
        if kernels < 1 or dims < 1:
            raise ValueError(
                f"Expected `kernels` and `dims` >= 1. Received: kernels={kernels}, dims={dims}"
            )
        self.kernels = kernels
        self.dims = dims
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def build(self, input_shape):
        if len(input_shape) != 2:
            raise ValueError(
                f"Expected inputs of shape (batch, features). Received: input shape {input_shape}"
            )
        self.kernel = self.add_weight(
            shape=(input_shape[-1], self.kernels * self.dims),
            initializer=self.kernel_initializer,
            name="kernel",
        )
        self.built = True

    def call(self, inputs):
        rows = ops.cast(ops.matmul(inputs, self.kernel), "float32")
        rows = ops.reshape(rows, (-1, self.kernels, self.dims))
        everyone = backend.global_batch(rows)
        distances = ops.sum(ops.abs(rows[:, None] - everyone[None]), axis=-1)
        # The sample itself is among everyone, at distance 0, and counts exactly 1.
        similarities = ops.sum(ops.exp(-distances), axis=1) - 1.0
        return ops.concatenate([inputs, ops.cast(similarities, inputs.dtype)], axis=-1)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], input_shape[-1] + self.kernels)

    def get_config(self):
        return {
            **super().get_config(),
            "kernels": self.kernels,
            "dims": self.dims,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }

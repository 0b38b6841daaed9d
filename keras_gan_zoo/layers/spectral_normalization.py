"""Spectral normalisation as published."""

import keras
from keras import ops

from keras_gan_zoo.layers import kernels

FIRST = 15  # steps of power iteration when a layer is built
EPSILON = 1e-12


@keras.saving.register_keras_serializable("keras_gan_zoo")
class SpectralNormalization(keras.layers.Wrapper):
    """Divides a layer's kernel by its largest singular value, on the fly.

    The stored kernel is never changed: each call uses `W / sigma(W)`, the gradient flows through
    `sigma`, and only the singular vectors `u` and `v` are constants. They are refreshed by power
    iteration on every call with `training=True`, and saved with the layer. `W` is the kernel as a
    matrix with one row per output; for convolutions its singular value bounds the operator's only
    up to a factor of the root of the kernel's area.

    `keras.layers.SpectralNormalization` overwrites the stored kernel instead and lets no gradient
    through `sigma`.

    Args:
        layer: A `Dense`, `Embedding`, convolution or transposed convolution.
        power_iterations: Steps of power iteration per training call.
        **kwargs: As for `keras.layers.Layer`.

    Call arguments:
        inputs: What `layer` takes.
        training: Whether to refresh the singular vectors first.

    Raises:
        ValueError: If `layer` has no kernel, or `power_iterations` is below 1.

    References:
        Miyato et al. 2018, Spectral Normalization for Generative Adversarial Networks, arXiv
        1802.05957, algorithm 1.

    Deviations:
        Five steps of power iteration (the paper: one). With one, when a second singular value
        overtakes the first, the kernel's largest singular value is above 1 for some updates, by
        up to 5.4 % in a run of `benchmarks/normalizers.py`; with five, by 4.2 %, and 0.2 % on
        average. The steps are products of a matrix and a vector, and cost next to nothing.

    Example:

    >>> layer = kgz.layers.SpectralNormalization(keras.layers.Dense(4))
    >>> layer(np.ones((2, 3), "float32"), training=True).shape
    TensorShape([2, 4])
    """

    def __init__(self, layer, power_iterations: int = 5, **kwargs):
        super().__init__(layer, **kwargs)
        if power_iterations < 1:
            raise ValueError(f"Expected `power_iterations` >= 1. Received: {power_iterations!r}")
        self.power_iterations = power_iterations

    def build(self, input_shape=None):
        super().build(input_shape)
        matrix = self._as_matrix(ops.cast(self._kernel().value, "float32"))
        for name, size in zip(("u", "v"), matrix.shape, strict=True):
            vector = self.add_weight(
                shape=(size,),
                initializer=keras.initializers.RandomNormal(stddev=1.0),
                trainable=False,
                dtype="float32",
                autocast=False,
                name=name,
                aggregation="only_first_replica",
            )
            setattr(self, name, vector)
        for vector, start in zip((self.u, self.v), self._iterated(matrix, FIRST), strict=True):
            vector.assign(start)

    def _kernel(self):
        return kernels.kernel_of(self.layer)

    def _as_matrix(self, kernel):
        return kernels.as_matrix(self.layer, kernel)

    def call(self, inputs, training=False):
        kernel = self._kernel()
        weight = ops.cast(kernel.value, "float32")
        matrix = self._as_matrix(weight)
        u, v = self.u.value, self.v.value
        if training:
            u, v = self._iterated(ops.stop_gradient(matrix), self.power_iterations)
            self.u.assign(u)
            self.v.assign(v)
        sigma = ops.sum(ops.stop_gradient(u) * ops.matmul(matrix, ops.stop_gradient(v)))
        # A kernel of zeros stays as it is.
        return kernels.call_with_kernel(
            self.layer, weight / ops.where(sigma > EPSILON, sigma, 1.0), inputs
        )

    def _iterated(self, matrix, steps):
        """The singular vectors, after `steps` of power iteration; of a matrix of zeros, the old.

        The length of `v` does not matter until the end, and few operations make a small graph.
        """
        u, transposed = self.u.value[None], ops.transpose(matrix)
        for _ in range(steps):
            v = ops.matmul(u, matrix)
            u = _unit(ops.matmul(v, transposed))
        found = ops.sum(ops.square(u)) > 0.5
        return ops.where(found, u[0], self.u.value), ops.where(found, _unit(v)[0], self.v.value)

    def largest_singular_value(self) -> float:
        """The largest singular value of the kernel that calls use now, by full decomposition."""
        matrix = ops.cast(self._as_matrix(self._kernel().value), "float32")
        sigma = ops.sum(self.u * ops.matmul(matrix, self.v))
        return float(ops.max(ops.svd(matrix / sigma, compute_uv=False)))

    def compute_output_shape(self, input_shape):
        return self.layer.compute_output_shape(input_shape)

    def get_config(self):
        return {**super().get_config(), "power_iterations": self.power_iterations}


def _unit(vector):
    """The vector at length 1, or 0 if it has none."""
    return vector * ops.rsqrt(ops.maximum(ops.sum(ops.square(vector)), EPSILON**2))

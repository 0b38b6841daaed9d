"""The kernel distance of streams of features, block by block."""

import keras
from keras import ops

from keras_gan_zoo.metrics import checks, streaming


@keras.saving.register_keras_serializable("keras_gan_zoo")
class KernelDistance(streaming.StreamingMetric):
    """Running kernel distance: the mean of the unbiased estimate over blocks, as they fill.

    Each `update_state(real, fake)` brings as many real as fake features. They wait in a buffer;
    each time `block_size` of both have come, the block's unbiased MMD^2 is added to the sums and
    its samples are forgotten. Samples of a block that never fills do not count (on each replica).
    State: `2 block_size dimensions` numbers for the buffer and three sums. Blocks are made in
    order of arrival: shuffle the data.

    The size of a batch and of what waits may vary, so that the update cannot be compiled by XLA
    (`jit_compile=False`).

    Args:
        dimensions: Number of features of a sample; may be left out with an extractor.
        block_size: Samples of each kind in a block, at least 2.
        feature_extractor: See `FeatureExtractor.get`; `None` when `update_state` is given
            features.
        name: By default `"kernel_distance"`, or such as `"kid[fashion_mnist]"`.
        dtype: Type of the result.

    The result is the mean over full blocks, 0 before there is one; `deviation()` is the standard
    deviation over them.

    Example:

    >>> metric = kgz.metrics.KernelDistance(dimensions=1, block_size=2)
    >>> metric.update_state(np.array([[0.0], [1.0]]), np.array([[1.0], [2.0]]))
    >>> float(metric.result())
    9.5

    References:
        Binkowski et al. 2018, Demystifying MMD GANs, arXiv 1801.01401.
    """

    default_name = "kernel_distance"
    short_name = "kid"

    def __init__(
        self,
        dimensions: int | None = None,
        block_size: int = 1000,
        feature_extractor=None,
        name=None,
        dtype=None,
    ):
        checks.count("block_size", block_size, 2)
        super().__init__(feature_extractor, name, dtype)
        self.dimensions = dimensions = self._width("dimensions", dimensions, "dimensions")
        self.block_size = int(block_size)
        self.total = self._sum_variable("total")
        self.total_squares = self._sum_variable("total_squares")
        self.blocks = self._sum_variable("blocks")
        self.waiting = self._sum_variable("waiting")
        self.buffer = self._sum_variable("buffer", (2, block_size, dimensions))

    def update_state(self, real, fake, sample_weight=None):
        """Adds `(batch, dimensions)` real features and as many fake ones."""
        streaming.no_weights(sample_weight)
        real = self._extract("real", real, self.dimensions)
        fake = self._extract("fake", fake, self.dimensions)
        if real.shape[0] != fake.shape[0]:
            raise ValueError(
                "Expected `real` and `fake` to hold the same number of samples. "
                f"Received: {real.shape[0]} and {fake.shape[0]}"
            )
        self._add(ops.stack([real, fake]))

    def _add(self, pairs):
        size = self.block_size
        waiting = ops.cast(self.waiting.value, "int32")
        samples = ops.concatenate([self.buffer.value[:, :waiting], pairs], axis=1)
        full = ops.shape(samples)[1] // size
        blocks = ops.reshape(samples[:, : full * size], (2, full, size, self.dimensions))
        values = _unbiased_mmd(blocks[0], blocks[1])
        self.total.assign_add(ops.sum(values))
        self.total_squares.assign_add(ops.sum(ops.square(values)))
        self.blocks.assign_add(ops.cast(full, "float64"))
        rest = samples[:, full * size :]
        left = ops.shape(rest)[1]
        padding = ops.zeros((2, size - left, self.dimensions), "float64")
        self.buffer.assign(ops.concatenate([rest, padding], axis=1))
        self.waiting.assign(ops.cast(left, "float64"))

    def _merge(self, metric):
        for name in ("total", "total_squares", "blocks"):
            getattr(self, name).assign_add(getattr(metric, name).value)
        self._add(metric.buffer.value[:, : int(metric.waiting.value)])

    def result(self):
        return ops.cast(ops.divide_no_nan(self.total.value, self.blocks.value), self.dtype)

    def deviation(self):
        """Standard deviation over the full blocks, a scalar tensor."""
        mean = ops.divide_no_nan(self.total.value, self.blocks.value)
        squares = ops.divide_no_nan(self.total_squares.value, self.blocks.value)
        return ops.cast(ops.sqrt(ops.maximum(squares - ops.square(mean), 0.0)), self.dtype)

    def get_config(self):
        return {
            **super().get_config(),
            "dimensions": self.dimensions,
            "block_size": self.block_size,
        }


def _unbiased_mmd(real, fake):
    """MMD^2 of each block `(blocks, m, dimensions)`, without a sample's kernel with itself."""
    size = real.shape[1]
    within = _off_diagonal_sum(real) + _off_diagonal_sum(fake)
    across = ops.sum(_kernel(real, fake), axis=(1, 2))
    return within / (size * (size - 1)) - 2.0 * across / size**2


def _off_diagonal_sum(samples):
    kernel = _kernel(samples, samples)
    return ops.sum(kernel, axis=(1, 2)) - ops.sum(ops.diagonal(kernel, axis1=1, axis2=2), axis=1)


def _kernel(a, b):
    base = ops.matmul(a, ops.transpose(b, (0, 2, 1))) / a.shape[-1] + 1.0
    return base * base * base

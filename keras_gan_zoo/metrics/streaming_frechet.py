"""The Frechet distance of streams of features, in constant memory."""

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from keras_gan_zoo.metrics import checks, streaming
from keras_gan_zoo.metrics.frechet import frechet_distance

NOT_YET = -1.0


@keras.saving.register_keras_serializable("keras_gan_zoo")
class FrechetDistance(streaming.StreamingMetric):
    """Running Frechet distance: counts, sums and sums of products, all float64.

    `update_state(real, fake)` takes the features of some real and some fake samples; either may
    be left out. In `model.evaluate` the targets are the real and the predictions the fake ones.
    The state is `2 (dimensions^2 + dimensions + 1)` numbers (67 MB for 2048 dimensions); it adds
    up over replicas and over `merge_state`. Means may be up to about 10,000 times the deviations
    before float64 sums of products lose 1e-6.

    The distance of 2048 dimensions takes seconds, so that it is computed when the result is asked
    for outside a compiled step, as Keras does at the end of `evaluate` and of an epoch. Inside a
    compiled step, and before there are two samples of both kinds, the result is -1.

    Args:
        dimensions: Number of features of a sample; may be left out with an extractor.
        feature_extractor: See `FeatureExtractor.get`; `None` when `update_state` is given
            features.
        name: By default `"frechet_distance"`, or such as `"fid[fashion_mnist]"`.
        dtype: Type of the result.

    Example:

    >>> metric = kgz.metrics.FrechetDistance(dimensions=1)
    >>> metric.update_state(np.array([[0.0], [2.0]]), np.array([[3.0], [5.0]]))
    >>> float(metric.result())
    9.0

    References:
        Heusel et al. 2017, arXiv 1706.08500, equation 6.
    """

    default_name = "frechet_distance"
    short_name = "fid"

    def __init__(
        self, dimensions: int | None = None, feature_extractor=None, name=None, dtype=None
    ):
        super().__init__(feature_extractor, name, dtype)
        self.dimensions = dimensions = self._width("dimensions", dimensions, "dimensions")
        self._sums = {
            kind: (
                self._sum_variable(f"{kind}_count"),
                self._sum_variable(f"{kind}_sum", (dimensions,)),
                self._sum_variable(f"{kind}_products", (dimensions, dimensions)),
            )
            for kind in ("real", "fake")
        }

    def update_state(self, real=None, fake=None, sample_weight=None):
        """Adds a batch `(batch, dimensions)` of real features, of fake features, or of both."""
        streaming.no_weights(sample_weight)
        for kind, samples in (("real", real), ("fake", fake)):
            if samples is not None:
                features = self._extract(kind, samples, self.dimensions)
                count, total, products = self._sums[kind]
                count.assign_add(ops.cast(ops.shape(features)[0], "float64"))
                total.assign_add(ops.sum(features, axis=0))
                products.assign_add(ops.matmul(ops.transpose(features), features))

    def result(self):
        if not tf.executing_eagerly():
            return ops.cast(NOT_YET, self.dtype)
        state = self._finite_state()
        counts = {kind: int(state[f"{kind}_count"]) for kind in self._sums}
        if min(counts.values()) < 2:
            return ops.cast(NOT_YET, self.dtype)
        checks.enough_samples(self.dimensions, **counts)
        moments = []
        for kind, count in counts.items():
            mean = state[f"{kind}_sum"] / count
            scatter = state[f"{kind}_products"] - count * np.outer(mean, mean)
            moments += [mean, scatter / (count - 1)]
        return ops.cast(frechet_distance(*moments), self.dtype)

    def get_config(self):
        return {**super().get_config(), "dimensions": self.dimensions}

"""The Inception score of a stream of class probabilities, in constant memory."""

import keras
from keras import ops

from keras_gan_zoo.metrics import checks, streaming
from keras_gan_zoo.metrics.inception_score import class_probabilities


@keras.saving.register_keras_serializable("keras_gan_zoo")
class InceptionScore(streaming.StreamingMetric):
    """Running Inception score: sums of probabilities and of their negative entropies.

    `update_state(fake)` takes class probabilities; in `model.evaluate` they are the predictions,
    and targets are ignored. Samples are dealt to the splits in turn (on each replica), so that
    samples sorted by class do not lower the score. The state is `splits (classes + 2) + 1`
    numbers; it adds up over replicas and over `merge_state`.

    Args:
        classes: Number of classes; may be left out with an extractor.
        splits: Number of splits.
        feature_extractor: A `FeatureExtractor` that classifies, or the name of one; `None` when
            `update_state` is given probabilities.
        name: By default `"inception_score"`, or such as `"is[fashion_mnist]"`.
        dtype: Type of the result.

    The result is the mean over the splits that have samples, 0 without any; `deviation()` is the
    standard deviation over them. Values of a compiled step are not checked to be probabilities.

    Example:

    >>> metric = kgz.metrics.InceptionScore(classes=4, splits=1)
    >>> metric.update_state(np.eye(4))
    >>> round(float(metric.result()), 5)
    4.0

    References:
        Salimans et al. 2016, Improved Techniques for Training GANs, arXiv 1606.03498, section 4.
    """

    default_name = "inception_score"
    short_name = "is"

    def __init__(
        self,
        classes: int | None = None,
        splits: int = 10,
        feature_extractor=None,
        name=None,
        dtype=None,
    ):
        checks.count("splits", splits)
        super().__init__(feature_extractor, name, dtype)
        self.classes = classes = self._width("classes", classes, "classes")
        self.splits = int(splits)
        self.counts = self._sum_variable("counts", (splits,))
        self.probabilities = self._sum_variable("probabilities", (splits, classes))
        self.negative_entropies = self._sum_variable("negative_entropies", (splits,))
        self.seen = self._sum_variable("seen")

    def update_state(self, real, fake=None, sample_weight=None):
        """Adds a batch of probabilities `(batch, classes)`: the last of one or two arguments."""
        streaming.no_weights(sample_weight)
        probabilities = self._extract("fake", real if fake is None else fake, self.classes)
        if streaming.is_eager(probabilities) and probabilities.shape[0]:
            class_probabilities(ops.convert_to_numpy(probabilities))
        batch = ops.shape(probabilities)[0]
        turns = ops.cast(self.seen.value, "int64") + ops.arange(batch, dtype="int64")
        dealt = ops.one_hot(turns % self.splits, self.splits, dtype="float64")
        self.counts.assign_add(ops.sum(dealt, axis=0))
        dealt = ops.transpose(dealt)
        self.probabilities.assign_add(ops.matmul(dealt, probabilities))
        entropies = _negative_entropy(probabilities)
        self.negative_entropies.assign_add(ops.matmul(dealt, entropies[:, None])[:, 0])
        self.seen.assign_add(ops.cast(batch, "float64"))

    def _outputs(self, samples):
        return self.feature_extractor.probabilities(samples)

    def result(self):
        scores, used = self._scores()
        return ops.cast(ops.divide_no_nan(ops.sum(scores), ops.sum(used)), self.dtype)

    def deviation(self):
        """Standard deviation over the splits, a scalar tensor."""
        scores, used = self._scores()
        mean = ops.divide_no_nan(ops.sum(scores), ops.sum(used))
        squares = ops.sum(used * ops.square(scores - mean))
        return ops.cast(ops.sqrt(ops.divide_no_nan(squares, ops.sum(used))), self.dtype)

    def get_config(self):
        return {**super().get_config(), "classes": self.classes, "splits": self.splits}

    def _scores(self):
        """The score of each split, 0 for empty ones, and which splits have samples."""
        counts = self.counts.value
        used = ops.cast(counts > 0.0, "float64")
        mean = ops.divide_no_nan(self.probabilities.value, counts[:, None])
        divergence = ops.divide_no_nan(self.negative_entropies.value, counts)
        return used * ops.exp(divergence - _negative_entropy(mean)), used


def _negative_entropy(probabilities):
    # 0 log 0 is 0: the logarithm is taken of 1 there.
    one = ops.ones_like(probabilities)
    return ops.sum(
        probabilities * ops.log(ops.where(probabilities > 0.0, probabilities, one)), axis=-1
    )

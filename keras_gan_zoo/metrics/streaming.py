"""What the streaming metrics share: features in, sums kept, sums merged."""

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from keras_gan_zoo.extractors.feature_extractor import FeatureExtractor
from keras_gan_zoo.metrics import checks


class StreamingMetric(keras.metrics.Metric):
    """A metric whose state is a few sums, so that a million samples need no more than one.

    Sums are float64 and add up over replicas (`tf.distribute`) and over `merge_state`.

    Args:
        feature_extractor: What turns samples into features, see `FeatureExtractor.get`, or
            `None` when the metric is given the outputs it needs themselves.
        name: Name of the metric. By default the class's own; with an extractor its short name,
            with the extractor's in brackets: `"fid[fashion_mnist]"`.
        dtype: Type of the result; the state is float64 whatever it is.
    """

    default_name = "streaming_metric"
    short_name = "metric"

    def __init__(self, feature_extractor=None, name=None, dtype=None):
        if feature_extractor is not None:
            feature_extractor = FeatureExtractor.get(feature_extractor)
            name = name or f"{self.short_name}[{feature_extractor.name}]"
        super().__init__(name=name or self.default_name, dtype=dtype)
        self.feature_extractor = feature_extractor

    @staticmethod
    def check(metric) -> "StreamingMetric":
        """Returns `metric`; raises unless it is one that compares samples."""
        if not isinstance(metric, StreamingMetric):
            raise ValueError(
                "Expected `metrics` to be streaming metrics of samples, such as "
                f"kgz.metrics.FrechetDistance. Received: {metric!r}"
            )
        return metric

    def merge_state(self, metrics):
        """Adds the samples seen by other metrics of the same configuration to this one.

        Raises:
            ValueError: If one of them has another class or other sizes.
        """
        for metric in metrics:
            shapes = [variable.shape for variable in metric.variables]
            if type(metric) is not type(self) or shapes != [v.shape for v in self.variables]:
                raise ValueError(
                    f"Expected `metrics` to be {type(self).__name__} instances of the same sizes. "
                    f"Received: {metric!r} with state of shapes {shapes}"
                )
            self._merge(metric)

    def _merge(self, metric):
        for mine, other in zip(self.variables, metric.variables, strict=True):
            mine.assign_add(other.value)

    def get_config(self):
        extractor = keras.saving.serialize_keras_object(self.feature_extractor)
        return {**super().get_config(), "feature_extractor": extractor}

    @classmethod
    def from_config(cls, config):
        config = dict(config)
        config["feature_extractor"] = keras.saving.deserialize_keras_object(
            config["feature_extractor"]
        )
        return cls(**config)

    def _sum_variable(self, name, shape=()):
        return self.add_variable(shape, "zeros", dtype="float64", name=name)

    def _width(self, name, value, known):
        """The number of outputs: as given, or as the extractor has."""
        if value is None and self.feature_extractor is not None:
            return getattr(self.feature_extractor, known)
        checks.count(name, value)
        return int(value)

    def _outputs(self, samples):
        """What the metric needs of samples: their features."""
        return self.feature_extractor(samples)

    def _extract(self, name, samples, width):
        """Float64 `(batch, width)` outputs of the extractor; shape, and eager values, checked."""
        if self.feature_extractor is not None:
            samples = self._outputs(samples)
        features = ops.convert_to_tensor(samples)
        if len(features.shape) != 2 or features.shape[1] not in (None, width):
            raise ValueError(
                f"Expected `{name}` to be of shape (batch, {width}). "
                f"Received: shape {tuple(features.shape)}"
            )
        if is_eager(features):
            checks.array(name, ops.convert_to_numpy(features))
        return ops.cast(features, "float64")

    def _finite_state(self):
        """The state as arrays by variable name; raises when a batch of a compiled step was bad."""
        # As a tensor of TensorFlow first: that adds up the parts of all replicas.
        state = {v.name: tf.convert_to_tensor(v.value).numpy() for v in self.variables}
        bad = [name for name, value in state.items() if not np.isfinite(value).all()]
        if bad:
            raise ValueError(
                f"Expected {self.name} to see finite features only. "
                f"Received: NaN or infinite values in {', '.join(bad)}"
            )
        return state


def is_eager(tensor) -> bool:
    """Whether the values of `tensor` can be read now, outside any compiled function."""
    return hasattr(tensor, "numpy")


def no_weights(sample_weight):
    """Raises when Keras hands over sample weights."""
    if sample_weight is not None:
        raise ValueError(
            "Expected no `sample_weight`: every sample counts the same. "
            f"Received: sample_weight={sample_weight!r}"
        )

"""Running means of every loss a model reports, in one metric."""

import keras
from keras import ops

CAPACITY = 32


class LossMeans(keras.metrics.Metric):
    """Means over samples since the last reset, one per loss name.

    The names are those of the losses a training step returns; they are learnt when the step is
    first traced, so that a model need not declare them twice. Two variables hold all sums.
    """

    def __init__(self, name="losses", **kwargs):
        super().__init__(name=name, **kwargs)
        self.names: list[str] = []
        self.sums = self.add_variable((CAPACITY,), initializer="zeros", name="sums")
        self.counts = self.add_variable((CAPACITY,), initializer="zeros", name="counts")

    def update_state(self, losses: dict, num_samples):
        """Adds the mean `losses` of `num_samples` samples."""
        self.names += [name for name in losses if name not in self.names]
        if len(self.names) > CAPACITY:
            raise ValueError(f"A model reports at most {CAPACITY} losses. Received: {self.names}")
        rows = ops.one_hot([self.names.index(name) for name in losses], CAPACITY)
        values = ops.stack([ops.cast(value, "float32") for value in losses.values()])
        weight = ops.cast(num_samples, "float32")
        # Not a product: one loss that is infinite would spoil the others.
        sums = ops.sum(ops.where(rows > 0.0, values[:, None], 0.0), axis=0)
        self.sums.assign_add(sums * weight)
        self.counts.assign_add(ops.sum(rows, axis=0) * weight)

    def result(self) -> dict:
        """The mean of each loss, by name, in order of appearance."""
        means = ops.divide_no_nan(self.sums.value, self.counts.value)
        return {name: means[index] for index, name in enumerate(self.names)}

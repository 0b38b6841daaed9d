"""Historical averaging of a player's weights."""

import keras
from keras import ops

from keras_gan_zoo.penalties.penalty import Penalty


@keras.saving.register_keras_serializable("keras_gan_zoo")
class HistoricalAverage(Penalty):
    """Squared distance of weights to their average so far: `weight * ||theta - mean_t theta_t||^2`.

    The average is a constant in back-propagation. It counts the weights after each update of the
    network given to `build`; until the first the penalty is 0.
    Each player needs a penalty of its own.

    Args:
        weight: Factor of the term; the paper gives none.

    References:
        Salimans et al. 2016, Improved Techniques for Training GANs, arXiv 1606.03498,
        section 3.3.
    """

    name = "historical_average"

    def __init__(self, weight: float = 1.0):
        super().__init__(weight)

    def build(self, network):
        self._weights = list(network.trainable_variables)
        self.state = WeightAverages(self._weights)

    def __call__(self, critic, real=None, fake=None, seed=None):
        if self.state is None:
            raise ValueError("Expected `build(network)` before the penalty. Received: no network")
        total = sum(
            ops.sum(ops.square(ops.cast(weight.value, "float32") - average.value))
            for weight, average in zip(self._weights, self.state.averages, strict=True)
        )
        started = ops.cast(self.state.count.value > 0, "float32")
        return self.weight * started * total

    def update(self):
        self.state.update(self._weights)

    def get_config(self):
        return {"weight": super().get_config()["weight"]}


class WeightAverages(keras.layers.Layer):
    """Running means of weights, as a layer so that a model saves them.

    Args:
        weights: The variables to follow.
    """

    def __init__(self, weights, **kwargs):
        super().__init__(dtype="float32", **kwargs)
        options = {
            "initializer": "zeros",
            "trainable": False,
            "aggregation": "only_first_replica",
        }
        self.count = self.add_weight(shape=(), name="count", **options)
        self.averages = [
            self.add_weight(shape=one.shape, name=f"average_{index}", **options)
            for index, one in enumerate(weights)
        ]
        self.built = True

    def update(self, weights):
        """Counts the weights as they are now."""
        count = self.count.value + 1.0
        self.count.assign(count)
        for weight, average in zip(weights, self.averages, strict=True):
            step = (ops.cast(weight.value, "float32") - average.value) / count
            average.assign(average.value + step)

"""A dense layer whose outputs are the parameters of mixtures."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_gan_zoo")
class MixtureDense(keras.layers.Dense):
    """The parameters of a mixture of normals for each of some numbers, and outputs before them.

    Its weights are those of a `keras.layers.Dense` in which the parameters of a number are next to
    each other: its logits, its means and its log-scales. The outputs have all numbers next to each
    other, `(3, mixtures, numbers)`, which likelihoods work on faster.

    Args:
        numbers: How many there are.
        mixtures: Normals in each mixture.
        others: How many other outputs come first.
        **kwargs: As for `keras.layers.Dense`.

    Example:

    >>> kgz.layers.MixtureDense(4, mixtures=2, others=1)(np.zeros((2, 7, 3), "float32")).shape
    TensorShape([2, 7, 25])
    """

    def __init__(self, numbers: int, mixtures: int, others: int = 0, **kwargs):
        super().__init__(others + 3 * mixtures * numbers, **kwargs)
        self.numbers, self.mixtures, self.others = numbers, mixtures, others

    def call(self, inputs, training=None):
        if all(side == 1 for side in inputs.shape[1:-1]):  # outputs are fewer than weights
            return self._in_order(super().call(inputs))
        outputs = ops.matmul(inputs, self._in_order(self.kernel))
        return outputs + self._in_order(self.bias) if self.use_bias else outputs

    def get_config(self):
        config = super().get_config()
        del config["units"]
        sizes = {"numbers": self.numbers, "mixtures": self.mixtures, "others": self.others}
        return {**config, **sizes}

    def _in_order(self, weights):
        """Weights or outputs `(..., units)`, in the order of outputs."""
        others, weights = ops.split(weights, [self.others], axis=-1)
        before = ops.shape(weights)[:-1]
        weights = ops.reshape(weights, (*before, self.numbers, 3 * self.mixtures))
        rows = (*before, self.units - self.others)
        weights = ops.reshape(ops.swapaxes(weights, -1, -2), rows)
        return ops.concatenate([others, weights], axis=-1)

"""The two sides of a restricted Boltzmann machine, and its energy."""

import keras
from keras import ops

from keras_gan_zoo import backend


@keras.saving.register_keras_serializable("keras_gan_zoo")
class BoltzmannUnits(keras.layers.Layer):
    """Binary visible and hidden units, joined by one matrix: the energy is bilinear.

    `E(v, h) = -b.v - c.h - v^T W h`.

    Args:
        units: Number of hidden units.
        **kwargs: As for `keras.layers.Layer`.

    Call arguments:
        inputs: Visible units `(batch, n)`, or with `reverse` hidden ones `(batch, units)`.
        reverse: See above.

    Returns:
        Logits of the other side: `W^T v + c`, `(batch, units)`; or `W h + b`, `(batch, n)`.

    References:
        Hinton 2002, Training Products of Experts by Minimizing Contrastive Divergence, Neural
        Computation 14; Hinton 2010, A Practical Guide to Training Restricted Boltzmann Machines.
    """

    def __init__(self, units: int, **kwargs):
        super().__init__(**kwargs)
        self.units = int(units)

    def build(self, input_shape):
        normal = keras.initializers.RandomNormal(stddev=0.01)
        visible = input_shape[-1]
        self.kernel = self.add_weight((visible, self.units), initializer=normal, name="kernel")
        self.hidden_bias = self.add_weight((self.units,), initializer="zeros", name="hidden_bias")
        self.visible_bias = self.add_weight((visible,), initializer="zeros", name="visible_bias")
        self.built = True

    def call(self, inputs, reverse=False):
        if reverse:
            return ops.matmul(inputs, ops.transpose(self.kernel)) + self.visible_bias
        return ops.matmul(inputs, self.kernel) + self.hidden_bias

    def free_energy(self, visible):
        """`F(v) = -b.v - sum_j softplus(c_j + v.W_j)`, so that `p(v) = exp(-F(v)) / Z`.

        Args:
            visible: `(batch, n)`.

        Returns:
            `(batch,)`, float32.
        """
        hidden = ops.cast(self(visible), "float32")
        linear = ops.matmul(ops.cast(visible, "float32"), self.visible_bias[:, None])[:, 0]
        return -linear - ops.sum(ops.softplus(hidden), axis=-1)

    def hidden_probabilities(self, visible):
        """`p(h = 1 | v)`, `(batch, units)`, float32."""
        return ops.sigmoid(ops.cast(self(visible), "float32"))

    def visible_probabilities(self, hidden):
        """`p(v = 1 | h)`, `(batch, n)`, float32."""
        return ops.sigmoid(ops.cast(self(hidden, reverse=True), "float32"))

    def gibbs(self, visible, steps, seed):
        """Visible units after so many steps of Gibbs sampling, each of both sides.

        Args:
            visible: `(batch, n)`.
            steps: How many, an integer or a scalar tensor.
            seed: A seed tensor `(2,)`, see `backend.draw_seed`.
        """

        def step(index, visible):
            hidden = coins(self.hidden_probabilities(visible), seed + 2 * index)
            return coins(self.visible_probabilities(hidden), seed + 2 * index + 1)

        return ops.fori_loop(0, steps, step, visible)

    def compute_output_spec(self, inputs, reverse=False):
        size = self.kernel.shape[0] if reverse else self.units
        return keras.KerasTensor((inputs.shape[0], size), self.compute_dtype)

    def get_config(self):
        return {**super().get_config(), "units": self.units}


def coins(probabilities, seed):
    """1 with these probabilities, else 0."""
    drawn = backend.random_uniform(ops.shape(probabilities), seed=seed)
    return ops.cast(drawn < probabilities, "float32")

"""The gradient penalty of WGAN-GP."""

import keras
from keras import ops

from keras_gan_zoo import backend
from keras_gan_zoo.penalties.penalty import Penalty


@keras.saving.register_keras_serializable("keras_gan_zoo")
class GradientPenalty(Penalty):
    """Pulls the critic's gradient norm to `target` between real and fake samples.

    `weight * E (||grad D(x)||_2 - target)^2` at `x = real + e (fake - real)`, with one
    `e ~ U(0, 1)` and one norm, over all axes, per sample.

    Args:
        weight: Lambda of the paper.
        target: The norm that costs nothing.
        one_sided: Only norms above `target` cost (section 4 of the paper discusses both).
        every: See `Penalty`.

    References:
        Gulrajani et al. 2017, Improved Training of Wasserstein GANs, arXiv 1704.00028, equation 3.

    Example:

    >>> penalty = kgz.penalties.GradientPenalty(weight=10.0)
    >>> critic = lambda x: 3.0 * keras.ops.sum(x, axis=-1, keepdims=True)
    >>> round(float(penalty(critic, np.zeros((4, 1), "float32"), np.ones((4, 1), "float32"))), 3)
    40.0
    """

    name = "gradient_penalty"

    def __init__(
        self,
        weight: float = 10.0,
        target: float = 1.0,
        one_sided: bool = False,
        every: int = 1,
    ):
        super().__init__(weight, every)
        self.target = float(target)
        self.one_sided = bool(one_sided)

    def __call__(self, critic, real, fake, seed=None):
        real = ops.convert_to_tensor(real)
        fake = ops.cast(ops.convert_to_tensor(fake), real.dtype)
        ones = (1,) * (len(real.shape) - 1)
        mix = backend.random_uniform((ops.shape(real)[0], *ones), seed=seed, dtype=real.dtype)
        gradient = backend.input_gradient(critic, real + mix * (fake - real))
        squares = ops.square(ops.cast(gradient, "float32"))
        # The tiny constant keeps the root's own gradient finite where the critic is flat.
        norms = ops.sqrt(ops.sum(squares, axis=tuple(range(1, len(real.shape)))) + 1e-12)
        excess = norms - self.target
        if self.one_sided:
            excess = ops.relu(excess)
        return self.weight * ops.mean(ops.square(excess))

    def get_config(self):
        return {**super().get_config(), "target": self.target, "one_sided": self.one_sided}

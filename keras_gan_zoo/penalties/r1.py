"""The R1 penalty."""

import keras
from keras import ops

from keras_gan_zoo import backend
from keras_gan_zoo.penalties.penalty import Penalty


@keras.saving.register_keras_serializable("keras_gan_zoo")
class R1(Penalty):
    """Squared gradient norm of the discriminator on real samples: `weight / 2 * E ||grad D(x)||^2`.

    Args:
        weight: Gamma of the paper.
        every: Lazy interval; 16 is StyleGAN2's. See `Penalty`.

    References:
        Mescheder et al. 2018, Which Training Methods for GANs do actually Converge?, arXiv
        1801.04406, equation 9.

    Example:

    >>> critic = lambda x: keras.ops.matmul(x, np.array([[3.0], [4.0]], "float32"))
    >>> float(kgz.penalties.R1(10.0)(critic, np.ones((2, 2), "float32"), None))
    125.0
    """

    name = "r1_penalty"

    def __init__(self, weight: float = 10.0, every: int = 1):
        super().__init__(weight, every)

    def __call__(self, critic, real, fake=None, seed=None):
        gradient = backend.input_gradient(critic, ops.convert_to_tensor(real))
        squares = ops.square(ops.cast(gradient, "float32"))
        return 0.5 * self.weight * ops.mean(ops.sum(squares, axis=range(1, len(squares.shape))))

"""The R2 penalty."""

import keras

from keras_gan_zoo.penalties.r1 import R1


@keras.saving.register_keras_serializable("keras_gan_zoo")
class R2(R1):
    """R1 on generated samples instead of real ones: `weight / 2 * E ||grad D(G(z))||^2`.

    Args:
        weight, every: As for `R1`.

    References:
        Mescheder et al. 2018, Which Training Methods for GANs do actually Converge?, arXiv
        1801.04406, equation 10.

    Example:

    >>> critic = lambda x: keras.ops.square(x)
    >>> real, fake = np.zeros((2, 1), "float32"), np.full((2, 1), 3.0, "float32")
    >>> float(kgz.penalties.R2(1.0)(critic, real, fake))
    18.0
    """

    name = "r2_penalty"
    of_fake = True

    def __call__(self, critic, real, fake, seed=None):
        return super().__call__(critic, fake)

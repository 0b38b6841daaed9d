"""Orthonormal regularisation of kernels."""

import keras
from keras import ops

from keras_gan_zoo.layers import kernels
from keras_gan_zoo.penalties.penalty import Penalty


@keras.saving.register_keras_serializable("keras_gan_zoo")
class OrthonormalRegularization(Penalty):
    """Pulls the outputs of each layer to orthonormal weights: `weight * sum ||W^T W - I||_F^2`.

    `W` is a kernel with one column per output. The norm is squared, and summed over the layers
    with kernels of the network given to `build`.

    Args:
        weight: Factor of the term. The paper gives none; the default leaves SNGAN's networks at
            their adversarial losses' order of magnitude.
        every: See `Penalty`.

    References:
        Brock et al. 2016, Neural Photo Editing, arXiv 1609.07093, equation 3. Miyato et al. 2018,
        Spectral Normalization for Generative Adversarial Networks, arXiv 1802.05957, section 3
        (as a comparison).

    Example:

    >>> network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
    >>> network.set_weights([np.array([[2.0, 0.0], [0.0, 1.0]]), np.zeros(2)])
    >>> penalty = kgz.penalties.OrthonormalRegularization(1.0)
    >>> penalty.build(network)
    >>> float(penalty(None, None, None))
    9.0
    """

    name = "orthonormal_regularization"

    def __init__(self, weight: float = 1e-4, every: int = 1):
        super().__init__(weight, every)
        self._layers = None

    def build(self, network):
        self._layers = [one for one in kernels.sublayers(network) if kernels.has_kernel(one)]

    def __call__(self, critic, real, fake=None, seed=None):
        if self._layers is None:
            raise ValueError("Expected `build(network)` before the penalty. Received: no network")
        return self.weight * sum(self._distance(self._matrix(one)) for one in self._layers)

    @staticmethod
    def _matrix(layer):
        kernel = ops.cast(kernels.kernel_of(layer).value, "float32")
        return kernels.as_matrix(layer, kernel)

    @staticmethod
    def _distance(matrix):
        """`||M M^T - I||_F^2` of a matrix with one row per output, by the smaller Gram matrix."""
        outputs, inputs = matrix.shape
        # M M^T and M^T M have the same nonzero eigenvalues; each missing one costs (0 - 1)^2.
        missing = max(outputs - inputs, 0)
        smaller = matrix if outputs <= inputs else ops.transpose(matrix)
        gram = ops.matmul(smaller, ops.transpose(smaller))
        return ops.sum(ops.square(gram - ops.eye(gram.shape[0]))) + missing

"""Orthogonal regularisation of kernels."""

import keras
from keras import ops

from keras_gan_zoo.penalties.orthonormal import OrthonormalRegularization


@keras.saving.register_keras_serializable("keras_gan_zoo")
class OrthogonalRegularization(OrthonormalRegularization):
    """Pulls the weights of a layer's outputs to be orthogonal, of whatever length.

    `weight * sum ||W^T W * (1 - I)||_F^2`, where `W` is a kernel with one column per output, over
    the layers with kernels of the network given to `build`: the generator, so that it gives good
    samples for truncated latents, too.

    Args:
        weight: Beta of the paper.
        every: See `Penalty`.
        leave_out: Names of layers that are not regularised; the paper leaves out the embedding of
            classes.

    References:
        Brock et al. 2018, Large Scale GAN Training for High Fidelity Natural Image Synthesis,
        arXiv 1809.11096, equation 3. (The authors' code adds half of this term's gradient.)

    Example:

    >>> network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
    >>> network.set_weights([np.array([[1.0, 1.0], [0.0, 1.0]]), np.zeros(2)])
    >>> penalty = kgz.penalties.OrthogonalRegularization(1.0)
    >>> penalty.build(network)
    >>> float(penalty(None, None, None))
    2.0
    """

    name = "orthogonal_regularization"

    def __init__(self, weight: float = 1e-4, every: int = 1, leave_out=("shared_embedding",)):
        super().__init__(weight, every)
        self.leave_out = tuple(leave_out)

    def build(self, network):
        super().build(network)
        self._layers = [one for one in self._layers if one.name not in self.leave_out]

    @staticmethod
    def _distance(matrix):
        outputs, inputs = matrix.shape
        # The smaller Gram matrix has the same norm; what is on the larger's diagonal is known.
        smaller = matrix if outputs <= inputs else ops.transpose(matrix)
        gram = ops.matmul(smaller, ops.transpose(smaller))
        if outputs <= inputs:
            return ops.sum(ops.square(gram * (1.0 - ops.eye(outputs))))
        lengths = ops.sum(ops.square(matrix), axis=1)
        return ops.sum(ops.square(gram)) - ops.sum(ops.square(lengths))

    def get_config(self):
        return {**super().get_config(), "leave_out": self.leave_out}

"""Divergences between distributions in closed form."""

from keras import ops

from keras_gan_zoo import backend
from keras_gan_zoo.losses.tensors import floats


def gaussian_kl(mean, log_var):
    """KL divergence from `N(mean, exp(log_var))` to the standard normal, in nats.

    `-1/2 sum_j (1 + log s_j^2 - m_j^2 - s_j^2)` (Kingma and Welling 2013, Auto-Encoding
    Variational Bayes, arXiv 1312.6114, appendix B).

    Args:
        mean: Means `(batch, dimensions)`.
        log_var: Logarithms of the variances `(batch, dimensions)`.

    Returns:
        The divergence of each sample, summed over dimensions, `(batch,)`.

    Example:

    >>> float(kgz.losses.gaussian_kl(np.array([[3.0, 0.0]]), np.zeros((1, 2)))[0])
    4.5
    """
    return ops.sum(kl_per_dimension(mean, log_var), axis=-1)


def kl_per_dimension(mean, log_var, free_bits: float = 0.0):
    """The terms of `gaussian_kl`, one for each latent dimension; optionally with free bits.

    With `free_bits`, dimensions whose divergence averages less than that over the batch count as
    that number, without gradient: the encoder has nothing to gain from saying less than that.
    Under several replicas the batch is the global one.

    Args:
        mean: Means `(batch, dimensions)`.
        log_var: Logarithms of the variances `(batch, dimensions)`.
        free_bits: Nats per dimension that cost nothing, 0 or more (the paper's lambda).

    Returns:
        `(batch, dimensions)`, float32, in nats. Summed over dimensions and averaged over the
        batch it is the paper's `sum_j max(lambda, E KL_j)`.

    Raises:
        ValueError: If `free_bits` is below 0.

    Example:

    >>> terms = kgz.losses.kl_per_dimension(np.array([[3.0, 0.0]]), np.zeros((1, 2)), free_bits=0.5)
    >>> np.array(terms).tolist()
    [[4.5, 0.5]]

    References:
        Kingma et al. 2016, Improved Variational Inference with Inverse Autoregressive Flow,
        arXiv 1606.04934 (free bits), each dimension a group of its own.
    """
    if not free_bits >= 0:
        raise ValueError(f"Expected `free_bits` >= 0. Received: {free_bits!r}")
    mean, log_var = floats(mean, log_var)
    terms = -0.5 * (1.0 + log_var - ops.square(mean) - ops.exp(log_var))
    if free_bits == 0:
        return terms
    averages = ops.mean(backend.global_batch(terms), axis=0, keepdims=True)
    return ops.where(averages < free_bits, free_bits, terms)

"""Divergences between distributions in closed form."""

from keras import ops


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
    mean, log_var = ops.convert_to_tensor(mean), ops.convert_to_tensor(log_var)
    return -0.5 * ops.sum(1.0 + log_var - ops.square(mean) - ops.exp(log_var), axis=-1)

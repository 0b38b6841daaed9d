"""Distances between known distributions, for teaching and for tests."""

import numpy as np

from keras_gan_zoo.metrics import checks


def total_variation(p, q) -> float:
    """Total variation distance `1/2 sum |p - q|` of two discrete distributions.

    Args:
        p: Probabilities, of any shape, that sum to 1. Densities on a grid: times the cell's size.
        q: Probabilities of the same shape.

    Returns:
        A value in [0, 1]; 1 for disjoint supports.

    Raises:
        ValueError: If `p` or `q` is no distribution, or shapes differ.

    Example:

    >>> round(kgz.metrics.total_variation([0.5, 0.5], [0.9, 0.1]), 6)
    0.4

    References:
        Arjovsky et al. 2017, Wasserstein GAN, arXiv 1701.07875, section 2.
    """
    p, q = _distributions(p, q)
    return float(0.5 * np.abs(p - q).sum())


def kl_divergence(p, q) -> float:
    """Kullback-Leibler divergence `KL(p || q) = sum p log(p / q)`, in nats.

    Args:
        p: Probabilities, of any shape, that sum to 1.
        q: Probabilities of the same shape.

    Returns:
        A value of at least 0; infinite where q is 0 and p is not.

    Raises:
        ValueError: If `p` or `q` is no distribution, or shapes differ.

    Example:

    >>> round(kgz.metrics.kl_divergence([0.5, 0.5], [0.9, 0.1]), 6)
    0.510826

    References:
        Kullback and Leibler 1951, On Information and Sufficiency.
    """
    return max(_kl(*_distributions(p, q)), 0.0)


def js_divergence(p, q) -> float:
    """Jensen-Shannon divergence `1/2 KL(p || m) + 1/2 KL(q || m)`, `m = (p + q) / 2`, in nats.

    The optimal discriminator's value of the original game is `-log 4 + 2 JS`.

    Args:
        p: Probabilities, of any shape, that sum to 1.
        q: Probabilities of the same shape.

    Returns:
        A value in [0, log 2]; log 2 for disjoint supports.

    Raises:
        ValueError: If `p` or `q` is no distribution, or shapes differ.

    Example:

    >>> round(kgz.metrics.js_divergence([0.5, 0.5], [0.9, 0.1]), 6)
    0.101749

    References:
        Goodfellow et al. 2014, Generative Adversarial Networks, arXiv 1406.2661, equation 5.
    """
    p, q = _distributions(p, q)
    middle = 0.5 * (p + q)
    return max(0.5 * _kl(p, middle) + 0.5 * _kl(q, middle), 0.0)


def wasserstein_1(values_a, values_b, weights_a=None, weights_b=None) -> float:
    """1-Wasserstein distance of two distributions on the line, `integral |F_a - F_b|`.

    Args:
        values_a: Where the mass is, `(n,)`: samples, or the points of a grid.
        values_b: `(m,)`.
        weights_a: Probabilities `(n,)` of the values; equal by default.
        weights_b: Probabilities `(m,)`.

    Returns:
        A value of at least 0, in units of the values.

    Raises:
        ValueError: If values are not finite, or weights are no probabilities of that shape.

    Example:

    >>> kgz.metrics.wasserstein_1([0.0, 1.0, 3.0], [5.0, 6.0, 8.0])
    5.0

    References:
        Arjovsky et al. 2017, Wasserstein GAN, arXiv 1701.07875, equation 1.
    """
    values_a, weights_a = _weighted("a", values_a, weights_a)
    values_b, weights_b = _weighted("b", values_b, weights_b)
    values = np.concatenate([values_a, values_b])
    order = np.argsort(values, kind="stable")
    # The difference of the two distribution functions after each value.
    difference = np.cumsum(np.concatenate([weights_a, -weights_b])[order])
    return float(np.sum(np.abs(difference[:-1]) * np.diff(values[order])))


def optimal_discriminator(p, q, real_target: float = 1.0, fake_target: float = 0.0):
    """The best discriminator's output, `(a p + b q) / (p + q)`, where densities are known.

    With the targets a = 1 and b = 0 it is `D* = p / (p + q)`. Cross-entropy with smoothed labels
    and least squares have the same optimum for their targets.

    Args:
        p: Density of real samples at some points, any shape, >= 0.
        q: Density of fake samples there.
        real_target: Target a of real samples (0.9: one-sided label smoothing of 0.1).
        fake_target: Target b of fake samples.

    Returns:
        An array of that shape; the middle of both targets where both densities are 0.

    Raises:
        ValueError: If a density is negative or not finite, or shapes differ.

    Example:

    >>> kgz.metrics.optimal_discriminator([0.5, 0.5], [0.5, 0.0])
    array([0.5, 1. ])

    References:
        Goodfellow et al. 2014, arXiv 1406.2661, proposition 1.
    """
    p, q = _densities(p, q)
    total = p + q
    share = np.divide(p, total, out=np.full(total.shape, 0.5), where=total > 0.0)
    return real_target * share + fake_target * (1.0 - share)


def _kl(p, q):
    inside = p > 0.0
    with np.errstate(divide="ignore"):
        return float(np.sum(p[inside] * np.log(p[inside] / q[inside])))


def _densities(p, q):
    p, q = (checks.array(name, x).astype("float64") for name, x in (("p", p), ("q", q)))
    if p.shape != q.shape or p.size == 0:
        raise ValueError(
            f"Expected `p` and `q` to have the same shape. Received: {p.shape} and {q.shape}"
        )
    for name, values in (("p", p), ("q", q)):
        if values.min() < 0.0:
            raise ValueError(f"Expected `{name}` >= 0. Received: minimum {values.min():.6g}")
    return p, q


def _distributions(p, q):
    p, q = _densities(p, q)
    for name, values in (("p", p), ("q", q)):
        if abs(values.sum() - 1.0) > 1e-5:
            raise ValueError(f"Expected `{name}` to sum to 1. Received: sum {values.sum():.6g}")
    return p, q


def _weighted(which, values, weights):
    values = checks.array(f"values_{which}", values).astype("float64")
    if values.ndim != 1 or len(values) == 0:
        raise ValueError(
            f"Expected `values_{which}` of shape (samples,). Received: shape {values.shape}"
        )
    if weights is None:
        return values, np.full(len(values), 1.0 / len(values))
    weights = checks.array(f"weights_{which}", weights).astype("float64")
    if weights.shape != values.shape or weights.min() < 0.0 or abs(weights.sum() - 1.0) > 1e-5:
        raise ValueError(
            f"Expected `weights_{which}` >= 0 of shape {values.shape} that sum to 1. Received: "
            f"shape {weights.shape}, sum {weights.sum():.6g}"
        )
    return values, weights

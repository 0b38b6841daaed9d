"""Negative log-likelihoods in nats per sample, and the estimate they are put together to."""

import math

from keras import ops

from keras_gan_zoo.losses.tensors import floats

LOG_TWO_PI = math.log(2.0 * math.pi)


def bernoulli_nll(x, logits):
    """Negative log-likelihood of independent Bernoulli pixels: `sum_i sp(l_i) - x_i l_i`.

    The bound of a VAE is one on the likelihood of the data only if pixels are 0 or 1; of pixels
    in between it is a cross-entropy.

    Args:
        x: Pixels `(batch, ...)` in `[0, 1]`; images of this library are `2 x - 1`.
        logits: Logits of a pixel being 1, of the same shape.

    Returns:
        `(batch,)`, float32, in nats.

    Raises:
        ValueError: If the shapes differ.

    Example:

    >>> float(kgz.losses.bernoulli_nll(np.ones((1, 784)), np.zeros((1, 784)))[0])  # 784 ln 2
    543.4...

    References:
        Kingma and Welling 2013, Auto-Encoding Variational Bayes, arXiv 1312.6114,
        appendix C.1.
    """
    x, logits = floats(x, logits)
    _check_same_shape(x=x, logits=logits)
    return _per_sample(ops.binary_crossentropy(x, logits, from_logits=True))


def gaussian_nll(x, mean, log_variance=0.0):
    """Negative log-density of independent Gaussian pixels, with its constant.

    `1/2 sum_i (x_i - m_i)^2 / s_i^2 + log s_i^2 + log 2 pi`.

    Args:
        x: Samples `(batch, ...)`.
        mean: Means, of the same shape.
        log_variance: Logarithms of the variances: a number, or a tensor with as many axes as `x`,
            each as long as that of `x` or 1 long.

    Returns:
        `(batch,)`, float32, in nats.

    Raises:
        ValueError: If the shapes do not fit.

    Example:

    >>> float(kgz.losses.gaussian_nll(np.zeros((1, 784)), np.zeros((1, 784)))[0])
    720.4...

    References:
        Kingma and Welling 2013, Auto-Encoding Variational Bayes, arXiv 1312.6114,
        appendix C.2.
    """
    x, mean, log_variance = floats(x, mean, log_variance)
    _check_same_shape(x=x, mean=mean)
    _check_spreads(x, log_variance=log_variance)
    squares = ops.square(x - mean) * ops.exp(-log_variance)
    return 0.5 * _per_sample(squares + log_variance + LOG_TWO_PI)


def discretized_logistic_nll(x, mean, log_scale, levels: int = 256):
    """Negative log-probability of grey levels: a logistic density integrated over each's bin.

    The bin of a level reaches half-way to its neighbours; those of the first and the last take
    the tails, so that the probabilities of all levels add up to 1. With `a` and `b` the upper
    and lower edge of a bin in units of the scale, `s(a) - s(b)` is computed as
    `s(a) s(-b) (1 - exp(b - a))`: exact however small the bin.

    Args:
        x: Pixels `(batch, ...)`, on the grid of `levels` equally spaced values from -1 to 1.
        mean: Means of the logistic distributions, of the same shape.
        log_scale: Logarithms of their scales: a number, or a tensor with as many axes as `x`,
            each as long as that of `x` or 1 long.
        levels: Number of grey levels, at least 2.

    Returns:
        `(batch,)`, float32, in nats.

    Raises:
        ValueError: If the shapes do not fit, or `levels` is not an integer from 2 on.

    Example:

    >>> black = kgz.losses.discretized_logistic_nll(np.full((1, 1), -1.0), np.zeros((1, 1)), 0.0, 2)
    >>> round(float(black[0]), 6)  # one of two levels, equally likely: ln 2
    0.693147

    References:
        Kingma et al. 2016, Improved Variational Inference with Inverse Autoregressive Flow,
        arXiv 1606.04934. Salimans et al. 2017, PixelCNN++, arXiv
        1701.05517, section 2.1 (the edges).
    """
    if not isinstance(levels, int) or levels < 2:
        raise ValueError(f"Expected `levels` to be an integer of at least 2. Received: {levels!r}")
    x, mean, log_scale = floats(x, mean, log_scale)
    _check_same_shape(x=x, mean=mean)
    _check_spreads(x, log_scale=log_scale)
    half_bin = 1.0 / (levels - 1)
    inverse_scale = ops.exp(-log_scale)
    upper = (x - mean + half_bin) * inverse_scale
    lower = (x - mean - half_bin) * inverse_scale
    first, last = x < -1.0 + half_bin, x > 1.0 - half_bin
    below_upper = ops.where(last, 0.0, ops.softplus(-upper))
    above_lower = ops.where(first, 0.0, ops.softplus(lower))
    width = ops.log(-ops.expm1(-2.0 * half_bin * inverse_scale))
    within = ops.where(ops.logical_or(first, last), 0.0, width)
    return _per_sample(below_upper + above_lower - within)


def standard_normal_nll(z):
    """Negative log-density of the prior `N(0, I)`: `1/2 sum_j z_j^2 + log 2 pi`.

    Args:
        z: Latents `(batch, ...)`.

    Returns:
        `(batch,)`, float32, in nats.

    Example:

    >>> round(float(kgz.losses.standard_normal_nll(np.array([[1.0, 0.0]]))[0]), 6)
    2.337877
    """
    (z,) = floats(z)
    return 0.5 * _per_sample(ops.square(z) + LOG_TWO_PI)


def importance_weighted_log_likelihood(log_weights):
    """The importance-sampling estimate of `log p(x)`: the logarithm of the mean weight.

    A lower bound in expectation: the ELBO with one sample, nearer the truth with more.

    Args:
        log_weights: `log p(x, z_k) - log q(z_k | x)` for `z_k` drawn from `q`, of shape
            `(samples, batch)`.

    Returns:
        `(batch,)`, float32, in nats.

    Raises:
        ValueError: If `log_weights` has not two axes or no samples.

    Example:

    >>> weights = np.array([[1.0], [3.0]])
    >>> float(kgz.losses.importance_weighted_log_likelihood(np.log(weights))[0])  # ln 2
    0.693147...

    References:
        Burda et al. 2015, Importance Weighted Autoencoders, arXiv 1509.00519, section 3.
    """
    (log_weights,) = floats(log_weights)
    if len(log_weights.shape) != 2 or log_weights.shape[0] == 0:
        raise ValueError(
            "Expected `log_weights` (samples, batch) with at least one sample. "
            f"Received: shape {tuple(log_weights.shape)}"
        )
    count = ops.cast(ops.shape(log_weights)[0], "float32")
    return ops.logsumexp(log_weights, axis=0) - ops.log(count)


def _per_sample(values):
    return ops.sum(values, axis=tuple(range(1, len(values.shape))))


def _check_same_shape(**tensors):
    (name, one), (other_name, other) = tensors.items()
    same = len(one.shape) == len(other.shape) and all(
        a == b or None in (a, b) for a, b in zip(one.shape, other.shape, strict=True)
    )
    if not same:
        raise ValueError(
            f"Expected `{name}` and `{other_name}` of one shape (batch, ...). Received: "
            f"{name} {tuple(one.shape)}, {other_name} {tuple(other.shape)}"
        )


def _check_spreads(x, **spreads):
    """A spread of fewer axes would be laid along the wrong ones, one of more enlarge the sum."""
    ((name, spread),) = spreads.items()
    fits = len(spread.shape) == len(x.shape) and all(
        a == b or b == 1 or None in (a, b) for a, b in zip(x.shape, spread.shape, strict=True)
    )
    if len(spread.shape) != 0 and not fits:
        raise ValueError(
            f"Expected `{name}` to be a number, or a tensor that broadcasts to `x` "
            f"{tuple(x.shape)} with as many axes. Received: shape {tuple(spread.shape)}"
        )

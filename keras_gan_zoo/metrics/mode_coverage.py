"""Which modes of a known mixture a generator finds, and how evenly (the PacGAN protocol)."""

import numpy as np

from keras_gan_zoo.metrics import checks

ROWS = 65_536


def mode_coverage(samples, modes, std: float, threshold: float = 3.0) -> dict:
    """Modes found, share of high-quality samples and reverse KL, for mixtures of equal Gaussians.

    A sample is of high quality when it is less than `threshold * std` from its nearest mode. A
    mode is found when it is nearest to at least one such sample. Samples of the true mixture in
    two dimensions are of high quality with probability `1 - exp(-threshold^2 / 2)`, 0.9889 for 3:
    more means modes that are too narrow.

    Args:
        samples: Generated points `(samples, dimensions)`; the protocol takes 2,500.
        modes: Means `(modes, dimensions)`, such as `kgz.datasets.builtin.ring_means()`.
        std: Standard deviation of each mode, > 0: 0.01 for the ring, 0.05 for the grid.
        threshold: In standard deviations, > 0.

    Returns:
        `{"modes": int, "high_quality": float, "reverse_kl": float}`: the number of modes found,
        the share in [0, 1], and `KL(generated || uniform)` in nats of the nearest modes of *all*
        samples.

    Raises:
        ValueError: If shapes do not fit or values are not finite.

    Example:

    >>> modes = np.array([[0.0, 0.0], [1.0, 0.0]])
    >>> coverage = kgz.metrics.mode_coverage([[0.0, 0.01], [0.1, 0.0]], modes, std=0.01)
    >>> coverage["modes"], coverage["high_quality"], round(coverage["reverse_kl"], 6)
    (1, 0.5, 0.693147)

    References:
        Lin et al. 2017, PacGAN: The power of two samples in generative adversarial networks,
        arXiv 1712.04086, section 4.
    """
    samples = checks.features("samples", samples, least=1).astype("float64")
    modes = checks.features("modes", modes, least=1).astype("float64")
    if samples.shape[1] != modes.shape[1]:
        raise ValueError(
            "Expected `samples` and `modes` to have the same number of dimensions. "
            f"Received: {samples.shape[1]} and {modes.shape[1]}"
        )
    for name, value in (("std", std), ("threshold", threshold)):
        if not np.isfinite(value) or value <= 0.0:
            raise ValueError(f"Expected `{name}` > 0. Received: {value!r}")
    nearest, distance = np.empty(len(samples), "int64"), np.empty(len(samples))
    for start in range(0, len(samples), ROWS):
        part = slice(start, start + ROWS)
        to_modes = np.stack([np.linalg.norm(samples[part] - mode, axis=1) for mode in modes])
        nearest[part], distance[part] = to_modes.argmin(axis=0), to_modes.min(axis=0)
    good = distance < threshold * std
    return {
        "modes": len(np.unique(nearest[good])),
        "high_quality": float(good.mean()),
        "reverse_kl": _reverse_kl(nearest, len(modes)),
    }


def label_coverage(labels, num_modes: int) -> dict:
    """Modes found and reverse KL when a classifier says which mode each sample is.

    For three stacked digits `labels = 100 * red + 10 * green + blue` and `num_modes=1000`. Even
    perfect samples have an expected reverse KL of about `(num_modes - 1) / (2 samples)`.

    Args:
        labels: Integers `(samples,)` in `[0, num_modes)`; the protocol takes 26,000.
        num_modes: Number of modes of the data, equally likely.

    Returns:
        `{"modes": int, "reverse_kl": float}`; `KL(generated || uniform)` in nats.

    Raises:
        ValueError: If labels are no integers in range.

    Example:

    >>> coverage = kgz.metrics.label_coverage([0, 0, 1, 1], num_modes=4)
    >>> coverage["modes"], round(coverage["reverse_kl"], 6)
    (2, 0.693147)

    References:
        Lin et al. 2017, arXiv 1712.04086, section 4.2.
    """
    checks.count("num_modes", num_modes)
    labels = np.asarray(labels)
    labels = checks.labels("labels", labels, labels.size)
    if labels.size == 0 or labels.min() < 0 or labels.max() >= num_modes:
        raise ValueError(
            f"Expected `labels` to be one or more integers in [0, {num_modes}). Received: "
            + (f"minimum {labels.min()}, maximum {labels.max()}" if labels.size else "none")
        )
    return {"modes": len(np.unique(labels)), "reverse_kl": _reverse_kl(labels, num_modes)}


def _reverse_kl(labels, num_modes):
    shares = np.bincount(labels, minlength=num_modes) / len(labels)
    shares = shares[shares > 0.0]
    return float(max(np.sum(shares * np.log(shares * num_modes)), 0.0))

"""Improved precision and recall, density and coverage: fidelity and diversity, apart."""

import numpy as np

from keras_gan_zoo.metrics import checks, neighbours


def precision_recall(real, fake, k: int = 3) -> dict:
    """Shares of fake samples near real ones, and the reverse, by balls of k-th neighbours.

    The ball of a sample reaches to its k-th nearest other sample of the same set.

    - precision: share of fake samples inside any real ball (distance <= radius);
    - recall: share of real samples inside any fake ball (distance <= radius);
    - density: number of (real ball, fake sample inside) pairs (distance < radius), divided by k
      times the number of fake samples; 1 for equal distributions, and it may be larger;
    - coverage: share of real balls with a fake sample inside (distance < radius).

    Distances are Euclidean. The result is that of float64 distances for every input type, found
    in tiles of bounded size. Time grows with the square of the samples, memory with the samples.

    Args:
        real: Features `(samples, dimensions)`, more than k samples.
        fake: Features `(samples, dimensions)`, more than k samples.
        k: Which neighbour, at least 1: 3 in the paper of precision and recall, 5 in that of
            density and coverage.

    Returns:
        `{"precision", "recall", "density", "coverage"}`, floats.

    Raises:
        ValueError: If shapes do not fit, there are at most k samples, or values are not finite.

    Example:

    >>> real = np.array([[0.0], [1.0], [2.0], [3.0]])
    >>> kgz.metrics.precision_recall(real, real + 2.5, k=1)
    {'precision': 0.5, 'recall': 0.5, 'density': 0.75, 'coverage': 0.5}

    References:
        Kynkaanniemi et al. 2019, Improved Precision and Recall Metric for Assessing Generative
        Models, arXiv 1904.06991, equations 1 and 2. Naeem et al. 2020, Reliable Fidelity and
        Diversity Metrics for Generative Models, arXiv 2002.09797, equations 3 and 5.
    """
    checks.count("k", k)
    real, fake = checks.feature_pair(real, fake, least=k + 1)
    real_radii = neighbours.squared_radii(real, k)
    fake_radii = neighbours.squared_radii(fake, k)
    inside, precise, recalled = neighbours.compare(real, real_radii, fake, fake_radii)
    return {
        "precision": float(precise.mean()),
        "recall": float(recalled.mean()),
        "density": float(inside.sum() / (k * len(fake))),
        "coverage": float(np.mean(inside > 0)),
    }

"""The Inception score."""

import numpy as np

from keras_gan_zoo.metrics import checks


def inception_score(probabilities, splits: int = 10, seed: int | None = 0):
    """`exp(E KL(p(y | x) || p(y)))`, as mean and standard deviation over splits of the samples.

    `p(y)` is the mean over the same split; the logarithm is natural. Called Inception score only
    when the classifier is the 2015 Inception network (without the bias of its last layer) and
    there are 50,000 samples in 10 splits.

    Args:
        probabilities: Class probabilities `(samples, classes)`; rows sum to 1.
        splits: Number of splits, at most the number of samples.
        seed: Seed of the shuffling before the split; samples that come sorted by class would
            otherwise lower the score. `None` keeps the order.

    Returns:
        `(mean, standard deviation)` over the splits, two floats between 1 and `classes`.

    Raises:
        ValueError: If rows are no probabilities, or there are fewer samples than splits.

    Example:

    >>> mean, _ = kgz.metrics.inception_score(np.eye(4), splits=1)
    >>> round(mean, 6)
    4.0

    References:
        Salimans et al. 2016, Improved Techniques for Training GANs, arXiv 1606.03498, section 4.
    """
    checks.count("splits", splits)
    probabilities = class_probabilities(probabilities)
    samples = len(probabilities)
    if samples < splits:
        raise ValueError(
            f"Expected at least as many samples as `splits` = {splits}. Received: {samples}"
        )
    if seed is not None:
        probabilities = probabilities[np.random.default_rng(seed).permutation(samples)]
    edges = [index * samples // splits for index in range(splits + 1)]
    scores = [
        np.exp(_mean_divergence(probabilities[start:end]))
        for start, end in zip(edges[:-1], edges[1:], strict=True)
    ]
    return float(np.mean(scores)), float(np.std(scores))


def class_probabilities(values):
    """Float64 `(samples, classes)` probabilities, or a `ValueError`."""
    values = checks.features("probabilities", values, least=1)
    sums = values.sum(axis=1, dtype="float64")
    if values.min() < 0.0 or np.abs(sums - 1.0).max() > 1e-3:
        raise ValueError(
            "Expected `probabilities` >= 0 with rows that sum to 1 (apply a softmax to logits). "
            f"Received: minimum {values.min():.6g}, sums from {sums.min():.6g} to "
            f"{sums.max():.6g}"
        )
    return values.astype("float64")


def _mean_divergence(probabilities):
    # Mean KL to the mean = entropy of the mean - mean of the entropies.
    return _negative_entropy(probabilities).mean() - _negative_entropy(probabilities.mean(axis=0))


def _negative_entropy(probabilities):
    # 0 log 0 is 0: the logarithm is taken of 1 there.
    logs = np.log(np.where(probabilities > 0.0, probabilities, 1.0))
    return np.sum(probabilities * logs, axis=-1)

"""The Frechet distance between Gaussians: FID, once the features are Inception's."""

import numpy as np

from keras_gan_zoo.metrics import checks, moments


def frechet_distance(mean_a, cov_a, mean_b, cov_b) -> float:
    """Squared Frechet (2-Wasserstein) distance between two Gaussians.

    `|m_a - m_b|^2 + tr(C_a + C_b - 2 (C_a C_b)^(1/2))`. The trace of the root is the sum of the
    singular values of `F_a F_b^T` for any factors with `F^T F = C`: all real and symmetric, so
    nothing imaginary has to be dropped, and singular covariances need no offset.

    Args:
        mean_a: Mean `(dimensions,)`.
        cov_a: Covariance `(dimensions, dimensions)`, symmetric, positive semi-definite.
        mean_b: Mean `(dimensions,)`.
        cov_b: Covariance `(dimensions, dimensions)`.

    Returns:
        The distance, at least 0, in squared units of the features. It is called FID when the
        features are those of the 2015 Inception network, and not otherwise.

    Raises:
        ValueError: If shapes do not fit, values are not finite, or a covariance is not one.

    Example:

    >>> kgz.metrics.frechet_distance([0.0, 0.0], np.eye(2), [3.0, 4.0], 4.0 * np.eye(2))
    27.0

    References:
        Heusel et al. 2017, GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash
        Equilibrium, arXiv 1706.08500, equation 6. Dowson and Landau 1982, The Frechet distance
        between multivariate normal distributions.
    """
    mean_a, cov_a = _gaussian("a", mean_a, cov_a)
    mean_b, cov_b = _gaussian("b", mean_b, cov_b)
    if mean_a.shape != mean_b.shape:
        raise ValueError(
            "Expected `mean_a` and `mean_b` to have the same number of dimensions (one feature "
            f"extractor for both). Received: {len(mean_a)} and {len(mean_b)}"
        )
    factor_a = moments.factor_of_covariance("cov_a", cov_a)
    factor_b = moments.factor_of_covariance("cov_b", cov_b)
    return _distance(mean_a, np.trace(cov_a), factor_a, mean_b, np.trace(cov_b), factor_b)


def frechet_distance_from_features(real, fake) -> float:
    """Squared Frechet distance between Gaussians fitted to two sets of features.

    Covariances have denominator N - 1. With fewer samples than dimensions the covariance is never
    built: the distance is exact in the space of the samples, and cheaper there. Two samples of N
    from one distribution are expected to be about `(2 d + d (d + 1) / 2) / N` apart when it is a
    standard normal: compare only distances measured with the same N.

    Args:
        real: Features `(samples, dimensions)`, at least 2 samples. Everything is float64,
            but for products of well-conditioned float32 features, which lose less than 1e-7 of
            the variance.
        fake: Features `(samples, dimensions)`; the number of samples may differ.

    Returns:
        The distance, at least 0, in squared units of the features.

    Raises:
        ValueError: If the shapes do not fit, there are fewer than 2 samples, or values are not
            finite. Fewer samples than dimensions are a warning.

    Example:

    >>> real = np.array([[0.0], [2.0]])
    >>> kgz.metrics.frechet_distance_from_features(real, real + 3.0)
    9.0

    References:
        Heusel et al. 2017, arXiv 1706.08500. Chong and Forsyth 2019, Effectively Unbiased FID and
        Inception Score, arXiv 1911.07023 (the bias in N).
    """
    real, fake = checks.feature_pair(real, fake)
    checks.enough_samples(real.shape[1], real=len(real), fake=len(fake))
    return _from_features(real, fake)


def intra_class_frechet_distance(real, real_labels, fake, fake_labels) -> dict:
    """Mean over classes of the Frechet distance between real and fake samples of the class.

    Unlike the distance of all samples at once it sees a generator that ignores its labels. The
    bias grows with 1 / (samples of the class): compare only equal numbers of samples.

    Args:
        real: Features `(samples, dimensions)`, at least 2 samples of each class.
        real_labels: Integer classes `(samples,)`.
        fake: Features `(samples, dimensions)` of the same classes.
        fake_labels: Integer classes `(samples,)`: those the samples were asked to belong to.

    Returns:
        `{"mean": float, "per_class": {label: float}}`.

    Raises:
        ValueError: If shapes do not fit, classes differ, or a class has fewer than 2 samples.

    Example:

    >>> real, labels = np.array([[0.0], [1.0], [4.0], [5.0]]), np.array([0, 0, 1, 1])
    >>> kgz.metrics.intra_class_frechet_distance(real, labels, real, 1 - labels)["mean"]
    16.0

    References:
        Miyato and Koyama 2018, cGANs with Projection Discriminator, arXiv 1802.05637, section 5.
    """
    real, fake = checks.feature_pair(real, fake)
    real_labels = checks.labels("real_labels", real_labels, len(real))
    fake_labels = checks.labels("fake_labels", fake_labels, len(fake))
    classes = np.unique(real_labels)
    if not np.array_equal(classes, np.unique(fake_labels)):
        raise ValueError(
            "Expected `real_labels` and `fake_labels` to hold the same classes. Received: only "
            f"real {np.setdiff1d(classes, fake_labels).tolist()}, "
            f"only fake {np.setdiff1d(fake_labels, classes).tolist()}"
        )
    groups = {c: (real[real_labels == c], fake[fake_labels == c]) for c in classes.tolist()}
    fewest = {
        "real": min(len(group) for group, _ in groups.values()),
        "fake": min(len(group) for _, group in groups.values()),
    }
    if min(fewest.values()) < 2:
        raise ValueError(
            "Expected at least 2 real and 2 fake samples of each class. Received: the smallest "
            f"class has {fewest['real']} real and {fewest['fake']} fake"
        )
    checks.enough_samples(real.shape[1], **fewest)
    distances = {label: _from_features(*group) for label, group in groups.items()}
    return {"mean": float(np.mean(list(distances.values()))), "per_class": distances}


def _from_features(real, fake):
    mean_a, factor_a = moments.factor_of_features(real)
    mean_b, factor_b = moments.factor_of_features(fake)
    trace_a, trace_b = np.sum(factor_a * factor_a), np.sum(factor_b * factor_b)
    return _distance(mean_a, trace_a, factor_a, mean_b, trace_b, factor_b)


def _distance(mean_a, trace_a, factor_a, mean_b, trace_b, factor_b):
    root = moments.sum_of_singular_values(factor_a @ factor_b.T)
    distance = np.sum(np.square(mean_a - mean_b)) + trace_a + trace_b - 2.0 * root
    # Rounding can leave equal distributions a hair below zero.
    return float(max(distance, 0.0))


def _gaussian(which, mean, covariance):
    mean = checks.array(f"mean_{which}", mean).astype("float64")
    covariance = checks.array(f"cov_{which}", covariance).astype("float64")
    if mean.ndim != 1 or covariance.shape != mean.shape * 2:
        raise ValueError(
            f"Expected `mean_{which}` of shape (dimensions,) and `cov_{which}` of shape "
            f"(dimensions, dimensions). Received: {mean.shape} and {covariance.shape}"
        )
    asymmetry = np.abs(covariance - covariance.T).max(initial=0.0)
    if asymmetry > 1e-5 * np.abs(covariance).max(initial=0.0):
        raise ValueError(
            f"Expected `cov_{which}` to be symmetric. Received: a difference of {asymmetry:.6g} "
            "from its transpose"
        )
    return mean, covariance

"""Means, covariances and roots of their products: the algebra of the Frechet distance."""

import numpy as np

from keras_gan_zoo.metrics import products

CHUNK = 4096
STRIP = 512  # features whose products with others are held at once
# What the quick way may be wrong by, as a share of the sum of singular values.
TOLERANCE = 1e-9
# The least share of its own in a feature's variance with which float32 products are trusted.
INDEPENDENT = 0.01


def mean_and_covariance(features, precision="float64"):
    """Mean `(dimensions,)` and covariance `(dimensions, dimensions)` with denominator N - 1.

    Two passes over the rows in chunks: memory beyond the result does not grow with the samples.
    Mean and sums are float64; `precision` is the type of the products inside a chunk of centred
    rows.
    """
    samples, dimensions = features.shape
    mean = features.mean(axis=0, dtype="float64")
    centre = mean.astype(precision)
    total = np.zeros((dimensions, dimensions))
    room = np.empty((min(CHUNK, samples), dimensions), precision)
    for start in range(0, samples, CHUNK):
        part = features[start : start + CHUNK]
        centred = np.subtract(part, centre, out=room[: len(part)])
        gram = products.UpperGram(centred.T)
        for first in range(0, dimensions, STRIP):
            rows = slice(first, first + STRIP)
            total[rows, first:] += gram.rows(first, rows.stop)
    total = np.triu(total) + np.triu(total, 1).T
    # The rounding of the centre is a shift of every row.
    shift = mean - centre
    return mean, (total - samples * np.outer(shift, shift)) / (samples - 1)


def factor_of_features(features):
    """Mean and a matrix F with F^T F = covariance, of as few rows as the samples allow.

    Products of float32 features are first tried in float32, in half the time. That is exact
    enough (1e-7 of the variance) as long as no feature is nearly a linear function of others.
    """
    samples, dimensions = features.shape
    if samples <= dimensions:
        mean = features.mean(axis=0, dtype="float64")
        return mean, (features - mean) / np.sqrt(samples - 1)
    if features.dtype == np.float32:
        mean, covariance = mean_and_covariance(features, "float32")
        factor = _triangular_factor(covariance)
        # Squared diagonal: what is left of a feature's variance, given the features before it.
        if factor is not None and np.all(
            np.square(np.diag(factor)) > INDEPENDENT * np.diag(covariance)
        ):
            return mean, factor
    mean, covariance = mean_and_covariance(features)
    return mean, factor_of_covariance("covariance", covariance)


def factor_of_covariance(name, covariance):
    """A matrix F with F^T F = covariance; singular covariances give fewer rows than columns.

    Raises:
        ValueError: If the matrix has an eigenvalue below zero by more than rounding.
    """
    factor = _triangular_factor(covariance)
    if factor is not None:
        return factor
    eigenvalues, vectors = np.linalg.eigh(covariance)
    rounding = len(covariance) * np.finfo("float64").eps * np.abs(eigenvalues).max()
    # Covariances summed in float32 are less exact than the rounding of float64.
    if eigenvalues[0] < -max(rounding, 1e-6 * eigenvalues[-1]):
        raise ValueError(
            f"Expected `{name}` to be a covariance matrix (no negative eigenvalues). "
            f"Received: smallest eigenvalue {eigenvalues[0]:.6g}, largest {eigenvalues[-1]:.6g}"
        )
    # Directions below rounding are noise; their square roots would not be small.
    kept = eigenvalues > rounding
    return np.sqrt(eigenvalues[kept])[:, None] * vectors[:, kept].T


def _triangular_factor(covariance):
    """The transposed Cholesky factor, or `None` for a singular matrix."""
    try:
        return np.linalg.cholesky(covariance).T
    except np.linalg.LinAlgError:
        return None


def sum_of_singular_values(matrix) -> float:
    """Sum of the singular values: the trace of (C1 C2)^(1/2) when `matrix` is F1 F2^T.

    The roots of the eigenvalues of the symmetric matrix times its transpose are four times
    quicker than a singular value decomposition, but rounding of an eigenvalue near zero grows in
    its root. The growth is estimated; when it matters, the decomposition is done after all.
    """
    if 0 in matrix.shape:
        return 0.0
    if matrix.shape[0] > matrix.shape[1]:
        matrix = matrix.T
    eigenvalues = np.linalg.eigvalsh(matrix @ matrix.T)
    roots = np.sqrt(np.maximum(eigenvalues, 0.0))
    rounding = np.finfo("float64").eps * roots[-1] ** 2
    errors = rounding / np.maximum(roots, np.sqrt(rounding)) if rounding else roots
    if np.linalg.norm(errors) <= TOLERANCE * roots.sum():
        return float(roots.sum())
    return float(np.linalg.svd(matrix, compute_uv=False).sum())

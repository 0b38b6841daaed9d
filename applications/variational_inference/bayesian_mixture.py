"""The mixture of Gaussians with unknown weights, means and covariances, in any dimension."""

import math

import numpy as np
from cavi import CoordinateAscent, check_shape, finite

LOG_TWO_PI = np.log(2.0 * np.pi)
log_gamma = np.vectorize(math.lgamma, otypes=["float64"])


class BayesianGaussianMixture(CoordinateAscent):
    """Variational Bayes for a mixture of Gaussians of which nothing is known.

    The model: weights `pi ~ Dirichlet(alpha_0)`; for each component a precision matrix
    `Lambda_k ~ Wishart(W_0, nu_0)` and a mean `mu_k ~ N(m_0, (beta_0 Lambda_k)^-1)`. The posterior
    is approximated by independent factors: `q(z_n) = r_n` of each datum, `q(pi)`, and
    `q(mu_k, Lambda_k)` of each component, of the same families as the priors. Components that
    the data do not need end with hardly any weight.

    Args:
        components: Number of components `K`, or an upper limit of it.
        concentration: `alpha_0`; the smaller, the fewer components are used. `None` for `1/K`.
        mean_precision: `beta_0`: how many data the prior of a mean is worth.
        degrees_of_freedom: `nu_0`, above `dimensions - 1`; `None` for `dimensions`.
        restarts, tolerance, max_sweeps, seed: See `CoordinateAscent`.

    The remaining priors come from the data: `m_0` is their mean, `W_0^-1` their covariance.

    Attributes:
        concentrations: `alpha_k`, `(components,)`.
        means: `m_k`, `(components, dimensions)`.
        precisions_of_means: `beta_k`, `(components,)`.
        degrees: `nu_k`, `(components,)`.
        scales: `W_k^-1`, `(components, dimensions, dimensions)`; over `nu_k`, the covariances.
        responsibilities: `r`, `(points, components)`.
        elbos, converged: See `GaussianMixtureCAVI`.

    Raises:
        ValueError: If an argument is out of its range.

    References:
        Bishop 2006, Pattern Recognition and Machine Learning, section 10.2.
    """

    def __init__(
        self,
        components: int,
        concentration: float | None = None,
        mean_precision: float = 1.0,
        degrees_of_freedom: float | None = None,
        restarts: int = 5,
        tolerance: float = 1e-6,
        max_sweeps: int = 1000,
        seed: int = 0,
    ):
        super().__init__(components, restarts, tolerance, max_sweeps, seed)
        concentration = 1.0 / components if concentration is None else concentration
        for name, value in (("concentration", concentration), ("mean_precision", mean_precision)):
            if not 0 < value < np.inf:
                raise ValueError(f"Expected `{name}` > 0. Received: {value!r}")
        self.concentration = float(concentration)
        self.mean_precision = float(mean_precision)
        self.degrees_of_freedom = degrees_of_freedom

    def checked(self, x):
        """The data as `(points, dimensions)`."""
        x = finite("x", x, ndim=2)
        if len(x) <= x.shape[1] or np.linalg.matrix_rank(x - x.mean(axis=0)) < x.shape[1]:
            raise ValueError(
                "Expected `x` (points, dimensions) to vary in every direction. "
                f"Received: shape {x.shape}, of lower rank"
            )
        return x

    def initialize(self, x, means):
        """Starts anew: each datum belongs to the nearest of the given means, by k-means."""
        self.x = self.checked(x)
        points, dimensions = self.x.shape
        means = finite("means", means, ndim=2)
        check_shape("means", means, (self.components, dimensions))
        degrees = dimensions if self.degrees_of_freedom is None else self.degrees_of_freedom
        if not degrees > dimensions - 1:
            raise ValueError(
                f"Expected `degrees_of_freedom` > {dimensions - 1}, the dimensions less 1. "
                f"Received: {degrees!r}"
            )
        self.prior_mean, self.prior_degrees = self.x.mean(axis=0), float(degrees)
        self.prior_scale = np.atleast_2d(np.cov(self.x.T))
        self.responsibilities = np.eye(self.components)[_k_means(self.x, means)]
        shape = (self.components, dimensions)
        self.concentrations = np.zeros(self.components)
        self.means, self.scales = np.zeros(shape), np.zeros((*shape, dimensions))
        self.precisions_of_means, self.degrees = np.zeros((2, self.components))
        self.update_weights()
        for k in range(self.components):
            self.update_component(k)

    def update_assignments(self, rows=slice(None)):
        """Sets the factors `q(z_n)` of some data, by default of all (equations 10.46 and 10.49)."""
        logits = self._expected_log_weights() + self._expected_log_densities(self.x[rows])
        logits -= logits.max(axis=1, keepdims=True)
        self.responsibilities[rows] = np.exp(logits)
        self.responsibilities[rows] /= self.responsibilities[rows].sum(axis=1, keepdims=True)

    def update_weights(self):
        """Sets the factor `q(pi)` (equation 10.58)."""
        self.concentrations = self.concentration + self.responsibilities.sum(axis=0)

    def update_component(self, k: int):
        """Sets the factor `q(mu_k, Lambda_k)` (equations 10.60 to 10.63)."""
        shares = self.responsibilities[:, k]
        count = shares.sum()
        # A component without data keeps its prior, whatever average is taken here.
        average = shares @ self.x / max(count, 1e-300)
        centred = self.x - average
        shift = average - self.prior_mean
        pull = self.mean_precision * count / (self.mean_precision + count)
        self.precisions_of_means[k] = self.mean_precision + count
        self.means[k] = self.prior_mean + count / (self.mean_precision + count) * shift
        self.degrees[k] = self.prior_degrees + count
        spread = (shares[:, None] * centred).T @ centred
        self.scales[k] = self.prior_scale + spread + pull * np.outer(shift, shift)

    def sweep(self):
        """Updates every factor once."""
        self.update_assignments()
        self.update_weights()
        for k in range(self.components):
            self.update_component(k)

    def elbo(self):
        """The evidence lower bound of the present factors, in nats.

        Expected log-likelihood and entropy of the assignments, less the divergences of all
        other factors from their priors (equation 10.70 with its terms in another order).
        """
        shares = self.responsibilities
        logs = np.log(np.where(shares > 0, shares, 1.0))
        terms = self._expected_log_weights() + self._expected_log_densities(self.x) - logs
        divergences = [self._divergence(k) for k in range(self.components)]
        return float((shares * terms).sum() - self._weights_divergence() - sum(divergences))

    def log_density(self, points):
        """The logarithm of the predictive density: a mixture of Student distributions.

        Args:
            points: `(n, dimensions)`.

        Returns:
            `(n,)`, in nats (equation 10.81).
        """
        points = finite("points", points, ndim=2)
        check_shape("points", points, (len(points), self.x.shape[1]))
        dimensions = points.shape[1]
        freedom = self.degrees + 1.0 - dimensions
        factor = (1.0 + self.precisions_of_means) / (self.precisions_of_means * freedom)
        shapes = factor[:, None, None] * self.scales
        squares = _mahalanobis(points, self.means, shapes)
        logs = log_gamma((freedom + dimensions) / 2) - log_gamma(freedom / 2)
        logs = logs - 0.5 * (dimensions * np.log(np.pi * freedom) + np.linalg.slogdet(shapes)[1])
        logs = logs - 0.5 * (freedom + dimensions) * np.log1p(squares / freedom)
        logs = logs + np.log(self.concentrations / self.concentrations.sum())
        largest = logs.max(axis=1, keepdims=True)
        return (largest + np.log(np.exp(logs - largest).sum(axis=1, keepdims=True)))[:, 0]

    def _expected_log_weights(self):
        return digamma(self.concentrations) - digamma(self.concentrations.sum())

    def _expected_log_determinants(self):
        dimensions = self.x.shape[1]
        halves = 0.5 * (self.degrees[:, None] - np.arange(dimensions))
        return digamma(halves).sum(axis=1) + dimensions * np.log(2.0) - self._log_scales()

    def _log_scales(self):
        return np.linalg.slogdet(self.scales)[1]

    def _expected_log_densities(self, x):
        dimensions = x.shape[1]
        squares = dimensions / self.precisions_of_means
        squares = squares + self.degrees * _mahalanobis(x, self.means, self.scales)
        return 0.5 * (self._expected_log_determinants() - dimensions * LOG_TWO_PI - squares)

    def _weights_divergence(self):
        prior = np.full(self.components, self.concentration)
        return (
            _log_dirichlet(self.concentrations)
            - _log_dirichlet(prior)
            + ((self.concentrations - prior) * self._expected_log_weights()).sum()
        )

    def _divergence(self, k):
        """From the prior of one component's mean and precision."""
        dimensions, degrees = self.x.shape[1], self.degrees[k]
        ratio = self.mean_precision / self.precisions_of_means[k]
        square = _mahalanobis(self.prior_mean[None], self.means[k : k + 1], self.scales[k : k + 1])
        of_mean = dimensions * (ratio - 1.0 - np.log(ratio))
        of_mean += self.mean_precision * degrees * float(square[0, 0])
        of_precision = (
            _log_wishart(self.scales[k], degrees)
            - _log_wishart(self.prior_scale, self.prior_degrees)
            + 0.5 * (degrees - self.prior_degrees) * self._expected_log_determinants()[k]
            + 0.5 * degrees * np.trace(np.linalg.solve(self.scales[k], self.prior_scale))
            - 0.5 * degrees * dimensions
        )
        return 0.5 * of_mean + of_precision


def digamma(values):
    """The derivative of the logarithm of the gamma function, for positive numbers."""
    values = np.array(values, dtype="float64")
    result = np.zeros_like(values)
    while np.any(small := values < 10.0):
        result = np.where(small, result - 1.0 / values, result)
        values = np.where(small, values + 1.0, values)
    # The asymptotic series; from 10 on its next term is below 3e-14.
    power = values**-2.0
    series = power * (
        1 / 12 - power * (1 / 120 - power * (1 / 252 - power * (1 / 240 - power / 132)))
    )
    return result + np.log(values) - 0.5 / values - series


def _mahalanobis(points, means, matrices):
    """Squared distances `(points, means)`, each mean with the inverse of its own matrix."""
    differences = points[None] - means[:, None]
    solved = np.linalg.solve(matrices, differences.transpose(0, 2, 1)).transpose(0, 2, 1)
    return (differences * solved).sum(axis=2).T


def _log_dirichlet(concentrations):
    return math.lgamma(concentrations.sum()) - log_gamma(concentrations).sum()


def _log_wishart(scale, degrees):
    """The logarithm of the Wishart distribution's constant, from the inverse `W^-1` (B.79)."""
    dimensions = len(scale)
    gammas = log_gamma(0.5 * (degrees - np.arange(dimensions))).sum()
    gammas += 0.25 * dimensions * (dimensions - 1) * np.log(np.pi)
    log_scale = np.linalg.slogdet(scale)[1]
    return 0.5 * degrees * log_scale - 0.5 * degrees * dimensions * np.log(2.0) - gammas


def _k_means(x, means, rounds=20):
    """The nearest mean of each datum, after some rounds of k-means."""
    means = means.copy()
    for _ in range(rounds):
        nearest = ((x[:, None] - means) ** 2).sum(axis=2).argmin(axis=1)
        for k in np.unique(nearest):
            means[k] = x[nearest == k].mean(axis=0)
    return nearest

"""Fit a mixture of Gaussians by coordinate-ascent variational inference, and draw the fit.

python cavi.py --out runs/cavi
python cavi.py --components 3 --points 200 --seed 1 --out runs/cavi
"""

import argparse
import pathlib

import numpy as np

LOG_TWO_PI = np.log(2.0 * np.pi)


class CoordinateAscent:
    """Climbs the evidence lower bound of a mixture, sweep by sweep, from several starts.

    A subclass defines `initialize(x, means)`, `sweep()`, `elbo()` and `checked(x)`, which returns
    the data as an array of `(points,)` or `(points, dimensions)`.

    Args:
        components: Number of components `K`.
        restarts: Runs from different starts; the one with the highest bound is kept.
        tolerance: A run ends when a sweep raises the bound by less than this, in nats.
        max_sweeps: A run ends after so many sweeps in any case.
        seed: Seed of the starts.
    """

    def __init__(self, components, restarts, tolerance, max_sweeps, seed):
        for name, value in (
            ("components", components),
            ("restarts", restarts),
            ("max_sweeps", max_sweeps),
        ):
            if not isinstance(value, (int, np.integer)) or value < 1:
                raise ValueError(f"Expected `{name}` to be an integer >= 1. Received: {value!r}")
        self.components = int(components)
        self.restarts = int(restarts)
        self.tolerance = float(tolerance)
        self.max_sweeps = int(max_sweeps)
        self.seed = seed

    def fit(self, x, means=None):
        """Runs to convergence from several starts, or from one that is given.

        Args:
            x: The data, one row each.
            means: Means to start from, one row for each component; without them starts are drawn
                from the data.

        Returns:
            The model itself, with its attributes set.

        Raises:
            ValueError: If `x` is empty or not finite, or `means` has another shape.
        """
        x = self.checked(x)
        random = np.random.default_rng(self.seed)
        starts = [means] if means is not None else [None] * self.restarts
        best = None
        for start in starts:
            self.initialize(x, self._spread_out(x, random) if start is None else start)
            self._climb()
            if best is None or self.elbos[-1] > best["elbos"][-1]:
                best = dict(vars(self))
        vars(self).update(best)
        return self

    def _climb(self):
        self.elbos, self.converged = [self.elbo()], False
        while len(self.elbos) <= self.max_sweeps and not self.converged:
            self.sweep()
            self.elbos.append(self.elbo())
            self.converged = bool(self.elbos[-1] - self.elbos[-2] < self.tolerance)

    def _spread_out(self, x, random):
        """Data far from each other: the next is drawn by its squared distance to the nearest."""
        rows = x.reshape(len(x), -1)
        chosen = [random.integers(len(x))]
        while len(chosen) < self.components:
            squares = ((rows[:, None] - rows[chosen]) ** 2).sum(axis=2).min(axis=1)
            total = squares.sum()
            chosen.append(random.choice(len(x), p=squares / total if total > 0 else None))
        # Components that start equal stay equal: repeated data must not make them so.
        return x[chosen] + 1e-2 * random.standard_normal(x[chosen].shape)


class GaussianMixtureCAVI(CoordinateAscent):
    """Variational Bayes for a univariate mixture of unit-variance Gaussians.

    The model: `K` means `mu_k ~ N(0, sigma^2)`, a component `c_i` for each datum, all equally
    likely, and `x_i ~ N(mu_{c_i}, 1)`. The posterior is approximated by independent factors
    `q(mu_k) = N(m_k, s_k^2)` and `q(c_i) = phi_i`; each update sets one factor to the best there
    is, given the others, so that no update lowers the evidence lower bound.

    Args:
        components: Number of components `K`.
        prior_variance: Variance `sigma^2` of the means before any data.
        restarts, tolerance, max_sweeps, seed: See `CoordinateAscent`.

    Attributes:
        means, variances: `m_k` and `s_k^2`, each `(components,)`.
        responsibilities: `phi`, `(points, components)`.
        elbos: The bound of the kept run: at its start, then after each sweep, in nats.
        converged: Whether that run ended before `max_sweeps`.

    Raises:
        ValueError: If an argument is out of its range.

    Example:
        model = GaussianMixtureCAVI(components=2).fit([-3.1, -2.8, 3.2, 2.9])

    References:
        Blei, Kucukelbir and McAuliffe 2016, Variational Inference: A Review for Statisticians,
        arXiv 1601.00670, section 3.
    """

    def __init__(
        self,
        components: int,
        prior_variance: float = 25.0,
        restarts: int = 5,
        tolerance: float = 1e-6,
        max_sweeps: int = 1000,
        seed: int = 0,
    ):
        super().__init__(components, restarts, tolerance, max_sweeps, seed)
        if not 0 < prior_variance < np.inf:
            raise ValueError(f"Expected `prior_variance` > 0. Received: {prior_variance!r}")
        self.prior_variance = float(prior_variance)

    def checked(self, x):
        """The data as a vector of numbers `(points,)`."""
        return finite("x", x, ndim=1)

    def initialize(self, x, means):
        """Starts anew: the given means, and no idea which component a datum is of."""
        self.x = self.checked(x)
        self.means = finite("means", means, ndim=1).copy()
        check_shape("means", self.means, (self.components,))
        self.log_responsibilities = np.full(
            (len(self.x), self.components), -np.log(self.components)
        )
        share = len(self.x) / self.components
        self.variances = np.full(self.components, 1.0 / (1.0 / self.prior_variance + share))

    @property
    def responsibilities(self):
        """The probability of each component for each datum."""
        return np.exp(self.log_responsibilities)

    def update_assignments(self, rows=slice(None)):
        """Sets the factors `q(c_i)` of some data, by default of all: they do not interact."""
        logits = -0.5 * self._expected_squares(self.x[rows])
        logits -= logits.max(axis=1, keepdims=True)
        logits -= np.log(np.exp(logits).sum(axis=1, keepdims=True))
        self.log_responsibilities[rows] = logits

    def update_component(self, k: int):
        """Sets the factor `q(mu_k)`."""
        weights = np.exp(self.log_responsibilities[:, k])
        self.variances[k] = 1.0 / (1.0 / self.prior_variance + weights.sum())
        self.means[k] = self.variances[k] * (weights @ self.x)

    def sweep(self):
        """Updates every factor once."""
        self.update_assignments()
        for k in range(self.components):
            self.update_component(k)

    def elbo(self):
        """The evidence lower bound of the present factors, in nats."""
        second_moments = self.means**2 + self.variances
        prior = -0.5 * (
            LOG_TWO_PI + np.log(self.prior_variance) + second_moments / self.prior_variance
        )
        data = -np.log(self.components) - 0.5 * (LOG_TWO_PI + self._expected_squares(self.x))
        assignments = (self.responsibilities * (data - self.log_responsibilities)).sum()
        entropy = 0.5 * (1.0 + LOG_TWO_PI + np.log(self.variances))
        return float(prior.sum() + assignments + entropy.sum())

    def density(self, points):
        """The approximate predictive density of each component at some points.

        Args:
            points: Numbers `(n,)`.

        Returns:
            `(n, components)`: `N(m_k, 1 + s_k^2) / K`; the sum over components is the density.
        """
        spread = 1.0 + self.variances
        squares = (np.asarray(points)[:, None] - self.means) ** 2 / spread
        return np.exp(-0.5 * squares) / np.sqrt(2.0 * np.pi * spread) / self.components

    def _expected_squares(self, x):
        """`E (x_i - mu_k)^2` under `q(mu_k)`, `(rows, components)`."""
        return (x[:, None] - self.means) ** 2 + self.variances


def sample_mixture(components: int, points: int, prior_variance: float = 25.0, seed: int = 0):
    """Draws means and data from the model.

    Returns:
        The means `(components,)`, sorted, and the data `(points,)`.

    Raises:
        ValueError: If there are to be no points.
    """
    if points < 1:
        raise ValueError(f"Expected `points` >= 1. Received: {points!r}")
    random = np.random.default_rng(seed)
    means = np.sort(np.sqrt(prior_variance) * random.standard_normal(components))
    return means, means[random.integers(components, size=points)] + random.standard_normal(points)


def draw(model: GaussianMixtureCAVI, truth, path):
    """Draws the data, the fitted components and the course of the bound."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    figure = Figure(figsize=(10, 4.4), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.hist(model.x, bins=40, density=True, color="0.85", label="data")
    grid = np.linspace(model.x.min() - 2, model.x.max() + 2, 600)
    parts = model.density(grid)
    left.plot(grid, parts.sum(1), color="C1", linewidth=2, label="predictive density")
    left.plot(grid, parts, "--", linewidth=1, color="C0")
    left.plot([], [], "--", linewidth=1, color="C0", label="its components")
    left.plot(truth, np.zeros(len(truth)), "k^", label="true means", clip_on=False, zorder=3)
    left.set(xlabel="x", ylabel="density", title="Data and the fitted mixture")
    figure.legend(loc="outside lower center", ncols=4, frameon=False)
    # The bound of the start lies so far below that nothing else would be seen.
    right.plot(range(1, len(model.elbos)), model.elbos[1:], "o-", markersize=3)
    right.xaxis.set_major_locator(MaxNLocator(integer=True))
    right.set(xlabel="sweep", ylabel="ELBO (nats)", title="Evidence lower bound")
    figure.savefig(path, dpi=80)


def main(arguments=None):
    """Fits a synthetic mixture, prints the bound after each sweep, and draws the fit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--components", type=int, default=4)
    parser.add_argument("--points", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=4, help="of the data and of the starts")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("runs/cavi"))
    arguments = parser.parse_args(arguments)
    try:
        model = GaussianMixtureCAVI(arguments.components, seed=arguments.seed)
        truth, x = sample_mixture(arguments.components, arguments.points, seed=arguments.seed)
        model.fit(x)
    except ValueError as error:
        parser.error(str(error))
    for sweep, elbo in enumerate(model.elbos):
        print(f"sweep {sweep:3d}  ELBO {elbo:.6f}")
    order = np.argsort(model.means)
    print("component  true mean  posterior mean  posterior sd  expected count")
    counts = model.responsibilities.sum(axis=0)
    for k, mean in zip(order, truth, strict=True):
        row = (model.means[k], np.sqrt(model.variances[k]), counts[k])
        print(f"{k:9d}  {mean:9.3f}  {row[0]:14.3f}  {row[1]:12.3f}  {row[2]:14.1f}")
    arguments.out.mkdir(parents=True, exist_ok=True)
    draw(model, truth, arguments.out / "cavi.png")
    print(f"Picture: {arguments.out / 'cavi.png'}")


def finite(name: str, values, ndim: int):
    """The values as an array of finite numbers with `ndim` axes, none of them empty."""
    try:
        array = np.asarray(values, dtype="float64")
    except (TypeError, ValueError):
        raise ValueError(
            f"Expected `{name}` to be numbers. Received: {type(values).__name__}"
        ) from None
    if array.ndim != ndim or array.size == 0:
        raise ValueError(
            f"Expected `{name}` to have {ndim} {'axes' if ndim > 1 else 'axis'} and not to be "
            f"empty. Received: shape {array.shape}"
        )
    if not np.isfinite(array).all():
        raise ValueError(
            f"Expected `{name}` to be finite. "
            f"Received: {int((~np.isfinite(array)).sum())} values that are NaN or infinite"
        )
    return array


def check_shape(name: str, array, shape: tuple):
    """Raises `ValueError` unless the array has that shape."""
    if array.shape != shape:
        raise ValueError(f"Expected `{name}` of shape {shape}. Received: shape {array.shape}")


if __name__ == "__main__":
    main()

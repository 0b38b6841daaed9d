"""Oracles: the evidence in closed form and by enumeration; scipy; the model's truth."""

import itertools

import numpy as np
import pytest
from scipy import stats
from scipy.special import digamma, gammaln, logsumexp, multigammaln

from tests.applications.loading import load

MIXTURE = load("variational_inference", "bayesian_mixture")
RANDOM = np.random.default_rng(0)
TINY = RANDOM.standard_normal((6, 2)) * [1.0, 3.0] + np.repeat([[0.0, 0.0], [4.0, 1.0]], 3, axis=0)


def three_clusters(count):
    truth = np.array([[-5.0, 0.0], [4.0, 4.0], [3.0, -6.0]])
    shapes = np.array(
        [[[1.0, 0.5], [0.5, 1.0]], [[0.3, 0.0], [0.0, 2.0]], [[1.0, 0.0], [0.0, 0.2]]]
    )
    random = np.random.default_rng(1)
    parts = [random.multivariate_normal(*one, count) for one in zip(truth, shapes, strict=True)]
    return np.concatenate(parts), truth, shapes


def log_marginal(x, m, b, w, v):
    """`log p(x)` of one Gaussian under a Normal-Wishart prior, `w` being the inverse scale."""
    n, d = x.shape
    if n == 0:
        return 0.0
    mean = x.mean(0)
    scatter = (x - mean).T @ (x - mean)
    posterior = w + scatter + b * n / (b + n) * np.outer(mean - m, mean - m)
    return (
        multigammaln((v + n) / 2, d)
        - multigammaln(v / 2, d)
        + v / 2 * np.linalg.slogdet(w)[1]
        - (v + n) / 2 * np.linalg.slogdet(posterior)[1]
        + d / 2 * np.log(b / (b + n))
        - n * d / 2 * np.log(np.pi)
    )


def prior_of(x):
    return x.mean(0), 1.0, np.cov(x.T), float(x.shape[1])


def test_one_component_has_the_evidence_in_closed_form():
    model = MIXTURE.BayesianGaussianMixture(1).fit(TINY)
    assert model.elbos[-1] == pytest.approx(log_marginal(TINY, *prior_of(TINY)), abs=1e-9)
    points = RANDOM.standard_normal((5, 2))
    mean, precision, scale, degrees = model.means[0], 7.0, model.scales[0], 8.0 - 1.0
    student = stats.multivariate_t(mean, scale * (1 + precision) / (precision * degrees), degrees)
    np.testing.assert_allclose(model.log_density(points), student.logpdf(points), rtol=1e-9)


def test_the_bound_is_below_the_evidence_of_all_assignments():
    """Of 2^6 assignments, weights by their Dirichlet-multinomial probability."""
    alpha, terms = 0.7, []
    for assignment in itertools.product(range(2), repeat=6):
        counts = np.bincount(assignment, minlength=2)
        weight = gammaln(2 * alpha) - gammaln(2 * alpha + 6)
        weight += (gammaln(alpha + counts) - gammaln(alpha)).sum()
        parts = [TINY[np.array(assignment) == k] for k in range(2)]
        terms.append(weight + sum(log_marginal(part, *prior_of(TINY)) for part in parts))
    evidence = logsumexp(terms)
    model = MIXTURE.BayesianGaussianMixture(2, concentration=alpha, restarts=10).fit(TINY)
    assert evidence - 5.0 < model.elbos[-1] < evidence


def test_every_update_of_one_factor_raises_the_bound():
    x, _, _ = three_clusters(15)
    model = MIXTURE.BayesianGaussianMixture(4)
    model.initialize(x, x[[0, 1, 20, 40]])
    bound = model.elbo()
    updates = [(model.update_assignments, ([row],)) for row in range(len(x))]
    updates += [(model.update_component, (k,)) for k in range(4)] + [(model.update_weights, ())]
    random = np.random.default_rng(0)
    for _ in range(8):
        for index in random.permutation(len(updates)):
            update, arguments = updates[index]
            update(*arguments)
            assert model.elbo() >= bound - 1e-8
            bound = model.elbo()


def test_permuted_starts_give_permuted_results():
    x, _, _ = three_clusters(20)
    start, order = x[[0, 25, 50]], [2, 0, 1]
    one = MIXTURE.BayesianGaussianMixture(3).fit(x, start)
    other = MIXTURE.BayesianGaussianMixture(3).fit(x, start[order])
    np.testing.assert_allclose(other.means, one.means[order], rtol=1e-7)
    np.testing.assert_allclose(other.scales, one.scales[order], rtol=1e-7, atol=1e-9)
    assert other.elbos[-1] == pytest.approx(one.elbos[-1], abs=1e-6)


def test_clusters_are_found_and_other_components_left_empty():
    x, truth, shapes = three_clusters(300)
    model = MIXTURE.BayesianGaussianMixture(6, concentration=1e-3).fit(x)
    assert model.converged and np.all(np.diff(model.elbos) >= -1e-8)
    used = np.flatnonzero(model.responsibilities.sum(0) > 1)
    assert len(used) == 3
    for mean, shape in zip(truth, shapes, strict=True):
        k = used[np.argmin(np.abs(model.means[used] - mean).sum(1))]
        assert model.responsibilities[:, k].sum() == pytest.approx(300, abs=3)
        np.testing.assert_allclose(model.means[k], mean, atol=0.35)
        np.testing.assert_allclose(model.scales[k] / model.degrees[k], shape, atol=0.5)


def test_predictive_density_adds_up_to_1():
    x, _, _ = three_clusters(50)
    model = MIXTURE.BayesianGaussianMixture(3).fit(x)
    side = np.linspace(-40, 40, 801)
    points = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    assert np.exp(model.log_density(points)).sum() * 0.1**2 == pytest.approx(1.0, abs=1e-3)


def test_digamma_is_scipys():
    values = np.array([1e-3, 0.1, 0.5, 1.0, 2.5, 9.99, 10.0, 1e3, 1e7])
    np.testing.assert_allclose(MIXTURE.digamma(values), digamma(values), rtol=1e-12)


@pytest.mark.parametrize(
    ("options", "x", "message"),
    [
        ({}, np.zeros((0, 2)), r"Expected `x`.*empty.*Received: shape \(0, 2\)"),
        ({}, [1.0, 2.0], r"Expected `x` to have 2 axes.*Received: shape \(2,\)"),
        ({}, [[1.0], [np.nan]], "Expected `x` to be finite.*Received: 1 value"),
        ({}, np.ones((9, 2)), "Expected `x`.*vary in every direction.*Received"),
        ({"components": 0}, TINY, "Expected `components`.*Received: 0"),
        ({"concentration": -1.0}, TINY, "Expected `concentration` > 0.*Received"),
        ({"mean_precision": 0.0}, TINY, "Expected `mean_precision` > 0.*Received"),
        ({"degrees_of_freedom": 1.0}, TINY, "Expected `degrees_of_freedom` > 1.*Received"),
    ],
)
def test_bad_input(options, x, message):
    with pytest.raises(ValueError, match=message):
        MIXTURE.BayesianGaussianMixture(**{"components": 2, **options}).fit(x)

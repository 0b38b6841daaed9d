"""Oracles: the evidence in closed form, by enumeration and by quadrature; the model's truth."""

import itertools

import numpy as np
import pytest
from scipy import stats
from scipy.special import logsumexp

from tests.applications.loading import load

CAVI = load("variational_inference", "cavi")
TINY = np.array([-1.4, -0.9, 0.7, 2.2])


def log_evidence(x, components, prior_variance):
    """`log p(x)`: over all assignments, the data of one component are jointly Gaussian."""
    terms = []
    for assignment in itertools.product(range(components), repeat=len(x)):
        same = np.equal.outer(assignment, assignment)
        covariance = np.eye(len(x)) + prior_variance * same
        terms.append(stats.multivariate_normal.logpdf(x, np.zeros(len(x)), covariance))
    return logsumexp(terms) - len(x) * np.log(components)


def test_one_component_has_the_evidence_in_closed_form():
    """The sheet's row: x = (1, 1), posterior N(2/3, 1/3), evidence -2.720516."""
    model = CAVI.GaussianMixtureCAVI(1, prior_variance=1.0).fit([1.0, 1.0])
    assert model.elbos[-1] == pytest.approx(-2.720516, abs=1e-6)
    assert model.means[0] == pytest.approx(2 / 3) and model.variances[0] == pytest.approx(1 / 3)
    x = np.random.default_rng(0).normal(2, 1, 30)
    model = CAVI.GaussianMixtureCAVI(1, prior_variance=4.0).fit(x)
    assert model.elbos[-1] == pytest.approx(log_evidence(x, 1, 4.0), abs=1e-9)


def test_every_update_of_one_factor_raises_the_bound():
    random = np.random.default_rng(0)
    _, x = CAVI.sample_mixture(3, 40, seed=1)
    model = CAVI.GaussianMixtureCAVI(4)
    model.initialize(x, random.normal(0, 3, 4))
    bound = model.elbo()
    updates = [(model.update_assignments, [row]) for row in range(40)]
    updates += [(model.update_component, k) for k in range(4)]
    for _ in range(15):
        for index in random.permutation(len(updates)):
            update, factor = updates[index]
            update(factor)
            assert model.elbo() >= bound - 1e-8
            bound = model.elbo()


def test_an_updated_factor_is_the_best_there_is():
    """Any other mean, variance or responsibility in its place lowers the bound."""
    model = CAVI.GaussianMixtureCAVI(2)
    model.initialize(TINY, [-1.0, 1.5])
    model.update_assignments()
    best = model.elbo()
    kept = model.log_responsibilities.copy()
    for shift in (-0.1, 0.1):
        weights = kept[2] + [shift, 0]
        model.log_responsibilities[2] = weights - logsumexp(weights)
        assert model.elbo() < best
    model.log_responsibilities = kept
    model.update_component(1)
    best, mean, variance = model.elbo(), model.means[1], model.variances[1]
    for shift, factor in itertools.product((-0.1, 0.0, 0.1), (0.9, 1.0, 1.1)):
        model.means[1], model.variances[1] = mean + shift, variance * factor
        assert model.elbo() < best or (shift, factor) == (0.0, 1.0)


def test_the_bound_is_below_the_evidence_by_the_divergence():
    """Two components, four data: both evidence and KL(q || posterior) by quadrature."""
    prior_variance = 2.0
    model = CAVI.GaussianMixtureCAVI(2, prior_variance).fit(TINY)
    grid = np.linspace(-12, 12, 601)
    cell = (grid[1] - grid[0]) ** 2
    means = np.stack(np.meshgrid(grid, grid, indexing="ij"))
    log_prior = stats.norm.logpdf(means, 0, np.sqrt(prior_variance)).sum(0)
    log_mixture = logsumexp(
        [stats.norm.logpdf(TINY[:, None, None], mean, 1) for mean in means], axis=0
    ) - np.log(2)
    log_joint = log_prior + log_mixture.sum(0)
    evidence = logsumexp(log_joint) + np.log(cell)
    assert evidence == pytest.approx(log_evidence(TINY, 2, prior_variance), abs=1e-8)

    spreads = np.sqrt(model.variances)
    log_q = sum(stats.norm.logpdf(means[k], model.means[k], spreads[k]) for k in range(2))
    divergence = 0.0
    for assignment in itertools.product(range(2), repeat=4):
        log_q_assignment = sum(model.log_responsibilities[i, k] for i, k in enumerate(assignment))
        log_likelihood = sum(
            stats.norm.logpdf(TINY[i], means[k], 1) - np.log(2) for i, k in enumerate(assignment)
        )
        log_posterior = log_prior + log_likelihood - evidence
        gap = log_q + log_q_assignment - log_posterior
        divergence += np.sum(np.exp(log_q + log_q_assignment) * gap) * cell
    assert divergence > 0.1
    assert model.elbos[-1] == pytest.approx(evidence - divergence, abs=1e-6)


def test_permuted_starts_give_permuted_results():
    _, x = CAVI.sample_mixture(3, 50, seed=2)
    start, order = np.array([-4.0, 0.0, 3.0]), [2, 0, 1]
    one = CAVI.GaussianMixtureCAVI(3).fit(x, start)
    other = CAVI.GaussianMixtureCAVI(3).fit(x, start[order])
    np.testing.assert_allclose(other.means, one.means[order], rtol=1e-9)
    np.testing.assert_allclose(other.variances, one.variances[order], rtol=1e-9)
    np.testing.assert_allclose(other.responsibilities, one.responsibilities[:, order], atol=1e-9)
    assert other.elbos[-1] == pytest.approx(one.elbos[-1], abs=1e-8)


def test_equal_starts_stay_equal():
    model = CAVI.GaussianMixtureCAVI(2).fit(TINY, [0.3, 0.3])
    assert model.means[0] == model.means[1]
    np.testing.assert_array_equal(model.responsibilities, np.full((4, 2), 0.5))
    drawn = CAVI.GaussianMixtureCAVI(2).fit(3 * TINY)
    assert abs(drawn.means[0] - drawn.means[1]) > 1


def test_separated_components_are_found():
    truth, random = np.array([-12.0, -4.0, 3.0, 11.0]), np.random.default_rng(0)
    x = random.permutation(np.repeat(truth, 250) + random.standard_normal(1000))
    model = CAVI.GaussianMixtureCAVI(4, prior_variance=100.0).fit(x)
    np.testing.assert_allclose(np.sort(model.means), truth, atol=4 / np.sqrt(250))
    np.testing.assert_allclose(model.responsibilities.sum(0), 250, atol=1)
    np.testing.assert_allclose(model.variances, 1 / 250, rtol=1e-2)
    assert model.converged and len(model.elbos) < 20
    rises = np.diff(model.elbos)
    assert np.all(rises >= -1e-8) and rises[-1] < 1e-6


def test_the_best_of_several_starts_is_kept():
    """A start with two components on one cluster stays there, 15 away from the other two."""
    truth, random = np.array([-30.0, 0.0, 30.0]), np.random.default_rng(0)
    x = np.repeat(truth, 30) + random.standard_normal(90)
    poor = CAVI.GaussianMixtureCAVI(3, 900.0).fit(x, [29.0, 31.0, -15.0])
    good = CAVI.GaussianMixtureCAVI(3, 900.0, restarts=5).fit(x)
    np.testing.assert_allclose(np.sort(poor.means), [-15, 30, 30], atol=1)
    np.testing.assert_allclose(np.sort(good.means), truth, atol=1)
    assert good.elbos[-1] > poor.elbos[-1] + 10
    assert good.elbos[-1] == pytest.approx(good.elbo(), abs=1e-12)
    again = CAVI.GaussianMixtureCAVI(3, 900.0, restarts=5).fit(x)
    np.testing.assert_array_equal(good.means, again.means)


def test_predictive_density_is_a_density_and_that_of_many_posterior_draws():
    model = CAVI.GaussianMixtureCAVI(2, prior_variance=2.0).fit(TINY)
    grid = np.linspace(-15, 15, 3001)
    density = model.density(grid).sum(1)
    assert np.trapezoid(density, grid) == pytest.approx(1.0, abs=1e-9)
    random = np.random.default_rng(0)
    means = model.means + np.sqrt(model.variances) * random.standard_normal((200_000, 2))
    expected = stats.norm.pdf(0.5, means, 1).mean()
    assert model.density([0.5]).sum() == pytest.approx(expected, rel=5e-3)


def test_more_components_than_data_and_equal_data():
    for x in ([1.0], [2.0, 2.0, 2.0]):
        model = CAVI.GaussianMixtureCAVI(5).fit(x)
        assert np.isfinite(model.elbos).all() and np.isfinite(model.means).all()
        assert model.elbos[-1] <= log_evidence(np.array(x), 5, 25.0)


def test_data_far_from_the_origin_keep_the_bound_monotone():
    x = 1e5 + np.random.default_rng(0).standard_normal(100)
    model = CAVI.GaussianMixtureCAVI(3, prior_variance=1e12).fit(x)
    assert np.all(np.diff(model.elbos) >= -1e-8)


@pytest.mark.parametrize(
    ("options", "x", "message"),
    [
        ({}, [], r"Expected `x`.*empty.*Received: shape \(0,\)"),
        ({}, [[1.0, 2.0]], r"Expected `x` to have 1 axis.*Received: shape \(1, 2\)"),
        ({}, [1.0, np.nan], "Expected `x` to be finite.*Received: 1 value"),
        ({}, ["a"], "Expected `x` to be numbers.*Received: list"),
        ({"components": 0}, [1.0], "Expected `components`.*Received: 0"),
        ({"components": 1.5}, [1.0], r"Expected `components`.*Received: 1\.5"),
        ({"prior_variance": 0}, [1.0], "Expected `prior_variance` > 0.*Received: 0"),
        ({"restarts": 0}, [1.0], "Expected `restarts`.*Received: 0"),
    ],
)
def test_bad_input(options, x, message):
    with pytest.raises(ValueError, match=message):
        CAVI.GaussianMixtureCAVI(**{"components": 2, **options}).fit(x)


def test_a_start_of_another_size():
    with pytest.raises(ValueError, match=r"Expected `means` of shape \(2,\).*Received"):
        CAVI.GaussianMixtureCAVI(2).fit(TINY, [0.0, 1.0, 2.0])


def test_the_command_prints_a_rising_bound_and_draws(tmp_path, capsys):
    CAVI.main(["--components", "2", "--points", "60", "--out", str(tmp_path / "new")])
    lines = capsys.readouterr().out.splitlines()
    bounds = [float(line.split()[-1]) for line in lines if line.startswith("sweep")]
    assert len(bounds) > 2 and np.all(np.diff(bounds) >= -1e-6)
    assert (tmp_path / "new" / "cavi.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("flags", [["--components", "0"], ["--points", "-1"]])
def test_the_command_answers_bad_input_with_one_line(flags, tmp_path, capsys):
    with pytest.raises(SystemExit) as stop:
        CAVI.main([*flags, "--out", str(tmp_path / "new")])
    assert stop.value.code == 2 and not (tmp_path / "new").exists()
    error = capsys.readouterr().err.splitlines()[-1]
    assert "Expected `" in error and "Received: " in error

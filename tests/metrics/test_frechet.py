import warnings

import numpy as np
import pytest
import scipy.linalg
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_gan_zoo import metrics
from keras_gan_zoo.metrics import moments

from . import fidelity

few_samples = pytest.mark.filterwarnings("ignore:Fewer samples than dimensions")


def by_sqrtm(mean_a, cov_a, mean_b, cov_b):
    root = scipy.linalg.sqrtm(cov_a @ cov_b)
    return np.sum((mean_a - mean_b) ** 2) + np.trace(cov_a + cov_b - 2 * root.real)


def features(random, samples, dimensions, power=1.0):
    """Correlated features, with variances that fall as a power of the direction's number."""
    rotation = np.linalg.qr(random.standard_normal((dimensions, dimensions)))[0]
    spread = np.arange(1, dimensions + 1.0) ** (-power / 2)
    return random.standard_normal((samples, dimensions)) * spread @ rotation + 0.5


def fitted(x):
    return x.mean(axis=0), np.cov(x, rowvar=False)


def test_isotropic_gaussians():
    # |m|^2 + d (1 - s)^2
    mean = np.array([1.0, -2.0, 0.5, 3.0])
    value = metrics.frechet_distance(np.zeros(4), np.eye(4), mean, 9.0 * np.eye(4))
    assert value == pytest.approx(np.sum(mean**2) + 4 * (1 - 3) ** 2, rel=1e-14)


def test_diagonal_gaussians():
    a, b = np.array([0.1, 2.0, 5.0]), np.array([3.0, 0.01, 5.0])
    value = metrics.frechet_distance(np.zeros(3), np.diag(a**2), np.ones(3), np.diag(b**2))
    assert value == pytest.approx(3 + np.sum((a - b) ** 2), rel=1e-13)


def test_covariances_that_do_not_commute():
    # tr sqrt(M) = sqrt(tr M + 2 sqrt(det M)) for a 2 x 2 matrix M = C1 C2.
    a, b = np.array([[2, 0.5], [0.5, 1]]), np.array([[1, -0.3], [-0.3, 2]])
    product = a @ b
    root = np.sqrt(np.trace(product) + 2 * np.sqrt(np.linalg.det(product)))
    value = metrics.frechet_distance([0, 0], a, [1, -2], b)
    assert value == pytest.approx(5 + np.trace(a) + np.trace(b) - 2 * root, rel=1e-13)
    assert value == pytest.approx(5.575426, abs=1e-6)


@pytest.mark.parametrize("power", [0.0, 1.0, 2.0])
def test_equals_scipy_sqrtm(power):
    random = np.random.default_rng(0)
    a, b = (fitted(features(random, 500, 48, power)) for _ in range(2))
    assert metrics.frechet_distance(*a, *b) == pytest.approx(by_sqrtm(*a, *b), rel=1e-9)


@pytest.mark.parametrize("dtype, tolerance", [("float64", 1e-9), ("float32", 1e-6)])
def test_equals_torch_fidelity(dtype, tolerance):
    fid = fidelity.load("fid")
    import torch

    random = np.random.default_rng(1)
    real, fake = (features(random, 3000, 64).astype(dtype) for _ in range(2))
    statistics = [fid.fid_features_to_statistics(torch.from_numpy(x)) for x in (real, fake)]
    expected = fid.fid_statistics_to_metric(*statistics, verbose=False)
    value = metrics.frechet_distance_from_features(real, fake)
    assert value == pytest.approx(expected["frechet_inception_distance"], rel=tolerance)


def test_float32_features_that_depend_on_each_other_are_done_in_float64():
    random = np.random.default_rng(2)
    real, fake = (random.standard_normal((2000, 8)).astype("float32") for _ in range(2))
    # The ninth feature is the first, but for noise below the resolution of float32 products.
    real, fake = (
        np.column_stack([x, x[:, 0] + 1e-5 * x[:, 1]]).astype("float32") for x in (real, fake)
    )
    value = metrics.frechet_distance_from_features(real, fake)
    double = metrics.frechet_distance_from_features(real.astype("f8"), fake.astype("f8"))
    assert value == double


@few_samples
@pytest.mark.parametrize("sizes", [(20, 30), (20, 200), (200, 20), (65, 65)])
def test_fewer_samples_than_dimensions(sizes):
    # The exact value, from singular values in the space of the samples.
    random = np.random.default_rng(3)
    real, fake = (features(random, size, 64, power=0.5) for size in sizes)
    centred = [(x - x.mean(axis=0)) / np.sqrt(len(x) - 1) for x in (real, fake)]
    expected = (
        np.sum((real.mean(axis=0) - fake.mean(axis=0)) ** 2)
        + sum(np.sum(x * x) for x in centred)
        - 2 * scipy.linalg.svdvals(centred[0] @ centred[1].T).sum()
    )
    assert metrics.frechet_distance_from_features(real, fake) == pytest.approx(expected, rel=1e-8)
    # And by way of the singular covariances.
    by_moments = metrics.frechet_distance(*fitted(real), *fitted(fake))
    assert by_moments == pytest.approx(expected, rel=1e-6)


def test_covariances_of_rank_one_and_zero():
    u, v = np.array([1.0, 0, 0]), np.array([0.6, 0.8, 0])
    rank_one = [np.outer(x, x) for x in (u, v)]
    # tr sqrt(u u^T v v^T) = |u . v|
    value = metrics.frechet_distance(u, rank_one[0], u, rank_one[1])
    assert value == pytest.approx(1 + 1 - 2 * 0.6, abs=1e-12)
    value = metrics.frechet_distance(u, np.zeros((3, 3)), v, np.eye(3))
    assert value == pytest.approx(np.sum((u - v) ** 2) + 3, abs=1e-12)


def test_ill_conditioned_products_keep_their_digits():
    # Singular values over sixteen decades: eigenvalues of the square would lose half of them.
    random = np.random.default_rng(4)
    q, r = (np.linalg.qr(random.standard_normal((40, 40)))[0] for _ in range(2))
    singular = np.logspace(0, -9, 40)
    singular[20:] = 1e-9
    matrix = q * singular @ r
    assert moments.sum_of_singular_values(matrix) == pytest.approx(singular.sum(), rel=1e-14)


def test_chunks_do_not_matter(monkeypatch):
    x = features(np.random.default_rng(5), 1000, 16)
    mean, covariance = moments.mean_and_covariance(x)
    monkeypatch.setattr(moments, "CHUNK", 77)
    np.testing.assert_allclose(moments.mean_and_covariance(x)[1], covariance, rtol=1e-12)
    np.testing.assert_allclose(covariance, np.cov(x, rowvar=False), rtol=1e-12)
    np.testing.assert_allclose(mean, x.mean(axis=0), rtol=1e-14)


def test_float32_products_far_from_the_origin():
    # Float32 numbers here are 1/64 apart: the mean cannot be one, and the difference must count.
    x = (2**17 + np.random.default_rng(10).integers(0, 8, (3001, 5))).astype("float32")
    covariance = moments.mean_and_covariance(x, "float32")[1]
    np.testing.assert_allclose(covariance, np.cov(x, rowvar=False), rtol=0, atol=1e-6)


def test_bias_of_equal_distributions():
    # E about (2 d + d (d + 1) / 2) / n for two samples of N(0, I).
    random = np.random.default_rng(6)
    values = [
        metrics.frechet_distance_from_features(*random.standard_normal((2, 1000, 16)))
        for _ in range(20)
    ]
    assert np.mean(values) == pytest.approx(0.17, abs=0.02)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 12), st.integers(2, 40), st.integers(2, 40))
@few_samples
def test_properties(seed, dimensions, real_size, fake_size):
    random = np.random.default_rng(seed)
    real = features(random, real_size, dimensions)
    fake = 2 * features(random, fake_size, dimensions)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        value = metrics.frechet_distance_from_features(real, fake)
        rotation = np.linalg.qr(random.standard_normal((dimensions, dimensions)))[0]
        close = {"rel": 1e-6, "abs": 1e-6 * (real.var() + fake.var())}
        for other in (
            (fake, real),
            (real @ rotation, fake @ rotation),
            (real[::-1], random.permutation(fake)),
        ):
            assert metrics.frechet_distance_from_features(*other) == pytest.approx(value, **close)
        scaled = metrics.frechet_distance_from_features(10 * real, 10 * fake)
        assert scaled == pytest.approx(100 * value, rel=1e-6, abs=100 * close["abs"])
        assert metrics.frechet_distance_from_features(real, real) == pytest.approx(0, abs=1e-6)


def test_intra_class_distance_sees_swapped_labels():
    random = np.random.default_rng(7)
    labels = np.repeat([0, 1], 200)
    real = random.standard_normal((400, 3)) + 10.0 * labels[:, None]
    assert metrics.frechet_distance_from_features(real, real) < 1e-9
    right = metrics.intra_class_frechet_distance(real, labels, real, labels)
    assert right["mean"] == pytest.approx(0, abs=1e-9)
    swapped = metrics.intra_class_frechet_distance(real, labels, real, 1 - labels)
    expected = metrics.frechet_distance_from_features(real[:200], real[200:])
    assert swapped["per_class"] == {0: pytest.approx(expected), 1: pytest.approx(expected)}
    assert swapped["mean"] == pytest.approx(expected)


def test_warns_with_the_numbers():
    x = np.random.default_rng(8).standard_normal((5, 9))
    with pytest.warns(UserWarning, match="5 real, 5 fake samples for 9 dimensions"):
        metrics.frechet_distance_from_features(x, x)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        metrics.frechet_distance_from_features(x.T, x.T)


@pytest.mark.parametrize(
    "real, fake, message",
    [
        (np.full((4, 2), np.nan), np.ones((4, 2)), "`real` to hold finite.*8 of 8 values"),
        (np.ones((4, 2)), np.array([[0, np.inf], [1, 1]]), "`fake` to hold finite.*1 of 4"),
        (np.ones((1, 2)), np.ones((4, 2)), "`real` to hold at least 2 samples. Received: 1"),
        (np.ones((4, 2)), np.ones((4, 3)), "same number of dimensions.*Received: 2 and 3"),
        (np.ones((4, 8, 8, 3)), np.ones((4, 2)), r"`real` to be features.*\(4, 8, 8, 3\)"),
        ([["a", "b"]], np.ones((4, 2)), "`real` to be an array of numbers. Received: dtype"),
    ],
)
def test_bad_features(real, fake, message):
    with pytest.raises(ValueError, match=message):
        metrics.frechet_distance_from_features(real, fake)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ((np.ones(2), np.eye(3), np.ones(2), np.eye(2)), "`mean_a` of shape"),
        ((np.ones(2), np.eye(2), np.ones(3), np.eye(3)), "Received: 2 and 3"),
        ((np.ones(2), np.eye(2), np.ones(2), [[1, 2], [0, 1]]), "`cov_b` to be symmetric"),
        ((np.ones(2), np.diag([1, -1]), np.ones(2), np.eye(2)), "`cov_a` to be a covariance"),
        ((np.ones(2), np.eye(2) * np.nan, np.ones(2), np.eye(2)), "`cov_a` to hold finite"),
    ],
)
def test_bad_moments(arguments, message):
    with pytest.raises(ValueError, match=message):
        metrics.frechet_distance(*arguments)


@pytest.mark.parametrize(
    "labels, message",
    [
        (np.array([0, 0, 1, 2]), r"only real \[\], only fake \[2\]"),
        (np.array([0, 0, 0, 1]), "2 real and 1 fake"),
        (np.array([0.0, 0, 1, 1]), "`fake_labels` to be integers"),
        (np.array([0, 1]), r"shape \(4,\)"),
    ],
)
def test_bad_labels(labels, message):
    x = np.random.default_rng(9).standard_normal((4, 1))
    with pytest.raises(ValueError, match=message):
        metrics.intra_class_frechet_distance(x, np.array([0, 0, 1, 1]), x, labels)

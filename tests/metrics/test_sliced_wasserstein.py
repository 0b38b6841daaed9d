import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import wasserstein_distance

from keras_gan_zoo import metrics
from keras_gan_zoo.metrics import sliced_wasserstein


@pytest.mark.parametrize("dimensions, factor", [(2, 0.636620), (3, 0.5), (147, 0.065920)])
def test_translation(dimensions, factor):
    # |delta| E|u_1| = |delta| Gamma(d / 2) / (sqrt(pi) Gamma((d + 1) / 2))
    exact = math.gamma(dimensions / 2) / (math.sqrt(math.pi) * math.gamma((dimensions + 1) / 2))
    assert exact == pytest.approx(factor, abs=1e-6)
    points = np.random.default_rng(0).standard_normal((10, dimensions))
    shift = np.zeros(dimensions)
    shift[0] = 3.0
    value = metrics.sliced_wasserstein_distance(points, points + shift, directions=20_000)
    assert value == pytest.approx(3 * exact, rel=0.02)


def test_one_dimension_equals_scipy():
    a, b = np.random.default_rng(1).standard_normal((2, 40, 1))
    value = metrics.sliced_wasserstein_distance(a, b, directions=3)
    assert value == pytest.approx(wasserstein_distance(a[:, 0], b[:, 0]))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 30), st.integers(1, 8))
def test_properties(seed, samples, dimensions):
    random = np.random.default_rng(seed)
    a, b = random.standard_normal((2, samples, dimensions))
    value = metrics.sliced_wasserstein_distance(a, b, 16)
    assert metrics.sliced_wasserstein_distance(b, a, 16) == pytest.approx(value)
    assert metrics.sliced_wasserstein_distance(a[::-1], b, 16) == pytest.approx(value)
    assert metrics.sliced_wasserstein_distance(a, a[::-1], 16) == pytest.approx(0, abs=1e-12)


def test_pyramid_is_a_reconstruction_and_flat_images_have_no_detail():
    images = np.random.default_rng(2).uniform(0, 1, (2, 64, 64, 3))
    levels = sliced_wasserstein._pyramid(images)
    assert [level.shape[1] for level in levels] == [64, 32, 16]
    rebuilt = levels[-1]
    for level in levels[-2::-1]:
        rebuilt = sliced_wasserstein._enlarge(rebuilt) + level
    np.testing.assert_allclose(rebuilt, images, atol=1e-12)
    flat = sliced_wasserstein._pyramid(np.full((1, 64, 64, 1), 0.7))
    np.testing.assert_allclose(flat[0], 0, atol=1e-12)
    np.testing.assert_allclose(flat[-1], 0.7, rtol=1e-12)


def test_patches_of_blurred_images_differ_in_the_finest_level_most():
    random = np.random.default_rng(3)
    sharp, other = random.uniform(-1, 1, (2, 64, 32, 32, 1))
    blurred = sliced_wasserstein._blur(sharp)
    noise = metrics.patch_wasserstein_distance(sharp, other, patches=16)
    value = metrics.patch_wasserstein_distance(sharp, blurred, patches=16)
    assert list(value) == [32, 16, "mean"]
    assert value["mean"] == pytest.approx((value[32] + value[16]) / 2)
    assert value[32] > 1.5 * noise[32]
    assert value[32] > value[16]


def test_patches_are_normalised_in_each_channel():
    images = np.random.default_rng(4).uniform(0, 1, (5, 16, 16, 2)) * [1.0, 9.0] + [0.0, 4.0]
    points = sliced_wasserstein._patches(images, 6, np.random.default_rng(0))
    assert points.shape == (30, 98)
    np.testing.assert_allclose(points.reshape(-1, 2).mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(points.reshape(-1, 2).std(axis=0), 1, rtol=1e-12)


def test_bad_input():
    with pytest.raises(ValueError, match="same number of samples. Received: 3 and 4"):
        metrics.sliced_wasserstein_distance(np.ones((3, 2)), np.ones((4, 2)))
    with pytest.raises(ValueError, match="`directions` to be an integer >= 1"):
        metrics.sliced_wasserstein_distance(np.ones((3, 2)), np.ones((3, 2)), directions=0)
    with pytest.raises(ValueError, match="at least 7 pixels"):
        metrics.patch_wasserstein_distance(np.ones((1, 6, 6, 1)), np.ones((1, 6, 6, 1)))
    eight_bit = np.ones((1, 16, 16, 1), "uint8")
    with pytest.raises(ValueError, match="`real` to be images.*dtype uint8"):
        metrics.patch_wasserstein_distance(eight_bit, eight_bit)

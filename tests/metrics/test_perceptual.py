import numpy as np
import pytest

from keras_gan_zoo import metrics


def two_layers(images):
    return [images + 0.5, images[:, ::2, ::2] ** 2 + 0.1]


def by_loops(a, b, weights):
    """The published formula, one position after another."""
    total = 0.0
    for layer_a, layer_b, weight in zip(
        two_layers(a[None]), two_layers(b[None]), weights, strict=True
    ):
        values = []
        for i in range(layer_a.shape[1]):
            for j in range(layer_a.shape[2]):
                u, v = layer_a[0, i, j], layer_b[0, i, j]
                gap = u / np.sqrt(np.sum(u * u)) - v / np.sqrt(np.sum(v * v))
                values.append(np.sum(weight * gap**2))
        total += np.mean(values)
    return total


def test_equals_the_formula():
    random = np.random.default_rng(0)
    a, b = random.uniform(0, 1, (2, 3, 4, 6, 5))
    weights = random.uniform(0, 1, (2, 5))
    expected = [by_loops(x, y, weights) for x, y in zip(a, b, strict=True)]
    value = metrics.learned_perceptual_distance(a, b, two_layers, weights)
    np.testing.assert_allclose(value, expected, rtol=1e-8)
    layers = [lambda x, i=i: two_layers(x)[i] for i in range(2)]
    np.testing.assert_array_equal(metrics.learned_perceptual_distance(a, b, layers, weights), value)


def test_properties():
    a, b = np.random.default_rng(1).uniform(0.1, 1, (2, 3, 4, 4, 5))
    features = lambda images: [images]  # noqa: E731
    value = metrics.learned_perceptual_distance(a, b, features)
    np.testing.assert_allclose(metrics.learned_perceptual_distance(b, a, features), value)
    np.testing.assert_allclose(metrics.learned_perceptual_distance(7 * a, b, features), value)
    np.testing.assert_array_equal(metrics.learned_perceptual_distance(a, a, features), 0)
    zero = metrics.learned_perceptual_distance(0 * a, 0 * b, features)
    np.testing.assert_array_equal(zero, 0)


def test_orthogonal_features_are_two_apart():
    a, b = np.zeros((2, 1, 3, 3, 2))
    a[..., 0], b[..., 1] = 4.0, 0.5
    assert metrics.learned_perceptual_distance(a, b, lambda x: [x, x])[0] == pytest.approx(4.0)


@pytest.mark.parametrize(
    "other, features, weights, message",
    [
        (np.ones((2, 4, 4, 1)), two_layers, None, "same shape"),
        (np.ones((1, 4, 4, 3)), two_layers, [np.ones(3)], "each of 2 layers. Received: 1"),
        (np.ones((1, 4, 4, 3)), two_layers, [np.ones(2)] * 2, r"`weights\[0\]` >= 0 of shape"),
        (np.ones((1, 4, 4, 3)), two_layers, [-np.ones(3)] * 2, "minimum -1"),
        (np.ones((1, 4, 4, 3)), lambda x: [x[0]], None, r"maps of shape \(1, height"),
        (np.ones((1, 4, 4, 3)), lambda x: [x * np.nan], None, "`features` to hold finite"),
    ],
)
def test_bad_features(other, features, weights, message):
    with pytest.raises(ValueError, match=message):
        metrics.learned_perceptual_distance(np.ones((1, 4, 4, 3)), other, features, weights)


def squared(a, b):
    return np.sum((a.astype("float64") - b) ** 2, axis=-1)


@pytest.mark.parametrize("epsilon", [1e-2, 0.5])
@pytest.mark.parametrize("sampling", ["full", "end"])
def test_path_length_of_a_linear_generator(epsilon, sampling):
    # |A (w1 - w0)|^2 for every step; E = 2 |A|_F^2 for standard normal ends.
    matrix = np.random.default_rng(2).standard_normal((5, 3))
    value = metrics.perceptual_path_length(
        lambda w: w @ matrix,
        squared,
        latent_dim=5,
        num_samples=20_000,
        mapping=lambda z: z,
        epsilon=epsilon,
        sampling=sampling,
        percentiles=(0, 100),
        batch_size=5000,
    )
    assert value == pytest.approx(2 * np.sum(matrix**2), rel=0.03)


def test_path_length_on_the_sphere():
    # With one step over the whole path, d = |z1 - z0|^2, whose mean is 2 dimensions.
    ends = metrics.perceptual_path_length(
        lambda z: z, squared, 6, 20_000, epsilon=1.0, sampling="end", percentiles=(0, 100)
    )
    assert ends == pytest.approx(12, rel=0.03)
    # In many dimensions latents have norm sqrt(d) and are orthogonal: the arc is a quarter of a
    # circle, passed at the speed sqrt(d) pi / 2. A chord would be shorter, of squared length 2 d.
    speed = metrics.perceptual_path_length(
        lambda z: z, squared, 1000, 200, epsilon=1e-2, percentiles=(0, 100)
    )
    assert speed == pytest.approx(1000 * (np.pi / 2) ** 2, rel=0.02)


def test_path_length_of_a_constant_and_trimming():
    zero = metrics.perceptual_path_length(lambda z: 0 * z, squared, 4, num_samples=10)
    assert zero == 0.0
    lengths = iter([np.array([1.0, 2, 3, 4, 1000])])
    value = metrics.perceptual_path_length(
        lambda z: z, lambda a, b: next(lengths), 4, 5, epsilon=1.0, percentiles=(0, 80)
    )
    assert value == 2.5


def test_mapping_with_more_axes():
    # StyleGAN's w has an axis of layers.
    value = metrics.perceptual_path_length(
        lambda w: w[:, 0],
        squared,
        2,
        num_samples=2000,
        mapping=lambda z: np.stack([z, 0 * z], axis=1),
        epsilon=0.1,
        percentiles=(0, 100),
    )
    assert value == pytest.approx(4.0, rel=0.1)


def test_spherical_interpolation():
    random = np.random.default_rng(3)
    a, b = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in random.normal(size=(2, 6, 4)))
    for t in (0.0, 0.3, 1.0):
        middle = metrics.spherical_interpolation(a, b, t)
        np.testing.assert_allclose(np.linalg.norm(middle, axis=1), 1, rtol=1e-12)
        angle = np.arccos(np.sum(a * b, axis=1))
        np.testing.assert_allclose(np.sum(a * middle, axis=1), np.cos(t * angle), atol=1e-12)
    np.testing.assert_allclose(metrics.spherical_interpolation(a, a, 0.4), a)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"epsilon": 0.0}, r"`epsilon` in \(0, 1\]"),
        ({"sampling": "middle"}, '`sampling` to be "full" or "end"'),
        ({"num_samples": 0}, "`num_samples` to be an integer >= 1"),
        ({"distance": lambda a, b: np.ones(1)}, r"`distance` to return shape \(4,\)"),
        ({"distance": lambda a, b: np.full(4, np.nan)}, "`distance` to hold finite"),
    ],
)
def test_bad_paths(options, message):
    options = {"distance": squared, "num_samples": 4, **options}
    with pytest.raises(ValueError, match=message):
        metrics.perceptual_path_length(lambda z: z, latent_dim=2, **options)

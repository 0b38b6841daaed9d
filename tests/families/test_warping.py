"""Oracles: copies by NumPy, and functions of the plane that are known between pixels, too."""

import numpy as np
import pytest
import tensorflow as tf

from keras_gan_zoo.families import transformations
from keras_gan_zoo.families.warping import SYM6, blitted, warped

IDENTITY = np.eye(3, dtype="float32")[None]
NOISE = np.random.default_rng(0).uniform(-1, 1, (2, 8, 8, 3)).astype("float32")


def of(map_, count=2):
    return tf.repeat(map_, count, axis=0)


def one(value):
    return tf.constant([value], tf.float32)


def wave(x, y):
    return np.sin(0.9 * x + 0.3 * y) + 0.5 * np.cos(1.1 * y - 0.2 * x)


def test_the_wavelet_is_orthonormal():
    """Its products with itself, moved by even numbers: 1 and then 0; six vanishing moments."""
    taps = np.array(SYM6)
    products = [taps[by:] @ taps[: len(taps) - by] for by in range(0, 12, 2)]
    np.testing.assert_allclose(products, [1, 0, 0, 0, 0, 0], atol=1e-9)
    signs = (-1.0) ** np.arange(12)
    for power in range(6):
        assert abs(np.sum(signs * taps * (np.arange(12) / 12) ** power)) < 1e-7


@pytest.mark.parametrize("shape", [(8, 8, 3), (5, 9, 1), (4, 4, 1)])
def test_whole_pixels_are_exact_and_borders_are_mirrors(shape):
    rows = np.random.default_rng(1).uniform(-1, 1, (2, *shape)).astype("float32")
    move = of(transformations.translation(one(1.0), -one(2.0)))
    columns = [*range(1, shape[1]), shape[1] - 2]
    expected = rows[:, [2, 1, *range(shape[0] - 2)]][:, :, columns]
    for how in (blitted, warped):
        np.testing.assert_allclose(how(rows, of(IDENTITY)), rows, atol=2e-6)
        np.testing.assert_allclose(how(rows, move)[:, 3:, :-3], expected[:, 3:, :-3], atol=2e-6)
    np.testing.assert_array_equal(blitted(rows, move), expected)


def test_mirrorings_and_quarter_turns_copy_pixels():
    mirror = of(transformations.scaling(-one(1.0), one(1.0)))
    np.testing.assert_array_equal(blitted(NOISE, mirror), NOISE[:, :, ::-1])
    for quarters in range(4):
        turn = of(transformations.rotation(one(quarters * np.pi / 2)))
        np.testing.assert_array_equal(blitted(NOISE, turn), np.rot90(NOISE, quarters, (1, 2)))


@pytest.mark.parametrize(
    "inverse",
    [
        transformations.rotation(one(0.5)),
        transformations.rotation(one(np.pi)),
        transformations.translation(one(0.5), one(-0.25)),
        transformations.scaling(one(0.8), one(1.1)),
        transformations.scaling(one(0.9), one(0.9)) @ transformations.rotation(one(-2.0)),
    ],
)
def test_what_is_known_between_pixels_is_found_there(inverse):
    y, x = np.mgrid[:16, :16] - 7.5
    places = np.einsum("ij,jhw->ihw", inverse[0], np.stack([x, y, np.ones_like(x)]))
    image = wave(x, y)[None, ..., None].astype("float32")
    found = np.array(warped(image, inverse))[0, ..., 0]
    inside = np.all(np.abs(places[:2]) < 5.0, axis=0)
    assert inside.sum() > 40
    assert np.abs(found - wave(*places[:2]))[inside].max() < 0.08


def test_maps_can_be_undone():
    """A map and its inverse, of an image without fine details."""
    y, x = np.mgrid[:16, :16] - 7.5
    image = (np.sin(0.5 * x) + np.cos(0.4 * y))[None, ..., None].astype("float32")
    there = transformations.rotation(one(0.7)) @ transformations.scaling(one(0.9), one(1.1))
    back = warped(warped(image, there), tf.linalg.inv(there))
    assert np.abs(back - image)[:, 5:-5, 5:-5].max() < 0.02


def test_first_and_second_gradients_are_those_of_finite_differences():
    """It is linear: <w(x), y> has one gradient everywhere, and the second one of <w(x), w(x)>."""
    inverse = of(transformations.rotation(one(0.4)))
    random = np.random.default_rng(2)
    weights, direction = (random.normal(size=NOISE.shape).astype("float32") for _ in range(2))
    start = tf.constant(NOISE)
    with tf.GradientTape() as tape:
        tape.watch(start)
        with tf.GradientTape() as inner:
            inner.watch(start)
            total = tf.reduce_sum(warped(start, inverse) ** 2)
        first = inner.gradient(total, start)
        product = tf.reduce_sum(first * weights)
    second = tape.gradient(product, start)
    both = tf.reduce_sum(warped(weights, inverse) * warped(direction, inverse))
    assert float(tf.reduce_sum(second * direction)) == pytest.approx(2.0 * float(both), rel=1e-4)
    along = tf.reduce_sum(warped(start, inverse) * warped(direction, inverse))
    assert float(tf.reduce_sum(first * direction)) == pytest.approx(2.0 * float(along), rel=1e-4)


def test_xla_compiles_it_with_its_gradient():
    inverse = of(transformations.rotation(one(0.4)))

    def gradient(images):
        with tf.GradientTape() as tape:
            tape.watch(images)
            total = tf.reduce_sum(warped(images, inverse) ** 2)
        return tape.gradient(total, images)

    start = tf.constant(NOISE)
    found = tf.function(gradient, jit_compile=True)(start)
    np.testing.assert_allclose(found, gradient(start), atol=1e-4)

"""CIELAB. Oracles: scikit-image where it is installed, published values, finite differences."""

import numpy as np
import pytest
import tensorflow as tf

from keras_gan_zoo import colors

PUBLISHED = {
    (1, 1, 1): (100.0, 0.0, 0.0),
    (1, 0, 0): (53.24, 80.09, 67.20),
    (0, 1, 0): (87.73, -86.18, 83.18),
    (0, 0, 1): (32.30, 79.19, -107.86),
    (0, 0, 0): (0.0, 0.0, 0.0),
}


def images(count=500, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, (count, 3)).astype("float32")


def test_published_values():
    rgb = np.array([*PUBLISHED], "float32") * 2 - 1
    np.testing.assert_allclose(colors.rgb_to_lab(rgb), [*PUBLISHED.values()], atol=0.01)


def test_equal_to_scikit_image():
    skimage = pytest.importorskip("skimage.color")
    rgb = images()
    expected = skimage.rgb2lab((rgb.astype("float64") + 1) / 2)
    np.testing.assert_allclose(colors.rgb_to_lab(rgb), expected, atol=2e-2)
    np.testing.assert_allclose(colors.lab_to_rgb(expected.astype("float32")), rgb, atol=2e-3)


def test_there_and_back():
    rgb = images()
    np.testing.assert_allclose(colors.lab_to_rgb(colors.rgb_to_lab(rgb)), rgb, atol=1e-3)


def test_colours_that_srgb_lacks_keep_their_lightness():
    random = np.random.default_rng(1)
    lab = random.uniform((0, -110, -110), (100, 110, 110), (500, 3)).astype("float32")
    rgb = np.array(colors.lab_to_rgb(lab))
    assert np.abs(rgb).max() <= 1.0
    found = np.array(colors.rgb_to_lab(rgb))
    np.testing.assert_allclose(found[:, 0], lab[:, 0], atol=2e-3)
    changed = np.abs(found - lab).max(axis=1) > 0.1
    assert changed.mean() > 0.2  # and these are as far out as they can be: at black or at white
    assert (1.0 - np.abs(rgb[changed])).min(axis=1).max() < 1e-3


def test_grey_pictures_of_the_same_lightness():
    rgb = images()
    grey = np.array(colors.to_grey(rgb))
    assert grey.shape == (500, 1)
    expected = np.array(colors.rgb_to_lab(rgb))[:, :1]
    np.testing.assert_allclose(colors.lightness(grey), expected, atol=2e-3)
    lab = np.array(colors.rgb_to_lab(np.repeat(grey, 3, axis=-1)))
    np.testing.assert_allclose(lab[:, :1], expected, atol=2e-3)
    assert np.abs(lab[:, 1:]).max() < 1e-2
    # Of greys, they are themselves.
    again = colors.to_grey(np.repeat(grey, 3, axis=-1))
    np.testing.assert_allclose(again, grey, atol=1e-4)


@pytest.mark.parametrize("function", [colors.rgb_to_lab, colors.lab_to_rgb])
def test_gradients_against_differences(function):
    inputs = images(40, seed=2).astype("float64")
    if function is colors.lab_to_rgb:
        inputs = np.array(colors.rgb_to_lab(0.9 * inputs))
    weights = np.random.default_rng(3).standard_normal(inputs.shape)
    with tf.GradientTape() as tape:
        tape.watch(tensor := tf.constant(inputs))
        total = tf.reduce_sum(function(tensor) * weights)
    gradient = tape.gradient(total, tensor).numpy()
    step = 1e-6
    for axis in range(3):
        move = step * np.eye(3)[axis]
        difference = np.array(function(inputs + move)) - np.array(function(inputs - move))
        slopes = np.sum(difference * weights, axis=1) / (2 * step)
        np.testing.assert_allclose(gradient[:, axis], slopes, rtol=1e-3, atol=1e-5)


def test_gradients_at_black_and_white_are_finite():
    for function, rows in (
        (colors.rgb_to_lab, [[-1.0] * 3, [1.0] * 3]),
        (colors.lab_to_rgb, [[0.0] * 3, [100.0, 0.0, 0.0]]),
    ):
        with tf.GradientTape() as tape:
            tape.watch(tensor := tf.constant(rows))
            total = tf.reduce_sum(function(tensor))
        assert np.isfinite(tape.gradient(total, tensor)).all()

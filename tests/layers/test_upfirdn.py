"""Oracles: `scipy.signal.upfirdn` along each axis, and constant images."""

import numpy as np
import pytest
import scipy.signal

import keras_gan_zoo as kgz


def normal(*shape):
    return np.random.default_rng(0).standard_normal(shape).astype("float32")


@pytest.mark.parametrize(
    ("taps", "up", "down", "padding"),
    [
        ((1, 3, 3, 1), 2, 1, (2, 1)),
        ((1, 3, 3, 1), 1, 2, (1, 1)),
        ((1, 3, 3, 1), 1, 1, (2, 2)),
        ((1, 2, 5), 3, 2, (2, 2)),
    ],
)
def test_it_equals_scipy_along_each_axis(taps, up, down, padding):
    images = normal(2, 6, 5, 3)
    layer = kgz.layers.UpFirDown2D(taps, up, down, padding)
    outputs = layer(images)
    expected = images
    filtered = up * np.array(taps) / np.sum(taps)
    for axis in (1, 2):
        # SciPy keeps all that the filter reaches, and no zeros after the last pixel.
        whole = scipy.signal.upfirdn(filtered, expected, up=up, axis=axis)
        first = len(taps) - 1 - padding[0]
        count = images.shape[axis] * up + sum(padding) - len(taps) + 1
        whole = np.moveaxis(whole, axis, 0)
        whole = np.concatenate([whole, np.zeros((up + padding[1], *whole.shape[1:]))])
        expected = np.moveaxis(whole[first : first + count : down], 0, axis)
    np.testing.assert_allclose(outputs, expected, rtol=1e-4, atol=1e-5)
    assert layer.compute_output_shape(images.shape) == outputs.shape


def test_up_and_down_again_a_constant_stays_away_from_the_edges():
    images = np.full((1, 8, 8, 2), 0.7, "float32")
    doubled = kgz.layers.UpFirDown2D(up=2, padding=(2, 1))(images)
    assert doubled.shape == (1, 16, 16, 2)
    np.testing.assert_allclose(doubled[:, 2:-2, 2:-2], 0.7, rtol=1e-5)
    halved = kgz.layers.UpFirDown2D(down=2, padding=(1, 1))(doubled)
    assert halved.shape == images.shape
    np.testing.assert_allclose(halved[:, 2:-2, 2:-2], 0.7, rtol=1e-5)


def test_doubling_interpolates():
    """A step of 0 to 4 between two pixels has 1 and 3 on the way."""
    images = np.array([0.0, 0.0, 4.0, 4.0], "float32").reshape(1, 1, 4, 1).repeat(4, axis=1)
    doubled = kgz.layers.UpFirDown2D(up=2, padding=(2, 1))(images)
    np.testing.assert_allclose(doubled[0, 4, 2:7, 0], [0.0, 1.0, 3.0, 4.0, 4.0][:5], atol=1e-5)


def test_bad_input():
    with pytest.raises(ValueError, match=r"`up` and `down` >= 1. Received: up=0"):
        kgz.layers.UpFirDown2D(up=0)
    with pytest.raises(ValueError, match=r"sum is not 0.*\(1, -1\)"):
        kgz.layers.UpFirDown2D((1, -1))

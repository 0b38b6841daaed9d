"""Colourfulness against the definition, pixel by pixel, and pictures whose value is known."""

import colorsys

import numpy as np
import pytest

import keras_gan_zoo as kgz


def by_pixel(image):
    """The definition, with sums over pixels from 0 to 255."""
    first = [red - green for red, green, _ in image]
    second = [(red + green) / 2 - blue for red, green, blue in image]
    means = [sum(one) / len(one) for one in (first, second)]
    squares = [
        sum((value - mean) ** 2 for value in one) / len(one)
        for one, mean in zip((first, second), means, strict=True)
    ]
    return sum(squares) ** 0.5 + 0.3 * (means[0] ** 2 + means[1] ** 2) ** 0.5


def test_it_is_the_definition():
    pixels = np.random.default_rng(0).integers(0, 256, (3, 4, 5, 3)).astype("uint8")
    expected = [by_pixel([tuple(map(float, one)) for one in p.reshape(-1, 3)]) for p in pixels]
    for scaled, value_range in ((pixels, (0, 255)), (pixels / 127.5 - 1.0, (-1, 1))):
        found = kgz.metrics.colorfulness(scaled, value_range)
        np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_grey_has_none_and_more_saturation_has_more():
    grey = np.repeat(np.linspace(0, 1, 16).reshape(1, 4, 4, 1), 3, axis=-1)
    assert kgz.metrics.colorfulness(grey, (0, 1)) == pytest.approx(0.0, abs=1e-9)
    hues = np.array(
        [[colorsys.hsv_to_rgb(h / 12, s, 1.0) for h in range(12)] for s in (0.2, 0.5, 1.0)]
    )
    values = kgz.metrics.colorfulness(hues[:, None], (0, 1))
    assert 0 < values[0] < values[1] < values[2]


def test_what_is_not_rgb_is_refused():
    with pytest.raises(ValueError, match=r"RGB.*Received: shape \(1, 4, 4, 1\)"):
        kgz.metrics.colorfulness(np.zeros((1, 4, 4, 1)))

"""Pairs made of images. Oracles: Pillow, and the images themselves."""

import numpy as np
import PIL.Image
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo import colors


@pytest.fixture
def folder(tmp_path):
    random = np.random.default_rng(0)
    for index in range(5):
        pixels = random.integers(0, 256, (16, 16, 3), "uint8")
        PIL.Image.fromarray(pixels).save(tmp_path / f"{index}.png")
    return f"folder:{tmp_path}"


def batch(name, **options):
    return next(iter(kgz.datasets.load(name, batch_size=5, shuffle=False, **options)))


@pytest.mark.parametrize("factor", [2, 4])
def test_it_shrinks_as_pillow_does(factor):
    """Away from borders to rounding; there both leave out what lies outside."""
    image = np.random.default_rng(0).uniform(-0.5, 0.5, (32, 48)).astype("float32")
    size = (48 // factor, 32 // factor)
    expected = np.array(PIL.Image.fromarray(image).resize(size, PIL.Image.Resampling.BICUBIC))
    received = kgz.datasets.low_resolution(image[..., None], factor)[..., 0]
    np.testing.assert_allclose(received, expected, atol=1e-5)


def test_nothing_is_aliased():
    stripes = np.tile([1.0, -1.0], 16)[None, :, None] * np.ones((32, 1, 3))
    assert np.abs(kgz.datasets.low_resolution(stripes, 4)[:, 1:-1]).max() < 0.01


def test_pairs_of_low_and_high_resolution(folder):
    images = batch(folder)
    pair = batch(f"low_resolution:4,{folder}")
    np.testing.assert_array_equal(pair["target"], images)
    np.testing.assert_allclose(pair["source"], kgz.datasets.low_resolution(images, 4), atol=1e-6)


def test_grey_pairs(folder):
    pair = batch(f"grey:{folder}", image_size=8)
    assert pair["source"].shape == (5, 8, 8, 1) and pair["target"].shape == (5, 8, 8, 3)
    lab = np.array(colors.rgb_to_lab(pair["target"]))
    np.testing.assert_allclose(colors.lightness(pair["source"]), lab[..., :1], atol=2e-3)


def test_both_are_augmented_alike(folder):
    options = {"image_size": 8, "random_crop": 0.5, "flip": "horizontal"}
    pair = batch(f"low_resolution:2,{folder}", **options)
    expected = kgz.datasets.low_resolution(pair["target"], 2)
    np.testing.assert_allclose(pair["source"], expected, atol=1e-6)
    assert np.abs(pair["target"] - batch(folder, image_size=8)).max() > 0.1


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("low_resolution:3,fashion_mnist_mini", "a factor of .*Received: 'low_resolution:3,"),
        ("low_resolution:4", "low_resolution:FACTOR,NAME.*Received: 'low_resolution:4'"),
        ("grey:fashion_mnist_mini", "RGB images.*Received: 'fashion_mnist_mini'"),
        ("grey:ring_of_gaussians", "RGB images.*Received: 'ring_of_gaussians'"),
        ("grey:no_such_set", "Unknown data set: 'no_such_set'"),
    ],
)
def test_what_is_refused(name, said):
    with pytest.raises(ValueError, match=said):
        kgz.datasets.load(name)


def test_sides_that_the_factor_does_not_divide(folder):
    with pytest.raises(ValueError, match="sides that 4 divides. Received: 10x10"):
        kgz.datasets.load(f"low_resolution:4,{folder}", image_size=10)

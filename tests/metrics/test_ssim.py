import importlib

import numpy as np
import pytest
import tensorflow as tf
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from keras_gan_zoo import metrics

# `metrics.ssim` is the function that has its module's name.
ssim_module = importlib.import_module("keras_gan_zoo.metrics.ssim")


def pair(seed=0, shape=(3, 24, 31, 3), noise=0.2):
    random = np.random.default_rng(seed)
    images = random.uniform(-0.8, 0.8, shape)
    return images, images + noise * random.uniform(-1, 1, shape)


@pytest.mark.parametrize("channels", [1, 3])
def test_ssim_equals_scikit_image(channels):
    a, b = pair(shape=(3, 24, 31, channels))
    options = {
        "gaussian_weights": True,
        "sigma": 1.5,
        "use_sample_covariance": False,
    }
    # The index means intensities, which start at 0: values of [-1, 1] are moved there first.
    expected = [
        structural_similarity(x + 1, y + 1, channel_axis=-1, data_range=2, **options)
        for x, y in zip(a, b, strict=True)
    ]
    np.testing.assert_allclose(metrics.ssim(a, b), expected, rtol=1e-10)


def test_psnr_equals_scikit_image():
    a, b = pair()
    expected = [peak_signal_noise_ratio(x, y, data_range=2) for x, y in zip(a, b, strict=True)]
    np.testing.assert_allclose(metrics.psnr(a, b), expected, rtol=1e-12)


def test_closed_forms():
    grey = np.full((1, 16, 16, 1), 0.5)
    assert metrics.ssim(grey, grey + 0.25, (0, 1))[0] == pytest.approx(0.923086, abs=1e-6)
    assert metrics.psnr(grey, grey + 0.1, (0, 1))[0] == pytest.approx(20.0)
    assert metrics.psnr(grey, grey + 1 / 255, (0, 1))[0] == pytest.approx(48.1308, abs=1e-4)
    assert metrics.psnr(grey, grey)[0] == np.inf
    assert metrics.ssim(grey, grey)[0] == metrics.multiscale_ssim(grey, grey)[0] == 1.0


@pytest.mark.parametrize("function", [metrics.ssim, metrics.psnr, metrics.multiscale_ssim])
def test_symmetry_transposition_scale_and_batches(function, monkeypatch):
    a, b = pair()
    value = function(a, b)
    np.testing.assert_allclose(function(b, a), value, rtol=1e-12)
    turned = function(a.transpose(0, 2, 1, 3), b.transpose(0, 2, 1, 3))
    np.testing.assert_allclose(turned, value, rtol=1e-12)
    scaled = function((a + 1) * 127.5, (b + 1) * 127.5, value_range=(0, 255))
    np.testing.assert_allclose(scaled, value, rtol=1e-10)
    monkeypatch.setattr(ssim_module, "BATCH", 2)
    np.testing.assert_array_equal(function(a, b), value)


@pytest.mark.parametrize("side, scales", [(28, 2), (64, 3), (176, 5)])
def test_multiscale_equals_tensorflow(side, scales):
    a, b = pair(1, (2, side, side, 1), noise=0.5)
    weights = ssim_module.scale_weights(side)
    assert len(weights) == scales
    expected = tf.image.ssim_multiscale(
        tf.constant(a + 1, "float32"), tf.constant(b + 1, "float32"), 2.0, power_factors=weights
    )
    np.testing.assert_allclose(metrics.multiscale_ssim(a, b), expected, rtol=1e-4)


def test_weights_of_fewer_scales_sum_to_one():
    assert ssim_module.scale_weights(64).sum() == pytest.approx(1.0)
    assert ssim_module.scale_weights(256).sum() == pytest.approx(1.0001)
    with pytest.raises(ValueError, match="`scales` <= 2 for images of 28 pixels"):
        ssim_module.scale_weights(28, 3)


def test_negative_structure_is_cut_to_zero():
    image = np.random.default_rng(2).uniform(-1, 1, (1, 44, 44, 1))
    assert metrics.ssim(image, -image)[0] < 0
    assert metrics.multiscale_ssim(image, -image)[0] == 0.0


def test_luminance_conventions():
    a, b = np.full((1, 4, 4, 3), 0.4), np.full((1, 4, 4, 3), 0.5)
    studio, full = (
        metrics.psnr(a, b, (0, 1), luminance=kind)[0] for kind in ("bt601_studio", "bt601_full")
    )
    assert full == pytest.approx(20.0)
    assert studio - full == pytest.approx(20 * np.log10(255 / 219), abs=1e-9)
    black_white = np.stack([np.zeros((1, 1, 3)), np.ones((1, 1, 3))])
    y, _ = ssim_module._prepare(black_white, black_white, (0, 1), 0, "bt601_studio", 1)
    np.testing.assert_allclose(y.ravel() * 255, [16, 235], rtol=1e-12)


def test_border_is_cut():
    a, b = pair()
    inside = a[:, 4:-4, 4:-4], b[:, 4:-4, 4:-4]
    np.testing.assert_array_equal(metrics.psnr(a, b, border=4), metrics.psnr(*inside))
    np.testing.assert_array_equal(metrics.ssim(a, b, border=4), metrics.ssim(*inside))


def test_eight_bit_images():
    a, b = (np.random.default_rng(s).integers(0, 256, (2, 16, 16, 3), "uint8") for s in (0, 1))
    expected = [peak_signal_noise_ratio(x, y) for x, y in zip(a, b, strict=True)]
    np.testing.assert_allclose(metrics.psnr(a, b, value_range=(0, 255)), expected, rtol=1e-12)


ONES = np.ones((1, 16, 16, 3))


@pytest.mark.parametrize(
    "images, options, message",
    [
        (ONES.astype("uint8"), {}, r"`images` to be images.*\[-1, 1\].*x / 127.5 - 1.*uint8"),
        (200 * ONES, {}, r"`value_range`.*maximum 200"),
        (0.5 * ONES, {"value_range": (0, 255)}, r"\[0, 255\].*maximum 0.5"),
        (-1 * ONES, {"value_range": (0, 255)}, r"\[0, 255\].*minimum -1"),
        (np.nan * ONES, {}, "`images` to hold finite"),
        (ONES[0], {}, r"\(batch, height, width, channels\). Received: shape \(16, 16, 3\)"),
        (ONES[:, :15], {}, "same shape"),
        (ONES, {"border": 3}, "at least 11 pixels.*border=3"),
        (ONES, {"border": -1}, "`border` to be an integer >= 0"),
        (ONES, {"luminance": "bt709"}, "Unknown luminance: 'bt709'"),
        (ONES, {"value_range": (1, -1)}, "`value_range` to be"),
        (ONES, {"value_range": 2}, "`value_range` to be"),
    ],
)
def test_bad_input(images, options, message):
    target = np.ones((1, 16, 16, 3))
    with pytest.raises(ValueError, match=message):
        metrics.ssim(target, images, **options)


def test_luminance_needs_three_channels():
    with pytest.raises(ValueError, match="Expected RGB.*Received: 1 channels"):
        metrics.psnr(ONES[..., :1], ONES[..., :1], luminance="bt601_full")

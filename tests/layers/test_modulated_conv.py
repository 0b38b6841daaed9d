"""Oracles: PyTorch's grouped convolution with a kernel for each sample, and statistics."""

import numpy as np
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz

RANDOM = np.random.default_rng(0)


def normal(*shape):
    return RANDOM.standard_normal(shape).astype("float32")


def layer_for(channels, style_dim, *arguments, **options):
    layer = kgz.layers.ModulatedConv2D(*arguments, **options)
    layer.build([(None, None, None, channels), (None, style_dim)])
    return layer


def grouped(torch, layer, maps, styles):
    """The layer in the authors' other form: a modulated kernel for each sample, in groups."""
    weight, bias = layer.affine.layer.weights
    scales = styles @ np.array(weight) / np.sqrt(styles.shape[1]) + np.array(bias)
    size, _, channels, filters = layer.kernel.shape
    kernel = np.array(layer.kernel) / np.sqrt(size * size * channels)
    kernels = torch.tensor((kernel[None] * scales[:, None, None, :, None]).astype("float32"))
    if layer.demodulate:
        kernels = kernels / (kernels.square().sum((1, 2, 3), keepdim=True) + 1e-8).sqrt()
    batch, height, width, _ = maps.shape
    image = torch.tensor(maps.transpose(0, 3, 1, 2)).reshape(1, batch * channels, height, width)
    functions = torch.nn.functional
    if layer.upsample:
        kernels = kernels.permute(0, 3, 4, 1, 2).reshape(batch * channels, filters, size, size)
        outputs = functions.conv_transpose2d(image, kernels, stride=2, groups=batch)
        taps = torch.tensor([1.0, 3.0, 3.0, 1.0]) / 4.0
        taps = torch.outer(taps, taps)[None, None].repeat(batch * filters, 1, 1, 1)
        outputs = functions.conv2d(outputs, taps, padding=1, groups=batch * filters)
    else:
        kernels = kernels.permute(0, 4, 3, 1, 2).reshape(batch * filters, channels, size, size)
        outputs = functions.conv2d(image, kernels, padding=size // 2, groups=batch)
    outputs = outputs.reshape(batch, filters, *outputs.shape[2:]).permute(0, 2, 3, 1)
    return outputs.numpy() + np.array(layer.bias)


@pytest.mark.parametrize(
    ("size", "upsample", "demodulate"),
    [(3, False, True), (3, True, True), (1, False, False), (3, True, False)],
)
def test_it_equals_a_convolution_for_each_sample(size, upsample, demodulate):
    torch = pytest.importorskip("torch")
    layer = layer_for(3, 6, 5, size, upsample, demodulate)
    layer.bias.assign(normal(5))
    maps, styles = normal(4, 8, 8, 3), normal(4, 6)
    outputs = layer((maps, styles))
    assert layer.compute_output_shape([maps.shape, styles.shape]) == outputs.shape
    np.testing.assert_allclose(outputs, grouped(torch, layer, maps, styles), rtol=1e-4, atol=1e-5)


def test_demodulated_outputs_have_variance_one_whatever_the_style():
    """For white inputs; and a style that is longer by a factor changes nothing."""
    layer = layer_for(32, 4, 64)
    maps, styles = normal(2, 24, 24, 32), normal(2, 4)
    layer.affine.layer.bias.assign(np.zeros(32))
    outputs = layer((maps, styles))[:, 1:-1, 1:-1]  # away from the zeros outside
    assert np.std(outputs) == pytest.approx(1.0, abs=0.05)
    longer = layer((maps, 7.0 * styles))[:, 1:-1, 1:-1]
    np.testing.assert_allclose(longer, outputs, rtol=1e-3, atol=1e-4)


def test_colours_are_not_demodulated():
    layer = layer_for(3, 4, 2, 1, demodulate=False)
    layer.affine.layer.bias.assign(np.zeros(3))
    maps, styles = normal(1, 4, 4, 3), normal(1, 4)
    np.testing.assert_allclose(
        layer((maps, 7.0 * styles)), 7.0 * layer((maps, styles)), rtol=1e-4, atol=1e-5
    )


def test_the_style_starts_as_a_factor_of_one():
    """The affine map starts with the bias 1: the style 0 changes nothing."""
    layer = layer_for(3, 4, 2, demodulate=False)
    maps = normal(1, 5, 5, 3)
    kernel = np.array(layer.kernel) / np.sqrt(27)
    expected = tf.nn.conv2d(maps, kernel, 1, "SAME")
    np.testing.assert_allclose(layer((maps, np.zeros((1, 4)))), expected, rtol=1e-4, atol=1e-5)


def test_bad_input():
    with pytest.raises(ValueError, match="`kernel_size` 3 with `upsample`.*kernel_size=1"):
        kgz.layers.ModulatedConv2D(4, 1, upsample=True)

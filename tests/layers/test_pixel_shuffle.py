"""Pixel shuffle. Oracle: PyTorch's."""

import keras
import numpy as np
import pytest

import keras_gan_zoo as kgz


@pytest.mark.parametrize("factor", [1, 2, 3])
def test_the_order_is_that_of_pytorch(factor):
    torch = pytest.importorskip("torch")
    inputs = np.random.default_rng(0).standard_normal((2, 4, 5, 2 * factor**2)).astype("float32")
    layer = kgz.layers.PixelShuffle2D(factor)
    outputs = layer(inputs)
    expected = torch.nn.PixelShuffle(factor)(torch.tensor(inputs.transpose(0, 3, 1, 2).copy()))
    np.testing.assert_array_equal(outputs, expected.numpy().transpose(0, 2, 3, 1))
    assert layer.compute_output_shape(inputs.shape) == tuple(outputs.shape)


def test_any_size():
    image = keras.Input((None, None, 4))
    network = keras.Model(image, kgz.layers.PixelShuffle2D(2)(image))
    assert network.output_shape == (None, None, None, 1)
    assert network(np.zeros((1, 3, 7, 4))).shape == (1, 6, 14, 1)


def test_what_it_refuses():
    with pytest.raises(ValueError, match="4 divides. Received: shape"):
        kgz.layers.PixelShuffle2D(2)(np.zeros((1, 2, 2, 6), "float32"))
    with pytest.raises(ValueError, match="`factor`.*Received: 1.5"):
        kgz.layers.PixelShuffle2D(1.5)

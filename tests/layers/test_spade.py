"""SPADE and centred pooling. Oracle: PyTorch's layers, and what the paper says of flat maps."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz

RANDOM = np.random.default_rng(0)
X = RANDOM.standard_normal((3, 4, 4, 5)).astype("float32")
CLASSES = np.eye(6, dtype="float32")[RANDOM.integers(0, 6, (3, 8, 12))]


def spade(normalization="batch", **options):
    """A layer for these inputs, whose convolutions have weights of some size, and biases."""
    layer = kgz.layers.SPADE(7, normalization=normalization, **options)
    layer((X, CLASSES[:, :, :8]))
    for weight in layer.trainable_weights:
        weight.assign(RANDOM.normal(0.0, 0.3, weight.shape))
    return layer


@pytest.mark.parametrize("normalization", ["batch", "instance"])
def test_outputs_and_gradients_are_those_of_pytorch(normalization):
    torch = pytest.importorskip("torch")
    functional = torch.nn.functional
    layer, maps = spade(normalization), CLASSES[:, :, :8]
    x = tf.constant(X)
    with tf.GradientTape() as tape:
        tape.watch(x)
        received = layer((x, maps), training=True)
        loss = tf.reduce_sum(received**3)
    slope = tape.gradient(loss, x)

    def conv(convolution, inputs):
        kernel, bias = (torch.tensor(np.array(one)) for one in convolution.weights)
        return functional.conv2d(inputs, kernel.permute(3, 2, 0, 1), bias, padding=1)

    theirs = torch.tensor(X.transpose(0, 3, 1, 2).copy(), requires_grad=True)
    normal = {"batch": torch.nn.BatchNorm2d, "instance": torch.nn.InstanceNorm2d}[normalization]
    smaller = functional.interpolate(torch.tensor(maps).permute(0, 3, 1, 2), size=(4, 4))
    hidden = torch.relu(conv(layer.shared, smaller))
    normalized = normal(5, affine=False)(theirs)
    expected = normalized * (1 + conv(layer.gamma, hidden)) + conv(layer.beta, hidden)
    (expected**3).sum().backward()
    expected, theirs = expected.detach().permute(0, 2, 3, 1), theirs.grad.permute(0, 2, 3, 1)
    np.testing.assert_allclose(received, expected, atol=2e-5)
    np.testing.assert_allclose(slope, theirs, atol=2e-3)


def test_without_gain_and_bias_it_normalises():
    layer = spade("instance")
    for convolution in (layer.gamma, layer.beta):
        convolution.set_weights([np.zeros(one.shape) for one in convolution.get_weights()])
    plain = kgz.layers.InstanceNormalization(center=False, scale=False)
    np.testing.assert_allclose(layer((X, CLASSES[:, :, :8])), plain(X), atol=1e-6)


def test_nothing_but_the_three_convolutions_is_trained():
    layer = spade()
    assert [tuple(one.shape) for one in layer.trainable_weights] == [
        *[(3, 3, 6, 7), (7,)],
        *[(3, 3, 7, 5), (5,)] * 2,
    ]


def test_flat_features_still_tell_classes_apart():
    """Instance normalisation alone makes 0 of them, whatever the class."""
    layer, flat = spade("instance"), np.ones((1, 4, 4, 5), "float32")
    one, other = (np.full((1, 4, 4), label) for label in (0, 1))
    one, other = (layer((flat, np.eye(6, dtype="float32")[maps])) for maps in (one, other))
    assert np.abs(one - other).max() > 0.05


def test_maps_are_made_smaller_without_mixing_classes():
    """Of each block the first pixel decides, whatever the others are."""
    layer = spade("instance")
    first = CLASSES[:, ::2, ::3]
    np.testing.assert_array_equal(layer((X, CLASSES)), layer((X, first)))


def test_its_config_round_trips():
    layer = spade("instance", kernel_size=5, kernel_initializer="he_normal")
    twin = kgz.layers.SPADE.from_config(layer.get_config())
    assert twin.get_config() == layer.get_config()
    assert (twin.filters, twin.kernel_size, twin.normalization) == (7, 5, "instance")


def test_bad_shapes_and_names_are_refused():
    with pytest.raises(ValueError, match=r"multiples of theirs. Received: shapes \(3, 4, 4, 5\)"):
        kgz.layers.SPADE()((X, CLASSES[:, :7]))
    with pytest.raises(ValueError, match="normalization.*Received: 'layer'"):
        kgz.layers.SPADE(normalization="layer")


@pytest.mark.parametrize("size", [(8, 8), (7, 10)])
def test_centred_pooling_is_that_of_pytorch(size):
    torch = pytest.importorskip("torch")
    images = RANDOM.standard_normal((2, *size, 3)).astype("float32")
    pool = torch.nn.AvgPool2d(3, 2, 1, count_include_pad=False)
    expected = pool(torch.tensor(images).permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
    layer = kgz.layers.CentredAveragePooling2D()
    np.testing.assert_allclose(layer(images), expected, atol=1e-6)
    assert layer.compute_output_shape(images.shape) == tuple(expected.shape)
    symbolic = layer(keras.Input((*size, 3)))
    assert symbolic.shape[1:] == tuple(expected.shape[1:])
    np.testing.assert_allclose(layer(np.ones_like(images)), np.ones(expected.shape), atol=1e-6)

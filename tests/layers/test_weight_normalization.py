"""Oracles: PyTorch's weight normalisation, moments after data-dependent initialisation."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz

KINDS = {
    "dense": (lambda: keras.layers.Dense(5), (4, 7)),
    "conv": (lambda: keras.layers.Conv2D(5, 3, padding="same"), (2, 6, 6, 3)),
    "transposed": (lambda: kgz.layers.TransposedConv2D(5, 4), (2, 6, 6, 3)),
    "resize": (lambda: kgz.layers.ResizeConv2D(5, 5), (2, 6, 6, 3)),
}


def normal(*shape):
    return np.random.default_rng(0).standard_normal(shape).astype("float32")


@pytest.mark.parametrize("kind", ["dense", "conv", "transposed"])
def test_outputs_and_gradients_equal_pytorch(kind):
    torch = pytest.importorskip("torch")
    make, shape = KINDS[kind]
    inputs = normal(*shape)
    layer = kgz.layers.WeightNormalization(make())
    layer.build(shape)
    layer.scale.assign(np.linspace(0.5, 2.0, 5))
    twin, axes = {
        "dense": (torch.nn.Linear(7, 5), (1, 0)),
        "conv": (torch.nn.Conv2d(3, 5, 3, padding=1), (3, 2, 0, 1)),
        "transposed": (torch.nn.ConvTranspose2d(3, 5, 4, stride=2, padding=1), (3, 2, 0, 1)),
    }[kind]
    # PyTorch counts outputs of a transposed convolution on axis 1.
    outputs_axis = 1 if kind == "transposed" else 0
    twin = torch.nn.utils.parametrizations.weight_norm(twin, dim=outputs_axis)
    length, direction = (getattr(twin.parametrizations.weight, f"original{i}") for i in (0, 1))
    with torch.no_grad():
        direction.copy_(torch.tensor(np.array(layer.layer.kernel).transpose(axes)))
        length.copy_(torch.tensor(np.array(layer.scale)).reshape(length.shape))
        twin.bias.zero_()
    variables = [layer.layer.kernel.value, layer.scale.value]
    with tf.GradientTape() as tape:
        outputs = layer(inputs)
        loss = tf.reduce_sum(outputs**3)
    gradients = tape.gradient(loss, variables)
    image = inputs.ndim == 4
    expected = twin(torch.tensor(inputs.transpose(0, 3, 1, 2) if image else inputs))
    (expected**3).sum().backward()
    expected = expected.detach().numpy()
    expected = expected.transpose(0, 2, 3, 1) if image else expected
    np.testing.assert_allclose(outputs, expected, rtol=1e-4, atol=1e-5)
    twins = [direction.grad.numpy().transpose(np.argsort(axes)), length.grad.numpy().reshape(-1)]
    for one, other in zip(gradients, twins, strict=True):
        np.testing.assert_allclose(
            one / np.abs(other).max(), other / np.abs(other).max(), atol=1e-5
        )


@pytest.mark.parametrize("kind", KINDS)
def test_kernels_have_the_length_of_the_scale(kind):
    make, shape = KINDS[kind]
    layer = kgz.layers.WeightNormalization(make(), initial_scale=0.7)
    layer(normal(*shape))
    matrix = kgz.layers.kernels.as_matrix(layer.layer, layer.normalized_kernel())
    np.testing.assert_allclose(np.linalg.norm(matrix, axis=1), 0.7, rtol=1e-4)


def test_without_initial_scale_it_starts_as_the_layer_it_wraps():
    plain = keras.layers.Dense(5)
    inputs = normal(4, 7)
    expected = plain(inputs)
    wrapped = kgz.layers.WeightNormalization(plain, initial_scale=None)
    np.testing.assert_allclose(wrapped(inputs), expected, rtol=1e-5, atol=1e-6)


def test_data_dependent_initialisation():
    """Before its activation each layer has mean 0 and standard deviation `initial_scale`."""
    inputs = keras.Input((6, 6, 3))
    hidden = kgz.layers.WeightNormalization(keras.layers.Conv2D(8, 3, activation="relu"))(inputs)
    hidden = keras.layers.Flatten()(hidden)
    last = kgz.layers.WeightNormalization(keras.layers.Dense(4), False, initial_scale=0.1)
    network = keras.Model(inputs, last(hidden))
    images = 5.0 + 2.0 * normal(300, 6, 6, 3)
    kgz.layers.WeightNormalization.initialize_from_data(network, images)
    outputs = np.array(network(images))
    np.testing.assert_allclose(outputs.mean(0), 0.0, atol=1e-4)
    np.testing.assert_allclose(outputs.std(0), 0.1, rtol=1e-3)
    conv = network.layers[1]
    before = keras.ops.conv(images, conv.normalized_kernel(), padding="valid") + conv.layer.bias
    np.testing.assert_allclose(np.mean(before, (0, 1, 2)), 0.0, atol=1e-3)
    np.testing.assert_allclose(np.std(before, (0, 1, 2)), 1.0, rtol=1e-3)
    assert conv.layer.activation is keras.activations.relu
    assert len(last.trainable_variables) == 2  # kernel and bias, not the scale


def test_a_reloaded_layer_gives_the_same(tmp_path):
    model = keras.Sequential(
        [keras.Input((7,)), kgz.layers.WeightNormalization(keras.layers.Dense(5), initial_scale=2)]
    )
    model.layers[0].scale.assign(np.arange(5.0))
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(model(normal(4, 7)), loaded(normal(4, 7)))


def test_a_layer_without_kernel_is_refused():
    with pytest.raises(ValueError, match=r"kernel.*Received: ReLU"):
        kgz.layers.WeightNormalization(keras.layers.ReLU())(np.ones((2, 3), "float32"))

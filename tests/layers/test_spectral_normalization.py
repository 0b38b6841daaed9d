"""Oracles: PyTorch's two implementations, singular value decomposition, a worked example."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz

KINDS = {
    "dense": (lambda: keras.layers.Dense(5), (4, 7)),
    "conv": (lambda: keras.layers.Conv2D(5, 3, padding="same"), (2, 6, 6, 3)),
    "transposed": (
        lambda: keras.layers.Conv2DTranspose(5, 4, strides=2, padding="same"),
        (2, 6, 6, 3),
    ),
    "embedding": (lambda: keras.layers.Embedding(6, 4), None),
}


def inputs_of(shape):
    if shape is None:
        return np.array([0, 3, 5, 3])
    return np.random.default_rng(0).standard_normal(shape).astype("float32")


def torch_twin(kind, torch):
    """The PyTorch layer, and the axes that turn our kernel into its weight."""
    return {
        "dense": (torch.nn.Linear(7, 5), (1, 0)),
        "conv": (torch.nn.Conv2d(3, 5, 3, padding=1), (3, 2, 0, 1)),
        "transposed": (torch.nn.ConvTranspose2d(3, 5, 4, stride=2, padding=1), (3, 2, 0, 1)),
        "embedding": (torch.nn.Embedding(6, 4), (0, 1)),
    }[kind]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("implementation", ["legacy", "parametrization"])
def test_outputs_and_gradients_equal_pytorch_over_several_steps(kind, implementation):
    """One power step per call is PyTorch's older function; at convergence both agree."""
    torch = pytest.importorskip("torch")
    make, shape = KINDS[kind]
    iterations = 1 if implementation == "legacy" else 200
    layer = kgz.layers.SpectralNormalization(make(), power_iterations=iterations)
    inputs = inputs_of(shape)
    layer.build(inputs.shape)
    kernel = layer._kernel()
    twin, axes = torch_twin(kind, torch)
    with torch.no_grad():
        twin.weight.copy_(torch.tensor(np.array(kernel).transpose(axes)))
        if getattr(twin, "bias", None) is not None:
            twin.bias.zero_()
    if implementation == "legacy":
        twin = torch.nn.utils.spectral_norm(twin, eps=1e-12)
        twin.weight_u = torch.tensor(np.array(layer.u))
        raw = twin.weight_orig
    else:
        twin = torch.nn.utils.parametrizations.spectral_norm(twin, n_power_iterations=200)
        raw = twin.parametrizations.weight.original
    rate = 0.3
    for _ in range(4):
        with tf.GradientTape() as tape:
            outputs = layer(inputs, training=True)
            loss = tf.reduce_sum(outputs**3)
        gradient = tape.gradient(loss, kernel.value)
        gradient = tf.convert_to_tensor(gradient)
        raw.grad = None
        image = inputs.ndim == 4
        torch_inputs = torch.tensor(inputs.transpose(0, 3, 1, 2) if image else inputs)
        torch_outputs = twin(torch_inputs)
        (torch_outputs**3).sum().backward()
        expected = torch_outputs.detach().numpy()
        expected = expected.transpose(0, 2, 3, 1) if image else expected
        np.testing.assert_allclose(outputs, expected, rtol=1e-4, atol=1e-5)
        torch_gradient = raw.grad.numpy().transpose(np.argsort(axes))
        scale = np.abs(torch_gradient).max()
        np.testing.assert_allclose(gradient / scale, torch_gradient / scale, atol=2e-4)
        kernel.assign_sub(rate / scale * gradient)
        with torch.no_grad():
            raw -= rate / scale * raw.grad


@pytest.mark.parametrize("kind", KINDS)
def test_largest_singular_value_is_one(kind):
    make, shape = KINDS[kind]
    layer = kgz.layers.SpectralNormalization(make())
    for _ in range(60):
        layer(inputs_of(shape), training=True)
    assert layer.largest_singular_value() == pytest.approx(1.0, abs=1e-4)


def test_power_iteration_of_a_worked_example():
    """W = diag(3, 1), u = (1, 1) / sqrt 2: sigma after 1, 2 and 3 steps."""
    dense = keras.layers.Dense(2, use_bias=False)
    layer = kgz.layers.SpectralNormalization(dense, power_iterations=1)
    layer.build((None, 2))
    layer.layer.kernel.assign(np.diag([3.0, 1.0]))
    layer.u.assign(np.ones(2) / np.sqrt(2))
    for expected in (2.863564, 2.998173, 2.999977):
        outputs = layer(np.array([[3.0, 0.0]], "float32"), training=True)
        assert 9.0 / float(outputs[0, 0]) == pytest.approx(expected, rel=1e-5)


def test_a_layer_is_normalised_from_the_start_and_zeros_stay():
    layer = kgz.layers.SpectralNormalization(keras.layers.Dense(5, use_bias=False))
    inputs = inputs_of((4, 7))
    layer(inputs)
    assert layer.largest_singular_value() == pytest.approx(1.0, abs=0.05)
    zeros = keras.layers.Dense(5, use_bias=False, kernel_initializer="zeros")
    layer = kgz.layers.SpectralNormalization(zeros)
    with tf.GradientTape() as tape:
        outputs = layer(inputs, training=True)
        loss = tf.reduce_sum(outputs)
    np.testing.assert_array_equal(outputs, 0.0)
    gradient = tape.gradient(loss, zeros.kernel.value)
    expected = np.tile(inputs.sum(axis=0)[:, None], 5)
    np.testing.assert_allclose(gradient, expected, rtol=1e-5, atol=1e-6)
    zeros.kernel.assign(np.ones((7, 5)))
    layer(inputs, training=True)
    assert layer.largest_singular_value() == pytest.approx(1.0, abs=1e-4)


def test_the_gradient_flows_through_sigma_and_the_kernel_stays():
    """The loss does not change when W is scaled, so its gradient is orthogonal to W."""
    layer = kgz.layers.SpectralNormalization(keras.layers.Dense(5, use_bias=False))
    inputs = inputs_of((4, 7))
    for _ in range(60):
        layer(inputs, training=True)
    kernel = layer.layer.kernel
    before = np.array(kernel)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(layer(inputs, training=True) ** 2)
    gradient = tape.gradient(loss, kernel.value)
    np.testing.assert_array_equal(before, kernel)
    assert abs(np.sum(gradient * before)) < 1e-4 * np.linalg.norm(gradient)
    reference = layer(inputs)
    kernel.assign(2.0 * before)
    np.testing.assert_allclose(layer(inputs), reference, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "make",
    [lambda: kgz.layers.ResizeConv2D(5, 3), lambda: kgz.layers.TransposedConv2D(5, 4)],
)
def test_generators_layers_use_the_normalised_kernel(make):
    """The oracle is the layer itself with the kernel divided by its largest singular value."""
    layer = kgz.layers.SpectralNormalization(make(), power_iterations=100)
    inputs = inputs_of((2, 6, 6, 3))
    outputs = layer(inputs, training=True)
    kernel = np.array(layer.layer.kernel)
    rows = kernel.reshape(-1, 5) if kernel.shape[-1] == 5 else kernel.transpose(0, 1, 3, 2)
    layer.layer.kernel.assign(kernel / np.linalg.norm(rows.reshape(-1, 5), ord=2))
    np.testing.assert_allclose(outputs, layer.layer(inputs), rtol=1e-4, atol=1e-5)


def test_inference_changes_nothing():
    layer = kgz.layers.SpectralNormalization(keras.layers.Dense(3))
    layer(inputs_of((4, 7)), training=True)
    before = [np.array(v) for v in layer.weights]
    layer(inputs_of((4, 7)), training=False)
    for one, other in zip(before, layer.weights, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_reloaded_layer_goes_on_normalising(tmp_path):
    model = keras.Sequential(
        [keras.Input((7,)), kgz.layers.SpectralNormalization(keras.layers.Dense(5))]
    )
    model(inputs_of((4, 7)), training=True)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    for _ in range(3):
        one = model(inputs_of((4, 7)), training=True)
        other = loaded(inputs_of((4, 7)), training=True)
        np.testing.assert_array_equal(one, other)


def test_a_layer_without_kernel_is_refused():
    with pytest.raises(ValueError, match=r"kernel.*Received: ReLU"):
        kgz.layers.SpectralNormalization(keras.layers.ReLU())(np.ones((2, 3), "float32"))

"""Oracle: the convolutions of TensorFlow, their gradients, and the gradients of these."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz
from keras_gan_zoo import small_grids

LAYERS = {
    "conv": (kgz.layers.Conv2D, keras.layers.Conv2D, (2, 7, 8, 3)),
    "transposed": (kgz.layers.TransposedConv2D, keras.layers.Conv2DTranspose, (2, 3, 4, 3)),
}
# Products for all three; for the gradient of kernels alone; for none.
POSITIONS = {"all": (64, 64), "weights": (0, 64), "none": (0, 0)}


@pytest.fixture
def small_kernels(monkeypatch):
    """Kernels of any size count as large."""
    monkeypatch.setattr(small_grids, "NUMBERS", 0)


def normal(*shape, seed=0):
    return tf.constant(np.random.default_rng(seed).standard_normal(shape), "float32")


def of_every_order(layer, inputs):
    """Outputs, their gradients, and the gradients of a penalty on the gradient of inputs."""
    kernel = layer.kernel.value
    with tf.GradientTape() as outer:
        outer.watch((inputs, kernel))
        with tf.GradientTape() as inner:
            inner.watch((inputs, kernel))
            outputs = layer(inputs)
            loss = tf.reduce_sum(outputs**3)
        first = inner.gradient(loss, (inputs, kernel))
        penalty = sum(tf.reduce_sum(one**2) for one in first)
    return outputs, *first, *outer.gradient(penalty, (inputs, kernel))


@pytest.mark.parametrize("positions", POSITIONS)
@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("kernel_size, strides", [(5, 2), (4, 2), ((3, 5), (2, 3)), (1, 2)])
def test_layers_are_the_plain_ones(
    name, kernel_size, strides, positions, small_kernels, monkeypatch
):
    monkeypatch.setattr(small_grids, "POSITIONS", POSITIONS[positions][0])
    monkeypatch.setattr(small_grids, "WEIGHED_POSITIONS", POSITIONS[positions][1])
    quick, plain, shape = LAYERS[name]
    quick, plain = (
        one(4, kernel_size, strides=strides, padding="same", bias_initializer="normal")
        for one in (quick, plain)
    )
    inputs = normal(*shape)
    for one in (quick, plain):
        one.build(shape)
    quick.set_weights(plain.get_weights())
    both = [tf.function(lambda x, one=one: of_every_order(one, x)) for one in (quick, plain)]
    kinds = {node.type for node in both[0].get_concrete_function(inputs).graph.get_operations()}
    assert ("GatherV2" in kinds) == (positions != "none")
    for received, expected in zip(both[0](inputs), both[1](inputs), strict=True):
        scale = float(tf.reduce_max(tf.abs(expected)))
        np.testing.assert_allclose(received, expected, rtol=1e-4, atol=1e-5 * scale)


IMAGES = {
    "conv": (kgz.layers.Conv2D, keras.layers.Conv2D, 4, (2, 12, 6, 3)),
    "transposed": (kgz.layers.TransposedConv2D, keras.layers.Conv2DTranspose, 3, (2, 4, 3, 4)),
}


@pytest.mark.parametrize("name", IMAGES)
@pytest.mark.parametrize("kernel_size, strides", [(5, 2), (4, 2), ((3, 6), 3), (1, 2), (2, 3)])
def test_layers_next_to_images_are_the_plain_ones(name, kernel_size, strides, monkeypatch):
    monkeypatch.setattr(small_grids, "MANY", 4)
    quick, plain, filters, shape = IMAGES[name]
    quick, plain = (one(filters, kernel_size, strides, "same") for one in (quick, plain))
    inputs = normal(*shape)
    for one in (quick, plain):
        one.build(shape)
    quick.set_weights(plain.get_weights())
    both = [tf.function(lambda x, one=one: of_every_order(one, x)) for one in (quick, plain)]
    graphs = [one.get_concrete_function(inputs).graph for one in both]
    kinds = [{node.type for node in graph.get_operations()} for graph in graphs]
    assert ["DepthToSpace" in one for one in kinds] == [True, False]
    assert "Conv2DBackpropInput" in kinds[1] - kinds[0]
    for received, expected in zip(both[0](inputs), both[1](inputs), strict=True):
        scale = float(tf.reduce_max(tf.abs(expected)))
        np.testing.assert_allclose(received, expected, rtol=1e-4, atol=1e-5 * scale)


@pytest.mark.parametrize("name", LAYERS)
def test_bfloat16_is_as_exact_as_before(name, small_kernels):
    """Both are compared with float32; TensorFlow's own kernels and oneDNN's differ by as much."""
    quick, plain, shape = LAYERS[name]
    inputs = normal(*shape[:3], 64)
    exact = plain(16, 5, strides=2, padding="same")
    found = [of_every_order(exact, inputs)[:3] if exact(inputs) is not None else None]
    for kind in (quick, plain):
        layer = kind(16, 5, strides=2, padding="same", dtype="mixed_bfloat16")
        layer.build(inputs.shape)
        layer.set_weights(exact.get_weights())
        found.append(of_every_order(layer, inputs)[:3])
    for expected, ours, theirs in zip(*found, strict=True):
        ours, theirs = (
            float(tf.norm(tf.cast(one, "float32") - expected)) for one in (ours, theirs)
        )
        assert ours < 2.0 * theirs


@pytest.mark.parametrize(
    "shape, kernel, strides, dtype",
    [
        ((None, 16, 16, 64), (5, 5, 64, 128), (1, 1), "float32"),  # not strided
        ((None, 32, 32, 64), (5, 5, 64, 128), (2, 2), "float32"),  # a large grid
        ((None, None, 8, 64), (5, 5, 64, 128), (2, 2), "float32"),  # an unknown one
        ((None, 8, 8, 8), (5, 5, 8, 128), (2, 2), "float32"),  # a small kernel
        ((None, 32, 32, 3), (5, 5, 3, 16), (2, 2), "float32"),  # an image, and few channels
        ((None, 31, 32, 3), (5, 5, 3, 64), (2, 2), "float32"),  # one of an odd side
        ((None, 32, 32, 3), (5, 5, 3, 64), (2, 1), "float32"),
        ((None, 8, 8, 64), (5, 5, 64, 128), (2, 2), "float64"),
    ],
)
def test_others_stay_as_they_are(shape, kernel, strides, dtype):
    assert small_grids.convolutions(shape, kernel, strides, dtype) is None


def test_the_middle_of_dcgan_is_products_and_the_ends_are_those_of_images():
    middle = small_grids.convolutions((None, 8, 8, 512), (5, 5, 512, 1024), (2, 2), "float32")
    end = small_grids.convolutions((None, 64, 64, 3), (5, 5, 3, 128), (2, 2), "float32")
    assert (type(middle), type(end)) == (small_grids.Grids, small_grids.ImageGrids)


@pytest.mark.parametrize("cases", [LAYERS, IMAGES], ids=["small", "images"])
@pytest.mark.parametrize("name", LAYERS)
def test_compiled_by_xla(name, cases, small_kernels, monkeypatch):
    if cases is IMAGES:
        monkeypatch.setattr(small_grids, "WEIGHED_POSITIONS", 0)
    monkeypatch.setattr(small_grids, "MANY", 4)
    quick, *_, shape = cases[name]
    filters = 3 if name == "transposed" else 4
    layer, inputs = quick(filters, 3, strides=2, padding="same"), normal(*shape)
    layer.build(shape)
    compiled = tf.function(lambda x: of_every_order(layer, x), jit_compile=True)
    for received, expected in zip(compiled(inputs), of_every_order(layer, inputs), strict=True):
        scale = float(tf.reduce_max(tf.abs(expected)))
        np.testing.assert_allclose(received, expected, rtol=1e-4, atol=1e-5 * scale)


def a_model():
    model = kgz.models.DCGAN((8, 8, 1), latent_dim=4, filters=4, seed=0)
    model.compile()
    return model


def test_a_model_learns_the_same(small_kernels, monkeypatch):
    images = np.random.default_rng(0).uniform(-1, 1, (8, 8, 8, 1)).astype("float32")
    weights = []
    for numbers in (0, 2**60):
        monkeypatch.setattr(small_grids, "NUMBERS", numbers)
        model = a_model()
        model.fit(images, batch_size=4, epochs=2, verbose=0)
        weights.append([w for w in model.get_weights() if w.dtype == np.float32])
    for ours, theirs in zip(*weights, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-4)


def test_exported(small_kernels, tmp_path):
    model = a_model()
    model.export(tmp_path / "model")
    loaded = tf.saved_model.load(str(tmp_path / "model"))
    latents = normal(3, 4)
    received = loaded.signatures["serving_default"](latents=latents)
    expected = model.generate(latents=latents)
    np.testing.assert_allclose(next(iter(received.values())), expected, atol=1e-6)

"""Oracles: parameter counts of the papers' tables, identities of the projection, PyTorch."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz
from tests.networks.counting import trainable

NETWORKS = kgz.networks
RANDOM = np.random.default_rng(0)
CONDITIONS = np.eye(4, dtype="float32")[[0, 3, 2, 1, 1, 0]]


def normal(*shape):
    return RANDOM.standard_normal(shape).astype("float32")


@pytest.mark.parametrize(
    ("kind", "side", "generator", "discriminator"),
    [
        ("cnn", 32, 3_812_355, 2_935_873),
        ("cnn", 48, 5_133_315, 2_946_113),
        ("resnet", 32, 4_276_739, 1_053_824),
        ("resnet", 48, 4_878_083, 10_141_441),
        ("resnet", 128, 32_150_787, 29_017_857),
    ],
)
def test_counts_of_the_papers_tables(kind, side, generator, discriminator):
    shape = (side, side, 3)
    assert trainable(getattr(NETWORKS, f"sngan_{kind}_generator")(shape)) == generator
    assert trainable(getattr(NETWORKS, f"sngan_{kind}_discriminator")(shape)) == discriminator


@pytest.mark.parametrize(
    ("filters", "condition_dim", "generator", "discriminator"),
    [
        (None, 10, 4_304_387, 1_055_104),
        (32, None, 126_019, 66_848),
        (32, 10, 129_475, 67_168),
        (64, None, 368_771, 264_768),
    ],
)
def test_counts_of_the_narrow_and_conditional_resnets(
    filters, condition_dim, generator, discriminator
):
    options = {"filters": filters, "condition_dim": condition_dim}
    assert trainable(NETWORKS.sngan_resnet_generator(**options)) == generator
    assert trainable(NETWORKS.sngan_resnet_discriminator(**options)) == discriminator


@pytest.mark.parametrize("side", [8, 16, 28, 64])
@pytest.mark.parametrize("kind", ["cnn", "resnet"])
def test_sizes(kind, side):
    shape = (side, side, 1)
    generator = getattr(NETWORKS, f"sngan_{kind}_generator")(shape, 5, 2, condition_dim=3)
    discriminator = getattr(NETWORKS, f"sngan_{kind}_discriminator")(shape, 2, condition_dim=3)
    assert generator.output_shape == (None, *shape)
    assert [one.name for one in generator.inputs] == ["latents", "labels"]
    assert [one.shape for one in discriminator.inputs] == [(None, *shape), (None, 3)]
    assert discriminator.output_shape == (None, 1)


def test_strides_of_the_papers_cnn():
    network = NETWORKS.sngan_cnn_discriminator(filters=2)
    convolutions = [one.layer for one in network.layers if hasattr(one, "layer")][:-1]
    assert [(one.filters, one.kernel_size[0], one.strides[0]) for one in convolutions] == [
        (2, 3, 1), (2, 4, 2), (4, 3, 1), (4, 4, 2), (8, 3, 1), (8, 4, 2), (16, 3, 1),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["cnn", "resnet"])
def test_projection_is_an_inner_product(kind):
    """f(x, y) - f(x, y') = <V_y - V_y', phi(x)>."""
    network = getattr(NETWORKS, f"sngan_{kind}_discriminator")((16, 16, 1), 4, condition_dim=4)
    images = normal(6, 16, 16, 1)
    network([images, CONDITIONS], training=True)
    embedding = next(
        one for one in network.layers if getattr(one, "layer", one).get_config().get("units", 0) > 1
    )
    features = keras.Model(network.inputs, network.get_layer("features").output)
    phi = np.array(features([images, CONDITIONS]))
    others = CONDITIONS[::-1].copy()
    difference = network([images, CONDITIONS]) - network([images, others])
    expected = np.sum((embedding(CONDITIONS) - embedding(others)) * phi, axis=1, keepdims=True)
    np.testing.assert_allclose(difference, expected, rtol=1e-3, atol=1e-4)
    assert phi.shape[1] == embedding.layer.units


@pytest.mark.parametrize("kind", ["cnn", "resnet"])
@pytest.mark.parametrize("conditioning", ["projection", "input_concat", "hidden_concat"])
def test_the_logit_depends_on_the_condition(kind, conditioning):
    make = getattr(NETWORKS, f"sngan_{kind}_discriminator")
    network = make((16, 16, 1), 4, condition_dim=4, conditioning=conditioning)
    condition = tf.constant(CONDITIONS)
    with tf.GradientTape() as tape:
        tape.watch(condition)
        logits = network([tf.constant(normal(6, 16, 16, 1)), condition])
    assert np.abs(tape.gradient(logits, condition)).min(axis=1).max() > 0


def test_concatenation_adds_the_parameters_of_the_formula():
    """Input: 3*3*K*out of the first convolution (and K*out of the first shortcut)."""
    plain = trainable(NETWORKS.sngan_cnn_discriminator(filters=8))
    options = {"filters": 8, "condition_dim": 10}
    network = NETWORKS.sngan_cnn_discriminator(**options, conditioning="input_concat")
    assert trainable(network) == plain + 9 * 10 * 8
    network = NETWORKS.sngan_cnn_discriminator(**options, conditioning="hidden_concat")
    # After the third convolution, before a 4x4 one to 16 channels; the embedding is 10 x 128.
    assert trainable(network) == plain + 16 * 128 * 16 + 1280


@pytest.mark.parametrize("kind", ["cnn", "resnet"])
@pytest.mark.parametrize(
    "normalization",
    ["spectral", "weight", "batch", "layer", "none", "orthonormal"],
)
def test_normalizations(kind, normalization):
    """What each one promises, and a second derivative for gradient penalties."""
    make = getattr(NETWORKS, f"sngan_{kind}_discriminator")
    network = make((16, 16, 2), 4, normalization=normalization)
    names = {type(one).__name__ for one in network.layers}
    expected = {
        "spectral": {"SpectralNormalization"},
        "weight": {"WeightNormalization"},
        "batch": {"BatchNormalization"},
        "layer": {"GroupNormalization"},
    }.get(normalization, set())
    assert {name for name in names if "Normalization" in name} == expected
    multipliers = {v.path for v in network.trainable_variables if v.name in ("gamma", "scale")}
    assert not multipliers  # they would take the bound back (section 4)
    images = tf.constant(normal(6, 16, 16, 2))
    with tf.GradientTape() as tape:
        value = kgz.penalties.R1()(lambda x: network(x, training=True), images)
    weights = [v.value for v in network.trainable_variables if v.name == "kernel"]
    gradients = tape.gradient(value, weights)
    assert all(np.isfinite(one).all() and np.any(one) for one in gradients)


def test_orthonormal_regularisation_starts_from_orthonormal_kernels():
    network = NETWORKS.sngan_cnn_discriminator((16, 16, 2), 4, "orthonormal")
    penalty = kgz.penalties.OrthonormalRegularization(1.0)
    penalty.build(network)
    wide = sum(max(0, v.shape[-1] - np.prod(v.shape[:-1])) for v in network.weights if v.ndim > 1)
    assert float(penalty(None, None)) == pytest.approx(wide, abs=1e-3)


def test_every_kernel_of_the_spectral_networks_has_norm_one():
    network = NETWORKS.sngan_resnet_discriminator((16, 16, 1), 4, condition_dim=4)
    run = tf.function(lambda images: network([images, tf.constant(CONDITIONS)], training=True))
    for _ in range(60):
        run(tf.constant(normal(6, 16, 16, 1)))
    wrapped = [one for one in network.layers if hasattr(one, "largest_singular_value")]
    assert len(wrapped) == 4 * 2 + 2 + 2  # convolutions, two shortcuts, dense and embedding
    for layer in wrapped:
        assert layer.largest_singular_value() == pytest.approx(1.0, abs=0.02)


def test_a_residual_block_of_the_discriminator_equals_pytorch():
    """ReLU, conv, ReLU, conv, pool next to conv then pool, as in the papers' figure."""
    torch = pytest.importorskip("torch")
    network = NETWORKS.residual_discriminator((8, 8, 3), ((4, False), (6, True)), "none")
    images = normal(2, 8, 8, 3)
    adds = [one for one in network.layers if isinstance(one, keras.layers.Add)]
    before, after = keras.Model(network.inputs[0], [one.output for one in adds])(images)
    convolutions = [one for one in network.layers if isinstance(one, keras.layers.Conv2D)]
    block = {
        ("shortcut" if one.kernel_size == (1, 1) else f"hidden{one.filters}"): one
        for one in convolutions[-3:]
    }

    def conv(x, layer):
        weight = torch.tensor(np.array(layer.kernel).transpose(3, 2, 0, 1))
        bias = torch.tensor(np.array(layer.bias))
        return torch.nn.functional.conv2d(x, weight, bias, padding=layer.kernel_size[0] // 2)

    x = torch.tensor(np.array(before).transpose(0, 3, 1, 2))
    hidden = conv(torch.relu(conv(torch.relu(x), block["hidden4"])), block["hidden6"])
    pooled = torch.nn.functional.avg_pool2d(hidden + conv(x, block["shortcut"]), 2)
    np.testing.assert_allclose(after, pooled.numpy().transpose(0, 2, 3, 1), rtol=1e-4, atol=1e-5)


def test_a_residual_block_of_the_generator_equals_pytorch():
    """BN, ReLU, up, conv, BN, ReLU, conv next to up then conv (here BN at its initial moments)."""
    torch = pytest.importorskip("torch")
    network = NETWORKS.residual_generator((8, 8, 3), 5, (4, 6), epsilon=0.0)
    reshape = next(one for one in network.layers if isinstance(one, keras.layers.Reshape))
    add = next(one for one in network.layers if isinstance(one, keras.layers.Add))
    before, after = keras.Model(network.inputs[0], [reshape.output, add.output])(normal(2, 5))
    convolutions = [x for x in network.layers if isinstance(x, keras.layers.Conv2D)][:3]
    first = next(x for x in convolutions if isinstance(x, kgz.layers.ResizeConv2D))
    shortcut = next(x for x in convolutions if x.kernel_size == (1, 1))
    second = next(x for x in convolutions if x not in (first, shortcut))

    def conv(x, layer):
        weight = torch.tensor(np.array(layer.kernel).transpose(3, 2, 0, 1))
        bias = torch.tensor(np.array(layer.bias))
        return torch.nn.functional.conv2d(x, weight, bias, padding=layer.kernel_size[0] // 2)

    def up(x):
        return torch.nn.functional.interpolate(x, scale_factor=2, mode="nearest")

    x = torch.tensor(np.array(before).transpose(0, 3, 1, 2))
    expected = conv(torch.relu(conv(up(torch.relu(x)), first)), second) + conv(up(x), shortcut)
    np.testing.assert_allclose(after, expected.numpy().transpose(0, 2, 3, 1), rtol=1e-4, atol=1e-5)


def test_networks_serialise():
    network = NETWORKS.sngan_resnet_discriminator(
        (16, 16, 1), 8, condition_dim=4, attention=4, conditioning="hidden_concat"
    )
    twin = keras.Model.from_config(network.get_config())
    twin.set_weights(network.get_weights())
    inputs = [normal(6, 16, 16, 1), CONDITIONS]
    np.testing.assert_allclose(network(inputs), twin(inputs), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_mixed_precision(policy):
    keras.config.set_dtype_policy(policy)
    generator = NETWORKS.sngan_resnet_generator((16, 16, 1), 5, 8, condition_dim=4)
    discriminator = NETWORKS.sngan_resnet_discriminator((16, 16, 1), 8, condition_dim=4)
    conditions = tf.constant(CONDITIONS)
    images = generator([tf.constant(normal(6, 5)), conditions], training=True)
    logits = discriminator([images, conditions], training=True)
    assert images.dtype == logits.dtype == "float32" and np.isfinite(logits).all()


def test_bad_input():
    with pytest.raises(ValueError, match="side among .*Received: image_shape"):
        NETWORKS.sngan_resnet_generator((30, 30, 1))
    with pytest.raises(ValueError, match="4 divides.*Received: image_shape"):
        NETWORKS.sngan_cnn_discriminator((30, 30, 1))
    with pytest.raises(ValueError, match="Did you mean 'spectral'"):
        NETWORKS.sngan_cnn_discriminator(normalization="spectrum")
    with pytest.raises(ValueError, match="conditioning.*Received: 'concat'"):
        NETWORKS.sngan_cnn_discriminator(condition_dim=3, conditioning="concat")
    with pytest.raises(ValueError, match="attention.*Received: 5"):
        NETWORKS.sngan_resnet_generator(filters=8, attention=5)

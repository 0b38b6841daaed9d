"""Oracles: Keras's own layers, closed forms, the sizes the papers give."""

import keras
import numpy as np
import pytest
import scipy.stats
import tensorflow as tf

import keras_gan_zoo as kgz


def normal(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape).astype("float32")


@pytest.mark.parametrize("shape", [(6, 5, 5, 3), (6, 4), (2, 5, 5, 16)])
@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16"])
def test_batch_normalization_equals_keras(shape, policy):
    inputs = 2.0 + 3.0 * normal(*shape)
    ours = kgz.layers.BatchNormalization(momentum=0.8, epsilon=1e-3, dtype=policy)
    theirs = keras.layers.BatchNormalization(momentum=0.8, epsilon=1e-3, dtype=policy)
    tolerance = 1e-5 if policy == "float32" else 4e-2
    gradients = []
    for layer in (ours, theirs):
        layer.build(shape)
        layer.gamma.assign(normal(shape[-1], seed=1))
        with tf.GradientTape() as tape:
            tape.watch(tensor := tf.constant(inputs))
            outputs = layer(tensor, training=True)
            loss = tf.reduce_sum(tf.cast(outputs, "float32") ** 3 * normal(*shape, seed=2))
        sources = [tensor, layer.gamma.value, layer.beta.value]
        assert outputs.dtype == layer.compute_dtype
        gradients.append([outputs, *tape.gradient(loss, sources)])
    for one, other in zip(*gradients, strict=True):
        one, other = np.array(one, "float32"), np.array(other, "float32")
        np.testing.assert_allclose(
            one / np.abs(other).max(), other / np.abs(other).max(), atol=tolerance
        )
    for one, other in zip(ours.weights, theirs.weights, strict=True):
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(
        np.array(ours(inputs), "float32"), np.array(theirs(inputs), "float32"), atol=tolerance * 10
    )


@pytest.mark.parametrize(("center", "scale"), [(True, False), (False, True), (False, False)])
def test_batch_normalization_without_gain_or_bias_equals_keras(center, scale):
    inputs = 2.0 + 3.0 * normal(6, 4)
    options = {"center": center, "scale": scale, "momentum": 0.8, "epsilon": 1e-3}
    ours, theirs = kgz.layers.BatchNormalization, keras.layers.BatchNormalization
    ours, theirs = ours(**options), theirs(**options)
    np.testing.assert_allclose(
        ours(inputs, training=True), theirs(inputs, training=True), atol=1e-5
    )
    for one, other in zip(ours.weights, theirs.weights, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("kernel_size", "factor"), [(5, 2), (3, 2), (4, 2), (6, 2), (5, 3), (7, 4), ((5, 3), 2), (5, 1)]
)
def test_resize_conv_equals_resize_then_convolution(kernel_size, factor):
    layer = kgz.layers.ResizeConv2D(
        3, kernel_size, factor, bias_initializer="normal", activation="tanh"
    )
    inputs = normal(2, 5, 6, 4)
    outputs = layer(inputs)
    enlarged = np.repeat(np.repeat(inputs, factor, 1), factor, 2)
    expected = np.tanh(keras.ops.conv(enlarged, layer.kernel, padding="same") + layer.bias)
    np.testing.assert_allclose(outputs, expected, atol=1e-5)
    assert layer.compute_output_shape((None, 5, 6, 4)) == (None, *outputs.shape[1:])


def test_resize_conv_bilinear_equals_upsampling():
    layer = kgz.layers.ResizeConv2D(3, 3, 2, interpolation="bilinear")
    inputs = normal(2, 5, 6, 4)
    outputs = layer(inputs)
    enlarged = keras.layers.UpSampling2D(2, interpolation="bilinear")(inputs)
    expected = keras.ops.conv(enlarged, layer.kernel, padding="same")
    np.testing.assert_allclose(outputs, expected, atol=1e-5)


def test_resize_conv_leaves_no_checkerboard_and_a_transposed_convolution_does():
    """With all weights one and a constant image, an even covering is constant in the interior."""
    ones = {"kernel_initializer": "ones", "use_bias": False}
    image = np.ones((1, 8, 8, 1), "float32")

    def unevenness(layer):
        return float(np.ptp(layer(image)[0, 6:-6, 6:-6, 0]))

    assert unevenness(kgz.layers.ResizeConv2D(1, 5, 2, **ones)) == 0.0
    assert unevenness(kgz.layers.TransposedConv2D(1, 4, **ones)) == 0.0
    assert unevenness(kgz.layers.TransposedConv2D(1, 5, **ones)) > 1.0


def test_transposed_conv_is_the_adjoint_of_the_convolution():
    """<conv(x), y> = <x, conv_transposed(y)> for the same kernel."""
    layer = kgz.layers.TransposedConv2D(3, 5, use_bias=False)
    small, large = normal(1, 4, 4, 2), normal(1, 8, 8, 3, seed=1)
    enlarged = layer(small)
    assert enlarged.shape == (1, 8, 8, 3)
    convolved = keras.ops.conv(large, layer.kernel, strides=2, padding="same")
    assert np.sum(convolved * small) == pytest.approx(np.sum(large * enlarged), rel=1e-4)


def test_minibatch_std_dev_closed_forms():
    layer = kgz.layers.MinibatchStdDev(group_size=2)
    pixel = np.full((1, 2, 2, 3), 0.7, "float32")
    np.testing.assert_allclose(layer(np.concatenate([pixel, -pixel]))[..., 3], 0.7, rtol=1e-6)
    np.testing.assert_allclose(layer(np.concatenate([pixel, pixel]))[..., 3], 1e-4, rtol=1e-5)


def test_minibatch_std_dev_groups_are_strided():
    """With batch 4 and groups of 2 the members are (0, 2) and (1, 3)."""
    values = np.array([1.0, 5.0, 3.0, 5.0], "float32").reshape(4, 1, 1, 1)
    maps = kgz.layers.MinibatchStdDev(group_size=2)(values)[:, 0, 0, 1]
    np.testing.assert_allclose(maps, [1.0, 1e-4, 1.0, 1e-4], rtol=1e-5)
    swapped = kgz.layers.MinibatchStdDev(group_size=2)(values[[2, 1, 0, 3]])[:, 0, 0, 1]
    np.testing.assert_allclose(swapped, maps, rtol=1e-5)


def test_minibatch_std_dev_takes_a_batch_its_group_does_not_divide():
    values = np.array([0.0, 0.0, 3.0], "float32").reshape(3, 1, 1, 1)
    maps = kgz.layers.MinibatchStdDev(group_size=4)(values)[..., 1]
    np.testing.assert_allclose(maps, np.sqrt(2.0), rtol=1e-5)


def test_gaussian_sampling_moments_and_gradient():
    layer = kgz.layers.GaussianSampling(seed=0)
    mean = tf.fill((20000, 2), 1.5)
    log_variance = tf.fill((20000, 2), float(np.log(4.0)))
    with tf.GradientTape() as tape:
        tape.watch([mean, log_variance])
        sample = layer((mean, log_variance))
    gradient_mean, gradient_log = tape.gradient(sample, [mean, log_variance])
    assert np.mean(sample) == pytest.approx(1.5, abs=0.04)
    assert np.std(sample) == pytest.approx(2.0, abs=0.04)
    np.testing.assert_array_equal(gradient_mean, 1.0)
    # d(sample) / d(log variance) = (sample - mean) / 2
    np.testing.assert_allclose(gradient_log, (sample - mean) / 2.0, rtol=1e-5, atol=1e-6)


def test_maxout_takes_the_largest_piece():
    layer = kgz.layers.Maxout(2, 3)
    inputs = normal(5, 4)
    outputs = layer(inputs)
    linear = inputs @ np.array(layer.kernel) + np.array(layer.bias)
    np.testing.assert_allclose(outputs, linear.reshape(5, 2, 3).max(-1), rtol=1e-5, atol=1e-6)
    assert layer.compute_output_shape((None, 4)) == (None, 2)


def test_dropout_keeps_the_mean_and_the_rate():
    outputs = kgz.layers.Dropout(0.4, seed=0)(np.ones((200, 200), "float32"), training=True)
    assert np.mean(outputs == 0) == pytest.approx(0.4, abs=0.01)
    assert np.mean(outputs) == pytest.approx(1.0, abs=0.02)
    assert set(np.unique(outputs)) == {np.float32(0), np.float32(1 / 0.6)}


def test_self_attention_starts_as_the_identity_and_learns_its_gate_first():
    layer = kgz.layers.SelfAttention2D()
    inputs = normal(2, 4, 4, 16)
    with tf.GradientTape() as tape:
        outputs = layer(inputs, training=True)
        loss = tf.reduce_sum(outputs * normal(2, 4, 4, 16, seed=1))
    np.testing.assert_array_equal(outputs, inputs)
    variables = layer.trainable_variables
    gradients = dict(
        zip(
            [v.path for v in variables],
            tape.gradient(loss, [v.value for v in variables]),
            strict=True,
        )
    )
    for path, gradient in gradients.items():
        assert np.any(gradient) == ("gamma" in path), path


@pytest.mark.parametrize(("channels", "count"), [(64, 5121), (128, 20481)])
def test_self_attention_parameter_count(channels, count):
    layer = kgz.layers.SelfAttention2D()
    layer.build((None, 8, 8, channels))
    assert sum(int(np.prod(v.shape)) for v in layer.trainable_variables) == count


def test_self_attention_rows_sum_to_one_and_a_constant_image_gets_uniform_attention():
    layer = kgz.layers.SelfAttention2D(spectral_normalization=False)
    _, attention = layer(normal(2, 4, 6, 8), return_attention=True)
    assert attention.shape == (2, 24, 6)
    np.testing.assert_allclose(np.sum(attention, axis=-1), 1.0, rtol=1e-5)
    _, attention = layer(np.ones((1, 4, 6, 8), "float32"), return_attention=True)
    np.testing.assert_allclose(attention, 1 / 6, rtol=1e-5)


@pytest.mark.parametrize("shape", [(None, 5, 4, 16), (None, 4, 4, 4)])
def test_self_attention_refuses_what_it_cannot_pool(shape):
    with pytest.raises(ValueError, match="Received: input shape"):
        kgz.layers.SelfAttention2D().build(shape)


def test_gated_and_concatenated_units_equal_pytorch():
    torch = pytest.importorskip("torch")
    inputs = normal(3, 4, 6)
    tensor = torch.tensor(inputs)
    gated = torch.nn.functional.glu(tensor, dim=-1)
    np.testing.assert_allclose(kgz.layers.GatedLinearUnit()(inputs), gated, rtol=1e-5)
    both = torch.relu(torch.cat([tensor, -tensor], dim=-1))
    np.testing.assert_array_equal(kgz.layers.ConcatenatedReLU()(inputs), both)
    with pytest.raises(ValueError, match="even number of channels.*Received"):
        kgz.layers.GatedLinearUnit()(normal(2, 3))


@pytest.mark.parametrize("affine", [True, False])
def test_instance_normalization_equals_pytorch(affine):
    torch = pytest.importorskip("torch")
    inputs = 2.0 + 3.0 * normal(2, 5, 6, 4)
    layer = kgz.layers.InstanceNormalization(center=affine, scale=affine)
    layer.build(inputs.shape)
    options = {}
    if affine:
        layer.gamma.assign(normal(4, seed=1))
        layer.beta.assign(normal(4, seed=2))
        options = {
            "weight": torch.tensor(normal(4, seed=1)),
            "bias": torch.tensor(normal(4, seed=2)),
        }
    tensor = torch.tensor(inputs.transpose(0, 3, 1, 2))
    expected = torch.nn.functional.instance_norm(tensor, **options).numpy()
    np.testing.assert_allclose(layer(inputs), expected.transpose(0, 2, 3, 1), atol=1e-4)


@pytest.mark.parametrize("shape", [(500, 999), (500, 8, 9, 5)])
def test_gaussian_noise_is_standard_normal_and_independent(shape):
    """Against scipy's normal distribution, and correlations along both halves of a transform."""
    layer = kgz.layers.GaussianNoise(0.5, seed=1)
    noise = np.array(layer(np.ones(shape, "float32"), training=True) - 1.0) / 0.5
    assert noise.shape == shape
    assert scipy.stats.kstest(np.ravel(noise)[:100_000], "norm").pvalue > 0.01
    rows = noise.reshape(500, -1)
    half = (rows.shape[1] + 1) // 2
    first, second = rows[:, : rows.shape[1] - half], rows[:, half:]
    for left, right in ((first, second), (first**2, second**2), (rows[1:], rows[:-1])):
        assert abs(np.corrcoef(left.ravel(), right.ravel())[0, 1]) < 0.015


LAYERS = [
    (kgz.layers.BoltzmannUnits(3), (2, 5)),
    (kgz.layers.AdaptiveInstanceNormalization(1e-6), [(2, 4, 4, 8), (2, 5)]),
    (kgz.layers.BatchNormalization(momentum=0.7), (2, 4, 4, 8)),
    (kgz.layers.CentredAveragePooling2D(), (2, 4, 4, 8)),
    (kgz.layers.ConcatenatedReLU(), (2, 4, 4, 8)),
    (kgz.layers.Conv2D(3, 4, 2, "same"), (2, 4, 4, 8)),
    (kgz.layers.ConcatenateCondition(), [(2, 4, 4, 8), (2, 3)]),
    (kgz.layers.ConditionalBatchNormalization(momentum=0.7), [(2, 4, 4, 8), (2, 3)]),
    (kgz.layers.DropReference(1), (3, 4)),
    (kgz.layers.Dropout(0.5), (2, 8)),
    (kgz.layers.LegacyResizing((6, 3)), (2, 4, 4, 8)),
    (kgz.layers.EqualizedLearningRate(keras.layers.Dense(3), 1.4, 0.1), (2, 8)),
    (kgz.layers.FadeIn(), [(2, 4, 4, 8), (2, 4, 4, 8)]),
    (kgz.layers.GatedLinearUnit(), (2, 4, 4, 8)),
    (kgz.layers.GaussianNoise(0.5), (2, 8)),
    (kgz.layers.GaussianSampling(seed=3), [(2, 4), (2, 4)]),
    (kgz.layers.GlobalSumPooling2D(), (2, 4, 4, 8)),
    (kgz.layers.GroupedConv2D(4, 3, 2), (2, 4, 4, 8)),
    (kgz.layers.InstanceNormalization(scale=False), (2, 4, 4, 8)),
    (kgz.layers.LearnedBasis((2, 2)), (2, 8)),
    (kgz.layers.LearnedConstant((2, 3), "random_normal"), (2, 8)),
    (kgz.layers.Maxout(3, 2), (2, 8)),
    (kgz.layers.MinibatchDiscrimination(3, 2), (2, 8)),
    (kgz.layers.MinibatchStdDev(2), (2, 4, 4, 8)),
    (kgz.layers.PixelShuffle2D(2), (2, 4, 4, 8)),
    (kgz.layers.MixtureDense(3, 2, 1, use_bias=False), (2, 5, 4)),
    (kgz.layers.ModulatedConv2D(3, 3, True, False), [(2, 4, 4, 8), (2, 5)]),
    (kgz.layers.MovingMean(0.5), (2, 8)),
    (kgz.layers.NoiseInjection(True, True, seed=3), (2, 4, 4, 8)),
    (kgz.layers.PixelNormalization(1e-6), (2, 4, 4, 8)),
    (kgz.layers.PrependReference(2), (3, 4)),
    (kgz.layers.ReflectionPadding2D(2), (2, 4, 4, 8)),
    (kgz.layers.ResizeConv2D(3, 5, 2, "bilinear"), (2, 4, 4, 8)),
    (kgz.layers.SPADE(3), [(2, 4, 4, 8), (2, 8, 8, 2)]),
    (kgz.layers.SelfAttention2D(pool=1), (2, 4, 4, 8)),
    (kgz.layers.SpectralNormalization(keras.layers.Dense(3), 2), (2, 8)),
    (kgz.layers.TransposedConv2D(3, 4), (2, 4, 4, 8)),
    (kgz.layers.UpFirDown2D((1, 2, 1), 2, 1, (1, 1)), (2, 4, 4, 8)),
    (kgz.layers.VirtualBatchNormalization(2, 1e-3, True, False), (3, 4, 4, 2)),
    (kgz.layers.WeightNormalization(keras.layers.Dense(3), False, 0.5), (2, 8)),
]


def test_every_layer_is_in_the_list_below():
    # Of several outputs, and part of a layer.
    elsewhere = {"Chunks", "LSTMSeries", "EpisodicLSTMCell"}
    assert {type(layer).__name__ for layer, _ in LAYERS} == set(kgz.layers.__all__) - elsewhere


@pytest.mark.parametrize(("layer", "shape"), LAYERS, ids=lambda one: type(one).__name__)
@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16", "mixed_float16"])
def test_layers_serialise_and_follow_the_policy(layer, shape, policy):
    config = keras.saving.serialize_keras_object(layer)
    keras.config.set_dtype_policy(policy)
    twin = type(layer).from_config({**config["config"], "dtype": policy})
    assert {**twin.get_config(), "dtype": None} == {**layer.get_config(), "dtype": None} or (
        isinstance(layer, keras.layers.Wrapper)
    )
    if isinstance(shape, list):
        inputs = tuple(tf.cast(normal(*one), twin.compute_dtype) for one in shape)
    else:
        inputs = normal(*shape)
    outputs = twin(inputs)
    assert outputs.dtype == getattr(twin, "layer", twin).compute_dtype  # a wrapper's is its layer's
    assert np.isfinite(np.array(outputs, "float32")).all()


@pytest.mark.parametrize("steps", [1, 5])
def test_parameters_of_mixtures_are_a_dense_layers_in_another_order(steps):
    x = normal(2, steps, 4)
    layer, dense = kgz.layers.MixtureDense(3, 2, 1), keras.layers.Dense(1 + 3 * 3 * 2)
    dense.build(x.shape)
    dense.bias.assign(normal(19))
    layer.build(x.shape)
    layer.set_weights(dense.get_weights())
    expected = np.array(dense(x))
    of_numbers = expected[..., 1:].reshape(2, steps, 3, 6)
    received = np.array(layer(x))
    np.testing.assert_allclose(received[..., 0], expected[..., 0], rtol=1e-5)
    of_kinds = received[..., 1:].reshape(2, steps, 6, 3)
    np.testing.assert_allclose(of_kinds, np.swapaxes(of_numbers, -1, -2), rtol=1e-5, atol=1e-6)

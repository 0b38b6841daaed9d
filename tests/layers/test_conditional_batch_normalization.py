"""Oracles: our batch normalisation, NumPy, one device for two replicas."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz
from tests.replicas import on_two_replicas

RANDOM = np.random.default_rng(0)
IMAGES = (2.0 + 3.0 * RANDOM.standard_normal((8, 4, 4, 5))).astype("float32")
CLASSES = np.array([0, 2, 1, 1, 0, 2, 2, 0])
ONE_HOT = np.eye(3, dtype="float32")[CLASSES]


def layer_with_weights(**options):
    layer = kgz.layers.ConditionalBatchNormalization(**options)
    layer.build((IMAGES.shape, ONE_HOT.shape))
    random = np.random.default_rng(1)
    for matrix in (layer.gamma, layer.beta):
        matrix.assign(random.standard_normal(matrix.shape))
    return layer


def test_starts_as_plain_batch_normalization():
    ours = kgz.layers.ConditionalBatchNormalization(momentum=0.8, epsilon=2e-5)
    plain = kgz.layers.BatchNormalization(momentum=0.8, epsilon=2e-5)
    for training in (True, False):
        np.testing.assert_allclose(
            ours((IMAGES, ONE_HOT), training=training),
            plain(IMAGES, training=training),
            atol=1e-5,
        )
    assert ours.normalization.moving_mean.shape == (5,)
    assert sum(int(np.prod(v.shape)) for v in ours.trainable_variables) == 2 * 3 * 5


@pytest.mark.parametrize("images", [IMAGES, IMAGES[:, 0, 0]])
def test_each_class_has_its_gain_and_bias(images):
    layer = kgz.layers.ConditionalBatchNormalization(num_classes=3)
    layer.build((images.shape, (8,)))
    layer.gamma.assign(RANDOM.standard_normal((3, 5)))
    layer.beta.assign(RANDOM.standard_normal((3, 5)))
    axes = tuple(range(images.ndim - 1))
    normalized = (images - images.mean(axes)) / np.sqrt(images.var(axes) + 1e-5)
    shape = (8, *(1,) * (images.ndim - 2), 5)
    gain = (1 + np.array(layer.gamma)[CLASSES]).reshape(shape)
    bias = np.array(layer.beta)[CLASSES].reshape(shape)
    outputs = layer((images, CLASSES), training=True)
    np.testing.assert_allclose(outputs, normalized * gain + bias, atol=1e-4)
    layer.normalization.moving_mean.assign(np.zeros(5))
    layer.normalization.moving_variance.assign(np.ones(5))
    one_hot = layer((images, ONE_HOT), training=False)
    np.testing.assert_array_equal(layer((images, CLASSES), training=False), one_hot)


def test_a_mixture_of_classes_is_the_mixture_of_outputs():
    """Morphing: gain and bias are linear in the condition."""
    layer = layer_with_weights()
    first, second, mixture = (
        layer((IMAGES, np.tile(np.array([one], "float32"), (8, 1))))
        for one in ([1, 0, 0], [0, 1, 0], [0.25, 0.75, 0])
    )
    np.testing.assert_allclose(mixture, 0.25 * first + 0.75 * second, atol=1e-4)


def test_two_replicas_equal_one_device():
    def run(layer):
        def step(images, condition):
            with tf.GradientTape() as tape:
                outputs = layer((images, condition), training=True)
                loss = tf.reduce_sum(outputs**3)
            return outputs, tape.gradient(loss, layer.gamma.value)

        return step

    expected, gradient = run(layer_with_weights())(tf.constant(IMAGES), tf.constant(ONE_HOT))
    results = on_two_replicas(lambda: run(layer_with_weights()), IMAGES, ONE_HOT)
    outputs = np.concatenate([one for one, _ in results])
    np.testing.assert_allclose(outputs, expected, atol=1e-4)
    np.testing.assert_allclose(sum(one for _, one in results), gradient, rtol=1e-3, atol=1e-3)


def test_concatenate_condition_tiles_it():
    maps = kgz.layers.ConcatenateCondition()((IMAGES, ONE_HOT))
    assert maps.shape == (8, 4, 4, 8)
    np.testing.assert_array_equal(maps[..., :5], IMAGES)
    np.testing.assert_array_equal(maps[:, 3, 1, 5:], ONE_HOT)
    vectors = kgz.layers.ConcatenateCondition(num_classes=3)((IMAGES[:, 0, 0], CLASSES))
    np.testing.assert_array_equal(vectors, np.concatenate([IMAGES[:, 0, 0], ONE_HOT], 1))
    symbolic = kgz.layers.ConcatenateCondition(num_classes=3)(
        (keras.Input((4, 4, 5)), keras.Input((), dtype="int32"))
    )
    assert symbolic.shape == (None, 4, 4, 8)


@pytest.mark.parametrize("kind", ["ConditionalBatchNormalization", "ConcatenateCondition"])
def test_bad_conditions(kind):
    layer = getattr(kgz.layers, kind)
    with pytest.raises(ValueError, match="pair.*Received"):
        layer().build((8, 4, 4, 5))
    for condition in ((8,), (8, 2, 2)):
        with pytest.raises(ValueError, match="condition of shape.*Received"):
            layer().build(((8, 4, 4, 5), condition))
    with pytest.raises(ValueError, match="num_classes=4"):
        layer(num_classes=4).build(((8, 4, 4, 5), (8, 3)))


def test_global_sum_pooling_of_a_constant():
    maps = np.full((2, 3, 5, 4), 0.5, "float32")
    np.testing.assert_allclose(kgz.layers.GlobalSumPooling2D()(maps), np.full((2, 4), 7.5))


def test_spectrally_normalised_gains_and_biases():
    """`1 + c A / sigma(A)` and `c B / sigma(B)`, by NumPy's singular values."""
    layer = kgz.layers.ConditionalBatchNormalization(spectral_normalization=True, epsilon=0.0)
    layer.build((IMAGES.shape, ONE_HOT.shape))
    matrices = []
    for one in (layer.gamma, layer.beta):
        kernel = RANDOM.standard_normal((3, 5)).astype("float32")
        one.layer.kernel.assign(kernel)
        matrices.append(kernel / np.linalg.svd(kernel)[1][0])
    for _ in range(20):
        outputs = layer((IMAGES, ONE_HOT), training=True)
    normalized = (IMAGES - IMAGES.mean((0, 1, 2))) / IMAGES.std((0, 1, 2))
    gain, bias = (matrix[CLASSES][:, None, None] for matrix in matrices)
    np.testing.assert_allclose(outputs, normalized * (1 + gain) + bias, atol=1e-3)

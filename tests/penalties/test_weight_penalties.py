"""Oracles: NumPy on the formulas, finite differences, a mean by hand, one device for two."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz
from tests.replicas import on_two_replicas

RANDOM = np.random.default_rng(0)


def small_network():
    return keras.Sequential(
        [
            keras.Input((6, 6, 2)),
            keras.layers.Conv2D(5, 3),
            kgz.layers.TransposedConv2D(3, 4),
            keras.layers.Flatten(),
            kgz.layers.SpectralNormalization(keras.layers.Dense(2)),
        ]
    )


def test_orthonormal_equals_numpy_on_every_kernel():
    network = small_network()
    penalty = kgz.penalties.OrthonormalRegularization(0.5)
    penalty.build(network)
    conv, transposed, _, dense = network.layers
    columns = [
        np.array(conv.kernel).reshape(-1, 5),
        np.array(transposed.kernel).transpose(0, 1, 3, 2).reshape(-1, 3),
        np.array(dense.layer.kernel),
    ]
    expected = sum(np.sum((w.T @ w - np.eye(w.shape[1])) ** 2) for w in columns)
    assert float(penalty(None, None, None)) == pytest.approx(0.5 * expected, rel=1e-4)


def test_orthogonal_equals_numpy_off_the_diagonal():
    network = small_network()
    penalty = kgz.penalties.OrthogonalRegularization(0.5, leave_out=(network.layers[1].name,))
    penalty.build(network)
    conv, _, _, dense = network.layers
    columns = [np.array(conv.kernel).reshape(-1, 5), np.array(dense.layer.kernel)]
    expected = sum(np.sum((w.T @ w * (1 - np.eye(w.shape[1]))) ** 2) for w in columns)
    assert float(penalty(None, None, None)) == pytest.approx(0.5 * expected, rel=1e-4)


@pytest.mark.parametrize(("inputs", "outputs"), [(3, 5), (5, 3)])
def test_orthogonal_ignores_lengths_and_has_the_closed_gradient(inputs, outputs):
    """4 beta W (W^T W * (1 - I)), and 0 for orthogonal columns of any length."""
    network = keras.Sequential([keras.Input((inputs,)), keras.layers.Dense(outputs)])
    penalty = kgz.penalties.OrthogonalRegularization(0.3)
    penalty.build(network)
    weights = RANDOM.standard_normal((inputs, outputs)).astype("float32")
    kernel = network.layers[0].kernel
    kernel.assign(weights)
    with tf.GradientTape() as tape:
        tape.watch(kernel.value)
        value = penalty(None, None, None)
    expected = 4 * 0.3 * weights @ (weights.T @ weights * (1 - np.eye(outputs)))
    np.testing.assert_allclose(tape.gradient(value, kernel.value), expected, rtol=1e-3, atol=1e-4)
    kernel.assign(np.eye(inputs, outputs) * np.arange(1, outputs + 1))
    assert float(penalty(None, None, None)) == pytest.approx(0.0, abs=1e-4)


@pytest.mark.parametrize(("inputs", "outputs"), [(4, 7), (7, 4)])
def test_orthonormal_of_wide_and_tall_kernels_with_gradient(inputs, outputs):
    """Value in NumPy; gradient 4 W (W^T W - I); 0 for orthonormal columns."""
    network = keras.Sequential([keras.Input((inputs,)), keras.layers.Dense(outputs)])
    penalty = kgz.penalties.OrthonormalRegularization(1.0)
    penalty.build(network)
    kernel = network.layers[0].kernel
    w = np.array(kernel)
    with tf.GradientTape() as tape:
        value = penalty(None, None, None)
    excess = w.T @ w - np.eye(outputs)
    assert float(value) == pytest.approx(np.sum(excess**2), rel=1e-4)
    np.testing.assert_allclose(tape.gradient(value, kernel.value), 4 * w @ excess, atol=1e-4)
    orthonormal, _ = np.linalg.qr(RANDOM.standard_normal((max(inputs, outputs),) * 2))
    kernel.assign(orthonormal[:inputs, :outputs])
    least = max(outputs - inputs, 0)  # more columns than rows cannot all be orthonormal
    assert float(penalty(None, None, None)) == pytest.approx(least, abs=1e-5)


def test_historical_average_by_hand():
    network = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    kernel = network.layers[0].kernel
    penalty = kgz.penalties.HistoricalAverage(2.0)
    penalty.build(network)
    kernel.assign([[5.0]])
    assert float(penalty(None)) == 0.0  # nothing remembered yet
    for value in (1.0, 2.0, 6.0):
        kernel.assign([[value]])
        penalty.update()
    assert float(penalty.state.averages[0][0, 0]) == pytest.approx(3.0)
    with tf.GradientTape() as tape:
        value = penalty(None)
    assert float(value) == pytest.approx(2.0 * (6.0 - 3.0) ** 2)
    # The average is a constant: 2 * 2 * (6 - 3).
    assert float(tape.gradient(value, kernel.value)[0, 0]) == pytest.approx(12.0)


def test_historical_average_is_saved_by_a_model_that_keeps_the_state(tmp_path):
    class Holder(keras.Model):
        def __init__(self):
            super().__init__()
            self.network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)])
            self.penalty = kgz.penalties.HistoricalAverage(1.0)
            self.penalty.build(self.network)
            self.penalty_states = [self.penalty.state]

        def call(self, inputs):
            return self.network(inputs)

    one, other = Holder(), Holder()
    for model in (one, other):
        model(np.zeros((1, 2), "float32"))
    one.penalty.update()
    one.network.set_weights([2.0 * v for v in one.network.get_weights()])
    one.save_weights(tmp_path / "holder.weights.h5")
    other.load_weights(tmp_path / "holder.weights.h5")
    assert float(other.penalty(None)) == pytest.approx(float(one.penalty(None))) and (
        float(one.penalty(None)) > 0
    )


def test_weight_penalties_of_two_replicas_equal_one_device():
    def make():
        keras.utils.set_random_seed(1)
        network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)])
        penalties = [
            kgz.penalties.HistoricalAverage(1.0),
            kgz.penalties.OrthonormalRegularization(1.0),
        ]
        for penalty in penalties:
            penalty.build(network)

        def run(x):
            penalties[0].update()
            for weight in network.trainable_variables:
                weight.assign(1.5 * weight.value)
            penalties[0].update()
            return [penalty(network, x) for penalty in penalties]

        return run

    expected = make()(np.zeros((2, 2), "float32"))
    for result in on_two_replicas(make, np.zeros((2, 2), "float32")):
        np.testing.assert_allclose(result, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    "penalty",
    [kgz.penalties.HistoricalAverage(0.5), kgz.penalties.OrthonormalRegularization(2.0, 4)],
)
def test_weight_penalties_serialise_and_ask_for_a_network(penalty):
    config = keras.saving.serialize_keras_object(penalty)
    twin = keras.saving.deserialize_keras_object(config)
    assert type(twin) is type(penalty) and twin.get_config() == penalty.get_config()
    with pytest.raises(ValueError, match=r"build\(network\)"):
        twin(None, None)

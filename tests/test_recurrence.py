"""The recurrence of an LSTM. Oracle: Keras's loop over Keras's cell, and TensorFlow's gradients."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz

STEPS, UNITS = 5, 4


@pytest.fixture(params=[False, True], ids=["plain", "episodic"])
def pair(request):
    """A series of ours, and Keras's with the same weights."""
    ours = kgz.layers.LSTMSeries(UNITS, episodic=request.param)
    kind = kgz.layers.EpisodicLSTMCell if request.param else keras.layers.LSTMCell
    theirs = keras.layers.RNN(kind(UNITS), return_sequences=True, return_state=True)
    for layer in (ours, theirs):
        layer.build((None, None, 3))
    random = np.random.default_rng(0)
    ours.set_weights([random.normal(size=one.shape) for one in ours.get_weights()])
    theirs.set_weights(ours.get_weights())
    return ours, theirs


def series(steps=STEPS):
    """Steps whose last feature says where an episode begins, and a state before them."""
    random = np.random.default_rng(1)
    x = random.normal(size=(2, steps, 3)).astype("float32")
    x[..., -1] = 0.0
    x[0, steps // 2, -1] = 1.0
    return tf.constant(x), [
        tf.constant(one, "float32") for one in random.normal(size=(2, 2, UNITS))
    ]


def weighed(outputs):
    """A number to which all outputs contribute differently."""
    return sum(
        tf.reduce_sum(tf.sin(one + number) * tf.range(1.0, UNITS + 1.0))
        for number, one in enumerate(outputs)
    )


@pytest.mark.parametrize("steps", [1, STEPS])
def test_states_and_gradients_are_those_of_the_cell_step_by_step(pair, steps):
    x, state = series(steps)
    found = []
    for layer in pair:
        with tf.GradientTape() as tape:
            tape.watch([x, state])
            outputs = layer(x, initial_state=state)
            loss = weighed(outputs)
        watched = [x, *state, *(one.value for one in layer.trainable_variables)]
        of_x, *others = tape.gradient(loss, watched)
        found.append([*outputs, of_x[..., :-1], *others])
    for ours, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)


def test_gradients_can_be_differentiated(pair):
    x, state = series()
    found = []
    for layer in pair:
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as tape:
                tape.watch(x)
                loss = weighed(layer(x, initial_state=state))
            gradient = tape.gradient(loss, x)[..., :-1]
            size = tf.reduce_sum(tf.square(gradient))
        found.append(outer.gradient(size, layer.cell.recurrent_kernel.value))
    np.testing.assert_allclose(*found, rtol=1e-4, atol=1e-4)


def test_series_of_any_length_are_one_graph(pair):
    layer, other = pair
    function = tf.function(layer, input_signature=[tf.TensorSpec((None, None, 3))], autograph=False)
    for steps in (2, STEPS):
        x, _ = series(steps)
        np.testing.assert_allclose(function(x)[0], other(x)[0], rtol=1e-5, atol=1e-6)


def test_a_mask_is_kerass(pair):
    x, _ = series()
    mask = tf.constant([[True, True, False, True, True], [True, True, True, False, False]])
    ours, theirs = (layer(x, mask=mask) for layer in pair)
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16"])
def test_it_serialises_and_follows_the_policy(policy):
    layer = kgz.layers.LSTMSeries(UNITS, episodic=True, dtype=policy)
    outputs, *state = layer(series()[0])
    twin = kgz.layers.LSTMSeries.from_config(layer.get_config())
    twin.build((None, None, 3))
    twin.set_weights(layer.get_weights())
    assert outputs.dtype == layer.compute_dtype == twin.compute_dtype
    np.testing.assert_array_equal(twin(series()[0])[0], outputs)
    np.testing.assert_array_equal(outputs[:, -1], state[0])

"""The recurrence of an LSTM, in a form that processors do faster than TensorFlow's gradient of it.

The gradient of a loop adds up what each step contributes to the gradient of the recurrent kernel, a
matrix as large as the kernel per step, and transposes that kernel anew in each. Here the loop back
gives the gradients of gates alone; what they contribute to the kernel is one product of all steps,
and the kernel is transposed once. See `docs/performance.md`.
"""

import tensorflow as tf

from keras_gan_zoo import backend


def lstm(inputs, goes_on, recurrent, hidden, cell):
    """All states of an LSTM.

    Args:
        inputs: `(steps, batch, 4 * units)`: what inputs and biases add to the gates, which are in
            the order input, forget, candidate, output.
        goes_on: What the state is multiplied by before each step, `(steps, batch, 1)` or
            `(steps, 1, 1)`. It has no gradient.
        recurrent: The recurrent kernel, `(units, 4 * units)`.
        hidden, cell: The state before the first step, `(batch, units)`.

    Returns:
        The hidden states `(steps, batch, units)`, and the cell's state after the last step.

    References:
        Hochreiter and Schmidhuber 1997, Long short-term memory; Gers et al. 2000, Learning to
        forget.
    """

    @tf.custom_gradient
    def function(inputs, recurrent, hidden, cell):
        def step(state, given):
            gates_of_inputs, going = given
            hidden, before = (going * one for one in state)
            gates = gates_of_inputs + tf.matmul(hidden, recurrent)
            enter, keep, candidate, leave = tf.split(gates, 4, axis=-1)
            enter, keep, leave = tf.sigmoid(enter), tf.sigmoid(keep), tf.sigmoid(leave)
            candidate = tf.tanh(candidate)
            cell = keep * before + enter * candidate
            squashed = tf.tanh(cell)
            state = leave * squashed, cell
            return state, (enter, keep, candidate, leave, before, squashed, state[0])

        state, (*kept, hiddens) = backend.scan(step, (hidden, cell), (inputs, goes_on), 7)

        def gradient(of_hiddens, of_cell):
            befores = goes_on * tf.concat([hidden[None], hiddens[:-1]], axis=0)
            of_gates, of_state = _back(of_hiddens, of_cell, goes_on, recurrent, kept)
            rows = (tf.reshape(one, (-1, one.shape[-1])) for one in (befores, of_gates))
            return of_gates, tf.matmul(*rows, transpose_a=True), *of_state

        return (hiddens, state[1]), gradient

    return function(inputs, tf.convert_to_tensor(recurrent), hidden, cell)


def _back(of_hiddens, of_cell, goes_on, recurrent, kept):
    """Gradients with respect to the gates of all steps, and to the first state."""
    enter, keep, candidate, leave, before, squashed = kept
    back = tf.transpose(recurrent)
    # What the gradients of the cell, thrice, and of the hidden state are to the gates.
    slopes = tf.concat(
        [
            candidate * enter * (1.0 - enter),
            before * keep * (1.0 - keep),
            enter * (1.0 - tf.square(candidate)),
            squashed * leave * (1.0 - leave),
        ],
        axis=-1,
    )
    through = leave * (1.0 - tf.square(squashed))

    def step(state, given):
        of_hidden, slopes, through, keeps, going = given
        of_hidden, of_cell = state[0] + of_hidden, state[1]
        of_cell += of_hidden * through
        of_gates = tf.concat([of_cell, of_cell, of_cell, of_hidden], axis=-1) * slopes
        return (tf.matmul(of_gates, back) * going, of_cell * keeps), (of_gates,)

    start = tf.zeros_like(of_cell), of_cell
    given = of_hiddens, slopes, through, keep * goes_on, goes_on
    state, (of_gates,) = backend.scan(step, start, given, 1, reverse=True)
    return of_gates, state

"""An LSTM over series that may hold several episodes."""

import keras
from keras import ops

from keras_gan_zoo import recurrence
from keras_gan_zoo.layers.episodic_lstm_cell import EpisodicLSTMCell


@keras.saving.register_keras_serializable("keras_gan_zoo")
class LSTMSeries(keras.layers.RNN):
    """`keras.layers.RNN` of a `keras.layers.LSTMCell`: the same numbers, with a
    config of its own.

    Its gradients take fewer operations, see `keras_gan_zoo.recurrence`. It gives all hidden states
    and the last state.

    Args:
        units: Size of the state.
        episodic: Whether the cell is an `EpisodicLSTMCell`, whose last input says where an episode
            begins; that input has no gradient by the emptied state.
        **kwargs: `name` and `dtype`.

    Example:

    >>> outputs, hidden, cell = kgz.layers.LSTMSeries(4)(np.zeros((2, 7, 3), "float32"))
    >>> outputs.shape, hidden.shape
    (TensorShape([2, 7, 4]), TensorShape([2, 4]))
    """

    def __init__(self, units: int, episodic: bool = False, **kwargs):
        cell = (EpisodicLSTMCell if episodic else keras.layers.LSTMCell)(
            units, dtype=kwargs.get("dtype")
        )
        super().__init__(cell, return_sequences=True, return_state=True, **kwargs)
        self.units, self.episodic = units, episodic

    def inner_loop(self, sequences, initial_state, mask, training=False):
        """As Keras's, in TensorFlow; a mask is Keras's to apply."""
        cell = self.cell
        if mask is not None:
            return super().inner_loop(sequences, initial_state, mask, training)
        if sequences.shape[1] == 1:  # a step of a dream, which needs no loop
            hidden, state = cell(sequences[:, 0], initial_state)
            return hidden, hidden[:, None], state
        steps = ops.swapaxes(sequences, 0, 1)
        goes_on = 1.0 - steps[..., -1:] if self.episodic else ops.ones_like(steps[:, :1, :1])
        gates = ops.matmul(steps, cell.kernel) + cell.bias
        hiddens, last = recurrence.lstm(gates, goes_on, cell.recurrent_kernel, *initial_state)
        return hiddens[-1], ops.swapaxes(hiddens, 0, 1), [hiddens[-1], last]

    def get_config(self):
        config = keras.layers.Layer.get_config(self)
        return {**config, "units": self.units, "episodic": self.episodic}

    @classmethod
    def from_config(cls, config):
        return cls(**config)

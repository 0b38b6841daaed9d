"""An LSTM's cell for series of several episodes."""

import keras


@keras.saving.register_keras_serializable("keras_gan_zoo")
class EpisodicLSTMCell(keras.layers.LSTMCell):
    """An LSTM's cell whose state is emptied where an episode begins.

    The last feature of its input says whether one does: 1 for the first step of an episode, 0 for
    the others. The cell sees that feature, too. So a series of several episodes gives what each
    gives by itself.

    Args:
        units: Size of the state.
        **kwargs: See `keras.layers.LSTMCell`.

    Example:

    >>> layer = keras.layers.RNN(kgz.layers.EpisodicLSTMCell(4))
    >>> layer(np.zeros((2, 7, 3), "float32")).shape
    TensorShape([2, 4])

    References:
        Ha and Schmidhuber 2018, arXiv 1803.10122; the authors' code `doomrnn/rnn_train.py`.
    """

    def call(self, inputs, states, training=False):
        goes_on = 1.0 - inputs[:, -1:]
        return super().call(inputs, [goes_on * one for one in states], training=training)

"""Stopping a training at a given place, and comparing what is left with another."""

import keras
import numpy as np

from keras_gan_zoo.training import state as training_state


def assert_same_state(first, second):
    """Weights, optimizers, random states and stores of two models, to the bit."""
    first, second = training_state.capture(first), training_state.capture(second)
    assert first.keys() == second.keys()
    for name, value in first.items():
        np.testing.assert_array_equal(value, second[name], err_msg=name)


class Kill(keras.callbacks.Callback):
    """Stops the program after so many training steps in all, or at the begin or end of a `fit`."""

    def __init__(self, step, moment="step"):
        super().__init__()
        self.left, self.moment = step, moment

    def on_train_begin(self, logs=None):
        self._at("begin")

    def on_train_batch_end(self, batch, logs=None):
        self._at("step")

    def on_train_end(self, logs=None):
        self._at("end")

    def _at(self, moment):
        self.left -= moment == self.moment
        if self.left == 0:
            raise KeyboardInterrupt

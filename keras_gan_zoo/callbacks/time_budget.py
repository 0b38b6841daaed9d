"""Stopping after a given time."""

import time

import keras


class TimeBudget(keras.callbacks.Callback):
    """Stops training once `fit` has run for `minutes`.

    Args:
        minutes: Wall-clock minutes; training stops after the step that exceeds them.

    Example:

    >>> callback = kgz.callbacks.TimeBudget(minutes=10)
    """

    def __init__(self, minutes: float):
        super().__init__()
        if not minutes > 0:
            raise ValueError(f"Expected `minutes` > 0. Received: {minutes!r}")
        self.minutes = minutes

    def on_train_begin(self, logs=None):
        self._end = time.monotonic() + 60 * self.minutes

    def on_train_batch_end(self, batch, logs=None):
        if time.monotonic() > self._end:
            self.model.stop_training = True

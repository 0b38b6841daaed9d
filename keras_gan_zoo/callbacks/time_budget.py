"""Stopping after a given time."""

import time

import keras


class TimeBudget(keras.callbacks.Callback):
    """Stops training once `fit` has run for `minutes`.

    Args:
        minutes: Training stops after the step that exceeds them.
        processor: Whether to count the time that all cores were at work for this process, which
            other programs on the machine cannot stretch, rather than the time on the wall.

    Example:

    >>> callback = kgz.callbacks.TimeBudget(minutes=10)
    """

    def __init__(self, minutes: float, processor: bool = False):
        super().__init__()
        if not minutes > 0:
            raise ValueError(f"Expected `minutes` > 0. Received: {minutes!r}")
        self.minutes = minutes
        self._clock = time.process_time if processor else time.monotonic

    def on_train_begin(self, logs=None):
        self._end = self._clock() + 60 * self.minutes

    def on_train_batch_end(self, batch, logs=None):
        if self._clock() > self._end:
            self.model.stop_training = True

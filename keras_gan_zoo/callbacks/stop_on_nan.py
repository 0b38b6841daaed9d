"""Stopping when a loss is no number any more."""

import warnings

import keras
import numpy as np

from keras_gan_zoo.training import state as training_state


class StopOnNaN(keras.callbacks.Callback):
    """Stops training when a loss is NaN or infinite, and goes back to the last good state.

    Args:
        every: Remember the state each so many training steps. What is lost at most.

    Example:

    >>> callback = kgz.callbacks.StopOnNaN(every=100)
    """

    def __init__(self, every: int = 200):
        super().__init__()
        if every < 1:
            raise ValueError(f"Expected `every` >= 1. Received: {every!r}")
        self.every = every

    def on_train_begin(self, logs=None):
        self._steps = 0
        self._good = training_state.capture(self.model)
        self._good_at = 0

    def on_train_batch_end(self, batch, logs=None):
        self._steps += self.model.steps_per_execution
        broken = [name for name, value in (logs or {}).items() if not np.isfinite(value)]
        if broken:
            self.model.stop_training = True
            training_state.restore(self.model, self._good)
            self.model.data_order.left = True
            warnings.warn(
                f"Training stopped at step {self._steps}: {', '.join(broken)} is NaN or infinite. "
                f"The model is back at its last good state, of step {self._good_at}.",
                stacklevel=2,
            )
        elif self._steps - self._good_at >= self.every:
            state = training_state.capture(self.model)
            if training_state.is_finite(state):
                self._good, self._good_at = state, self._steps

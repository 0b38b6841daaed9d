"""Learning rates that fall, and averages that grow longer."""

import math

import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_gan_zoo")
class LinearDecay(keras.optimizers.schedules.LearningRateSchedule):
    """A learning rate that is constant at first, and then falls linearly to 0.

    `rate * min(1, (stop - t) / (stop - start))`, at least 0, for update `t`.

    Args:
        rate: The learning rate at first.
        stop: The update at which it reaches 0.
        start: The last update at which it is constant.

    Raises:
        ValueError: If `rate` is not positive, or not `0 <= start < stop`.

    Example:

    >>> schedule = kgz.training.LinearDecay(0.1, stop=30, start=10)
    >>> tuple(round(float(schedule(step)), 3) for step in (0, 10, 20, 30, 40))
    (0.1, 0.1, 0.05, 0.0, 0.0)
    """

    def __init__(self, rate: float, stop: int, start: int = 0):
        if not rate > 0:
            raise ValueError(f"Expected `rate` > 0. Received: {rate!r}")
        if not 0 <= start < stop:
            raise ValueError(
                f"Expected 0 <= `start` < `stop`. Received: start={start!r}, stop={stop!r}"
            )
        self.rate, self.stop, self.start = float(rate), int(stop), int(start)

    def __call__(self, step):
        left = self.stop - ops.cast(step, "float32")
        return self.rate * ops.clip(left / (self.stop - self.start), 0.0, 1.0)

    def get_config(self):
        return {"rate": self.rate, "stop": self.stop, "start": self.start}


@keras.saving.register_keras_serializable("keras_gan_zoo")
class GrowingHalfLife(keras.optimizers.schedules.LearningRateSchedule):
    """The half-life of a moving average that grows along half a cosine, from 0 on.

    `half_life * (1 - cos(pi * min(1, t / stop))) / 2` samples after `t` updates: at first the
    average is the network itself, and it forgets ever less of what comes later.

    Args:
        half_life: The half-life at the end, in samples.
        stop: The update from which on it is constant.

    Raises:
        ValueError: If an argument is not positive.

    References:
        Huang et al. 2024, A Modern GAN Baseline, arXiv 2501.05441, the authors' `training_loop.py`.

    Example:

    >>> schedule = kgz.training.GrowingHalfLife(100.0, stop=10)
    >>> tuple(round(float(schedule(step)), 3) for step in (0, 5, 10, 20))
    (0.0, 50.0, 100.0, 100.0)
    """

    def __init__(self, half_life: float, stop: int):
        for name, value in (("half_life", half_life), ("stop", stop)):
            if not value > 0:
                raise ValueError(f"Expected `{name}` > 0. Received: {value!r}")
        self.half_life, self.stop = float(half_life), int(stop)

    def __call__(self, step):
        progress = ops.minimum(ops.cast(step, "float32") / self.stop, 1.0)
        return 0.5 * self.half_life * (1.0 - ops.cos(math.pi * progress))

    def get_config(self):
        return {"half_life": self.half_life, "stop": self.stop}


@keras.saving.register_keras_serializable("keras_gan_zoo")
class FlooredDecay(keras.optimizers.schedules.LearningRateSchedule):
    """A learning rate that falls exponentially to one that is not 0.

    `floor + (rate - floor) * decay ** t` for update `t`.

    Args:
        rate: The learning rate at first.
        floor: The one it falls to.
        decay: The factor of each update.

    Raises:
        ValueError: If not `0 < floor < rate`, or not `0 < decay < 1`.

    Example:

    >>> schedule = kgz.training.FlooredDecay(1.0, 0.2, decay=0.5)
    >>> tuple(round(float(schedule(step)), 3) for step in (0, 1, 2, 99))
    (1.0, 0.6, 0.4, 0.2)
    """

    def __init__(self, rate: float, floor: float, decay: float):
        if not 0 < floor < rate or not 0 < decay < 1:
            raise ValueError(
                "Expected 0 < `floor` < `rate` and 0 < `decay` < 1. "
                f"Received: floor={floor!r}, rate={rate!r}, decay={decay!r}"
            )
        self.rate, self.floor, self.decay = float(rate), float(floor), float(decay)

    def __call__(self, step):
        fallen = self.decay ** ops.cast(step, "float32")
        return self.floor + (self.rate - self.floor) * fallen

    def get_config(self):
        return {"rate": self.rate, "floor": self.floor, "decay": self.decay}

"""Exponential moving averages of network weights."""

import keras
import tensorflow as tf

from keras_gan_zoo import backend
from keras_gan_zoo.training import checks
from keras_gan_zoo.training.part import Part

# Statistics that are averages themselves; other non-trainable state (the singular vectors of
# spectral normalisation, counters) is copied, because its average means nothing.
AVERAGED_STATISTICS = ("moving_mean", "moving_variance")


class MovingAverage(Part):
    """Keeps `average`, a twin of `network`, at the exponential moving average of its weights.

    `average <- d * average + (1 - d) * network` with `d = min(decay, (1 + t) / (10 + t))` after
    `t` earlier updates, so that short trainings are not averaged with the random start.

    Args:
        network: The network that is trained.
        decay: Largest decay, in `[0, 1)`.
        half_life: Samples in which the average forgets one half of what it was, in place of
            `decay`, which is then `0.5 ** (samples of an update / half_life)`; a number, or a Keras
            schedule of the updates, which decides alone.
    """

    def __init__(self, network: keras.Model, decay: float, half_life=None):
        if not 0.0 <= decay < 1.0:
            raise ValueError(f"Expected `ema_decay` in [0, 1) or None. Received: {decay!r}")
        schedule = keras.optimizers.schedules.LearningRateSchedule
        if not (half_life is None or isinstance(half_life, schedule) or _is_positive(half_life)):
            raise ValueError(
                "Expected `ema_half_life` to be a number > 0, a schedule such as `kgz.training."
                f"GrowingHalfLife(5e5, stop=10_000)`, or None. Received: {half_life!r}"
            )
        self.network = network
        self.decay, self.half_life = decay, half_life
        self.average = keras.models.clone_model(network)
        self.average.trainable = False
        self.restart()

    def restart(self):
        """Makes the average the network as it is."""
        self.average.set_weights(self.network.get_weights())

    def after_update(self, updates, samples):
        """Moves the average one step towards the network; callable inside a replica."""
        step, samples = tf.cast(updates, tf.float32), tf.cast(samples, tf.float32)
        if callable(self.half_life):
            decay = 0.5 ** (samples / tf.maximum(self.half_life(step), 1e-8))
        else:
            decay = self.decay if self.half_life is None else 0.5 ** (samples / self.half_life)
            decay = tf.minimum(decay, (1.0 + step) / (10.0 + step))
        trainable = {id(v) for v in self.network.trainable_variables}
        moved = []
        for target, source in zip(self.average.weights, self.network.weights, strict=True):
            moving = id(source) in trainable or source.name in AVERAGED_STATISTICS
            rate = tf.cast(1.0 - decay, target.dtype)
            moved.append(target - rate * (target - source) if moving else source.value)
        backend.assign(self.average.weights, moved)


def _is_positive(value):
    return checks.is_number(value) and value > 0

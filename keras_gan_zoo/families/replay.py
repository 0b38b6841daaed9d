"""Experience replay: the discriminator is shown old samples of the generator, too."""

import keras
import tensorflow as tf

from keras_gan_zoo import backend
from keras_gan_zoo.kinds import values
from keras_gan_zoo.training import checks


@keras.saving.register_keras_serializable("keras_gan_zoo")
class ReplayBuffer(keras.layers.Layer):
    """A store of earlier samples that are handed out again.

    Until it is full it stores what it is given and gives it back. From then on each sample is,
    with probability 1/2, exchanged for a stored one, whose place it takes. What is stored is saved
    with the model that owns it.

    Args:
        capacity: How many samples are stored; at least as many as a batch holds.
        shapes: The shapes, without batch axis, of the parts of a sample: its pixels, and its
            condition if there is one.
        **kwargs: As for `keras.layers.Layer`.

    References:
        Shrivastava et al. 2016, Learning from Simulated and Unsupervised Images through
        Adversarial Training, arXiv 1612.07828, section 2.3; with the pool of Zhu et al. 2017,
        arXiv 1703.10593, section 4.

    Example:

    >>> replay = kgz.families.ReplayBuffer(4, [(2,)])
    >>> first = replay.exchange(np.zeros((4, 2), "float32"), seed=0)
    >>> later = replay.exchange(np.ones((4, 2), "float32"), seed=1)
    >>> int(tf.reduce_sum(later) + tf.reduce_sum(replay.stored[0].value))
    8
    """

    def __init__(self, capacity: int, shapes, **kwargs):
        checks.check_count("replay", capacity)
        super().__init__(trainable=False, **kwargs)
        self.capacity = int(capacity)
        self.shapes = [tuple(shape) for shape in shapes]
        self.stored = [
            self._store((capacity, *shape), "float32", f"stored_{index}")
            for index, shape in enumerate(self.shapes)
        ]
        self.count = self._store((), "int32", "count")
        self.built = True

    def exchange(self, *parts, seed=None):
        """The samples, some of them exchanged for stored ones.

        Args:
            *parts: `(batch, *shape)` for each of `shapes`. On several replicas each passes as
                many rows, and they share one store.
            seed: As for `kgz.penalties`: an integer or a `SeedGenerator`.

        Returns:
            A tensor, or a tuple of them if there are several parts.

        Raises:
            ValueError: If a batch holds more samples than the store.
        """
        everyone = [backend.global_batch(tf.cast(part, tf.float32)) for part in parts]
        number = tf.shape(everyone[0])[0]
        message = f"Expected batches of at most {self.capacity} samples, the size of `replay`."
        number = values.require(number <= self.capacity, message, number)
        seed = backend.draw_seed(seed)
        filling = self.count.value < self.capacity
        in_order = self.count.value + tf.range(number)
        shuffled = tf.random.experimental.stateless_shuffle(tf.range(self.capacity), seed)
        places = tf.where(filling, in_order, shuffled[:number])
        drawn = tf.random.stateless_uniform((number,), seed + 1) < 0.5
        stays = tf.where(filling, in_order < self.capacity, drawn)  # in the store, from now on
        given = []
        for new, store in zip(everyone, self.stored, strict=True):
            old = tf.gather(store.value, tf.minimum(places, self.capacity - 1))
            swapped = tf.reshape(stays & ~filling, [-1] + [1] * (new.shape.rank - 1))
            given.append(backend.own_rows(tf.where(swapped, old, new), tf.shape(parts[0])[0]))
        into = tf.boolean_mask(places, stays)[:, None]
        contents = [
            tf.tensor_scatter_nd_update(store.value, into, tf.boolean_mask(new, stays))
            for new, store in zip(everyone, self.stored, strict=True)
        ]
        count = tf.minimum(self.count.value + number, self.capacity)
        backend.assign([*self.stored, self.count], [*contents, count])
        return given[0] if len(given) == 1 else tuple(given)

    def _store(self, shape, dtype, name):
        return self.add_weight(
            shape=shape,
            initializer="zeros",
            dtype=dtype,
            trainable=False,
            autocast=False,
            aggregation="only_first_replica",
            name=name,
        )

    def get_config(self):
        return {**super().get_config(), "capacity": self.capacity, "shapes": self.shapes}

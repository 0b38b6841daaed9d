"""From arrays to batches in an order that a resumed run can find again."""

import numpy as np
import tensorflow as tf


def is_arrays(x) -> bool:
    """Whether `x` is an array, or a non-empty tuple, list or dict of arrays."""
    if isinstance(x, dict):
        x = tuple(x.values())
    if isinstance(x, (tuple, list)):
        return bool(x) and all(isinstance(part, (np.ndarray, tf.Tensor)) for part in x)
    return isinstance(x, (np.ndarray, tf.Tensor))


def from_arrays(
    x, y=None, *, batch_size=64, seed=0, shuffle=True, drop_remainder=False, prepare=None
) -> tf.data.Dataset:
    """Batches of arrays held in memory, shuffled anew each epoch.

    The order of an epoch depends on `seed` and on how often the data set has been iterated, so
    that equal programs see equal batches.

    Args:
        x: An array, or a structure of arrays with one length.
        y: A second such structure, or `None`.
        batch_size: Samples per batch.
        seed: Seed of the order.
        shuffle: Whether to shuffle.
        drop_remainder: Whether to leave out a last partial batch.
        prepare: Function applied to each whole batch, such as scaling.

    Returns:
        A `tf.data.Dataset` of `x` or `(x, y)`.

    Raises:
        ValueError: If the arrays differ in length.
    """
    arrays = tf.nest.map_structure(_tensor, x if y is None else (x, y))
    lengths = {len(array) for array in tf.nest.flatten(arrays)}
    if len(lengths) != 1:
        raise ValueError(f"Expected arrays of one length. Received: lengths {sorted(lengths)}")
    (length,) = lengths
    order = tf.data.Dataset.range(length)
    if shuffle:
        order = order.shuffle(length, seed=seed, reshuffle_each_iteration=True)
    order = order.batch(batch_size, drop_remainder=drop_remainder)

    def gather(indices):
        batch = tf.nest.map_structure(lambda array: tf.gather(array, indices), arrays)
        return batch if prepare is None else prepare(batch)

    return finish(order.map(gather, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True))


def finish(dataset: tf.data.Dataset) -> tf.data.Dataset:
    """Prefetches, and shards by batch rather than by file when there are several workers."""
    options = tf.data.Options()
    options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.DATA
    return dataset.with_options(options).prefetch(tf.data.AUTOTUNE)


class DataOrder:
    """The order of batches of one `fit`, which a resuming callback moves to where it was.

    A shuffled `tf.data.Dataset` with a seed gives its n-th iteration the same order in every
    process. Opening an iterator counts as an iteration, so finished epochs are skipped by opening
    and dropping iterators; the batches of the unfinished epoch are read and dropped.

    Args:
        data: What `fit` was given.
        steps_per_epoch: What `fit` was given: then one long iteration spans the epochs.
    """

    def __init__(self, data, steps_per_epoch: int | None = None):
        self.data = data
        self.steps_per_epoch = steps_per_epoch

    def move_to(self, model, epoch: int, batch: int):
        """Lets the next `train_function` call of `model` see batch `batch` of epoch `epoch`."""
        if self.steps_per_epoch:
            batch += epoch * self.steps_per_epoch
        elif isinstance(self.data, tf.data.Dataset):
            for _ in range(epoch):
                iter(self.data)
        if batch:
            self._skip(model, batch)

    def _skip(self, model, batches):
        train = model.train_function

        def skip_then_train(iterator):
            model.train_function = train
            for _ in range(batches):
                next(iterator)
            return train(iterator)

        model.train_function = skip_then_train


def _tensor(array):
    array = tf.convert_to_tensor(array)
    return tf.cast(array, tf.float32) if array.dtype == tf.float64 else array

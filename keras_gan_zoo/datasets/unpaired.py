"""Two sets whose samples belong to no partner, side by side."""

import numpy as np
import tensorflow as tf

from keras_gan_zoo.datasets import pipeline

CHUNK = 256  # samples read at once from a `tf.data.Dataset`
BLOCK = 64  # openings looked through at once
LARGEST_IN_MEMORY = 2**31  # bytes of a set that is read


def unpaired(
    a, b, *, batch_size=64, seed=0, shuffle=True, drop_remainder=False, prepare=None
) -> tf.data.Dataset:
    """Batches of two sets without pairs, for models that translate between them.

    An epoch holds every sample of the longer set once. The shorter one goes round, from one epoch
    into the next, and each of its rounds holds every sample once. The order of a round depends on
    `seed`, the set and the number of the round alone; the n-th time that the data set is opened
    gives the n-th epoch. So a resumed run sees the batches that an uninterrupted one would have.

    Args:
        a: An array, a structure of arrays with one length, or a `tf.data.Dataset` of samples that
            are not batched, which is read at once. Of sets too large for memory, give the names of
            the files, and read them in `prepare`.
        b: A second such set, of any length.
        batch_size: Samples of each set per batch.
        seed: Seed of the orders.
        shuffle: Whether to shuffle; otherwise both sets keep the order they come in.
        drop_remainder: Whether to leave out a last partial batch.
        prepare: Function applied to each whole batch `(a_batch, b_batch)`, such as scaling.

    Returns:
        A `tf.data.Dataset` of `(a_batch, b_batch)`.

    Raises:
        ValueError: If a set is empty, endless, batched, too large, comes in another order each
            time, or holds arrays that differ in length; or if a number is not valid.

    Example:

    >>> horses, zebras = np.zeros((7, 8, 8, 3)), np.ones((12, 8, 8, 3))
    >>> data = kgz.datasets.unpaired(horses, zebras, batch_size=4, seed=0)
    >>> [(len(a), len(b)) for a, b in data]
    [(4, 4), (4, 4), (4, 4)]
    """
    for name, value, least in (("batch_size", batch_size, 1), ("seed", seed, 0)):
        if isinstance(value, bool) or not hasattr(value, "__index__") or value < least:
            raise ValueError(f"Expected `{name}` to be an integer >= {least}. Received: {value!r}")
    sets = in_memory("a", a), in_memory("b", b)
    lengths = [len(tf.nest.flatten(one)[0]) for one in sets]
    longest = max(lengths)
    batches = longest // batch_size if drop_remainder else -(-longest // batch_size)
    if batches == 0:
        raise ValueError(
            f"Expected `batch_size` <= {longest}, the samples of the longer set, with "
            f"`drop_remainder`. Received: {batch_size}"
        )

    def order(which, epoch):
        length, start = lengths[which], epoch * longest
        rounds = range(start // length, (start + longest - 1) // length + 1)
        orders = [
            np.random.default_rng([seed, which, number]).permutation(length)
            if shuffle
            else np.arange(length)
            for number in rounds
        ]
        return np.concatenate(orders)[start % length :][:longest]

    def batches_of(epoch):
        orders = tf.numpy_function(
            lambda epoch: (order(0, int(epoch)), order(1, int(epoch))),
            [epoch],
            (tf.int64, tf.int64),
            stateful=False,
        )
        indices = tf.data.Dataset.from_tensor_slices(
            tuple(tf.ensure_shape(one, (longest,)) for one in orders)
        )
        return indices.batch(batch_size, drop_remainder=drop_remainder)

    def gather(*indices):
        pair = tuple(
            tf.nest.map_structure(lambda array, at=at: tf.gather(array, at), arrays)
            for arrays, at in zip(sets, indices, strict=True)
        )
        return pair if prepare is None else prepare(pair)

    data = _epoch(seed).flat_map(batches_of)
    data = data.apply(tf.data.experimental.assert_cardinality(batches))
    return pipeline.finish(
        data.map(gather, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
    )


def _epoch(seed):
    """A data set of one number: how often it was opened before, whether or not it was read.

    TensorFlow tells openings apart by nothing but what a random data set draws. An equal one, read
    from its start, says which opening a draw belongs to.
    """

    def draws():
        random = tf.data.Dataset.random(seed, rerandomize_each_iteration=True)
        return random.batch(2).take(1)

    def number(draw):
        def is_same(block):
            return tf.reduce_all(block == draw, axis=1)

        blocks = draws().repeat().batch(BLOCK).enumerate()
        found = blocks.filter(lambda _, block: tf.reduce_any(is_same(block))).take(1)
        return found.map(lambda before, block: before * BLOCK + tf.argmax(is_same(block)))

    return draws().flat_map(number)


def in_memory(name, data):
    """The samples of a set as a structure of tensors of one length."""
    if isinstance(data, tf.data.Dataset):
        return _read(name, data)
    if not pipeline.is_arrays(data):
        raise ValueError(
            f"Expected `{name}` to be an array, a structure of arrays, or a tf.data.Dataset of "
            f"samples. Received: {type(data).__name__}"
        )
    arrays = pipeline.tensors(data)
    lengths = sorted({len(array) for array in tf.nest.flatten(arrays)})
    if len(lengths) != 1 or lengths[0] == 0:
        raise ValueError(
            f"Expected `{name}` to hold samples, in arrays of one length. Received: lengths "
            f"{lengths}"
        )
    return arrays


def _read(name, data):
    shapes = tf.nest.map_structure(lambda spec: spec.shape, data.element_spec)
    expected = f"Expected `{name}` to be a tf.data.Dataset of samples of one shape, not of batches"
    if not all(shape.is_fully_defined() for shape in tf.nest.flatten(shapes)):
        raise ValueError(f"{expected}; `{name}.unbatch()` splits them. Received: shapes {shapes}")
    if data.cardinality() == tf.data.INFINITE_CARDINALITY:
        raise ValueError(f"{expected}, with an end. Received: an endless one; leave out `repeat()`")
    if cause := pipeline.why_not_repeatable(data):
        raise ValueError(
            f"{expected}, in the same order each time; `unpaired` shuffles them. Received: {cause}"
        )
    chunks, size = [], 0
    for chunk in data.batch(CHUNK).as_numpy_iterator():
        chunks.append(chunk)
        size += sum(part.nbytes for part in tf.nest.flatten(chunk))
        if size > LARGEST_IN_MEMORY:
            raise ValueError(
                f"Expected `{name}` to take at most {LARGEST_IN_MEMORY} bytes of memory; of larger "
                "sets give the names of the files, and read them in `prepare`. Received: more"
            )
    if not chunks:
        raise ValueError(f"{expected}. Received: an empty one")
    return tf.nest.map_structure(lambda *parts: tf.concat(parts, 0), *chunks)

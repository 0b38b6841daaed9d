"""The few things `keras.ops` cannot say, said once in TensorFlow.

Randomness and batches that know about replicas, gradients with respect to inputs, and fused batch
normalisation. Layers, penalties and losses use these and name no backend themselves.
"""

import math

import keras
import tensorflow as tf

# TensorFlow's dependency optimiser (seen on 2.21) now and then drops the order between two updates
# of one variable in a graph, so that the second reads what was there before the first: a step with
# two critic updates was wrong in about one compilation of five (tests/training/test_order.py).
tf.config.optimizer.set_experimental_options({"dependency_optimization": False})

ALGORITHM = "philox"  # the same numbers from one seed on every kind of device
BFLOAT16_BLOCK = 16  # channels


def draw_seed(seed=None):
    """Turns a `SeedGenerator`, an integer, a `(2,)` tensor or `None` into a `(2,)` seed tensor.

    `None` draws from Keras's global generator (see `keras.utils.set_random_seed`).
    """
    if isinstance(seed, keras.random.SeedGenerator):
        seed = seed.next()
    elif seed is None:
        seed = keras.random.randint((2,), 0, 2**31 - 1, dtype="int32")
    elif len(getattr(seed, "shape", ())) == 0:
        seed = tf.stack([tf.cast(seed, tf.int64), tf.constant(0, tf.int64)])
    return tf.cast(seed, tf.int32)


def _replica_share(draw, shape, seed):
    """Draws noise for the global batch and returns the rows that belong to this replica.

    Every replica holds the same seed. Drawing the global batch and keeping one's own rows gives
    each replica different noise, and R replicas together exactly the noise of one.
    """
    seed = draw_seed(seed)
    context = tf.distribute.get_replica_context()
    if context is None or context.num_replicas_in_sync == 1:
        return draw(shape, seed)
    rows = shape[0]
    _, all_rows = _place(context, rows)
    return own_rows(draw((all_rows, *shape[1:]), seed), rows)


def _place(context, rows):
    """Where this replica's rows begin among those of all, and how many these are."""
    if isinstance(rows, int):  # every replica's
        return context.replica_id_in_sync_group * rows, context.num_replicas_in_sync * rows
    counts = context.all_gather(tf.reshape(rows, (1,)), axis=0)
    begins = tf.cumsum(counts, exclusive=True)[context.replica_id_in_sync_group]
    return begins, tf.reduce_sum(counts)


def random_normal(shape, seed=None, dtype="float32"):
    """Standard normal noise of `shape`, batch axis first; each replica gets its own rows."""
    return _replica_share(
        lambda s, k: tf.random.stateless_normal(s, k, dtype=tf.as_dtype(dtype), alg=ALGORITHM),
        shape,
        seed,
    )


def random_uniform(shape, minval=0.0, maxval=1.0, seed=None, dtype="float32"):
    """Uniform noise in `[minval, maxval)` of `shape`, batch axis first, as `random_normal`."""
    return _replica_share(
        lambda s, k: tf.random.stateless_uniform(
            s, k, minval, maxval, dtype=tf.as_dtype(dtype), alg=ALGORITHM
        ),
        shape,
        seed,
    )


def gaussian_noise(shape, seed=None):
    """Standard normal noise, float32, other numbers than `random_normal`'s, and cheaper.

    Box and Muller's transform, whose logarithms and cosines TensorFlow computes many at a time; for
    noise drawn by the million in every step.
    """
    rows, features = shape[0], math.prod(shape[1:])
    uniform = random_uniform((rows, 2, (features + 1) // 2), seed=seed)
    radius = tf.sqrt(-2.0 * tf.math.log(1.0 - uniform[:, 0]))
    angle = 2.0 * math.pi * uniform[:, 1]
    noise = tf.concat([radius * tf.cos(angle), radius * tf.sin(angle)], axis=1)
    return tf.reshape(noise[:, :features], shape)


def input_gradient(function, inputs):
    """Gradient of `sum(function(inputs))` with respect to `inputs`, itself differentiable.

    For a function that treats samples independently this is the gradient per sample.
    """
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(inputs)
        outputs = function(inputs)
    return tape.gradient(outputs, inputs)


def num_replicas():
    """Replicas that train in step with this one (1 outside a `tf.distribute` strategy)."""
    return tf.distribute.get_strategy().num_replicas_in_sync


def global_batch(values):
    """The rows of all replicas, in order, for what couples the samples of a batch.

    Differentiable. Replicas that each average one function of the global batch together have the
    value and the gradient of one device.

    Args:
        values: `(rows, ...)`, as many rows on every replica.
    """
    context = tf.distribute.get_replica_context()
    if context is None or context.num_replicas_in_sync == 1:
        return values
    return context.all_gather(values, axis=0)


def own_rows(values, rows):
    """Of the rows of all replicas, as `global_batch` gives them, the `rows` of this one."""
    context = tf.distribute.get_replica_context()
    if context is None or context.num_replicas_in_sync == 1:
        return values
    begin, _ = _place(context, rows)
    return values[begin : begin + rows]


def fused_batch_norm(inputs, gamma, beta, epsilon):
    """Training-mode batch normalisation over all axes but the last, in one operation.

    Returns `(outputs, mean, variance)` with the biased variance, as `keras.ops.moments` gives.
    """
    shape, channels, dtype = tf.shape(inputs), inputs.shape[-1], inputs.dtype
    # In bfloat16 only whole blocks of channels have a fast kernel; others take up to 20 times as
    # long as in float32.
    if dtype == tf.bfloat16 and channels % BFLOAT16_BLOCK:
        inputs = tf.cast(inputs, tf.float32)
    image = inputs if inputs.shape.rank == 4 else tf.reshape(inputs, (-1, 1, 1, channels))
    outputs, mean, unbiased, *_ = tf.raw_ops.FusedBatchNormV3(
        x=image,
        scale=tf.cast(gamma, tf.float32),
        offset=tf.cast(beta, tf.float32),
        mean=[],
        variance=[],
        epsilon=epsilon,
        is_training=True,
    )
    count = tf.cast(tf.size(image) // channels, tf.float32)
    outputs = tf.cast(tf.reshape(outputs, shape), dtype)
    return outputs, mean, unbiased * (count - 1.0) / count


def assign(variables, values):
    """Assigns to Keras variables, from inside or outside a replica; all replicas agree.

    Args:
        variables: Keras variables.
        values: For each a tensor that is the same on every replica.
    """
    pairs = [(variable.value, value) for variable, value in zip(variables, values, strict=True)]
    tf.__internal__.distribute.interim.maybe_merge_call(
        _assign, tf.distribute.get_strategy(), pairs
    )


def _assign(strategy, pairs):
    for variable, value in pairs:
        strategy.extended.update(
            variable, lambda one, new: one.assign(new), args=(value,), group=False
        )

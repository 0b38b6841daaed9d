"""The few things `keras.ops` cannot say, said once in TensorFlow.

Randomness and batches that know about replicas, gradients with respect to inputs, and fused batch
normalisation. Layers, penalties and losses use these and name no backend themselves.
"""

import contextlib
import contextvars
import math

import keras
import tensorflow as tf

# TensorFlow's dependency optimiser (seen on 2.21) now and then drops the order between two updates
# of one variable in a graph, so that the second reads what was there before the first: a step with
# two critic updates was wrong in about one compilation of five (tests/training/test_order.py).
tf.config.optimizer.set_experimental_options({"dependency_optimization": False})

PHILOX = 1  # TensorFlow's number of it: the same noise from one seed on every kind of device
PHILOX_BLOCK = 4  # numbers that it makes at a time
GOLDEN_RATIO = 0x9E3779B9  # of 32 bits: odd, so that its multiples are all different
BFLOAT16_BLOCK = 16  # channels


@contextlib.contextmanager
def channels_last():
    """Within this scope, or in a function it decorates, layers are made channels last.

    All of this library are, whatever Keras's configuration says (`image_data_format`).
    """
    outside = keras.config.image_data_format()
    keras.config.set_image_data_format("channels_last")
    try:
        yield
    finally:
        keras.config.set_image_data_format(outside)


class NoiseStream:
    """The noise of one step or call: each draw gets a seed of its own, in the order of the program.

    Args:
        seed: As `draw_seed` takes it.
        turn: Number of the turn within a step; turns with different numbers draw different noise.
        start, stride: Which rows of the noise of the whole batch these are: `start`, `start +
            stride`, ... A chunk of a batch, or a slice whose gradients are accumulated, so draws
            what it would have drawn as a part of the whole.

    Attributes:
        draws: How many draws there were, so far.
    """

    def __init__(self, seed, turn: int = 0, start=0, stride: int = 1):
        self.seed = draw_seed(seed)
        self.turn, self.start, self.stride = turn, start, stride
        self.draws = 0

    def next_seed(self):
        """The seed `(2,)` of the next draw."""
        self.draws += 1
        number = (self.turn << 16) + self.draws  # not 0, which is the seed itself
        mixed = (number * GOLDEN_RATIO + 2**31) % 2**32 - 2**31
        return self.seed + tf.constant([mixed, 0], tf.int32)


@contextlib.contextmanager
def at_most_variables(numbers: int):
    """Within this scope variables may hold so many numbers together; none is made beyond that.

    For sizes that come from a file: memory that is not there would end the process.

    Args:
        numbers: How many.

    Raises:
        ValueError: From what makes a variable too many.
    """
    left, scratch = numbers, tf.Graph()

    def create(next_creator, **options):
        nonlocal left
        value = options.get("initial_value")
        if callable(value):  # what it would give, without computing it
            with scratch.as_default():
                value = value()
        shape = tf.TensorShape(getattr(value, "shape", ()))
        left -= shape.num_elements() or 0
        if left < 0:
            raise ValueError(
                f"Expected variables of at most {numbers:,} numbers in all. Received: one of shape "
                f"{tuple(shape)}, which makes {numbers - left:,}"
            )
        return next_creator(**options)

    with tf.variable_creator_scope(create):
        yield


_stream = contextvars.ContextVar("keras_gan_zoo_noise", default=None)


@contextlib.contextmanager
def noise(seed=None, **place):
    """Within this scope whatever draws without a seed of its own draws from one stream.

    Models open it for each training step and each call, so that layers with noise (`Dropout`,
    `GaussianNoise`, ...) keep no random state: the seed of a call decides all of its output, and
    using a model never changes how it trains.

    Args:
        seed: An integer, a `SeedGenerator`, or a `(2,)` tensor; `None` draws one.
        **place: See `NoiseStream`.

    Yields:
        The `NoiseStream`.
    """
    stream = NoiseStream(seed, **place)
    token = _stream.set(stream)
    try:
        yield stream
    finally:
        _stream.reset(token)


_stochastic = contextvars.ContextVar("keras_gan_zoo_stochastic", default=False)


@contextlib.contextmanager
def stochastic():
    """Within this scope `Dropout` drops outside of training, too: noise that makes outputs vary."""
    token = _stochastic.set(True)
    try:
        yield
    finally:
        _stochastic.reset(token)


def is_stochastic() -> bool:
    """Whether the scope `stochastic` is open."""
    return _stochastic.get()


def layer_seed(generator: keras.random.SeedGenerator):
    """What a layer draws from: the open stream, or its own generator where there is none."""
    return generator if _stream.get() is None else None


def draw_seed(seed=None):
    """Turns a `SeedGenerator`, an integer, a `(2,)` tensor or `None` into a `(2,)` seed tensor.

    `None` draws from the open stream (see `noise`), or else from Keras's global generator (see
    `keras.utils.set_random_seed`).
    """
    stream = _stream.get()
    if isinstance(seed, keras.random.SeedGenerator):
        seed = seed.next()
    elif seed is None and stream is not None:
        # What has no rows to be told apart by must still differ between slices of a batch.
        seed = stream.next_seed() + tf.stack([0, tf.cast(stream.start, tf.int32)])
    elif seed is None:
        seed = keras.random.randint((2,), 0, 2**31 - 1, dtype="int32")
    elif len(getattr(seed, "shape", ())) == 0:
        seed = tf.stack([tf.cast(seed, tf.int64), tf.constant(0, tf.int64)])
    return tf.cast(seed, tf.int32)


def _own_noise(draw, shape, seed):
    """Noise of `shape` for the rows of this replica and of this part of the batch.

    Every replica holds the same seed. Each draws its own rows of the noise of the global batch, so
    that R replicas together draw exactly the noise of one.
    """
    stream = _stream.get() if seed is None else None
    seed = draw_seed(seed) if stream is None else stream.next_seed()
    context, rows = tf.distribute.get_replica_context(), shape[0]
    first = 0
    if context is not None and context.num_replicas_in_sync > 1:
        first, _ = _place(context, rows)
    if stream is None:
        return _noise_from(draw, shape, seed, first)
    first, stride = stream.start + stream.stride * first, stream.stride
    if stride == 1:
        return _noise_from(draw, shape, seed, first)
    return _noise_from(draw, (rows * stride, *shape[1:]), seed, first)[::stride]


def _noise_from(draw, shape, seed, first):
    """The rows from `first` on of what `draw` gives for a seed: its generator is moved there."""
    key, counter = tf.raw_ops.StatelessRandomGetKeyCounter(seed=seed)
    if isinstance(first, int) and first == 0:
        return draw(shape, key, counter)
    size = math.prod(shape[1:])
    skipped = tf.cast(first, tf.int64) * tf.cast(size, tf.int64)
    blocks, rest = skipped // PHILOX_BLOCK, tf.cast(skipped % PHILOX_BLOCK, tf.int32)
    counter += tf.cast(tf.stack([blocks, tf.zeros_like(blocks)]), tf.uint64)
    flat = draw((shape[0] * size + PHILOX_BLOCK,), key, counter)
    return tf.reshape(flat[rest : rest + shape[0] * size], shape)


def _place(context, rows):
    """Where this replica's rows begin among those of all, and how many these are."""
    if isinstance(rows, int):  # every replica's
        return context.replica_id_in_sync_group * rows, context.num_replicas_in_sync * rows
    counts = context.all_gather(tf.reshape(rows, (1,)), axis=0)
    begins = tf.cumsum(counts, exclusive=True)[context.replica_id_in_sync_group]
    return begins, tf.reduce_sum(counts)


def random_normal(shape, seed=None, dtype="float32"):
    """Standard normal noise of `shape`, batch axis first; each replica gets its own rows."""
    return _own_noise(
        lambda s, key, counter: tf.raw_ops.StatelessRandomNormalV2(
            shape=s, key=key, counter=counter, alg=PHILOX, dtype=tf.as_dtype(dtype)
        ),
        shape,
        seed,
    )


def random_uniform(shape, minval=0.0, maxval=1.0, seed=None, dtype="float32"):
    """Uniform noise in `[minval, maxval)` of `shape`, batch axis first, as `random_normal`."""
    unit = _own_noise(
        lambda s, key, counter: tf.raw_ops.StatelessRandomUniformV2(
            shape=s, key=key, counter=counter, alg=PHILOX, dtype=tf.as_dtype(dtype)
        ),
        shape,
        seed,
    )
    return unit * tf.cast(maxval - minval, unit.dtype) + tf.cast(minval, unit.dtype)


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


def scan(function, carried, given, outputs: int = 1, reverse: bool = False):
    """What a function gives step by step, each time of what it carried over.

    Args:
        function: Of what was carried over and a list of one step of each of `given`; returns what
            is carried over, of the same structure, and a sequence of outputs.
        carried: A structure of tensors.
        given: Tensors `(steps, ...)`.
        outputs: How many outputs there are, of the type of what is carried over.
        reverse: Whether the last step comes first.

    Returns:
        What is carried over in the end, and a list of the outputs `(steps, ...)`.
    """
    steps = given[0].shape[0] or tf.shape(given[0])[0]

    def body(count, carried, found):
        index = steps - 1 - count if reverse else count
        carried, made = function(carried, [part[index] for part in given])
        return (
            count + 1,
            carried,
            [to.write(index, one) for to, one in zip(found, made, strict=True)],
        )

    dtype = tf.nest.flatten(carried)[0].dtype
    start = tf.constant(0), carried, [tf.TensorArray(dtype, steps) for _ in range(outputs)]
    _, carried, found = tf.while_loop(lambda count, *_: count < steps, body, start)
    return carried, [one.stack() for one in found]


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

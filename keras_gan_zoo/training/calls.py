"""How methods and exported signatures run networks: in chunks, and with the noise of one seed."""

import tensorflow as tf

from keras_gan_zoo import backend

CHUNK = 256
SEED = 0  # of the noise in networks, where nobody gave one
# Of any rank: one for all, or one for each sample.
SEED_SPEC = tf.TensorSpec(None, tf.int32, "seed")
NUMBER_SPEC = tf.TensorSpec(None, tf.int32, "num_samples")
MOST_SAMPLES = 1024  # of one call of an export, whose memory they take at once


def apply(network, inputs: tuple, training: bool):
    """Runs a network on one input, or on several."""
    return network(inputs[0] if len(inputs) == 1 else list(inputs), training=training)


def last_of(outputs):
    """The sample among what a generator gives: the only output, or the last of several."""
    return outputs[-1] if isinstance(outputs, (list, tuple)) else outputs


def compiled(function, input_signature=None):
    """The function as a graph, for code that names no backend."""
    relaxed = input_signature is None
    return tf.function(function, input_signature, autograph=False, reduce_retracing=relaxed)


def in_chunks(function, *rows, seed=SEED):
    """`function` of many rows, a chunk at a time.

    Args:
        function: Of as many tensors as `rows` are; returns a tensor, or a structure of them.
        *rows: Tensors, or structures of tensors, with one batch size.
        seed: Of the noise that networks draw; chunks draw the noise of the whole.

    Raises:
        ValueError: If there are no rows, or not as many everywhere.
    """
    counts = sorted({len(part) for part in tf.nest.flatten(rows)})
    if len(counts) > 1:
        raise ValueError(f"Expected batches of one size. Received: sizes {counts}")
    if not counts[0]:
        raise ValueError("Expected a batch of at least one. Received: none")
    chunks = []
    for start in range(0, counts[0], CHUNK):
        flat = [row[start : start + CHUNK] for row in tf.nest.flatten(rows)]
        with backend.noise(seed, start=start):
            chunks.append(function(*tf.nest.pack_sequence_as(rows, flat)))
    return tf.nest.map_structure(lambda *parts: tf.concat(parts, axis=0), *chunks)


def exported(function, takes: dict, draws=None):
    """What `export` writes: a function of tensors by name that returns tensors by name, as a graph.

    Integers come as int64, as other programs make them. All inputs are checked by their kinds where
    the graph runs, and have one batch size.

    Where something is drawn, and where networks draw noise when they are used, there is also a
    `seed`: one for all, or one for each sample, which is then what a batch of that sample alone
    with that seed gives. Servers that put requests together need the latter.

    Args:
        function: Of what is drawn, if anything is, and of the inputs.
        takes: The kinds of the inputs by name. Where there are none, the number of samples is
            taken, `num_samples`: one number, or, with a seed for each sample, a 1 for each.
        draws: What draws at random, of a number of samples and a seed.
    """
    specs = {}  # of a kind with several parts one for each
    for name, kind in takes.items():
        spec = _of_int64(kind.spec(name))
        specs |= spec if isinstance(spec, dict) else {name: spec}
    if draws and not takes:
        specs["num_samples"] = NUMBER_SPEC
    rows = list(takes)

    def inputs_of(tensors):
        """The inputs, how many samples they are for, and the seed, if there is one: all checked."""
        named = dict(zip(specs, tensors, strict=True))
        given = []
        for name, kind in takes.items():
            spec = kind.spec(name)
            part = {key: named[key] for key in spec} if isinstance(spec, dict) else named[name]
            given.append(kind.check(name, part))
        given = _of_one_size(rows, given)
        if "seed" not in named:
            return given, None, None
        return given, _count(given, named.get("num_samples"), named["seed"]), named["seed"]

    def whole(given, count, seed):
        """All samples with the noise of one seed, and how often networks have drawn."""
        with backend.noise(seed) as stream:
            drawn = [draws(count, seed)] if draws else []
            return function(*drawn, *given), stream.draws

    def probe(*tensors):
        given, count, seed = inputs_of(tensors)
        seed = SEED if seed is None else tf.reshape(seed, ())
        drawn_by_networks.append(whole(given, count, seed)[1])

    def run(*tensors):
        given, count, seed = inputs_of(tensors)
        if seed is None:
            return whole(given, None, SEED)[0]
        is_one, seeds = tf.equal(tf.rank(seed), 0), tf.reshape(seed, (-1,))
        if any(drawn_by_networks):  # each sample by itself
            return tf.cond(
                is_one,
                lambda: whole(given, count, seeds[0])[0],
                lambda: _each(
                    lambda one, *row: whole(_batch_of_one(row), 1, one)[0], seeds, *given
                ),
            )
        drawn = tf.cond(
            is_one,
            lambda: draws(count, seeds[0]),
            lambda: _each(lambda one: draws(1, one), seeds),
        )
        return function(drawn, *given)

    if draws:
        specs["seed"] = SEED_SPEC
    drawn_by_networks = []
    tf.function(probe, list(specs.values()), autograph=False).get_concrete_function()
    if any(drawn_by_networks):
        specs["seed"] = SEED_SPEC
    # An input's name is that of its argument, which the specification gives.
    return tf.function(run, list(specs.values()), autograph=False)


def _of_int64(specs):
    def wide(spec):
        dtype = tf.int64 if spec.dtype.is_integer else spec.dtype
        return tf.TensorSpec(spec.shape, dtype, spec.name)

    return tf.nest.map_structure(wide, specs)


def _of_one_size(names, given):
    """Inputs, after a check in the graph that they have one batch size."""
    parts = tf.nest.flatten(given)
    sizes = [tf.shape(part)[0] for part in parts]
    if len(parts) < 2:
        return given
    said = ["Expected inputs of one batch size,", *names, ". Received: sizes", *sizes]
    same = tf.reduce_all(tf.equal(sizes, sizes[0]))
    with tf.control_dependencies([tf.debugging.Assert(same, said)]):
        return tf.nest.map_structure(tf.identity, given)


def _count(given, num_samples, seed):
    """How many samples are asked for, after a check in the graph that seeds are as many or one."""
    is_one = tf.equal(tf.rank(seed), 0)
    if given:
        count = tf.shape(tf.nest.flatten(given)[0])[0]
        fits = tf.logical_or(is_one, tf.equal(tf.size(seed), count))
        said = "Expected one `seed`, or one for each sample. Received: seeds, and samples:"
        said = [said, tf.size(seed), count]
    else:
        count = tf.reshape(num_samples, (-1,))[0]
        fits = tf.cond(
            is_one,
            lambda: tf.equal(tf.rank(num_samples), 0) & (count >= 1) & (count <= MOST_SAMPLES),
            lambda: tf.equal(tf.size(num_samples), tf.size(seed)) & tf.reduce_all(num_samples == 1),
        )
        said = (
            f"Expected `num_samples` from 1 to {MOST_SAMPLES} and one `seed`, or, for a sample of "
            "each of several seeds, as many ones. Received: `num_samples`"
        )
        said = [said, num_samples, "`seed`", seed]
    with tf.control_dependencies([tf.debugging.Assert(fits, said)]):
        return tf.identity(count)


def _each(function, *rows):
    """`function` of each row, whose results are batches of one; as one batch."""
    specs = tf.nest.map_structure(lambda row: tf.TensorSpec(row.shape[1:], row.dtype), list(rows))
    result = tf.function(function, specs, autograph=False).get_concrete_function()
    return tf.map_fn(
        lambda parts: tf.nest.map_structure(lambda one: one[0], function(*parts)),
        rows,
        fn_output_signature=tf.nest.map_structure(
            lambda spec: tf.TensorSpec(spec.shape[1:], spec.dtype), result.structured_outputs
        ),
    )


def _batch_of_one(parts):
    return tf.nest.map_structure(lambda part: part[None], list(parts))

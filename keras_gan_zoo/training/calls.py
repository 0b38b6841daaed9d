"""How methods and exported signatures run networks: in chunks, and with the noise of one seed."""

import tensorflow as tf

from keras_gan_zoo import backend

CHUNK = 256
SEED = 0  # of the noise in networks, where nobody gave one
SEED_SPEC = tf.TensorSpec((), tf.int32, "seed")
NUMBER_SPEC = tf.TensorSpec((), tf.int32, "num_samples")


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


def signature(function, *inputs: tf.TensorSpec):
    """`function` of tensors as `inputs` specify them, which returns tensors by name, as a graph.

    Where networks draw noise when they are used it takes a `seed`, too, which decides the noise as
    that of the method does.
    """

    def traced(*specs):
        draws = []

        def run(*tensors):
            named = dict(zip((spec.name for spec in specs), tensors, strict=True))
            with backend.noise(named.get("seed", SEED)) as stream:
                results = function(*tensors[: len(inputs)])
            draws.append(stream.draws)
            return results

        # An input's name is that of its argument, which the specification gives.
        graph = tf.function(run, input_signature=specs, autograph=False)
        graph.get_concrete_function()
        return graph, draws[-1]

    graph, draws = traced(*inputs)
    return traced(*inputs, SEED_SPEC)[0] if draws and SEED_SPEC not in inputs else graph

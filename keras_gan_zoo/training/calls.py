"""How methods and exported signatures run networks: in chunks, and with the noise of one seed."""

import tensorflow as tf

from keras_gan_zoo import backend

CHUNK = 256
SEED = 0  # of the noise in networks, where nobody gave one
SEED_SPEC = tf.TensorSpec((), tf.int32, "seed")
NUMBER_AND_SEED = (tf.TensorSpec((), tf.int32, "num_samples"), SEED_SPEC)


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
    """`function` of many rows, a chunk at a time; raises `ValueError` if there are none.

    Args:
        function: Of as many tensors as `rows` are.
        *rows: Tensors with one batch size.
        seed: Of the noise that networks draw; chunks draw the noise of the whole.
    """
    count = len(rows[0])
    if not count:
        raise ValueError("Expected a batch of at least one. Received: none")
    chunks = []
    for start in range(0, count, CHUNK):
        with backend.noise(seed, start=start):
            chunks.append(function(*(part[start : start + CHUNK] for part in rows)))
    return tf.concat(chunks, axis=0)


def float_batch(name: str, shape: tuple):
    """What a signature takes: a batch of float32 tensors of a shape."""
    return tf.TensorSpec((None, *shape), tf.float32, name)


def signature(outputs: dict, *inputs: tf.TensorSpec):
    """A traced function of `inputs` that returns what the functions in `outputs` return.

    Where networks draw noise when they are used it takes a `seed`, too, which decides the noise as
    that of the method does.
    """

    def traced(*specs):
        draws = []

        def run(*tensors):
            named = dict(zip((spec.name for spec in specs), tensors, strict=True))
            with backend.noise(named.get("seed", SEED)) as stream:
                own = tensors[: len(inputs)]
                results = {name: function(*own) for name, function in outputs.items()}
            draws.append(stream.draws)
            return results

        # An input's name is that of its argument, which the specification gives.
        graph = tf.function(run, input_signature=specs, autograph=False)
        graph.get_concrete_function()
        return graph, draws[-1]

    graph, draws = traced(*inputs)
    return traced(*inputs, SEED_SPEC)[0] if draws and SEED_SPEC not in inputs else graph

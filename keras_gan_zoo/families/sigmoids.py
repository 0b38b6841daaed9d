"""Whether a network ends in a sigmoid."""

import keras
import numpy as np
from keras import ops

# Layers that leave the values as they are.
PASSING = (
    keras.layers.Dropout,
    keras.layers.Flatten,
    keras.layers.Identity,
    keras.layers.Reshape,
)


def ends_in_sigmoid(output) -> bool:
    """Whether an output of a network is what a sigmoid gives.

    Found in the graph of layers; inside of subclassed models, which have none, by trying.

    Args:
        output: A symbolic output of a `keras.Model(inputs, outputs)`.
    """
    operation, node, index = output._keras_history
    if isinstance(operation, PASSING):
        (taken,) = operation._inbound_nodes[node].input_tensors
        return ends_in_sigmoid(taken)
    if isinstance(operation, keras.Model):
        inner = getattr(operation, "outputs", None)
        if inner:
            return ends_in_sigmoid(inner[index])
        return _is_squashed(operation, operation._inbound_nodes[node].input_tensors, index)
    function = getattr(operation, "activation", None) or getattr(operation, "function", None)
    name = getattr(function, "__name__", None) or type(operation).__name__
    return "sigmoid" in name.lower()


def _is_squashed(network, inputs, index):
    """Whether large inputs of both signs give different values, all of them in [0, 1]."""
    random = np.random.default_rng(0)
    tried = [random.normal(scale=100.0, size=(64, *one.shape[1:])) for one in inputs]
    outputs = network(tried[0] if len(tried) == 1 else tried, training=False)
    outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    values = ops.convert_to_numpy(outputs[index])
    return bool(0.0 <= values.min() < values.max() <= 1.0)

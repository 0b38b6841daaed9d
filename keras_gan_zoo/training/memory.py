"""How much memory a training step takes at least, known before it is made."""

import math

import keras
import tensorflow as tf

from keras_gan_zoo.training.given_data import batch_size_of

# Layers whose outputs take the place of their inputs, or are those.
IN_PLACE = (
    keras.layers.Activation,
    keras.layers.Flatten,
    keras.layers.Identity,
    keras.layers.InputLayer,
    keras.layers.LeakyReLU,
    keras.layers.ReLU,
    keras.layers.Reshape,
)


def least_memory(model, data) -> int | None:
    """Bytes that a training step needs besides the variables, which have theirs already.

    These are the gradients of the largest phase, and what the layers of the networks give for the
    samples of one update, which is kept until its gradients are there. Networks run more than once
    in a step, and other tensors are there, too: a step takes more.

    Args:
        model: A compiled `kgz.training.PhasedModel`.
        data: The data set of `fit`.

    Returns:
        `None` if the size of a batch is unknown.
    """
    batch = batch_size_of(data)
    if batch is None:
        return None
    phases = model.phases()
    gradients = max(sum(map(_bytes, phase.trainable_variables)) for phase in phases)
    slices = max(phase.steps for phase in phases) * model.accumulation_steps
    rows = math.ceil(batch / model.distribute_strategy.num_replicas_in_sync / slices)
    networks = {id(one): one for phase in phases for one in phase.networks}
    return gradients + rows * sum(map(_activations, networks.values()))


def _activations(network):
    """Bytes of what the layers of a network give for one sample."""
    total = 0
    for node in _nodes(network):
        if _nodes(node.operation):
            total += _activations(node.operation)
        elif not isinstance(node.operation, IN_PLACE):
            total += sum(map(_bytes, node.output_tensors))
    return total


def _nodes(network):
    """The calls of layers in a network; none of a layer, or of a subclassed model."""
    functional = getattr(network, "_functional", None) or network  # that of a `Sequential`
    return [node for some in getattr(functional, "_nodes_by_depth", {}).values() for node in some]


def _bytes(tensor):
    """Bytes of a variable, or of one row of a symbolic tensor."""
    sizes = [size or 1 for size in tensor.shape]  # the batch axis, and others without a size
    return math.prod(sizes) * tf.dtypes.as_dtype(tensor.dtype).size

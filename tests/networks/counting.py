"""How large a network is."""

import numpy as np


def trainable(network):
    """The number of trainable parameters."""
    return sum(int(np.prod(v.shape)) for v in network.trainable_variables)


def layer_names(network):
    """The class names of a network's layers, in order; of wrapped layers, what they wrap."""
    return [type(getattr(layer, "layer", layer)).__name__ for layer in network.layers]

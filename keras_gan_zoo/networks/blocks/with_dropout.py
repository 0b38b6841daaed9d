"""Dropout for any network, at sampling time as well."""

import keras

from keras_gan_zoo.layers import Dropout

ACTIVATIONS = (keras.layers.ReLU, keras.layers.LeakyReLU)


def with_dropout(network: keras.Model, rate: float, at_sampling: bool = True) -> keras.Model:
    """A copy of a network with dropout after each of its (leaky) rectifiers.

    Args:
        network: A functional model, such as a generator; its weights are copied.
        rate: Share of units set to zero.
        at_sampling: Whether to drop when samples are generated, too: then one latent gives many
            samples, and equal seeds do not give equal ones.

    Returns:
        A model with the same inputs and outputs.

    Raises:
        ValueError: If the network has no rectifier layer, or `rate` is not in `[0, 1)`.

    References:
        Isola et al. 2016, Image-to-Image Translation with Conditional Adversarial Networks, arXiv
        1611.07004, section 3: noise only in the form of dropout, at training and test time.
    """
    if not 0.0 <= rate < 1.0:
        raise ValueError(f"Expected `rate` in [0, 1). Received: {rate!r}")
    if not any(isinstance(layer, ACTIVATIONS) for layer in network.layers):
        kinds = sorted({type(layer).__name__ for layer in network.layers})
        raise ValueError(f"Expected a network with ReLU or LeakyReLU layers. Received: {kinds}")

    def call(layer, *args, **kwargs):
        outputs = layer(*args, **kwargs)
        if not isinstance(layer, ACTIVATIONS):
            return outputs
        return Dropout(rate, at_sampling, dtype=layer.dtype_policy)(outputs)

    if isinstance(network, keras.Sequential):  # of which Keras cannot clone layer by layer
        network = keras.Model(network.inputs, network.outputs, name=network.name)
    copy = keras.models.clone_model(network, call_function=call)
    copy.set_weights(network.get_weights())
    return copy

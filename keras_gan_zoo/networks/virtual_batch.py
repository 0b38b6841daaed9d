"""Virtual batch normalisation for any network that has batch normalisation."""

import keras
import numpy as np

from keras_gan_zoo.layers import (
    ConditionalBatchNormalization,
    DropReference,
    PrependReference,
    VirtualBatchNormalization,
)


def with_virtual_batch_normalization(network: keras.Model, reference=64) -> keras.Model:
    """A copy of a network whose batch normalisation uses a reference batch fixed at the start.

    The reference runs through the network beside each batch, at the cost of that many more
    samples per call, and is saved with the model.

    Args:
        network: A functional model with one input and `BatchNormalization` layers. Its
            weights, moving statistics apart, are copied.
        reference: The reference batch `(N, ...)`: real samples for a discriminator, latents for a
            generator; or N, for that many standard normal latents from Keras's global seed.

    Returns:
        A model with the same inputs and outputs. The output of a sample does not depend on the
        other samples of its batch.

    Raises:
        ValueError: If the network has several inputs, no batch normalisation, or a conditional
            one.

    References:
        Salimans et al. 2016, Improved Techniques for Training GANs, arXiv 1606.03498,
        section 3.5.
    """
    kinds = [type(layer) for layer in network.layers]
    plain = [kind for kind in kinds if issubclass(kind, keras.layers.BatchNormalization)]
    if len(network.inputs) != 1 or not plain or ConditionalBatchNormalization in kinds:
        raise ValueError(
            "Expected a network with one input and unconditional BatchNormalization layers. "
            f"Received: {len(network.inputs)} inputs, layers "
            f"{sorted({kind.__name__ for kind in kinds})}"
        )
    size = reference if isinstance(reference, int) else len(reference)

    def clone(layer):
        if not isinstance(layer, keras.layers.BatchNormalization):
            return type(layer).from_config(layer.get_config())
        return VirtualBatchNormalization(
            size,
            layer.epsilon,
            layer.center,
            layer.scale,
            keras.initializers.serialize(layer.gamma_initializer),
            dtype=layer.dtype_policy,
            name=layer.name,
        )

    inner = keras.models.clone_model(network, clone_function=clone)
    for old, new in zip(network.layers, inner.layers, strict=True):
        kept = old.trainable_weights if isinstance(new, VirtualBatchNormalization) else old.weights
        for source, target in zip(kept, new.weights, strict=True):
            target.assign(source)
    (template,) = network.inputs
    inputs = keras.Input(template.shape[1:], name=template.name, dtype=template.dtype)
    prepend = PrependReference(size, dtype="float32", name="reference_batch")
    outputs = inner(prepend(inputs))
    if not isinstance(reference, int):
        prepend.reference.assign(np.asarray(reference, "float32"))
    drop = [DropReference(size, dtype=one.dtype) for one in inner.outputs]
    if len(drop) == 1:
        outputs = drop[0](outputs)
    else:
        outputs = [one(output) for one, output in zip(drop, outputs, strict=True)]
    return keras.Model(inputs, outputs, name=network.name)

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
        network: A functional model with `BatchNormalization` layers. Its weights, moving
            statistics apart, are copied.
        reference: The reference batch `(N, ...)`: real samples for a discriminator, latents for a
            generator; a list of batches for a network of several inputs. Or N, for that many
            standard normal latents from Keras's global seed.

    Returns:
        A model with the same inputs and outputs. The output of a sample does not depend on the
        other samples of its batch.

    Raises:
        ValueError: If the network has no batch normalisation or a conditional one, or if there is
            not one reference batch per input.

    References:
        Salimans et al. 2016, Improved Techniques for Training GANs, arXiv 1606.03498,
        section 3.5.
    """
    kinds = [type(layer) for layer in network.layers]
    plain = [kind for kind in kinds if issubclass(kind, keras.layers.BatchNormalization)]
    if not plain or ConditionalBatchNormalization in kinds:
        raise ValueError(
            "Expected a network with unconditional BatchNormalization layers. "
            f"Received: layers {sorted({kind.__name__ for kind in kinds})}"
        )
    size, references = _references(reference, len(network.inputs))
    inner = _virtual_copy(network, size)
    inputs = [keras.Input(one.shape[1:], name=one.name, dtype=one.dtype) for one in network.inputs]
    prepend = [
        PrependReference(size, dtype="float32", name=f"reference_{one.name}") for one in inputs
    ]
    both = [layer(one) for layer, one in zip(prepend, inputs, strict=True)]
    for layer, values in zip(prepend, references, strict=True):
        if values is not None:
            layer.reference.assign(values)
    outputs = inner(both if len(both) > 1 else both[0])
    outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    outputs = [DropReference(size, dtype=one.dtype)(one) for one in outputs]
    return keras.Model(
        inputs if len(inputs) > 1 else inputs[0],
        outputs if len(outputs) > 1 else outputs[0],
        name=network.name,
    )


def _references(reference, num_inputs):
    """The size of the reference, and its values for each input (`None` for random ones)."""
    if isinstance(reference, int) and num_inputs == 1:
        return reference, [None]
    batches = reference if isinstance(reference, (list, tuple)) else [reference]
    batches = [np.asarray(one, "float32") for one in batches]
    sizes = {one.shape[:1] for one in batches}
    if len(batches) != num_inputs or len(sizes) != 1 or () in sizes:
        raise ValueError(
            f"Expected `reference` to be {num_inputs} batches of one size, one per input, or for "
            f"one input a number. Received: shapes {[one.shape for one in batches]}"
        )
    return len(batches[0]), batches


def _virtual_copy(network, size):
    """The network with virtual layers of batch normalisation, and the same weights."""

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

    copy = keras.models.clone_model(network, clone_function=clone)
    for old, new in zip(network.layers, copy.layers, strict=True):
        kept = old.trainable_weights if isinstance(new, VirtualBatchNormalization) else old.weights
        for source, target in zip(kept, new.weights, strict=True):
            target.assign(source)
    return copy

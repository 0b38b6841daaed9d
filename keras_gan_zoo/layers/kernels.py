"""The kernel of another layer: where it is, its outputs' axis, and how to stand in for it."""

import keras
from keras import ops

NAMES = ("kernel", "embeddings")
# Their kernels are (..., outputs, inputs).
TRANSPOSED = (
    keras.layers.Conv1DTranspose,
    keras.layers.Conv2DTranspose,
    keras.layers.Conv3DTranspose,
)


def kernel_of(layer):
    """The kernel of a built dense, embedding, convolution or transposed convolution layer.

    Raises:
        ValueError: If the layer has none.
    """
    for name in NAMES:
        if isinstance(variable := getattr(layer, name, None), keras.Variable):
            return variable
    raise ValueError(
        "Expected a layer with a `kernel` or `embeddings`, such as Dense, Conv2D, "
        f"Conv2DTranspose or Embedding. Received: {type(layer).__name__}"
    )


def sublayers(network):
    """All layers of a network, those inside of wrappers and composite layers too."""
    return list(network._flatten_layers(include_self=False))


def has_kernel(layer):
    """Whether the layer itself, not one inside of it, has a kernel."""
    return any(isinstance(getattr(layer, name, None), keras.Variable) for name in NAMES)


def output_axis(layer, rank):
    """The axis of the layer's kernel, of that rank, that counts outputs."""
    if isinstance(layer, keras.layers.Embedding):
        return 0
    return rank - 2 if isinstance(layer, TRANSPOSED) else rank - 1


def as_matrix(layer, kernel):
    """The kernel as a matrix with one row per output."""
    rank = len(kernel.shape)
    output = output_axis(layer, rank)
    rest = [axis for axis in range(rank) if axis != output]
    return ops.reshape(ops.transpose(kernel, [output, *rest]), (kernel.shape[output], -1))


def sum_of_shifts(kernel, count):
    """The kernel of `count` shifts of a convolution, one pixel apart along both axes, added up.

    Args:
        kernel: `(height, width, inputs, outputs)`.
        count: How many shifts.

    Returns:
        `(height + count - 1, width + count - 1, inputs, outputs)`.
    """
    for axis in (0, 1):
        shifts = []
        for before in range(count):
            around = [[0, 0]] * 4
            around[axis] = [before, count - 1 - before]
            shifts.append(ops.pad(kernel, around))
        kernel = sum(shifts)
    return kernel


def call_with_kernel(layer, weight, inputs, bias=None):
    """Calls the layer with `weight`, and `bias` if given, in place of its own, which stay."""
    kernel = kernel_of(layer)
    replaced = [(kernel, ops.cast(weight, kernel.dtype))]
    if bias is not None:
        replaced.append((layer.bias, ops.cast(bias, layer.bias.dtype)))
    with keras.StatelessScope(state_mapping=replaced):
        return layer(inputs)

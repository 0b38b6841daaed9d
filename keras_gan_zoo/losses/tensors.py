"""What losses do to tensors before any formula."""

from keras import ops


def floats(*values):
    """The values as float32 tensors: losses are computed in float32 whatever networks use."""
    return tuple(ops.cast(ops.convert_to_tensor(one), "float32") for one in values)


def euclidean_norm(vectors, keepdims=False):
    """Lengths along the last axis; the gradient at length 0 is 0, not NaN."""
    squares = ops.sum(ops.square(vectors), axis=-1, keepdims=keepdims)
    return ops.sqrt(ops.maximum(squares, 1e-12))

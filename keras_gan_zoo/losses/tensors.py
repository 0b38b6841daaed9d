"""What losses do to tensors before any formula."""

from keras import ops


def floats(*values):
    """The values as float32 tensors: losses are computed in float32 whatever networks use."""
    return tuple(ops.cast(ops.convert_to_tensor(one), "float32") for one in values)


def euclidean_norm(vectors, keepdims=False):
    """Lengths along the last axis; the gradient at length 0 is 0, not NaN."""
    squares = ops.sum(ops.square(vectors), axis=-1, keepdims=keepdims)
    return ops.sqrt(ops.maximum(squares, 1e-12))


def check_choice(name, value, choices):
    """Raises `ValueError` unless `value` is one of `choices`."""
    if value not in choices:
        raise ValueError(
            f"Expected `{name}` to be one of {', '.join(map(repr, choices))}. Received: {value!r}"
        )

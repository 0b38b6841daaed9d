"""The condition of a sample as a vector: of a class, a mixture of classes, or numbers."""

from keras import ops


def check_condition(input_shape, num_classes):
    """The features of a condition, from the shapes of `(inputs, condition)`.

    Raises:
        ValueError: If there are not two inputs, or the condition is neither `(batch, features)`
            nor, with `num_classes`, `(batch,)`.
    """
    if len(input_shape) != 2 or not all(isinstance(one, (tuple, list)) for one in input_shape):
        raise ValueError(
            f"Expected the pair (inputs, condition). Received: input shape {input_shape}"
        )
    shape = tuple(input_shape[1])
    if len(shape) == 1 and num_classes is not None:
        return num_classes
    if len(shape) != 2 or shape[-1] is None or num_classes not in (None, shape[-1]):
        raise ValueError(
            "Expected a condition of shape (batch, features), or (batch,) and `num_classes`. "
            f"Received: condition of shape {shape}, num_classes={num_classes}"
        )
    return shape[-1]


def condition_vectors(condition, num_classes, dtype):
    """The condition as vectors `(batch, features)`; class indices become one-hot rows."""
    if len(condition.shape) == 1:
        return ops.one_hot(ops.cast(condition, "int32"), num_classes, dtype=dtype)
    return ops.cast(condition, dtype)

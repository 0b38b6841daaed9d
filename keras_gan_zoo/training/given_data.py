"""What Keras's entrances are given: numbers checked, forms made one, errors in words."""

import contextlib
import os
import re
import types

import numpy as np
import tensorflow as tf

from keras_gan_zoo.datasets import pipeline
from keras_gan_zoo.kinds import values
from keras_gan_zoo.training import checks

# The least of the numbers that `fit` and `evaluate` take.
LEAST = {
    "epochs": 0,
    "initial_epoch": 0,
    "batch_size": 1,
    "steps_per_epoch": 1,
    "steps": 1,
    "validation_batch_size": 1,
    "validation_steps": 1,
}
WRONG_SHAPE = r"Shape of tensor \S+ (\[[^\]]*\]) is not compatible with expected shape (\[[^\]]*\])"


def batch_size_of(data) -> int | None:
    """The batch size of a data set, where its structure shows it."""
    while isinstance(data, tf.data.Dataset):
        size = getattr(data, "_batch_size", None)
        if size is not None:
            found = tf.get_static_value(size)
            return None if found is None else int(found)
        inputs = data._inputs()
        data = inputs[0] if len(inputs) == 1 else None
    return None


def is_numbers(part):
    """Whether something is an array or tensor of numbers, or says it of batches to come."""
    dtype = tf.as_dtype(part.dtype) if hasattr(part, "shape") else tf.string
    return dtype.is_floating or dtype.is_integer


def is_batch(part, shape):
    """Whether a part can be a batch of this shape, with samples."""
    if not is_numbers(part):
        return False
    received = tf.TensorShape(part.shape)
    return received.is_compatible_with((None, *shape)) and received[:1] != [0]


def check_numbers(given):
    """Raises `ValueError` for the arguments of an entrance that are out of range, or not taken."""
    for name in ("class_weight", "sample_weight"):
        if given.get(name) is not None:
            raise ValueError(
                f"Expected no `{name}`: a model weighs its own losses, in `<phase>_losses`. "
                f"Received: {name} of type {type(given[name]).__name__}"
            )
    for name, least in LEAST.items():
        if given.get(name) is not None:
            checks.check_count(name, given[name], least)
    share = given.get("validation_split")
    if share is not None and not (checks.is_number(share) and 0 <= share < 1):
        raise ValueError(f"Expected `validation_split` in [0, 1). Received: {share!r}")


def as_arrays(data):
    """Nested lists of numbers as an array, batches of a generator as tuples, others as they are."""
    if isinstance(data, (str, os.PathLike)):
        raise ValueError(
            "Expected arrays or a data set, such as `kgz.datasets.load` makes of a name: "
            f"kgz.datasets.load({str(data)!r}). Received: {data!r}"
        )
    if isinstance(data, types.GeneratorType):  # of which Keras wants tuples
        return (batch if isinstance(batch, tuple) else (batch,) for batch in data)
    if any(isinstance(one, np.ndarray) and one.dtype.hasobject for one in tf.nest.flatten(data)):
        raise ValueError(
            "Expected arrays of numbers; x.astype('float32') makes them numbers. "
            "Received: dtype object"
        )
    if not isinstance(data, list) or any(hasattr(one, "shape") for one in tf.nest.flatten(data)):
        return data
    try:
        return np.asarray(data)
    except ValueError as error:
        raise ValueError(f"Expected arrays. Received: a list, {error}") from None


@contextlib.contextmanager
def plain_errors():
    """Turns a failed check inside a compiled step into the `ValueError` it stands for."""
    try:
        with pipeline.plain_errors():
            yield
    except tf.errors.InvalidArgumentError as error:
        message = str(error)
        if values.BAD_VALUES in message:
            raise ValueError(values.readable(message)) from None
        if found := re.search(WRONG_SHAPE, message):
            raise ValueError(
                f"Expected batches of shape {found[2]}. Received: a batch of shape {found[1]}"
            ) from None
        raise

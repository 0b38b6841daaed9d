"""Checking the values of samples, before they reach a network."""

import re
import warnings

import keras
import numpy as np
import tensorflow as tf

from keras_gan_zoo import errors

# Images are in [-1, 1]; noise and interpolation may overshoot a little, wrong scaling does not.
LARGEST_PIXEL = 2.0
# Marks our own message among those TensorFlow wraps around a failed assertion.
BAD_VALUES = "Bad values in the data."


def check_samples(name: str, samples, shape: tuple, largest: float = LARGEST_PIXEL):
    """Returns `samples` as a float tensor of shape `(batch, *shape)`, or raises `ValueError`.

    Shape and type are checked at once. Values (finite; images in `[-1, 1]`) are checked when the
    batch arrives, before any variable is touched; inside a compiled step the failure is an
    `InvalidArgumentError` that `PhasedModel.fit` turns into the same `ValueError`.
    """
    expected = f"Expected `{name}` to be a float batch of shape (batch, {_shown(shape)})"
    if samples is None or isinstance(samples, (tuple, tf.data.Dataset)):
        raise ValueError(
            f"{expected}; of a data set, take a batch, and of a batch with labels the first part: "
            f"`images, labels = next(iter(data))`. Received: {type(samples).__name__}"
        )
    samples = tf.convert_to_tensor(samples)
    is_image = len(shape) == 3
    scale = " with values in [-1, 1]" if is_image else ""
    if not samples.dtype.is_floating:
        hint = " Are these 8-bit images? Use x / 127.5 - 1." if is_image else ""
        raise ValueError(
            f"{expected}{scale}.{hint} Received: dtype {samples.dtype.name}, "
            f"shape {tuple(samples.shape)}"
        )
    if samples.shape.rank != len(shape) + 1 or not samples.shape[1:].is_compatible_with(shape):
        mend = _mend(samples.shape, shape)
        raise ValueError(f"{expected}{scale}.{mend} Received: shape {tuple(samples.shape)}")
    warn_of_pixels_from_zero(samples)
    # A retraced step knows less than `fit`, which has checked the data set's own specification.
    samples = tf.ensure_shape(tf.cast(samples, keras.config.floatx()), (None, *shape))
    limit = largest if is_image else samples.dtype.max
    hint = " (8-bit images: x / 127.5 - 1)" if is_image else ""
    message = f"{expected}{scale or ' with finite values'}{hint}."
    return require(tf.abs(samples) <= limit, message, samples)  # false for NaN, too


def warn_of_pixels_from_zero(images):
    """Warns if images at hand span [0, 1], which is allowed, and hardly ever meant."""
    at_hand = not tf.is_symbolic_tensor(images) and 0 not in images.shape
    if at_hand and len(images.shape) == 4 and tf.as_dtype(images.dtype).is_floating:
        least, most = float(np.min(images)), float(np.max(images))
        if 0.0 <= least < 0.5 < most <= 1.0:
            warnings.warn(
                f"All pixels are between {least:.3g} and {most:.3g}. Black is -1 here: are these "
                "images in [0, 1]? Use 2 * x - 1.",
                stacklevel=4,
            )


def check_labels(name: str, labels, num_classes: int, least: int = 0):
    """Returns int32 `labels` of shape `(batch,)`, all in `[least, num_classes)`, or raises."""
    labels = tf.convert_to_tensor(labels)
    expected = f"Expected `{name}` to be integers of shape (batch,) in [{least}, {num_classes})"
    if not labels.dtype.is_integer or labels.shape.rank != 1:
        hint = errors.label_hint(labels.shape.as_list() if labels.shape.rank else ())
        raise ValueError(
            f"{expected}.{hint} Received: dtype {labels.dtype.name}, shape {labels.shape}"
        )
    labels = tf.cast(labels, tf.int64)  # 2**32 + 1 is not 1
    valid = tf.logical_and(labels >= least, labels < num_classes)
    return tf.cast(require(valid, f"{expected}.", labels), tf.int32)


def require(valid, message: str, tensor):
    """Returns `tensor` if all of `valid` holds; raises at once in eager mode, else when run."""
    broken = tf.size(valid) - tf.math.count_nonzero(valid, dtype=tf.int32)
    received = (broken, tf.size(valid), tf.reduce_min(tensor), tf.reduce_max(tensor))
    text = "Received: {} of {} values outside or not finite; minimum {}, maximum {}"
    if tf.executing_eagerly():
        if broken:
            raise ValueError(f"{message} {text.format(*(value.numpy() for value in received))}")
        return tensor
    check = tf.debugging.Assert(broken == 0, [f"{BAD_VALUES} {message} {text}", *received])
    with tf.control_dependencies([check]):
        return tf.identity(tensor)


def _mend(received, shape):
    """How to make what was received a batch of a shape."""
    if received.is_compatible_with(shape):
        return " A batch of one is x[None]."
    if len(shape) != 3:
        return ""
    if received.rank == 3 and received[1:].is_compatible_with(shape[:2]):
        return " Grey images have a channel: x[..., None]."
    return (
        " Resize or convert the data (`kgz.datasets.load` does both), or build the model for its "
        "shape."
    )


def _shown(shape):
    return ", ".join("any" if size is None else str(size) for size in shape)


def readable(message: str) -> str:
    """Our own sentence out of the message TensorFlow makes of a failed assertion."""
    # It reads: ... [<text>] [<value>] [<value>] ..., one pair of brackets per piece of data.
    text, _, values = message.partition(BAD_VALUES)[2].partition("}] ")
    received = re.findall(r"\[([^\[\]]*)\]", values)[:4]
    return f"{text}}}".strip().format(*received)

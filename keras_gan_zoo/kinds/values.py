"""Checking the values of samples, before they reach a network."""

import dataclasses
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


@dataclasses.dataclass(frozen=True)
class Words:
    """What messages say of samples of one kind.

    Args:
        integers: What integers, or values that are too large, probably are.
        scaling: The expression that scales these.
        values: What their values are called, in the plural.
        lowest: What a value of -1 means, if samples in `[0, 1]` are hardly ever meant.
        plural: What the samples are called.
        channel: What to say if the last axis, of channels, is missing.
        swapped: What to say if the two axes are in the wrong order.
    """

    integers: str = ""
    scaling: str = "x / 127.5 - 1"
    values: str = "values"
    lowest: str = ""
    plural: str = "samples"
    channel: str = ""
    swapped: str = ""


IMAGES = Words(integers="8-bit images", values="pixels", lowest="Black", plural="images")


def check_floats(name, samples, shape, largest=None, words=None, mend=None):
    """Returns `samples` as a float tensor of shape `(batch, *shape)`, or raises `ValueError`.

    Shape and type are checked at once. Values (finite, or at most `largest`) are checked when the
    batch arrives, before any variable is touched; inside a compiled step the failure is an
    `InvalidArgumentError` that `PhasedModel.fit` turns into the same `ValueError`.

    Args:
        name: What errors call the samples.
        samples: Anything TensorFlow makes a tensor of.
        shape: Of one sample, with `None` for what may differ between batches.
        largest: The largest absolute value of samples in `[-1, 1]`; `None` if any will do.
        words: The `Words` of the kind.
        mend: Function from a wrong shape and the right one to a hint.
    """
    words, mend = words or Words(), mend or mend_batch
    expected = f"Expected `{name}` to be a float batch of shape {shown(shape)}"
    scale = "" if largest is None else " with values in [-1, 1]"
    samples = _tensor(samples, expected)
    if not samples.dtype.is_floating:
        is_scaled = words.integers and _fits(samples.shape, shape)
        hint = f" Are these {words.integers}? Use {words.scaling}." if is_scaled else ""
        raise ValueError(
            f"{expected}{scale}.{hint} Received: dtype {samples.dtype.name}, shape {samples.shape}"
        )
    if not _fits(samples.shape, shape):
        hint = mend_unseen(samples, shape, mend)
        raise ValueError(f"{expected}{scale}.{hint} Received: shape {samples.shape}")
    warn_of_values_from_zero(samples, words)
    # A retraced step knows less than `fit`, which has checked the data set's own specification.
    samples = tf.ensure_shape(tf.cast(samples, keras.config.floatx()), (None, *shape))
    limit = samples.dtype.max if largest is None else largest
    hint = f" ({words.integers}: {words.scaling})" if scale and words.integers else ""
    message = f"{expected}{scale or ' with finite values'}{hint}."
    return require(tf.abs(samples) <= limit, message, samples)  # false for NaN, too


def check_labels(name: str, labels, num_classes: int, least: int = 0):
    """Returns int32 `labels` of shape `(batch,)`, all in `[least, num_classes)`, or raises."""
    return check_integers(name, labels, (), num_classes, least, mend_label)


def check_integers(name, integers, shape, limit, least=0, mend=None, outside=""):
    """Returns int32 `integers` of shape `(batch, *shape)`, all in `[least, limit)`, or raises.

    Args:
        name: What errors call them.
        integers: Anything TensorFlow makes a tensor of.
        shape: Of one sample, with `None` for what may differ between batches.
        limit: One more than the largest.
        least: The smallest.
        mend: Function from a wrong shape and the right one to a hint.
        outside: A hint for values outside of the range.
    """
    expected = f"Expected `{name}` to be integers of shape {shown(shape)} in [{least}, {limit})"
    integers = _tensor(list(integers) if isinstance(integers, tuple) else integers, expected)
    if not integers.dtype.is_integer or not _fits(integers.shape, shape):
        hint = mend_unseen(integers, shape, mend or mend_integers)
        raise ValueError(
            f"{expected}.{hint} Received: dtype {integers.dtype.name}, shape {integers.shape}"
        )
    integers = tf.cast(tf.ensure_shape(integers, (None, *shape)), tf.int64)  # 2**32 + 1 is not 1
    valid = tf.logical_and(integers >= least, integers < limit)
    return tf.cast(require(valid, f"{expected}.{outside}", integers), tf.int32)


def _tensor(samples, expected):
    if samples is None or isinstance(samples, (tuple, tf.data.Dataset)):
        raise ValueError(
            f"{expected}; of a data set, take a batch, and of a batch with labels the first part: "
            f"`images, labels = next(iter(data))`. Received: {type(samples).__name__}"
        )
    try:
        return tf.convert_to_tensor(samples)
    except (TypeError, ValueError) as error:  # ragged, a dict, objects
        raise ValueError(
            f"{expected}. Received: {type(samples).__name__}, which is no array: {error}"
        ) from None


def _fits(received, shape):
    return received.rank == len(shape) + 1 and received[1:].is_compatible_with(shape)


def warn_of_values_from_zero(samples, words):
    """Warns if samples at hand span [0, 1], which is allowed, and hardly ever meant."""
    at_hand = not tf.is_symbolic_tensor(samples) and 0 not in samples.shape
    if at_hand and words.lowest:
        least, most = float(np.min(samples)), float(np.max(samples))
        if 0.0 <= least < 0.5 < most <= 1.0:
            warnings.warn(
                f"All {words.values} are between {least:.3g} and {most:.3g}. {words.lowest} is -1 "
                f"here: are these {words.plural} in [0, 1]? Use 2 * x - 1.",
                stacklevel=5,
            )


def require(valid, message: str, tensor):
    """Returns `tensor` if all of `valid` holds; raises at once in eager mode, else when run."""
    broken = tf.size(valid) - tf.math.count_nonzero(valid, dtype=tf.int32)
    least, most = tf.reduce_min(tensor), tf.reduce_max(tensor)
    # What a server says of a failed assertion are these pieces, each in brackets.
    outside = "values outside or not finite; minimum"
    pieces = (broken, "of", tf.size(valid), outside, least, ", maximum", most)
    if tf.executing_eagerly():
        if broken:
            plain = (one if isinstance(one, str) else one.numpy() for one in pieces)
            raise ValueError(f"{message} Received: {_joined(plain)}")
        return tensor
    check = tf.debugging.Assert(broken == 0, [f"{BAD_VALUES} {message} Received:", *pieces])
    with tf.control_dependencies([check]):
        return tf.identity(tensor)


def require_rows(rows) -> list:
    """What ensures, when it is run, that a batch has rows; raises at once if it is known."""
    message, pieces = "Expected batches with samples.", ("a batch of", rows)
    if tf.is_symbolic_tensor(rows):
        return [tf.debugging.Assert(rows > 0, [f"{BAD_VALUES} {message} Received:", *pieces])]
    if rows < 1:
        raise ValueError(f"{message} Received: {_joined(pieces)}")
    return []


def mend_unseen(samples, shape, mend) -> str:
    """How to mend a batch of a wrong shape: at hand, or of a data set, which is not at hand."""
    if samples.shape.rank is None:
        return f" Tell its shape: data.map(lambda x: tf.ensure_shape(x, {(None, *shape)}))."
    if tf.is_symbolic_tensor(samples) and mend_batch(samples.shape, shape):
        return " Batch the data set: data.batch(32). Stack a list of samples: np.stack(x)."
    return mend(samples.shape, shape)


def mend_batch(received, shape) -> str:
    """How to make what was received a batch, if it is one sample."""
    is_one = received.rank == len(shape) and received.is_compatible_with(shape)
    return " A batch of one is x[None]." if is_one else ""


def mend_image(received, shape) -> str:
    """How to make what was received a batch of images of a shape."""
    if received.is_compatible_with(shape):
        return mend_batch(received, shape)
    if received.rank == 3 and received[1:].is_compatible_with(shape[:2]):
        return " Grey images have a channel: x[..., None]."
    if received.rank == 4 and received[1:].is_compatible_with((shape[-1], *shape[:-1])):
        return " Channels come last: np.moveaxis(x, 1, -1)."
    return (
        " Resize or convert the data (`kgz.datasets.load` does both), or build the model for its "
        "shape."
    )


def mend_label(received, shape=()) -> str:
    """How to make what was received labels `(batch,)`."""
    return errors.label_hint(received.as_list() if received.rank else ())


def mend_integers(received, shape) -> str:
    """How to make what was received a batch of integers of a shape."""
    if _fits(received, shape):
        return " Whole numbers: x.astype('int64')."
    if received.rank == len(shape) + 2 and _fits(received[:-1], shape):
        if received[-1] == 1:  # of which argmax would make zeros
            return " Without the last axis: x[..., 0]."
        return " One-hot vectors: x.argmax(axis=-1)."
    return mend_batch(received, shape)


def shown(shape) -> str:
    """The shape of a batch, for messages: `(batch, 28, 28, 1)`."""
    sizes = ["batch", *("any" if size is None else str(size) for size in shape)]
    return f"({', '.join(sizes)}{'' if shape else ','})"


def readable(message: str) -> str:
    """Our own sentence out of the message TensorFlow makes of a failed assertion."""
    # It reads: ... [<text> Received:] [<piece>] [<piece>] ..., as `require` wrote them.
    text, _, pieces = message.partition(BAD_VALUES)[2].partition(" Received:] ")
    received = re.findall(r"\[([^\[\]]*)\]", pieces)[:7]
    text = text.replace("\\'", "'")  # TensorFlow escapes quotation marks
    return f"{text.strip()} Received: {_joined(received)}"


def _joined(pieces):
    return " ".join(map(str, pieces)).replace(" ,", ",")

"""What a conditional model takes besides its latents: a class, a vector, a map, or nothing."""

import keras
import numpy as np
import tensorflow as tf

from keras_gan_zoo import backend, kinds
from keras_gan_zoo.training import checks


class NoCondition:
    """An unconditional model: nothing is taken, and nothing is handed on.

    Args:
        instead: What to do with labels instead, for the error.
    """

    kind = num_classes = None
    shapes = ()
    kinds: dict = {}

    def __init__(self, instead: str = ""):
        self.instead = instead

    def checked(self, owner, labels, num_samples: int, method: str = "generate") -> tuple:
        """The labels of so many samples, `()` for none; raises `ValueError` if there are any."""
        if labels is not None:
            raise ValueError(
                f"`{method}` of {type(owner).__name__} takes no `labels`{self.instead}. "
                f"Received: labels={labels!r}"
            )
        return ()

    def encoded(self, *labels) -> tuple:
        """What networks are given for labels, inside a graph, too."""
        return ()

    def default(self, num_samples) -> tuple:
        """The labels of samples for which none are given, inside a graph, too."""
        return ()


class Condition:
    """Labels of any kind. Networks are given classes one-hot, and other labels as they are.

    Args:
        kind: Of the labels: `kgz.kinds.Label` for classes `(batch,)`, `Vector` for continuous
            conditions, `LabelMap`, `Image`, ...

    Attributes:
        num_classes: Number of classes, `None` for other labels.
        shapes: The shapes of what networks are given.
        kinds: The kind by the name that labels have as an argument.
    """

    def __init__(self, kind):
        self.kind = kinds.get(kind)
        self.num_classes = self.kind.limit if self.kind.shape == () else None
        whole = () if self.kind.limit is None else (self.kind.limit,)
        self.shapes = ((*self.kind.shape, *whole),)
        self.kinds = {"labels": self.kind}

    def checked(self, owner, labels, num_samples, method="generate"):
        if labels is None and self.num_classes and method == "generate":
            return self.default(num_samples)
        if labels is None:
            raise ValueError(
                f"Expected `labels` of the kind {self.kind}: `{method}` of "
                f"{type(owner).__name__} needs one for each sample. Received: labels=None"
            )
        if self.num_classes and np.ndim(labels) == 0:  # one for all
            labels = np.full(num_samples, labels)
        labels = self.kind.check("labels", labels)
        if len(labels) != num_samples:
            raise ValueError(
                f"Expected one of `labels` for each of {num_samples} samples. "
                f"Received: {len(labels)} labels"
            )
        return (labels,)

    def encoded(self, labels):
        limit = self.kind.limit
        return (labels if limit is None else keras.ops.one_hot(labels, limit),)

    def default(self, num_samples):
        """Round the classes: 0, 1, 2, ..."""
        return (tf.range(num_samples, dtype=tf.int32) % self.num_classes,)


def condition_of(num_classes: int | None, condition_dim: int | None, kind=None):
    """The condition that these arguments of a model mean."""
    given = {"num_classes": num_classes, "condition_dim": condition_dim, "condition_kind": kind}
    given = {name: value for name, value in given.items() if value is not None}
    if len(given) > 1:
        received = ", ".join(f"{name}={value!r}" for name, value in given.items())
        raise ValueError(
            "Expected one of `num_classes`, `condition_dim` and `condition_kind`. Received: "
            f"{received}"
        )
    if num_classes is not None:
        checks.check_count("num_classes", num_classes, least=2)
        return Condition(kinds.Label(num_classes))
    if condition_dim is not None:
        checks.check_count("condition_dim", condition_dim)
        return Condition(kinds.Vector((condition_dim,)))
    return NoCondition() if kind is None else Condition(kind)


def other_conditions(conditions):
    """For each row the next different one of the batch; its negative, if all are alike."""
    everyone = backend.global_batch(conditions)
    count = keras.ops.shape(everyone)[0]
    differs = keras.ops.any(keras.ops.not_equal(everyone[:, None], everyone[None]), axis=-1)
    # How far each row is behind the others, going round.
    behind = keras.ops.mod(keras.ops.arange(count)[None] - keras.ops.arange(count)[:, None], count)
    nearest = keras.ops.argmin(keras.ops.where(differs, behind, count), axis=-1)
    found = keras.ops.where(
        keras.ops.any(differs, axis=-1, keepdims=True),
        keras.ops.take(everyone, nearest, axis=0),
        -everyone,
    )
    return backend.own_rows(found, keras.ops.shape(conditions)[0])

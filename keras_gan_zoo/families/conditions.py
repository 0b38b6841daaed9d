"""What a conditional model takes besides its latents: a class, a vector, or nothing."""

import keras
import numpy as np
import tensorflow as tf

from keras_gan_zoo import backend
from keras_gan_zoo.kinds import values
from keras_gan_zoo.training import checks


class NoCondition:
    """An unconditional model: nothing is taken, and nothing is handed on.

    Args:
        instead: What to do with labels instead, for the error.
    """

    num_classes = dim = None
    shapes = specs = ()

    def __init__(self, instead: str = ""):
        self.instead = instead

    def from_batch(self, data) -> dict:
        """The condition in what `fit` hands over, as a named part of the batch."""
        return {}

    def vectors_for(self, owner, labels, num_samples: int) -> tuple:
        """The condition for `generate`, a tuple to follow the latents; raises on bad labels."""
        if labels is not None:
            raise ValueError(
                f"`generate` of {type(owner).__name__} takes no `labels`{self.instead}. "
                f"Received: labels={labels!r}"
            )
        return ()

    def vectors(self, *labels) -> tuple:
        """What networks are given for labels, inside a graph."""
        return ()

    def default(self, num_samples) -> tuple:
        """The labels of samples for which none are given, inside a graph."""
        return ()


class ClassCondition:
    """Integer labels; networks are given them one-hot."""

    def __init__(self, num_classes: int):
        checks.check_count("num_classes", num_classes, least=2)
        self.num_classes = self.dim = int(num_classes)
        self.shapes = ((self.dim,),)
        self.specs = (tf.TensorSpec((None,), tf.int32, "labels"),)

    def from_batch(self, data):
        labels = values.check_labels("labels", labels_of(data), self.num_classes)
        return {"condition": self.vectors(labels)[0]}

    def vectors_for(self, owner, labels, num_samples):
        if labels is None:
            return self.vectors(*self.default(num_samples))
        labels = np.asarray(labels)
        labels = np.full(num_samples, labels) if labels.ndim == 0 else labels
        labels = values.check_labels("labels", labels, self.num_classes)
        return _counted(self.vectors(labels), num_samples)

    def vectors(self, labels):
        return (keras.ops.one_hot(labels, self.num_classes),)

    def default(self, num_samples):
        """Round the classes: 0, 1, 2, ..."""
        return (tf.range(num_samples, dtype=tf.int32) % self.num_classes,)


class VectorCondition:
    """A continuous condition `(batch, dim)`, handed to the networks as it is."""

    num_classes = None

    def __init__(self, dim: int):
        checks.check_count("condition_dim", dim)
        self.dim = int(dim)
        self.shapes = ((self.dim,),)
        self.specs = (tf.TensorSpec((None, self.dim), tf.float32, "labels"),)

    def from_batch(self, data):
        return {"condition": values.check_samples("labels", labels_of(data), (self.dim,))}

    def vectors_for(self, owner, labels, num_samples):
        if labels is None:
            raise ValueError(
                f"Expected `labels`, conditions of shape (batch, {self.dim}): "
                f"{type(owner).__name__} has a continuous condition. Received: labels=None"
            )
        return _counted((values.check_samples("labels", labels, (self.dim,)),), num_samples)

    def vectors(self, labels):
        return (labels,)

    def default(self, num_samples):
        return (tf.zeros((num_samples, self.dim)),)


def condition_of(num_classes: int | None, condition_dim: int | None):
    """The condition that these arguments of a model mean."""
    if num_classes is not None and condition_dim is not None:
        raise ValueError(
            "Expected `num_classes` or `condition_dim`, not both. Received: "
            f"num_classes={num_classes!r}, condition_dim={condition_dim!r}"
        )
    if num_classes is not None:
        return ClassCondition(num_classes)
    return NoCondition() if condition_dim is None else VectorCondition(condition_dim)


def labels_of(data):
    """The labels in what `fit` hands over: `(x, labels)`, or a dict with `"label"`."""
    if isinstance(data, dict) and "label" in data:
        return data["label"]
    if isinstance(data, (tuple, list)) and len(data) > 1 and data[1] is not None:
        return data[1]
    received = f"keys {sorted(data)}" if isinstance(data, dict) else "samples alone"
    raise ValueError(
        "Expected samples with labels, (x, labels) or a dict with the keys 'image' and 'label': "
        f"this model learns from labels. Received: {received}"
    )


def _counted(vectors, num_samples):
    if len(vectors[0]) != num_samples:
        raise ValueError(
            f"Expected one of `labels` for each of {num_samples} samples. "
            f"Received: {len(vectors[0])} labels"
        )
    return vectors


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

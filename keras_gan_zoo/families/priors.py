"""Prior distributions of latents, and where a label has its place in them."""

import math

import tensorflow as tf

from keras_gan_zoo import backend

MODES = 10


def normal(shape, seed, labels=None):
    """Standard normal; labels have no place in it."""
    return backend.random_normal(shape, seed)


def mixture(shape, seed, labels=None):
    """Ten Gaussians around the origin of each pair of dimensions, long towards it and narrow.

    A label is the number of the Gaussian.
    """
    along, across, turn = _draws(shape, seed, 3)
    angle = 2.0 * math.pi * _mode(turn, labels) / MODES
    along = 1.4 + 0.5 * _to_normal(along)
    across = 0.1 * _to_normal(across)
    cosine, sine = tf.cos(angle), tf.sin(angle)
    return _pairs(along * cosine - across * sine, along * sine + across * cosine, shape)


def swiss_roll(shape, seed, labels=None):
    """A spiral of two turns in each pair of dimensions; a label is one of ten parts of it."""
    place, mode, _ = _draws(shape, seed, 3)
    place = tf.sqrt((_mode(mode, labels) + place) / MODES)
    angle = 4.0 * math.pi * place
    return _pairs(3.0 * place * tf.cos(angle), 3.0 * place * tf.sin(angle), shape)


PRIORS = {"normal": normal, "mixture": mixture, "swiss_roll": swiss_roll}


def _draws(shape, seed, count):
    """Uniform numbers for each pair of dimensions of each row."""
    rows, dims = shape
    drawn = backend.random_uniform((rows, count, dims // 2), seed=seed)
    return tf.unstack(drawn, axis=1)


def _mode(uniform, labels):
    """One of ten numbers: the label where there is one, else drawn."""
    drawn = tf.floor(uniform * MODES)
    if labels is None:
        return drawn
    labels = tf.cast(labels, drawn.dtype)[:, None]
    return tf.where(labels >= 0, labels, drawn)


def _to_normal(uniform):
    return tf.math.ndtri(tf.clip_by_value(uniform, 1e-6, 1.0 - 1e-6))


def _pairs(first, second, shape):
    return tf.reshape(tf.stack([first, second], axis=-1), shape)

"""What the arguments of a model's constructor may be: by their annotations, and ranges by name."""

import types
import typing

import keras
import numpy as np

from keras_gan_zoo import kinds
from keras_gan_zoo.training import checks

# Whole numbers are at least 1 and at most MANY, others finite and at least 0, unless said here.
MANY = 10**6
LEAST = {
    "attention": 0,
    "chains": 0,
    "minibatch_discrimination": 0,
    "num_classes": 2,
    "replay": 0,
    "virtual_batch_normalization": 0,
    "warm_up": 0,
}
MOST = {"discriminator_steps": 1000, "generator_steps": 1000, "warm_up": 10**9}
POSITIVE = {"ema_half_life", "likelihood_scale", "margin", "prior_scale", "weight_clip"}
BELOW_ONE = {"dropout", "ema_decay", "label_smoothing"}
AT_MOST_ONE = {"style_mixing"}
ANY_SIGN = {"equilibrium"}


def checked(name: str, annotation, value):
    """The value, numbers of NumPy as Python's.

    Args:
        name: Of the argument.
        annotation: Of the argument. Only numbers, strings, truth values, shapes (`tuple`) and
            `None` are known; whatever else is annotated is checked where it is used.
        value: What was passed.

    Raises:
        ValueError: If the value is not as the annotation says; it names the argument.
    """
    union = isinstance(annotation, types.UnionType)
    allowed = typing.get_args(annotation) if union else (annotation,)
    known = [CHECKS[one] for one in allowed if one in CHECKS]
    if len(known) + (types.NoneType in allowed) < len(allowed):
        return value
    if value is None and types.NoneType in allowed:
        return value
    for expected, is_valid in known:
        if is_valid(name, value):
            if isinstance(value, (tuple, list)):
                return type(value)(int(size) for size in value)
            return value.item() if isinstance(value, np.generic) else value
        raise ValueError(
            f"Expected `{name}` {expected(name)}{' or None' * (types.NoneType in allowed)}."
            f"{_hint(name, value)} Received: {value!r}"
        )
    return value


def _range(name):
    return LEAST.get(name, 1), MOST.get(name, MANY)


def _is_count(name, value):
    whole = hasattr(value, "__index__") and not isinstance(value, bool) and np.ndim(value) == 0
    least, most = _range(name)
    return whole and least <= value <= most


def _count(name):
    least, most = _range(name)
    return f"to be an integer >= {least} and <= {most}"


def _is_number(name, value):
    if not checks.is_number(value):
        return False
    above = value > 0 if name in POSITIVE else value >= 0
    below = (value < 1 or name not in BELOW_ONE) and (value <= 1 or name not in AT_MOST_ONE)
    return (above or name in ANY_SIGN) and below


def _number(name):
    if name in ANY_SIGN:
        return "to be a finite number"
    if name in BELOW_ONE | AT_MOST_ONE:
        return f"in [0, 1{')' if name in BELOW_ONE else ']'}"
    return f"to be a finite number {'> 0' if name in POSITIVE else '>= 0'}"


def _is_shape(name, value):
    if not isinstance(value, (tuple, list)) or len(value) not in (1, 3):
        return False
    return all(_is_count(name, size) for size in value)


def _hint(name, value):
    grey = isinstance(value, (tuple, list)) and len(value) == 2
    return f" Grey images have one channel: {(*value, 1)}." if grey else ""


CHECKS = {
    int: (_count, _is_count),
    float: (_number, _is_number),
    bool: (lambda name: "to be True or False", lambda name, value: isinstance(value, bool)),
    str: (lambda name: "to be a name", lambda name, value: isinstance(value, str)),
    kinds.Kind: (
        lambda name: "to be one of `kgz.kinds`",
        lambda name, value: isinstance(value, (kinds.Kind, dict)),
    ),
    tuple: (
        lambda name: "(height, width, channels), or (size,) of vectors, of integers >= 1",
        _is_shape,
    ),
}


def check_dtype(value):
    """Raises `ValueError` unless Keras knows the policy, or it is `None`."""
    try:
        keras.dtype_policies.get(value)
    except (ValueError, TypeError, AttributeError):
        raise ValueError(
            "Expected `dtype` to be a policy such as 'float32' or 'mixed_bfloat16'. "
            f"Received: {value!r}"
        ) from None

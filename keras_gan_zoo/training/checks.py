"""What is checked before a batch reaches a network."""

import contextlib
import inspect

import numpy as np

from keras_gan_zoo import errors


def check_arguments(model_class: type, rest: dict, networks):
    """Raises `ValueError` for an argument that no constructor of the class takes."""
    constructors = (
        vars(base)["__init__"] for base in model_class.__mro__ if "__init__" in vars(base)
    )
    taken = (inspect.signature(one).parameters for one in constructors)
    known = set(networks).union(*taken) - {"self", "args", "kwargs", "networks"}
    for name in rest.keys() - known:
        raise errors.unknown_name(f"argument of {model_class.__name__}", name, known)


def check_seed(seed):
    """Raises unless `seed` is `None` or an integer of 31 bits, of which none is lost."""
    if seed is None:
        return
    whole = hasattr(seed, "__index__") and not isinstance(seed, bool) and np.ndim(seed) == 0
    if not whole or not 0 <= seed < 2**31:
        raise ValueError(
            f"Expected `seed` to be None or an integer >= 0 and < 2**31. Received: {seed!r}"
        )


@contextlib.contextmanager
def naming(argument: str):
    """Within this scope errors of values begin with the name of the argument they came as."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"`{argument}`: {error}") from None


def check_count(name: str, value, least: int = 1):
    """Raises unless `value` is an integer of at least `least`."""
    whole = hasattr(value, "__index__") and not isinstance(value, bool) and np.ndim(value) == 0
    if not whole or value < least:
        raise ValueError(f"Expected `{name}` to be an integer >= {least}. Received: {value!r}")


def is_number(value) -> bool:
    """Whether `value` is a finite number, and no truth value."""
    numbers = int, float, np.integer, np.floating
    return isinstance(value, numbers) and not isinstance(value, bool) and np.isfinite(value)


def check_at_least(least: float, **values):
    """Raises for a value, by the name of its argument, that is not a number of at least `least`."""
    for name, value in values.items():
        if not value >= least:  # true for NaN, too
            raise ValueError(f"Expected `{name}` >= {least:g}. Received: {value!r}")


def check_positive(optional: bool = False, **values):
    """Raises for a value, by the name of its argument, that is not above 0; `None` may be one."""
    for name, value in values.items():
        if not (optional and value is None) and not value > 0:
            alternative = " or None" if optional else ""
            raise ValueError(f"Expected `{name}` > 0{alternative}. Received: {value!r}")

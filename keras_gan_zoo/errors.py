"""Messages that say what was expected, what was received, and what was probably meant."""

import difflib
from collections.abc import Collection, Iterable


class WrongNetworkError(ValueError):
    """A network that a model was trained with is not there, or is another one."""


def unknown_name(kind: str, name: object, known: Iterable[str]) -> ValueError:
    """A `ValueError` for a name that does not exist, with the nearest one that does."""
    known = sorted(known)
    close = difflib.get_close_matches(str(name), known, n=1, cutoff=0.4)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    return ValueError(
        f"Unknown {kind}: {name!r}.{hint} Expected one of: {', '.join(known)}. Received: {name!r}"
    )


def resolve(kind: str, base: type, known: dict, identifier, **options):
    """Resolves a string, a config or an instance of `base` to an instance (one `get` per kind)."""
    if isinstance(identifier, base) and not options:
        return identifier
    if isinstance(identifier, str):
        if identifier not in known:
            raise unknown_name(kind, identifier, known)
        return known[identifier](**options)
    raise ValueError(
        f"Expected a {kind} name ({', '.join(sorted(known))}) or a {base.__name__} instance"
        f"{' and no further options' if options else ''}. "
        f"Received: {identifier!r} (of type {type(identifier).__name__})"
    )


def not_defined(instance: object, method: str) -> TypeError:
    """A `TypeError` for a subclass that left out a method it must define."""
    return TypeError(f"{type(instance).__name__} must define `{method}`; see `PhasedModel`.")


def check_choice(name: str, value: object, choices: Collection):
    """Raises `ValueError` unless `value` is one of `choices`."""
    if value not in choices:
        expected = ", ".join(map(repr, choices))
        raise ValueError(f"Expected `{name}` to be one of {expected}. Received: {value!r}")


def check_able(model: object, ability: str):
    """Raises `ValueError` unless the model has the method `ability`."""
    if not hasattr(model, ability):
        raise ValueError(f"Expected a model that can `{ability}`. Received: {type(model).__name__}")


def sizes_of_image(image_shape) -> tuple:
    """Height, width and channels; raises `ValueError` unless `image_shape` has these three."""
    if len(image_shape) != 3:
        raise ValueError(
            f"Expected `image_shape` (height, width, channels). Received: {tuple(image_shape)}"
        )
    return tuple(image_shape)


def label_hint(shape) -> str:
    """How to make labels of this shape integers `(batch,)`; nothing, if they can be none."""
    if len(shape) == 1:
        return " Whole numbers: y.astype('int64')."
    if len(shape) == 2:
        column = shape[1] == 1  # of which argmax would make zeros
        return " Labels in a column: y[:, 0]." if column else " One-hot labels: y.argmax(axis=-1)."
    return ""

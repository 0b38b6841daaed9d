"""Naming the parts of what `fit` is given."""

import tensorflow as tf

from keras_gan_zoo.kinds import Kind


def check_inputs(model):
    """Raises `ValueError` unless `inputs()` of a model gives kinds by name."""
    found = model.inputs()
    if not isinstance(found, dict) or not found or not all(map(_is_kind, found.values())):
        raise ValueError(
            f"Expected `inputs()` of {type(model).__name__} to give a dict of kinds by name, such "
            f"as {{'image': kgz.kinds.Image((28, 28, 1))}}. Received: {found!r}"
        )


def _is_kind(value):
    return isinstance(value, Kind)


def named_parts(data, kinds: dict) -> dict:
    """The parts of a batch by name, each checked by its kind; see `parts_of`."""
    parts = parts_of(data, kinds)
    return {name: checked(name, parts, kinds) for name in parts}


def checked(name: str, parts: dict, kinds: dict):
    """One of `parts_of`, checked by its kind, whose error says if it was swapped with another."""
    called, part = parts[name]
    try:
        return kinds[name].check(called, part)
    except ValueError as error:
        for other, (also_called, that) in parts.items():
            fits = _fits(kinds[name], that) and _fits(kinds[other], part)
            if fits and not _fits(kinds[name], part):
                hint = f". Are `{called}` and `{also_called}` swapped?"
                raise ValueError(f"{error}{hint}") from None
        raise


def _fits(kind, part):
    """Whether a part has the shape of a kind."""
    shape = getattr(part, "shape", None)
    if shape is None or isinstance(kind.shape, dict):
        return False
    return tf.TensorShape(shape).is_compatible_with((None, *kind.shape))


def parts_of(data, kinds: dict) -> dict:
    """The parts of data by name, each with what errors call it.

    Args:
        data: A dict with the names in it, or the parts in their order: `x`, `(x, y)`, or a deeper
            structure; the parts of a dict among these are found by name. What is left over is
            ignored: a model without labels may be trained on a data set that has them. Weights of
            samples are not.
        kinds: The kinds of the parts by name, as `PhasedModel.inputs` gives them.

    Raises:
        ValueError: If a part is missing, or there are weights, `(x, y, sample_weight)`.
    """
    _refuse_weights(data, kinds)
    if isinstance(data, dict):
        return _by_name(data, kinds)
    parts = data if isinstance(data, (tuple, list)) else [data]
    dicts = [part for part in parts if isinstance(part, dict)]
    if not dicts:
        return _in_order(data, kinds)
    found = {}
    for part in dicts:
        whole = [name for name, kind in kinds.items() if part.keys() == _parts_in(kind)]
        found |= {whole[0]: part} if whole else part
    own = {name: _named(name, found) for name in kinds if name in found}
    if not own:
        return _by_name(found, kinds)  # says what is missing
    rest = tuple(part for part in parts if not isinstance(part, dict))
    missing = {name: kind for name, kind in kinds.items() if name not in own}
    own |= _in_order(rest, missing) if missing else {}
    return {name: own[name] for name in kinds}


def without_nothing(data):
    """Data as `fit` hands them over; `train_on_batch` puts `None` for what it was not given."""
    if not isinstance(data, tuple):
        return data
    while len(data) > 1 and data[-1] is None:
        data = data[:-1]
    return data[0] if len(data) == 1 else data


def _refuse_weights(data, kinds):
    """Raises `ValueError` for floats in the third place, Keras's weights, if it is left over."""
    if not isinstance(data, tuple) or len(data) != 3:
        return
    if len(tf.nest.flatten(data[:2])) < _count(kinds):
        return
    weights = [one for one in tf.nest.flatten(data[2]) if hasattr(one, "dtype")]
    if any(tf.as_dtype(one.dtype).is_floating for one in weights):
        raise ValueError(
            "Expected no weights of samples, (x, y, sample_weight): a model weighs its own losses, "
            "in `<phase>_losses`. Leave them out: data.map(lambda x, y, weights: (x, y)). "
            f"Received: a third part of shape {weights[0].shape}"
        )


def _by_name(data, kinds):
    if missing := [name for name in kinds if name not in data]:
        raise ValueError(
            f"Expected a dict with {_keys(kinds)}. Received: keys {sorted(data)}, "
            f"without {', '.join(map(repr, missing))}"
        )
    return {name: _named(name, data) for name in kinds}


def _named(name, data):
    """One part of a dict, with what errors call it."""
    if isinstance(data[name], (list, tuple)):
        raise ValueError(
            f"Expected `{name}` to be an array. Stack a list of samples, which are of one shape: "
            f"np.stack(x). Received: a {type(data[name]).__name__} of {len(data[name])}"
        )
    return name, data[name]


def _in_order(data, kinds):
    parts = [part for part in tf.nest.flatten(data) if part is not None]
    wanted = _count(kinds)
    if len(parts) < wanted:
        parts_in_order = f"({', '.join(kinds)})" if len(kinds) > 1 else next(iter(kinds))
        raise ValueError(
            f"Expected {parts_in_order}, or a dict with {_keys(kinds)}: this model learns from "
            f"{' and '.join(map(_plural, kinds))}. Received: {len(parts)} of {wanted} parts"
        )
    called = map(_plural, kinds) if len(kinds) > 1 else ["x"]
    left, found = iter(parts), {}
    for name, said in zip(kinds, called, strict=True):
        own = _parts_in(kinds[name])
        found[name] = said, {key: next(left) for key in own} if own else next(left)
    return found


def _count(kinds):
    """How many arrays kinds stand for."""
    return sum(len(_parts_in(kind)) or 1 for kind in kinds.values())


def _parts_in(kind):
    """The names of the parts of a kind that has several, in order."""
    return getattr(kind, "kinds", {}).keys()


def _keys(kinds):
    return f"the key{'s' * (len(kinds) > 1)} {', '.join(map(repr, kinds))}"


def _plural(name):
    return name if name.endswith("s") else f"{name}s"

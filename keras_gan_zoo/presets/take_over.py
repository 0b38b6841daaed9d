"""Weights of one model for another that differs from it in some layers."""

import dataclasses
import difflib

import keras


@dataclasses.dataclass(frozen=True)
class Taken:
    """What became of one variable.

    Args:
        layer: The layer that it belongs to.
        name: Its name in that layer, such as `"kernel"`.
        why: Why it was made anew; empty if it was taken over.
    """

    layer: str
    name: str
    why: str = ""


def take_over(old: dict, new: dict) -> dict[str, list[Taken]]:
    """Gives networks the weights of others, where these fit; the rest stays as it was made.

    Networks of the same layers are compared variable by variable. Of others the layers that follow
    each other in the same order with the same shapes are found first, and what is between two of
    these is compared variable by variable if it is as many layers of the same kinds.

    Args:
        old: The networks that have the weights, by name.
        new: Those that get them.

    Returns:
        For each network of `new` what became of its variables, in order.
    """
    found = {}
    for name, network in new.items():
        layers = _layers(network)
        pairs = dict(_matched(_layers(old[name]), layers)) if name in old else {}
        values, told = [], []
        for index, layer in enumerate(layers):
            for place, (own, variable) in enumerate(layer.variables):
                value, why = _fitting(pairs.get(index), place, variable)
                values.append(variable.numpy() if value is None else value)
                told.append(Taken(layer.name, own, why))
        network.set_weights(values)
        found[name] = told
    return found


def told(found: dict) -> str:
    """What `take_over` gives, in words: layer by layer what is new, and why."""
    lines = []
    for network, variables in found.items():
        layers = dict.fromkeys(one.layer for one in variables)
        anew = [one for one in variables if one.why]
        touched = {one.layer for one in anew}
        kept = [name for name in layers if name not in touched]
        lines.append(f"{network}, {len(kept)} of {len(layers)} layers taken over:")
        lines.append(f"  as they were: {', '.join(kept) or 'none'}")
        for layer in dict.fromkeys(one.layer for one in anew):
            own = [one for one in variables if one.layer == layer]
            for why in dict.fromkeys(one.why for one in own if one.why):
                names = ", ".join(one.name for one in own if one.why == why)
                lines.append(f"  made anew: {names} of {layer} ({why})")
            if rest := [one.name for one in own if not one.why]:
                lines.append(f"  taken over: {', '.join(rest)} of {layer}")
    return "\n".join(lines)


@dataclasses.dataclass(frozen=True)
class _Layer:
    name: str
    variables: list

    @property
    def names(self):
        return tuple(name for name, _ in self.variables)

    @property
    def form(self):
        return tuple((name, tuple(variable.shape)) for name, variable in self.variables)


def _layers(network: keras.Model):
    """The layers of a network that have variables of their own, in the order of these."""
    layers: dict[str, list] = {}
    for variable in network.weights:
        owner, _, name = variable.path.rpartition("/")
        layers.setdefault(owner, []).append((name, variable))
    if sum(map(len, layers.values())) != len(network.weights) or not _in_order(network, layers):
        # Two layers of one name, which only subclassed networks can have.
        layers = {
            f"{index}/{variable.path}": [(variable.path.rpartition("/")[2], variable)]
            for index, variable in enumerate(network.weights)
        }
    start = f"{network.name}/"
    return [_Layer(name.removeprefix(start), own) for name, own in layers.items()]


def _in_order(network, layers):
    flat = [variable for own in layers.values() for _, variable in own]
    return all(one is other for one, other in zip(flat, network.weights, strict=True))


def _matched(old, new):
    """Pairs `(index in new, layer of old)` of layers that are each other's."""
    if [one.names for one in old] == [one.names for one in new]:
        return list(enumerate(old))
    forms = [[one.form for one in layers] for layers in (old, new)]
    pairs = []
    for tag, a, a_end, b, b_end in difflib.SequenceMatcher(None, *forms, False).get_opcodes():
        alike = [one.names for one in old[a:a_end]] == [one.names for one in new[b:b_end]]
        if tag == "equal" or alike:
            pairs += zip(range(b, b_end), old[a:a_end], strict=True)
    return pairs


def _fitting(layer, place, variable):
    """The value of the variable at this place of a layer, or `None` and why there is none."""
    if layer is None:
        return None, "the preset has no such layer"
    _, other = layer.variables[place]
    if tuple(other.shape) != tuple(variable.shape):
        return None, f"of shape {tuple(variable.shape)}, in the preset {tuple(other.shape)}"
    return other.numpy(), ""

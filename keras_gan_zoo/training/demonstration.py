"""Showing what a model can do, again and again on the same inputs."""

import tensorflow as tf

from keras_gan_zoo.training.inputs import parts_of


class Demonstration:
    """An ability of a model, with what it is given.

    Args:
        model: A `kgz.training.PhasedModel`.
        ability: Name of the ability; by default the model's first for which `inputs` suffice.
        inputs: What it takes, apart from latents: a dict by the names of its arguments, an array,
            or a batch as `fit` takes it, of which the parts of the same kinds are taken. `None`
            for an ability that needs nothing.
        num_samples: How many samples are made where nothing is given; with labels of classes these
            go round.
        seed: Of what is drawn.

    Raises:
        ValueError: If the ability needs more than it is given.

    Attributes:
        ability: The `Ability`.
        inputs: What it is given, by name.
        wanted: What it should make of that, if `inputs` were a batch that says it.
    """

    def __init__(self, model, ability=None, inputs=None, num_samples: int = 64, seed: int = 0):
        self.model, self.num_samples, self.seed = model, num_samples, seed
        able = model.checked_abilities()
        able = [one for one in able if ability in (None, one.name, one.signature)]
        if not able:
            model.ability(ability)  # says which there are
        found = ((one, self._given_to(one, inputs)) for one in able)
        self.ability, self.inputs = next(
            ((one, given) for one, given in found if given is not None), (None, None)
        )
        if self.ability is None:
            wanted = " or ".join(f"{one.name}({', '.join(one.takes)})" for one in able)
            raise ValueError(
                f"Expected `inputs` for one of the abilities of {type(model).__name__}, {wanted}; "
                f"latents may be left out. Received: {_described(inputs)}"
            )

        self.wanted = self._wanted_of(inputs)

    @property
    def count(self) -> int:
        """How many samples it makes."""
        return len(tf.nest.flatten(self.inputs)[0]) if self.inputs else self.num_samples

    def run(self):
        """What the model makes of it now."""
        given = self.inputs or {"num_samples": self.num_samples}
        return self.ability.use(self.model, given, self.seed)

    def picture(self, columns: int | None = None):
        """What it makes, drawn: beside what it is made from, where that is a picture, too.

        Args:
            columns: Samples in a row; by default one class to a column, if there are classes.

        Returns:
            A `PIL.Image.Image`.
        """
        if columns is None and not self.inputs:
            condition = getattr(self.model, "condition", None)
            columns = getattr(condition, "num_classes", None)
        given = tuple(self.inputs.values())
        return self.ability.draw(given, self.run(), columns, self.wanted)

    def _given_to(self, ability, inputs):
        """The inputs of an ability by name, or `None` if they do not suffice."""
        if inputs is None or not ability.takes:
            return {} if inputs is None and not ability.takes else None
        wanted = {name: kind for name, kind in ability.takes.items() if name != "latents"}
        given = _named(inputs, wanted, self.model.inputs(), ability.data)
        if not wanted or set(given) != set(wanted):
            return None
        count = len(next(iter(given.values())))
        return {
            name: given[name] if name in given else self.model.sample_latents(count, self.seed)
            for name in ability.takes
        }

    def _wanted_of(self, inputs):
        """The part of a batch that the ability should make."""
        name, kinds = self.ability.wanted, self.model.inputs()
        if name is None or not isinstance(inputs, (dict, tuple, list)):
            return None
        if isinstance(inputs, dict):
            return inputs.get(name)
        return parts_of(inputs, kinds)[name][1]


def _named(inputs, wanted, kinds, data):
    """Those of the inputs that are wanted: by name, or by the kind that they have in `fit`."""
    if isinstance(inputs, dict):
        by_name = {name: inputs[name] for name in wanted if name in inputs}
        if by_name or not set(kinds) <= set(inputs):
            return by_name
    elif not isinstance(inputs, (tuple, list)):
        return dict.fromkeys(list(wanted)[:1], inputs)
    parts = parts_of(inputs, kinds)
    keys = {
        name: data.get(name) or next((key for key in kinds if kinds[key] == kind), None)
        for name, kind in wanted.items()
    }
    return {name: parts[key][1] for name, key in keys.items() if key}


def _described(inputs):
    if isinstance(inputs, dict):
        return f"inputs {sorted(inputs)}"
    return "inputs=None" if inputs is None else f"inputs of type {type(inputs).__name__}"

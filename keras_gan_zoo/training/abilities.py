"""What a trained model can do, as data from which methods, exports and pictures follow."""

import dataclasses
import functools
import inspect
from collections.abc import Callable

import tensorflow as tf

from keras_gan_zoo import backend, errors, kinds
from keras_gan_zoo.kinds import values
from keras_gan_zoo.training.calls import SEED, exported, in_chunks


@dataclasses.dataclass(frozen=True)
class Ability:
    """One thing that a model does, by a public method of this name.

    Args:
        name: The method.
        takes: What it is given: the kinds of batches by the names of the method's arguments, in
            order. Empty if it makes samples out of nothing: the method and `draws` then take their
            number.
        gives: What it gives: the kinds of batches by name. The method returns the first.
        function: What it does, in a graph or outside: takes what `draws` gives, if there is
            something to draw, and tensors as `takes` names them, and returns one for each of
            `gives`.
        signature: Name of the exported function, by default that of the method. Abilities that take
            the same may share one, which gives what each of them gives.
        arguments: Further arguments by which the method does this rather than something else, such
            as `{"direction": "b_to_a"}`.
        data: Which part of `inputs()` an argument is, by its name, where several are of its kind.
        wanted: Which part of `inputs()` the method should give; it is drawn beside what it gives.
        draws: What it draws at random, such as latents: a function of the number of samples and a
            seed.
        exported: Whether `export` writes it.
    """

    name: str
    takes: dict
    gives: dict
    function: Callable
    signature: str | None = None
    arguments: dict = dataclasses.field(default_factory=dict)
    data: dict = dataclasses.field(default_factory=dict)
    wanted: str | None = None
    draws: Callable | None = None
    exported: bool = True

    @property
    def given(self) -> kinds.Kind:
        """The kind of what the method returns."""
        return next(iter(self.gives.values()))

    def use(self, model, given: dict, seed: int):
        """What the method gives.

        Args:
            model: A model with this ability.
            given: The method's arguments by name.
            seed: Of what is drawn, if the method takes one.
        """
        method = getattr(model, self.name)
        drawn = {"seed": seed} if "seed" in inspect.signature(method).parameters else {}
        return method(**given, **self.arguments, **drawn)

    def outputs(self, *inputs, **options) -> tuple:
        """What the function gives, one for each of `gives`.

        Raises:
            ValueError: If it is not as `gives` says: another number, shape or type.
        """
        given = self.function(*inputs, **options)
        given = tuple(given) if isinstance(given, (tuple, list)) else (given,)
        if len(given) != len(self.gives):
            raise ValueError(
                f"Expected the ability {self.name!r} to give {', '.join(self.gives)}. Received: "
                f"{len(given)} outputs"
            )
        for (name, kind), part in zip(self.gives.items(), given, strict=True):
            _check_given(self.name, name, kind.spec(name), part)
        return given

    def draw(self, inputs: tuple, outputs, columns: int | None = None, wanted=None):
        """What was given as a picture: beside what it was made from, where both are pictures.

        Args:
            inputs: What the method was given, in the order of `takes`.
            outputs: What it returned.
            columns: Samples in a row; of pairs by default four, or as many as there are.
            wanted: What it should have returned, to be drawn behind.

        Returns:
            A `PIL.Image.Image`.
        """
        shown = {
            name: (kind, batch)
            for (name, kind), batch in zip(self.takes.items(), inputs, strict=True)
            if kind.has_tiles
        }
        if not shown or not self.given.has_tiles:
            return self.given.draw(outputs, columns)
        shown["output"] = self.given, outputs
        if wanted is not None:
            shown["wanted"] = self.given, wanted
        together = kinds.Named(**{name: kind for name, (kind, _) in shown.items()})
        columns = columns or min(4, len(outputs))
        return together.draw({name: batch for name, (_, batch) in shown.items()}, columns)


def _check_given(ability, name, spec, part):
    """Raises `ValueError` unless an output of an ability is what a specification says."""
    expected = f"Expected the ability {ability!r} to give, as its `gives` says, {name}"
    if isinstance(spec, dict):
        if not isinstance(part, dict) or part.keys() != spec.keys():
            received = f"keys {[*part]}" if isinstance(part, dict) else type(part).__name__
            raise ValueError(f"{expected} with the keys {[*spec]}. Received: {received}")
        for key in spec:
            _check_given(ability, f"{name}[{key!r}]", spec[key], part[key])
    elif not hasattr(part, "shape"):
        raise ValueError(f"{expected}. Received: {type(part).__name__}")
    elif not spec.is_compatible_with(part):
        dtype = tf.as_dtype(part.dtype).name
        shape = f"of shape {values.shown(tuple(spec.shape[1:]))}, {spec.dtype.name}"
        raise ValueError(f"{expected} {shape}. Received: shape {part.shape}, {dtype}")


class Abilities:
    """Mixin for a model that says in `abilities()` what it can do."""

    def abilities(self) -> tuple[Ability, ...]:
        """What the model can do; the first is what is looked at while it is trained."""
        return ()

    def checked_abilities(self) -> tuple[Ability, ...]:
        """What `abilities` gives.

        Raises:
            ValueError: If it is no tuple of abilities.
            TypeError: If the method of one is not defined.
        """
        able = self.abilities()
        if not isinstance(able, (tuple, list)) or not all(isinstance(one, Ability) for one in able):
            raise ValueError(
                f"Expected `abilities()` of {type(self).__name__} to give a tuple of "
                f"`kgz.training.Ability`. Received: {able!r}"
            )
        for one in able:
            if not callable(getattr(self, one.name, None)):
                raise errors.not_defined(self, one.name)
        return tuple(able)

    def ability(self, name: str) -> Ability:
        """The first ability with the public method, or else the signature, of this name."""
        able = self.checked_abilities()
        found = {one.signature: one for one in able if one.signature}
        found |= {one.name: one for one in reversed(able)}
        if name not in found:
            methods = {one.name for one in able}
            raise errors.unknown_name(f"ability of {type(self).__name__}", name, methods)
        return found[name]

    def do(self, name: str, *given, seed=SEED, **options):
        """What the method of an ability does: checks what it is given, and works in chunks.

        Args:
            name: The ability.
            *given: Batches, in the order of what it takes.
            seed: Of the noise that networks draw.
            **options: Further arguments of the ability's function, such as a temperature.

        Returns:
            The first of what it gives.

        Raises:
            ValueError: If a batch is not of its kind, or their sizes differ.
        """
        ability = self.ability(name)
        if len(given) != len(ability.takes) or not given:
            raise ValueError(
                f"Expected what {name!r} takes, {', '.join(ability.takes) or 'which is nothing'}. "
                f"Received: {len(given)} batches"
            )
        rows = [
            kind.check(argument, batch)
            for (argument, kind), batch in zip(ability.takes.items(), given, strict=True)
        ]
        function = functools.partial(ability.outputs, **options)
        return in_chunks(function, *rows, seed=backend.draw_seed(seed))[0]

    def signatures(self) -> dict:
        """The functions that `export` writes, by name: those of `abilities()`.

        Each gives the numbers that the method gives here, and checks what it is given as the method
        does. Where networks draw noise when they are used it takes a `seed`, too; see
        `keras_gan_zoo.training.calls.exported`.
        """
        groups = {}
        for ability in (one for one in self.checked_abilities() if one.exported):
            groups.setdefault(ability.signature or ability.name, []).append(ability)
        names = sorted(groups, key=lambda name: name != "serving_default")  # which comes first
        return {name: _exported(groups[name]) for name in names}


def _exported(abilities):
    def run(*inputs):
        outputs = {}
        for ability in abilities:
            for name, part in zip(ability.gives, ability.outputs(*inputs), strict=True):
                outputs |= part if isinstance(part, dict) else {name: part}
        return outputs

    return exported(run, abilities[0].takes, abilities[0].draws)

"""Which graph of the training step runs."""

import math

import keras
import tensorflow as tf


class StepGraphs:
    """Mixin for a model of phases: a graph for each stage and combination of lazy terms.

    Attributes of the training step whose graph is traced: `_step_of_graph` is its number, as far as
    intervals depend on it, and `_due` are the intervals that end with the running update.
    """

    _step_of_graph = 0
    _due: tuple[int, ...] = ()

    def lazily(self, every: int, function):
        """`every * function()` on each `every`-th update of the running phase, zero on the others.

        Lazy regularisation (StyleGAN2, section 3.1): the mean over many steps is unchanged. The
        phase names the interval (`Phase(intervals=...)`): for each combination of terms that are
        due in one step there is a graph, and the others are not computed.

        Raises:
            ValueError: If the phase does not name the interval.
        """
        if every == 1 or not self.in_training:
            return function()
        named = self.intervals_of(self.phase(self.playing))
        if every not in named:
            raise ValueError(
                f"Expected {every} among the `intervals` of the phase {self.playing!r}, which "
                f"`phases()` gives. Received: {named}"
            )
        return every * function() if every in self._due else tf.zeros(())

    def intervals_of(self, phase) -> tuple[int, ...]:
        """The intervals of a phase: those that it names, and those of the parts of its networks."""
        attached = (part.intervals for part in self._attached if part.network in phase.networks)
        return tuple(sorted({*phase.intervals, *(n for one in attached for n in one)} - {1}))

    def make_train_function(self, force=False):
        """Makes a graph for each combination of lazy terms; which one runs is decided each step."""
        self._forget_other_graphs()
        if self.train_function is not None and not force:
            return
        steps = self._steps_of_graphs()
        graphs = {}
        for step in dict.fromkeys(steps):
            super().make_train_function(force=True)
            graphs[step] = self.train_function
        if len(graphs) == 1:
            return

        def train_function(iterator):
            self._step_of_graph = steps[self._steps_done() % len(steps)]
            return graphs[self._step_of_graph](iterator)

        self.train_function = train_function

    def make_test_function(self, force=False):
        self._forget_other_graphs()
        return super().make_test_function(force)

    def _steps_done(self):
        """Training steps so far, of the stage if the model has stages."""
        if self._progress is not None:
            return int(keras.ops.convert_to_numpy(self._progress)[1])
        # The training noise has been drawn once for each step.
        return int(keras.ops.convert_to_numpy(self._training_noise.state)[1])

    def _steps_of_graphs(self):
        """For each step of a period of all intervals the first one at which the same is due."""
        playing = self._playing_phases()
        phases = [(phase.steps, every) for phase in playing for every in self.intervals_of(phase)]
        period = math.lcm(*(every // math.gcd(every, steps) for steps, every in phases))
        due = [
            tuple((step * steps + u) % every == 0 for steps, every in phases for u in range(steps))
            for step in range(period)
        ]
        return [due.index(one) for one in due]

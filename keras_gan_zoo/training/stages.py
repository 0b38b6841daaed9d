"""Training in stages, one after another."""

import keras
import tensorflow as tf

from keras_gan_zoo import backend, errors
from keras_gan_zoo.training.moving_average import MovingAverage
from keras_gan_zoo.training.stage import Stage

UNNAMED = Stage("")


class Stages:
    """Mixin for a model of phases: in which stage it is, and how the next one begins."""

    # Of the stage whose graphs exist or are traced, where its variable cannot be read.
    _stage_of_graphs = 0
    _asked_stage: int | None = None
    _was_resumed = False

    def stages(self) -> tuple[Stage, ...]:
        """The stages of a training, in order; by default one without a name, with all phases."""
        return ()

    @property
    def stage(self) -> Stage:
        """The present stage, a Python value: each stage has a graph of its own."""
        return self._stages()[self._stage_number()]

    @property
    def steps_in_stage(self):
        """How many training steps the present stage has had, a tensor, for what fades in.

        Raises:
            ValueError: If the model defines no `stages()`.
        """
        self._check_has_stages()
        return self._progress.value[1]

    @property
    def asked_stage(self) -> int:
        """Number of the stage that `begin_stage` named last, by default the present one.

        After `ExactResume` has put back the state of a later stage, the stages before it are named
        again by the program that was killed, and are over.
        """
        return self._stage_number() if self._asked_stage is None else self._asked_stage

    def check_plan(self, steps: dict[str, int]):
        """Looks at the stages that are going to be trained; by default any may be left out.

        Args:
            steps: Names of the stages, in order, and how many training steps each will have.

        Raises:
            ValueError: If the model cannot be trained so.
        """

    def begin_stage(self, stage: str | int):
        """Goes on to a later stage; what its `resets` name starts again.

        The present stage does not begin anew. Training goes forward only: to repeat a stage, build
        the model again. Where `ExactResume` has put back the state of a later stage, the stages
        before it are named in vain, and a `fit` with that callback returns at once.

        Args:
            stage: Its name, or its number from 0.

        Raises:
            ValueError: If there is no such stage, or it comes before the present one.

        Example: ::

            model.begin_stage("pretraining")
            model.fit(data, epochs=3, callbacks=[kgz.callbacks.ExactResume(folder)])
            model.begin_stage("adversarial")
            model.fit(data, epochs=5, callbacks=[kgz.callbacks.ExactResume(folder)])
        """
        number, present = self._number_of(stage), self._stage_number()
        if number < present and not self._was_resumed:
            raise ValueError(
                f"Expected a stage from {self.stage.name!r} on, which is the present one; to train "
                f"an earlier one again, build the model anew. Received: {stage!r}"
            )
        self._asked_stage = number
        if number > present:
            self._go_to(number)
            self._reset(self._stages()[number].resets)

    def stage_was_restored(self, losses=()):
        """Called when the variables of the present or of a later stage have been put back.

        Args:
            losses: Names of the losses in their means.
        """
        self._was_resumed = self.asked_stage < self._stage_number()
        self._forget_other_graphs()
        self.loss_means.names[:] = losses or self.loss_means.names

    # Internals -----------------------------------------------------------------------------

    def _add_progress(self):
        """The number of the stage and its steps: a variable of models with stages only."""
        self._progress = None
        if type(self).stages is not Stages.stages:
            self._progress = self.add_weight(
                (2,),
                initializer="zeros",
                dtype="int32",
                autocast=False,
                trainable=False,
                aggregation="only_first_replica",
                name="stage_and_steps",
            )

    def _stages(self):
        return self.stages() or (UNNAMED,)

    def _playing_phases(self):
        """The phases that play in the present stage, in order."""
        playing = self.stage.phases
        return tuple(one for one in self.phases() if playing is None or one.name in playing)

    def _check_stages(self):
        """Raises `ValueError` for names that no phase and no moving average has."""
        names = [stage.name for stage in self.stages()]
        if len(set(names)) < len(names):
            raise ValueError(f"Expected stages with different names. Received: {names}")
        known, phases = self._can_be_reset(), {phase.name for phase in self.phases()}
        for stage in self.stages():
            if stage.phases is not None and not stage.phases:
                raise ValueError(f"Expected phases in the stage {stage.name!r}. Received: none")
            for name in stage.phases or ():
                if name not in phases:
                    raise errors.unknown_name(f"phase of the stage {stage.name!r}", name, phases)
            for name in stage.resets:
                if name not in known:
                    kind = f"phase or moving average in `resets` of the stage {stage.name!r}"
                    raise errors.unknown_name(kind, name, known)

    def _number_of(self, stage):
        self._check_has_stages()
        names = [one.name for one in self.stages()]
        if stage in names:
            return names.index(stage)
        if isinstance(stage, int) and not isinstance(stage, bool) and 0 <= stage < len(names):
            return stage
        raise errors.unknown_name("stage", stage, names)

    def _check_has_stages(self):
        if self._progress is None:
            raise ValueError(
                f"Expected a model that defines `stages()`. Received: {type(self).__name__}"
            )

    def _stage_number(self):
        if self._progress is not None and tf.executing_eagerly():
            return int(keras.ops.convert_to_numpy(self._progress)[0])
        return self._stage_of_graphs

    def _go_to(self, number):
        self._progress.assign([number, 0])
        self._forget_other_graphs()

    def _count_step(self):
        if self._progress is not None:
            backend.assign([self._progress], [self._progress.value + (0, 1)])

    def _forget_other_graphs(self):
        """If the graphs are of another stage, has them traced anew, and their losses named anew."""
        if (present := self._stage_number()) != self._stage_of_graphs:
            self._stage_of_graphs = present
            self.train_function = self.test_function = None
            self.loss_means.names.clear()

    def _can_be_reset(self):
        """What a stage may reset, by name: moving averages by attribute, optimizers by phase."""
        averages = {id(one.average): one for one in self._averages()}
        held = {name: averages[id(v)] for name, v in vars(self).items() if id(v) in averages}
        return {**held, **self.optimizers, **{one.name: None for one in self.phases()}}

    def _reset(self, names):
        for name in names:
            if name in self.optimizers:
                self._reset_optimizer(self.optimizers[name], self.phase(name).trainable_variables)
            elif isinstance(average := self._can_be_reset()[name], MovingAverage):
                average.restart()

    def _reset_optimizer(self, optimizer, variables):
        with self.distribute_strategy.scope():
            fresh = type(optimizer).from_config(optimizer.get_config())
            fresh.build(variables)
        for variable, start in zip(optimizer.variables, fresh.variables, strict=True):
            variable.assign(start)

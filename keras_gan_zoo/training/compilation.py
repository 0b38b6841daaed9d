"""Compiling a model with one optimizer per phase."""

import copy

import keras

from keras_gan_zoo import backend, errors
from keras_gan_zoo.metrics.streaming import StreamingMetric
from keras_gan_zoo.training import checks, rates
from keras_gan_zoo.training.inputs import check_inputs
from keras_gan_zoo.training.monitors import PhaseOptimizers
from keras_gan_zoo.training.own_networks import check_apart
from keras_gan_zoo.training.phase import Phase


class PhasedCompilation:
    """Mixin for a `keras.Model` with `phases()` and `default_optimizers()`.

    Keras compiles a model with one optimizer; this keeps one for each phase in `self.optimizers`,
    wrapped for loss scaling where needed, and writes all of them into saved files.

    Attributes:
        compiled_optimizers: The configs of the optimizers by phase, as they were compiled.
    """

    def compile(
        self,
        optimizer=None,
        loss=None,
        *,
        metrics=(),
        jit_compile="auto",
        run_eagerly=False,
        steps_per_execution=1,
        accumulation_steps: int = 1,
        auto_scale_loss=True,
        **others,
    ):
        """Chooses the optimizers; without arguments, the paper's.

        Args:
            optimizer: `None`; a `keras.optimizers.Optimizer` or its name, of which each phase
                gets one of its own; or a dict of these by phase name (phases left out keep the
                paper's).
            loss: None, since a model has the losses of its paper.
            metrics: Streaming metrics of `kgz.metrics`, such as
                `kgz.metrics.FrechetDistance(feature_extractor="fashion_mnist")`. `evaluate`, and
                `fit` on its validation data, compare as many generated samples with the real ones.
            jit_compile: `"auto"`, `True` or `False`; `"auto"` leaves XLA off on CPUs.
            run_eagerly: Runs step by step in Python, for debugging.
            steps_per_execution: Training steps per call into TensorFlow; 1 for models with terms
                at intervals, whose graph is chosen at each step.
            accumulation_steps: Slices of a batch whose gradients are added up before each update:
                memory for a slice, and the update of the batch (see `Phase.accumulate`).
            auto_scale_loss: Whether each optimizer scales its loss under `mixed_float16`.
            **others: None, such as `loss_weights` and `weighted_metrics`.

        Raises:
            ValueError: If there is a `loss` or another argument, a phase name is unknown, an
                optimizer instance is shared, or it accumulates gradients by itself.
        """
        for name, value in {"loss": loss, **others}.items():
            if value is not None:
                raise ValueError(
                    f"Expected no `{name}`: a model has the losses of its paper, `<phase>_losses`, "
                    f"and their weights among its arguments. Received: {name}={value!r}"
                )
        chosen = self._choose_optimizers(optimizer)
        checks.check_count("accumulation_steps", accumulation_steps)
        self._check_stages()
        check_inputs(self)
        self.checked_abilities()
        if any(map(self.intervals_of, self.phases())):
            steps_per_execution = 1
        super().compile(  # type: ignore[misc]  # that of `keras.Model`, which this is mixed with
            optimizer=None,
            jit_compile=jit_compile,
            run_eagerly=run_eagerly,
            steps_per_execution=steps_per_execution,
        )
        if auto_scale_loss and self.dtype_policy.name == "mixed_float16":
            chosen = {name: _with_loss_scale(one) for name, one in chosen.items()}
        for phase in self.phases():
            one = chosen[phase.name]
            getattr(one, "inner_optimizer", one).name = phase.name  # as callbacks report it
            one.build(phase.trainable_variables)
        self.optimizers = chosen
        # As they were asked for: a callback may set another learning rate.
        serialized = keras.saving.serialize_keras_object
        told = {name: serialized(one) for name, one in chosen.items()}
        self.__dict__["compiled_optimizers"] = told  # which Keras need not track
        self.sample_metrics = [StreamingMetric.check(metric) for metric in metrics]
        self.accumulation_steps = int(accumulation_steps)
        self._auto_scale_loss = auto_scale_loss

    @property
    def optimizer(self):
        """The optimizers of all phases, as Keras's callbacks look for them; see `optimizers`."""
        return PhaseOptimizers(self.optimizers) if self.optimizers else None

    @optimizer.setter
    def optimizer(self, value):
        """Keras sets its only optimizer, of which there is none."""

    def get_compile_config(self):
        """The compiled state as plain data, so that a loaded model goes on training."""
        if not self.compiled:
            return None
        return {
            "optimizer": {
                name: keras.saving.serialize_keras_object(optimizer)
                for name, optimizer in self.optimizers.items()
            },
            "metrics": [keras.saving.serialize_keras_object(m) for m in self.sample_metrics],
            "jit_compile": self.jit_compile,
            "run_eagerly": self.run_eagerly,
            "steps_per_execution": self.steps_per_execution,
            "accumulation_steps": self.accumulation_steps,
            "auto_scale_loss": self._auto_scale_loss,
        }

    def compile_from_config(self, config):
        """Compiles as `get_compile_config` recorded; called by `keras.models.load_model`."""
        optimizers = {
            name: keras.saving.deserialize_keras_object(optimizer)
            for name, optimizer in config["optimizer"].items()
        }
        metrics = [keras.saving.deserialize_keras_object(m) for m in config["metrics"]]
        self.compile(**{**config, "optimizer": optimizers, "metrics": metrics})

    def paper_optimizers(self) -> dict:
        """New ones of `default_optimizers()`, by phase."""
        return _by_phase(self.default_optimizers(), [phase.name for phase in self.phases()])

    def leave_schedules(self, phases):
        """Makes learning rates of these phases that follow a schedule constant.

        Callbacks can set them then.
        """
        with self.distribute_strategy.scope():
            found = {
                name: rates.settable(one, self.phase(name).trainable_variables)
                if name in phases
                else one
                for name, one in self.optimizers.items()
            }
        if any(one is not self.optimizers[name] for name, one in found.items()):
            self.optimizers = found
            self.train_function = None

    def _checked_phases(self):
        """The phases, if each is one and has its losses."""
        phases = self.phases()
        if not isinstance(phases, (tuple, list)) or not phases:
            raise ValueError(
                f"Expected `phases()` of {type(self).__name__} to give a tuple of "
                f"`kgz.training.Phase`. Received: {phases!r}"
            )
        wrong = [one for one in phases if not isinstance(one, Phase)]
        names = [one.name for one in phases if isinstance(one, Phase)]
        if wrong or len({*names}) < len(names):
            raise ValueError(
                f"Expected `phases()` of {type(self).__name__} to give a `kgz.training.Phase` for "
                f"each name once. Received: {wrong[0] if wrong else names!r}"
            )
        for phase in phases:
            if not isinstance(phase.networks, (tuple, list)):
                raise ValueError(
                    f"Expected a tuple of `networks` in the phase {phase.name!r}. "
                    f"Received: {phase.networks!r}"
                )
            if not hasattr(self, f"{phase.name}_losses"):
                raise errors.not_defined(self, f"{phase.name}_losses")
        check_apart({name: getattr(self, name) for name in self._networks}, phases)
        return phases

    def _choose_optimizers(self, optimizer):
        names = [phase.name for phase in self._checked_phases()]
        given = _by_phase({} if optimizer is None else optimizer, names)
        for name in given:
            if name not in names:
                raise errors.unknown_name("phase in `optimizer`", name, names)
        chosen = given if set(names) <= given.keys() else {**self.paper_optimizers(), **given}
        if missing := [name for name in names if name not in chosen]:
            raise ValueError(
                f"Expected `default_optimizers()` of {type(self).__name__} to give one for each "
                f"phase. Received: none for {', '.join(map(repr, missing))}"
            )
        chosen = {name: keras.optimizers.get(chosen[name]) for name in names}
        if len({id(one) for one in chosen.values()}) < len(chosen):
            raise ValueError(
                "Expected one optimizer per phase: an optimizer keeps state for its own "
                f"variables and cannot be shared. Received: the same instance in {optimizer!r}"
            )
        for name, one in chosen.items():
            if getattr(one, "ema_overwrite_frequency", None) and backend.num_replicas() > 1:
                raise ValueError(
                    "Expected optimizers without `ema_overwrite_frequency` on several devices, "
                    f"where Keras cannot run it. Received: one for {name!r}"
                )
            if steps := getattr(one, "gradient_accumulation_steps", None):
                raise ValueError(
                    "Expected an optimizer that does not accumulate gradients itself, which breaks "
                    "moving averages and fails on several devices: use "
                    f"`compile(accumulation_steps={steps})`. Received: "
                    f"gradient_accumulation_steps={steps} for {name!r}"
                )
        return chosen


def _by_phase(optimizer, names):
    """Optimizers by phase; of a single one each phase gets a copy of its own."""
    if isinstance(optimizer, dict):
        return optimizer
    config = keras.saving.serialize_keras_object(keras.optimizers.get(optimizer))
    return {name: keras.saving.deserialize_keras_object(copy.deepcopy(config)) for name in names}


def _with_loss_scale(optimizer):
    if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        return optimizer
    return keras.optimizers.LossScaleOptimizer(optimizer)

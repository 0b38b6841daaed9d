"""What Keras's callbacks need of a model with several optimizers and losses."""

import keras

KERAS = tuple(map(int, keras.__version__.split(".")[:2]))
SET_RATES = keras.callbacks.LearningRateScheduler, keras.callbacks.ReduceLROnPlateau


class PhaseOptimizers:
    """The optimizers of a model, as Keras's callbacks look for them in `model.optimizer`.

    Args:
        optimizers: The optimizers by phase.

    Attributes:
        optimizers: Those of all phases, without loss scaling.
    """

    def __init__(self, optimizers: dict):
        self.optimizers = [getattr(one, "inner_optimizer", one) for one in optimizers.values()]

    @property
    def built(self) -> bool:
        """Whether all are built."""
        return all(one.built for one in self.optimizers)

    @property
    def variables(self) -> list:
        """The variables of all, as `model.summary()` counts them."""
        return [variable for one in self.optimizers for variable in one.variables]

    @property
    def iterations(self):
        """The updates of the first phase."""
        return self.optimizers[0].iterations

    @property
    def learning_rate(self):
        """That of the first phase; if it is set, the others change in proportion.

        Callbacks of Keras before 3.15, which know of one optimizer, use it.
        """
        return self.optimizers[0].learning_rate

    @learning_rate.setter
    def learning_rate(self, value):
        before = float(self.learning_rate)
        for one in self.optimizers:
            one.learning_rate = value * float(one.learning_rate) / before if before else value


class ForPhase(keras.callbacks.Callback):
    """Makes a callback of Keras that sets learning rates act on one phase; alone, it acts on all.

    Args:
        phase: The name of the phase, such as `"discriminator"`.
        callback: A `keras.callbacks.LearningRateScheduler` or `ReduceLROnPlateau`. Several phases
            take one each.

    Raises:
        ValueError: If `callback` is another one; in `fit`, if the model has no such phase.

    Example:

    >>> halve = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)
    >>> callback = kgz.callbacks.ForPhase("discriminator", halve)
    """

    def __init__(self, phase: str, callback: keras.callbacks.Callback):
        super().__init__()
        if not isinstance(callback, SET_RATES):
            raise ValueError(
                "Expected a `LearningRateScheduler` or `ReduceLROnPlateau` of Keras; others act on "
                f"no optimizer. Received: {callback!r}"
            )
        self.phase, self.callback = phase, callback

    def set_params(self, params):
        self.callback.set_params(params)

    def set_model(self, model):
        self.callback.set_model(_OnePhase(model, self.phase))

    def on_train_begin(self, logs=None):
        self.callback.on_train_begin(logs)

    def on_epoch_begin(self, epoch, logs=None):
        self.callback.on_epoch_begin(epoch, logs)

    def on_epoch_end(self, epoch, logs=None):
        self.callback.on_epoch_end(epoch, logs)
        if logs and "learning_rate" in logs:  # which Keras before 3.15 calls that of any phase
            logs[f"learning_rate_{self.phase}"] = logs.pop("learning_rate")


class _OnePhase:
    """A model as a callback sees it that is to know the optimizer of one phase only."""

    def __init__(self, model, phase):
        self._model, self._phase = model, phase

    @property
    def optimizer(self):
        return PhaseOptimizers({self._phase: self._model.optimizers[self._phase]})

    def __getattr__(self, name):
        return getattr(self._model, name)


class FinalAverages(keras.callbacks.Callback):
    """Puts the averages of optimizers with `use_ema` into the weights when training ends.

    As Keras does for a single optimizer, and before other callbacks are told of the end.
    """

    def on_train_end(self, logs=None):
        phases = {phase.name: phase for phase in self.model.phases()}
        for name, one in self.model.optimizers.items():
            one.finalize_variable_values(phases[name].trainable_variables)


def leave_schedules(callback, model):
    """Leaves a callback that sets learning rates optimizers without schedules."""
    if isinstance(callback, ForPhase):
        model.leave_schedules({callback.phase})
    elif isinstance(callback, SET_RATES):
        model.leave_schedules(model.optimizers)


def check(callback, model):
    """Refuses a callback of Keras that cannot work, or tells it that less of a loss is better.

    Raises:
        ValueError: If it monitors `loss`, of which a model with several phases has none, is for a
            phase that the model has not, or needs a newer Keras.
    """
    if isinstance(callback, ForPhase):
        model.phase(callback.phase)
        callback = callback.callback
    if isinstance(callback, keras.callbacks.SwapEMAWeights) and KERAS < (3, 15):
        raise ValueError(
            "Expected Keras 3.15 or newer for `SwapEMAWeights`, which knew one optimizer before. "
            "Leave it out: the averages are in the weights when training ends. "
            f"Received: Keras {keras.__version__}"
        )
    several = len(model.phases()) > 1
    if several and isinstance(callback, keras.callbacks.TerminateOnNaN):
        raise ValueError(
            "Expected `kgz.callbacks.StopOnNaN()`, which looks at every loss: several players have "
            f"no common one. Received: TerminateOnNaN for {type(model).__name__}"
        )
    monitor = getattr(callback, "monitor", None)
    is_in_use = getattr(callback, "save_best_only", True)  # which other callbacks do not have
    if not isinstance(monitor, str) or not hasattr(callback, "monitor_op") or not is_in_use:
        return
    if several and monitor in ("loss", "val_loss"):
        raise ValueError(
            f"Expected `{type(callback).__name__}` to monitor a loss that {type(model).__name__} "
            "reports, such as 'val_generator_loss', or better a number of "
            "`kgz.callbacks.EvaluateSamples`, such as 'fid[fashion_mnist]', with `mode='min'`: "
            f"several players have no common loss. Received: monitor={monitor!r}"
        )
    if monitor.endswith("loss") and callback.mode == "auto":
        callback.mode = "min"

"""Whether what callbacks of Keras monitor will be reported, asked before training begins."""

import string

import keras
import tensorflow as tf

from keras_gan_zoo import errors


def check_monitored(model, callbacks, data, has_validation: bool):
    """Raises `ValueError` if nothing will report a number that a callback monitors.

    The names of losses are known once a step is traced, which is done here only if there is such a
    callback. Where a callback is not of Keras or of this library, it may report anything.

    Args:
        model: A compiled `kgz.training.PhasedModel`.
        callbacks: Those of `fit`.
        data: The data set of `fit`.
        has_validation: Whether `fit` has `validation_data`.
    """
    monitoring = [(one, name) for one in callbacks for name in _monitored(one)]
    if not monitoring or not isinstance(data, tf.data.Dataset) or any(map(_is_unknown, callbacks)):
        return
    for callback, monitor in monitoring:
        earlier = callbacks[: callbacks.index(callback)]  # later ones add to the logs too late
        reported = [name for one in earlier for name in getattr(one, "reported", ())]
        if monitor.startswith("learning_rate") or monitor.split("[")[0] in reported:
            continue
        # Some losses may be reported in training alone; to trace it takes longer.
        for step in ("test_step", "train_step"):
            known = _losses(model, step, data, has_validation)
            if monitor in known:
                break
        else:
            error = errors.unknown_name(
                f"number to monitor for {type(callback).__name__}", monitor, [*known, *reported]
            )
            validation = monitor.startswith("val_") and not has_validation
            hint = ", and `fit` has no `validation_data`" if validation else ""
            raise ValueError(f"{error}{hint}")


def _monitored(callback):
    """The numbers that a callback asks for: to compare them, or in the names of its files."""
    is_in_use = getattr(callback, "save_best_only", True)  # which other callbacks do not have
    monitor = getattr(callback, "monitor", None)
    if isinstance(monitor, str) and hasattr(callback, "monitor_op") and is_in_use:
        yield monitor
    if isinstance(callback, keras.callbacks.ModelCheckpoint):
        fields = {field for _, field, _, _ in string.Formatter().parse(callback.filepath)}
        yield from sorted(fields - {None, "epoch", "batch"})


def _is_unknown(callback):
    package = type(callback).__module__.split(".")[0]
    is_ours = package in ("keras", "keras_gan_zoo")
    return not is_ours or isinstance(callback, keras.callbacks.LambdaCallback)


def _losses(model, step, data, has_validation):
    """The names of what `fit` reports of losses and metrics, by a trace of a step."""
    step = getattr(model, step)
    run = model.distribute_strategy.run
    tf.function(lambda batch: run(step, (batch,)), autograph=False).get_concrete_function(
        data.element_spec
    )
    losses = list(model.loss_means.names)
    losses += ["loss"] if len(model.phases()) == 1 else []
    if not has_validation:
        return losses
    measured = [metric.name for metric in model.sample_metrics]
    return [*losses, *(f"val_{name}" for name in [*losses, *measured])]

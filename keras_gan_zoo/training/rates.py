"""Learning rates that callbacks can set, in place of schedules."""

import keras


def settable(optimizer, variables):
    """The optimizer, or if its learning rate is a schedule, a twin in its state without one.

    Args:
        optimizer: A built optimizer, or a `LossScaleOptimizer` around one.
        variables: Those it updates.

    Returns:
        An optimizer whose learning rate is what the schedule gives now, and can be set.
    """
    inner = getattr(optimizer, "inner_optimizer", optimizer)
    config = inner.get_config()
    if not isinstance(config["learning_rate"], dict):
        return optimizer
    rate = float(inner.learning_rate)
    twin = twin_inner = type(inner).from_config({**config, "learning_rate": rate})
    if inner is not optimizer:
        scaling = optimizer.get_config()
        scaling["inner_optimizer"] = keras.saving.serialize_keras_object(twin_inner)
        twin = type(optimizer).from_config(scaling)
        twin_inner = twin.inner_optimizer
    twin.build(variables)
    kept = [one for one in twin.variables if one is not twin_inner.learning_rate]
    for target, source in zip(kept, optimizer.variables, strict=True):
        target.assign(source)
    return twin

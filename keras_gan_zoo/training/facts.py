"""What a training was told, so that one that goes on can say what is told otherwise."""

import json

import tensorflow as tf

from keras_gan_zoo.training.given_data import batch_size_of


def facts_of(model, data) -> dict:
    """What was compiled and given, by what it is called in a message, as plain data.

    Args:
        model: A compiled model.
        data: What `fit` trains on.
    """
    facts = {}
    for phase, optimizer in model.compiled_optimizers.items():
        optimizer = optimizer["config"].get("inner_optimizer", optimizer)
        facts[f"the optimizer of {phase!r}"] = optimizer["class_name"]
        for name, value in optimizer["config"].items():
            if name != "name":
                facts[f"{name} of {phase!r}"] = value
    if isinstance(data, tf.data.Dataset):
        parts = tf.nest.flatten(data.element_spec)
        facts["the batches of the data set"] = int(data.cardinality())
        facts["the batch size"] = batch_size_of(data)
        facts["the parts of a batch"] = [f"{p.dtype.name}{p.shape[1:]}" for p in parts]
    return json.loads(json.dumps(facts, default=str))


def differences(before: dict, now: dict) -> list[str]:
    """What differs between the facts of two trainings, in words."""
    both = [name for name in before if name in now and before[name] != now[name]]
    return [f"{name}, {before[name]!r} before and {now[name]!r} now" for name in both]

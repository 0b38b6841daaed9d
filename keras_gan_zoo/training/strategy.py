"""Training on several devices or machines."""

import contextlib

import tensorflow as tf

from keras_gan_zoo import errors


@contextlib.contextmanager
def distribute(strategy: str | tf.distribute.Strategy = "auto"):
    """A scope in which models are built, compiled and fitted on several devices.

    A thin convenience over `tf.distribute`: TensorFlow's own scopes work just as well. A global
    batch is split over the replicas; results equal those of one device on the same batch, if it
    divides by the replicas and, for a model with several updates of a player in a step, by replicas
    times updates.

    Args:
        strategy: `"mirrored"` (all GPUs of this machine, or all its logical CPU devices),
            `"multi_worker"` (the workers named in `TF_CONFIG`), `"auto"` (multi-worker when
            `TF_CONFIG` names a cluster, mirrored when there are several devices, else none),
            or a `tf.distribute.Strategy`.

    Yields:
        The `tf.distribute.Strategy`.

    Example:

    >>> with kgz.distribute("auto") as strategy:
    ...     model = kgz.models.GAN(sample_shape=(2,), latent_dim=8, hidden_units=16)
    ...     model.compile()
    """
    if isinstance(strategy, str):
        if strategy not in STRATEGIES:
            raise errors.unknown_name("strategy", strategy, STRATEGIES)
        strategy = STRATEGIES[strategy]()
    elif not isinstance(strategy, tf.distribute.Strategy):
        raise ValueError(
            f"Expected `strategy` to be one of {sorted(STRATEGIES)} or a `tf.distribute.Strategy`. "
            f"Received: {strategy!r}"
        )
    with strategy.scope():
        yield strategy


def _mirrored():
    devices = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
    names = [f"{device.device_type}:{index}" for index, device in enumerate(devices)]
    if devices[0].device_type == "GPU":
        return tf.distribute.MirroredStrategy(names)
    # On logical CPU devices collective reduction sometimes fails in `fit`; this one does not.
    reduction = tf.distribute.ReductionToOneDevice()
    return tf.distribute.MirroredStrategy(names, cross_device_ops=reduction)


def _auto():
    if tf.distribute.cluster_resolver.TFConfigClusterResolver().cluster_spec().as_dict():
        return tf.distribute.MultiWorkerMirroredStrategy()
    several = any(len(tf.config.list_logical_devices(kind)) > 1 for kind in ("GPU", "CPU"))
    return _mirrored() if several else tf.distribute.get_strategy()


STRATEGIES = {
    "auto": _auto,
    "mirrored": _mirrored,
    "multi_worker": tf.distribute.MultiWorkerMirroredStrategy,
}

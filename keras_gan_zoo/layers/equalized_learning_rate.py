"""Equalised learning rates."""

import keras
from keras import ops

from keras_gan_zoo.layers import kernels


@keras.saving.register_keras_serializable("keras_gan_zoo")
class EqualizedLearningRate(keras.layers.Wrapper):
    """Scales a layer's kernel by He's constant in each call, instead of once when it is made.

    The stored kernel starts with deviation `1 / multiplier`, whatever the layer's initialiser says,
    and calls use it times `multiplier * gain / sqrt(fan_in)`: weights of all layers have one range,
    so an optimizer that normalises gradients, as Adam does, teaches all at one speed. A bias is
    used times `multiplier`.

    Args:
        layer: A `Dense`, convolution or transposed convolution.
        gain: Standard deviation of outputs for inputs of variance 1, when training starts.
        multiplier: The speed of this layer among others: 0.01 in StyleGAN's mapping networks.
        **kwargs: As for `keras.layers.Layer`.

    Call arguments:
        inputs: What `layer` takes.

    Raises:
        ValueError: If `layer` has no kernel, or `gain` or `multiplier` is not above 0.

    Example:

    >>> layer = kgz.layers.EqualizedLearningRate(keras.layers.Dense(4))
    >>> layer(np.ones((2, 3), "float32")).shape
    TensorShape([2, 4])

    References:
        Karras et al. 2017, Progressive Growing of GANs, arXiv 1710.10196, section 4.1. Karras et
        al. 2018, A Style-Based Generator Architecture for GANs, arXiv 1812.04948, appendix C, for
        the multiplier.
    """

    def __init__(self, layer, gain: float = 1.0, multiplier: float = 1.0, **kwargs):
        super().__init__(layer, **kwargs)
        if not gain > 0 or not multiplier > 0:
            raise ValueError(
                f"Expected `gain` and `multiplier` > 0. Received: gain={gain!r}, "
                f"multiplier={multiplier!r}"
            )
        self.gain = gain
        self.multiplier = multiplier
        layer.kernel_initializer = keras.initializers.RandomNormal(stddev=1.0 / multiplier)

    def build(self, input_shape=None):
        super().build(input_shape)
        kernel = kernels.kernel_of(self.layer)
        fan_in = kernels.as_matrix(self.layer, kernel.value).shape[1]
        self._factor = self.multiplier * self.gain / fan_in**0.5

    def call(self, inputs):
        kernel = ops.cast(kernels.kernel_of(self.layer).value, "float32")
        bias = getattr(self.layer, "bias", None)
        if bias is not None:
            bias = ops.cast(bias.value, "float32") * self.multiplier
        return kernels.call_with_kernel(self.layer, kernel * self._factor, inputs, bias)

    def compute_output_shape(self, input_shape):
        return self.layer.compute_output_shape(input_shape)

    def get_config(self):
        return {**super().get_config(), "gain": self.gain, "multiplier": self.multiplier}

"""Weight normalisation."""

import keras
from keras import ops

from keras_gan_zoo.layers import kernels


@keras.saving.register_keras_serializable("keras_gan_zoo")
class WeightNormalization(keras.layers.Wrapper):
    """Separates the direction of a layer's kernel from its length: `w = g v / |v|` per output.

    The stored kernel is `v`; each call uses `w`. `g` starts at `initial_scale`, unless
    `initialize_from_data` sets it.

    Args:
        layer: A `Dense`, `Embedding`, convolution or transposed convolution.
        trainable_scale: Whether `g` is trained.
        initial_scale: The first `g` of all outputs; `None` for the lengths of the first kernel,
            so that the layer starts as the one it wraps.
        **kwargs: As for `keras.layers.Layer`.

    Call arguments:
        inputs: What `layer` takes.

    Raises:
        ValueError: If `layer` has no kernel.

    References:
        Salimans and Kingma 2016, Weight Normalization, arXiv 1602.07868, equation 2.

    Example:

    >>> layer = kgz.layers.WeightNormalization(keras.layers.Dense(4))
    >>> layer(np.ones((2, 3), "float32")).shape
    TensorShape([2, 4])
    """

    def __init__(
        self, layer, trainable_scale: bool = True, initial_scale: float | None = 1.0, **kwargs
    ):
        super().__init__(layer, **kwargs)
        self.trainable_scale = trainable_scale
        self.initial_scale = initial_scale
        self._initializing = False

    def build(self, input_shape=None):
        super().build(input_shape)
        kernel = kernels.kernel_of(self.layer)
        self.axis = kernels.output_axis(self.layer, len(kernel.shape))
        self.scale = self.add_weight(
            shape=(kernel.shape[self.axis],),
            initializer=keras.initializers.Constant(self.initial_scale or 1.0),
            trainable=self.trainable_scale,
            dtype="float32",
            autocast=False,
            name="scale",
        )
        if self.initial_scale is None:
            matrix = kernels.as_matrix(self.layer, kernel.value)
            self.scale.assign(ops.norm(matrix, axis=1))

    def call(self, inputs):
        if self._initializing:
            self._initialize(inputs)
        return kernels.call_with_kernel(self.layer, self.normalized_kernel(), inputs)

    def normalized_kernel(self):
        """The kernel `g v / |v|` that calls use, float32."""
        kernel = ops.cast(kernels.kernel_of(self.layer).value, "float32")
        rest = [axis for axis in range(len(kernel.shape)) if axis != self.axis]
        squares = ops.sum(ops.square(kernel), axis=rest, keepdims=True)
        shape = [-1 if axis == self.axis else 1 for axis in range(len(kernel.shape))]
        return kernel * ops.reshape(self.scale.value, shape) * ops.rsqrt(squares + 1e-12)

    def _initialize(self, inputs):
        """Sets scale and bias so that each output, before its activation, has moments 0 and 1."""
        layer, activation = self.layer, getattr(self.layer, "activation", None)
        has_bias = getattr(layer, "bias", None) is not None
        if has_bias:
            layer.bias.assign(ops.zeros_like(layer.bias))
        layer.activation = None
        try:
            outputs = kernels.call_with_kernel(layer, self.normalized_kernel(), inputs)
        finally:
            layer.activation = activation
        outputs = ops.cast(outputs, "float32")
        mean, variance = ops.moments(outputs, axes=list(range(len(outputs.shape) - 1)))
        factor = (self.initial_scale or 1.0) * ops.rsqrt(variance + 1e-8)
        self.scale.assign(self.scale * factor)
        if has_bias:
            layer.bias.assign(-mean * factor)

    def compute_output_shape(self, input_shape):
        return self.layer.compute_output_shape(input_shape)

    def get_config(self):
        return {
            **super().get_config(),
            "trainable_scale": self.trainable_scale,
            "initial_scale": self.initial_scale,
        }

    @staticmethod
    def initialize_from_data(network, inputs):
        """The data-dependent initialisation of all weight-normalised layers of a network.

        One pass sets each layer's scale and bias, in order, so that over the batch each output
        has mean 0 and standard deviation `initial_scale` before its activation. Other layers run
        as in training.

        Args:
            network: A `keras.Model`; under a strategy, call this outside of replicas.
            inputs: A batch of what the network takes; the authors use 500 samples.

        References:
            Salimans and Kingma 2016, Weight Normalization, arXiv 1602.07868, section 3.
        """
        sublayers = kernels.sublayers(network)
        layers = [one for one in sublayers if isinstance(one, WeightNormalization)]
        for layer in layers:
            layer._initializing = True
        try:
            network(inputs, training=True)
        finally:
            for layer in layers:
                layer._initializing = False

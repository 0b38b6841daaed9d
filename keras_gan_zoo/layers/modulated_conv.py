"""Convolutions whose kernels styles modulate."""

import keras
from keras import ops

from keras_gan_zoo.layers.equalized_learning_rate import EqualizedLearningRate
from keras_gan_zoo.layers.upfirdn import upfirdn2d

TAPS = (1, 3, 3, 1)


@keras.saving.register_keras_serializable("keras_gan_zoo")
class ModulatedConv2D(keras.layers.Layer):
    """A convolution whose kernel is scaled by the style of each sample, and normalised again.

    With `s = A w + b` of a style `w`, sample by sample: `w'_ijk = s_i w_ijk` for input channel `i`
    (equation 1), and `w''_ijk = w'_ijk / sqrt(sum_ik w'_ijk^2 + 1e-8)` for output channel `j`
    (equation 3). A convolution with `w''` is one with `w` of maps that were scaled by `s`, whose
    outputs are then divided: so all samples share one kernel.

    The learning rates of kernel and affine map are equalised; see `EqualizedLearningRate`.

    Args:
        filters: Output channels.
        kernel_size: Height and width of the kernel, odd.
        upsample: Whether to double height and width, by a transposed convolution that the filter
            [1, 3, 3, 1] follows; the kernel is then 3x3.
        demodulate: Whether to normalise; the layers that make colours do not.
        **kwargs: As for `keras.layers.Layer`.

    Call arguments:
        inputs: Maps `(batch, height, width, channels)` and styles `(batch, style_dim)`.

    Returns:
        Maps `(batch, height', width', filters)`, with a trained bias.

    References:
        Karras et al. 2019, Analyzing and Improving the Image Quality of StyleGAN, arXiv 1912.04958,
        section 2.2, equations 1 to 3.

    Example:

    >>> layer = kgz.layers.ModulatedConv2D(4, upsample=True)
    >>> layer((np.ones((2, 4, 4, 3), "float32"), np.ones((2, 5), "float32"))).shape
    TensorShape([2, 8, 8, 4])
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int = 3,
        upsample: bool = False,
        demodulate: bool = True,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if upsample and kernel_size != 3:
            raise ValueError(
                f"Expected `kernel_size` 3 with `upsample`. Received: kernel_size={kernel_size!r}"
            )
        self.filters = filters
        self.kernel_size = kernel_size
        self.upsample = upsample
        self.demodulate = demodulate

    def build(self, input_shape):
        maps, styles = input_shape
        size, channels = self.kernel_size, maps[-1]
        self.kernel = self.add_weight(
            shape=(size, size, channels, self.filters),
            initializer=keras.initializers.RandomNormal(stddev=1.0),
            autocast=False,
            name="kernel",
        )
        self.bias = self.add_weight(shape=(self.filters,), initializer="zeros", name="bias")
        affine = keras.layers.Dense(channels, bias_initializer="ones", dtype=self.dtype_policy)
        self.affine = EqualizedLearningRate(affine, dtype=self.dtype_policy, name="affine")
        self.affine.build(styles)
        self.built = True

    def call(self, inputs):
        maps, styles = inputs
        scales = self.affine(styles)
        fan_in = self.kernel_size**2 * maps.shape[-1]
        kernel = ops.cast(self.kernel.value, "float32") / fan_in**0.5
        outputs = self._convolved(maps * scales[:, None, None], ops.cast(kernel, maps.dtype))
        if self.demodulate:
            squares = ops.sum(ops.square(kernel), axis=(0, 1))
            lengths = ops.matmul(ops.square(ops.cast(scales, "float32")), squares)
            outputs = outputs * ops.cast(ops.rsqrt(lengths + 1e-8), outputs.dtype)[:, None, None]
        return outputs + ops.cast(self.bias, outputs.dtype)

    def _convolved(self, maps, kernel):
        if not self.upsample:
            return ops.conv(maps, kernel, padding="same", data_format="channels_last")
        # Twice in each axis, because three of four pixels that are filtered were zeros.
        transposed = 4.0 * ops.transpose(kernel, (0, 1, 3, 2))
        doubled = ops.conv_transpose(
            maps, transposed, strides=2, padding="valid", data_format="channels_last"
        )
        return upfirdn2d(doubled, TAPS, padding=(1, 1))

    def compute_output_shape(self, input_shape):
        (batch, height, width, _), _ = input_shape
        factor = 2 if self.upsample else 1
        return (batch, factor * height, factor * width, self.filters)

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "upsample": self.upsample,
            "demodulate": self.demodulate,
        }

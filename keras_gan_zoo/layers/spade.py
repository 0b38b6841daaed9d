"""Normalisation whose gain and bias depend on a map, position by position."""

import keras

from keras_gan_zoo.errors import check_choice
from keras_gan_zoo.layers.batch_normalization import BatchNormalization
from keras_gan_zoo.layers.instance_normalization import InstanceNormalization

NORMALIZATIONS = {"batch": BatchNormalization, "instance": InstanceNormalization}


@keras.saving.register_keras_serializable("keras_gan_zoo")
class SPADE(keras.layers.Layer):
    """Spatially-adaptive normalisation: what a map says is not lost where features are flat.

    Features are normalised without trained weights; then each position of each channel is scaled by
    `1 + gamma` and shifted by `beta`, which two convolutions make of the rectified convolution of
    the map (equation 1).

    Args:
        filters: Channels of the convolution of the map; 128 in the paper.
        kernel_size: Of all three convolutions.
        normalization: `"batch"` as in the paper, or `"instance"`.
        kernel_initializer: Of all three convolutions.
        **kwargs: As for `keras.layers.Layer`.

    Call arguments:
        inputs: `(x, maps)`: features `(batch, rows, columns, channels)`, and maps such as one-hot
            classes `(batch, height, width, features)` whose sides are multiples of those. Of each
            block of the map its first pixel is taken, as PyTorch's nearest neighbours do.
        training: Whether batch normalisation uses the statistics of the batch.

    Returns:
        A tensor of the shape of `x`.

    Raises:
        ValueError: If the shapes do not fit, or the normalisation is unknown.

    Example:

    >>> x, maps = np.ones((2, 4, 4, 3), "float32"), np.ones((2, 8, 8, 5), "float32")
    >>> kgz.layers.SPADE()((x, maps)).shape
    TensorShape([2, 4, 4, 3])

    References:
        Park, Liu, Wang and Zhu 2019, Semantic Image Synthesis with Spatially-Adaptive
        Normalization, arXiv 1903.07291, equations 1 to 3.
    """

    def __init__(
        self,
        filters: int = 128,
        kernel_size: int = 3,
        normalization: str = "batch",
        kernel_initializer="glorot_uniform",
        **kwargs,
    ):
        super().__init__(**kwargs)
        check_choice("normalization", normalization, NORMALIZATIONS)
        self.filters, self.kernel_size = filters, kernel_size
        self.normalization = normalization
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def build(self, input_shape):
        x, maps = map(tuple, input_shape)
        if len(x) != 4 or len(maps) != 4 or any(maps[i] % x[i] for i in (1, 2)):
            raise ValueError(
                "Expected features (batch, rows, columns, channels), and maps (batch, height, "
                "width, features) whose sides are multiples of theirs. Received: shapes "
                f"{x} and {maps}"
            )
        self.normalize = NORMALIZATIONS[self.normalization](
            center=False, scale=False, dtype=self.dtype_policy
        )
        self.shared, self.gamma, self.beta = (
            keras.layers.Conv2D(
                count,
                self.kernel_size,
                padding="same",
                activation=activation,
                kernel_initializer=self.kernel_initializer.clone(),
                dtype=self.dtype_policy,
                name=name,
            )
            for name, count, activation in (
                ("shared", self.filters, "relu"),
                ("gamma", x[-1], None),
                ("beta", x[-1], None),
            )
        )
        self.normalize.build(x)
        self.shared.build((None, *x[1:3], maps[-1]))
        for convolution in (self.gamma, self.beta):
            convolution.build((None, *x[1:3], self.filters))
        self.built = True

    def call(self, inputs, training=None):
        x, maps = inputs
        rows, columns = (maps.shape[axis] // x.shape[axis] for axis in (1, 2))
        hidden = self.shared(maps[:, ::rows, ::columns])
        normalized = self.normalize(x, training=training)
        return normalized * (1.0 + self.gamma(hidden)) + self.beta(hidden)

    def compute_output_shape(self, input_shape):
        return input_shape[0]

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "normalization": self.normalization,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }

"""Instance normalisation."""

import keras


@keras.saving.register_keras_serializable("keras_gan_zoo")
class InstanceNormalization(keras.layers.GroupNormalization):
    """Normalises each channel of each sample over its positions.

    Args:
        epsilon: Added to the variance.
        center, scale: Whether to add a trained bias and to multiply by a trained gain; neither
            in CycleGAN's networks.
        **kwargs: As for `keras.layers.GroupNormalization`, without `groups`.

    Call arguments:
        inputs: `(batch, ..., channels)`.

    Returns:
        A tensor of that shape.

    References:
        Ulyanov et al. 2016, Instance Normalization, arXiv 1607.08022, equation 3.
    """

    def __init__(self, epsilon: float = 1e-5, center: bool = True, scale: bool = True, **kwargs):
        super().__init__(groups=-1, epsilon=epsilon, center=center, scale=scale, **kwargs)

    def get_config(self):
        config = super().get_config()
        del config["groups"]
        return config

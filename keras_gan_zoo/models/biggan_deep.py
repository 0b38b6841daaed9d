"""BigGAN-deep."""

import keras

from keras_gan_zoo.models.biggan import BigGAN
from keras_gan_zoo.networks import biggan_deep_discriminator, biggan_deep_generator


@keras.saving.register_keras_serializable("keras_gan_zoo")
class BigGANDeep(BigGAN):
    """BigGAN with twice as many, cheaper blocks: bottlenecks beside shortcuts without kernels.

    Every block is given all latents.

    Args:
        image_shape: `(side, side, channels)`, side 8, 16, 28, 32, 64, 128 or 256.
        latent_dim: Size of a standard normal latent vector.
        filters, discriminator_filters: Base widths of the two networks, multiples of 4.
        **kwargs: See `BigGAN`.

    Example:

    >>> model = kgz.models.BigGANDeep((16, 16, 1), 4, num_classes=3, filters=4,
    ...                               discriminator_filters=4, shared_dim=4)
    >>> model.generate(labels=[0, 2], truncation=0.5, seed=0).shape
    TensorShape([2, 16, 16, 1])

    References:
        Brock et al. 2018, Large Scale GAN Training for High Fidelity Natural Image Synthesis,
        arXiv 1809.11096, section 4 and appendix B.

    Deviations:
        Those of `BigGAN`, whose optimizers it has, too.
    """

    generator_network = staticmethod(biggan_deep_generator)
    discriminator_network = staticmethod(biggan_deep_discriminator)

    def __init__(
        self,
        image_shape: tuple = (128, 128, 3),
        latent_dim: int = 128,
        *,
        filters: int = 128,
        discriminator_filters: int = 128,
        **kwargs,
    ):
        super().__init__(
            image_shape,
            latent_dim,
            filters=filters,
            discriminator_filters=discriminator_filters,
            **kwargs,
        )

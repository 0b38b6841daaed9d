"""DCGAN."""

import keras

from keras_gan_zoo.families.adversarial_model import AdversarialModel
from keras_gan_zoo.networks.dcgan import dcgan_discriminator, dcgan_generator


@keras.saving.register_keras_serializable("keras_gan_zoo")
class DCGAN(AdversarialModel):
    """Deep convolutional GAN: convolutions throughout, batch normalisation in both players.

    The game is that of `GAN`, with the non-saturating loss; what is new are the networks.

    Args:
        image_shape: `(height, width, channels)`: square, the side a power of two from 8 on, or 7
            times one (28).
        latent_dim: Size of a latent vector; latents are uniform in `[-1, 1]`.
        filters: Channels next to the image; they double away from it, up to 1024.
        kernel_size: Side of all kernels; 4 in the widespread PyTorch version.
        extra_convolution: Whether both networks have one more convolution, 3x3 and without a
            stride: before the image, of `filters / 2` channels, and on the discriminator's
            coarsest maps.
        generator, discriminator: Networks to use instead of the paper's.
        **kwargs: See `kgz.families.AdversarialModel`.

    Raises:
        ValueError: If `image_shape` is none of the above.

    Example:

    >>> model = kgz.models.DCGAN(image_shape=(16, 16, 1), latent_dim=8, filters=4)
    >>> model.compile()
    >>> images = np.zeros((8, 16, 16, 1), "float32")
    >>> history = model.fit(images, batch_size=4, verbose=0)
    >>> sorted(history.history)
    ['discriminator_loss', 'generator_loss']
    >>> model.generate(2, seed=0).shape
    TensorShape([2, 16, 16, 1])

    References:
        Radford, Metz and Chintala 2015, Unsupervised Representation Learning with Deep
        Convolutional GANs, arXiv 1511.06434, section 3.

    Deviations:
        The L2 penalty of 1e-5 in the authors' code, which the paper does not mention, is left
        out.
    """

    def __init__(
        self,
        image_shape: tuple = (64, 64, 3),
        latent_dim: int = 100,
        *,
        filters: int = 128,
        kernel_size: int = 5,
        extra_convolution: bool = False,
        latent_distribution: str = "uniform",
        **kwargs,
    ):
        super().__init__(
            latent_dim=latent_dim,
            networks={
                "generator": lambda: dcgan_generator(
                    image_shape,
                    latent_dim,
                    filters,
                    kernel_size,
                    extra_convolution=extra_convolution,
                ),
                "discriminator": lambda shape: dcgan_discriminator(
                    shape, filters, kernel_size, extra_convolution=extra_convolution
                ),
            },
            latent_distribution=latent_distribution,
            **kwargs,
        )

    def default_optimizers(self):
        """Adam with learning rate 2e-4 and beta_1 0.5 for both players (section 4)."""
        return keras.optimizers.Adam(2e-4, beta_1=0.5, epsilon=1e-8)

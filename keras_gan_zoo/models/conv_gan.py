"""The convolutional GAN of the lecture."""

import keras

from keras_gan_zoo.families.adversarial_model import AdversarialModel
from keras_gan_zoo.networks.conv_gan import conv_gan_discriminator, conv_gan_generator


@keras.saving.register_keras_serializable("keras_gan_zoo")
class ConvGAN(AdversarialModel):
    """The first convolutional GAN of many courses: upsampling generator, dropout discriminator.

    Unlike `DCGAN` it enlarges by nearest neighbour before convolving, and keeps its discriminator
    weak by dropout rather than stable by batch normalisation.

    Args:
        image_shape: `(height, width, channels)`; sides are multiples of 4.
        latent_dim: Size of a standard normal latent vector.
        input_dim: The lecture's name for `image_shape`.
        **kwargs: See `kgz.families.AdversarialModel`.

    Example:

    >>> model = kgz.models.ConvGAN(input_dim=(28, 28, 1))
    >>> model.discriminator.count_params(), model.generator.count_params()
    (720833, 844161)

    References:
        Foster 2019, Generative Deep Learning, chapter 4 (the listing of the lecture); the game is
        Goodfellow et al. 2014, Generative Adversarial Networks, arXiv 1406.2661, section 3.

    Deviations:
        The discriminator ends in a logit rather than a sigmoid, which gives the same loss more
        stably. Losses on real and fake samples are added in one update; the listing makes one
        update for each. RMSprop's epsilon is under the root (Keras 2: beside it).
    """

    def __init__(
        self,
        image_shape: tuple = (28, 28, 1),
        latent_dim: int = 100,
        *,
        input_dim: tuple | None = None,
        **kwargs,
    ):
        shape = input_dim or image_shape
        super().__init__(
            latent_dim=latent_dim,
            networks={
                "generator": lambda: conv_gan_generator(shape, latent_dim),
                "discriminator": lambda shape: conv_gan_discriminator(shape),
            },
            **kwargs,
        )

    def default_optimizers(self):
        """RMSprop with learning rates 8e-4 (discriminator) and 4e-4 (generator)."""
        return {
            "discriminator": keras.optimizers.RMSprop(8e-4),
            "generator": keras.optimizers.RMSprop(4e-4),
        }

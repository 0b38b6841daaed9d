"""WGAN: a critic held Lipschitz by clipping its weights."""

import keras

from keras_gan_zoo.families.adversarial_model import AdversarialModel
from keras_gan_zoo.networks import dcgan_discriminator, dcgan_generator


@keras.saving.register_keras_serializable("keras_gan_zoo")
class WGAN(AdversarialModel):
    """Wasserstein GAN: a critic with clipped weights estimates the earth mover's distance.

    The critic descends `E f(G(z)) - E f(x)`, the generator `-E f(G(z))` (algorithm 1). Before
    each update of the critic its weights are clipped to `[-weight_clip, weight_clip]`. The
    negative of the reported `discriminator_loss` is the estimate of the distance, up to a factor.

    Args:
        image_shape: As for `DCGAN`.
        latent_dim: Size of a standard normal latent vector.
        filters: Channels next to the image; they double away from it.
        **kwargs: See `kgz.families.AdversarialModel`.

    Example:

    >>> model = kgz.models.WGAN(image_shape=(16, 16, 1), latent_dim=8, filters=4)
    >>> model.compile()
    >>> history = model.fit(np.zeros((10, 16, 16, 1), "float32"), batch_size=10, verbose=0)
    >>> float(max(abs(v.numpy()).max() for v in model.discriminator.trainable_variables)) < 0.011
    True

    References:
        Arjovsky, Chintala and Bottou 2017, Wasserstein GAN, arXiv 1701.07875, algorithm 1.

    Deviations:
        Five critic updates throughout; the authors' code makes 100 for the first 25 updates of
        the generator and at every 500th. Its signs are the opposite, which is the same game. The
        batch normalisation after the generator's first layer is per unit (theirs: per channel).
    """

    def __init__(
        self,
        image_shape: tuple = (64, 64, 3),
        latent_dim: int = 100,
        *,
        filters: int = 64,
        adversarial_loss="wasserstein",
        discriminator_steps: int = 5,
        weight_clip: float | None = 0.01,
        **kwargs,
    ):
        super().__init__(
            latent_dim=latent_dim,
            networks={
                "generator": lambda: dcgan_generator(image_shape, latent_dim, filters, 4),
                "discriminator": lambda shape: dcgan_discriminator(shape, filters, 4),
            },
            adversarial_loss=adversarial_loss,
            discriminator_steps=discriminator_steps,
            weight_clip=weight_clip,
            **kwargs,
        )

    def default_optimizers(self):
        """RMSprop with learning rate 5e-5, without momentum (algorithm 1)."""
        # Keras adds epsilon under the root, PyTorch, as the authors use it, 1e-8 to the root.
        return keras.optimizers.RMSprop(5e-5, rho=0.99, epsilon=1e-16)

"""WGAN-GP: a critic held Lipschitz by a penalty on its gradient."""

import keras

from keras_gan_zoo.families.adversarial_model import AdversarialModel
from keras_gan_zoo.networks import wgan_gp_critic, wgan_gp_generator
from keras_gan_zoo.penalties import GradientPenalty


@keras.saving.register_keras_serializable("keras_gan_zoo")
class WGANGP(AdversarialModel):
    """Wasserstein GAN whose critic has gradients of norm 1 between real and fake samples.

    The critic descends `E D(G(z)) - E D(x) + 10 E (||grad D(x^)|| - 1)^2` (equation 3), on fresh
    real samples for each of its five updates; it has no batch normalisation, because the penalty
    is per sample.

    Args:
        image_shape: `(side, side, channels)`, the side at least 8.
        latent_dim: Size of a standard normal latent vector.
        filters: Channels next to the image; they double away from it.
        kernel_size: Side of the kernels.
        penalties: By default `kgz.penalties.GradientPenalty(10.0)`.
        **kwargs: See `kgz.families.AdversarialModel`.

    Example:

    >>> model = kgz.models.WGANGP(image_shape=(8, 8, 1), latent_dim=4, filters=4)
    >>> model.compile()
    >>> history = model.fit(np.zeros((10, 8, 8, 1), "float32"), batch_size=10, verbose=0)
    >>> sorted(history.history)
    ['discriminator_loss', 'generator_loss', 'gradient_penalty']

    References:
        Gulrajani et al. 2017, Improved Training of Wasserstein GANs, arXiv 1704.00028,
        algorithm 1.

    Deviations:
        Images are in [-1, 1] with a `tanh` output (the authors' MNIST code: [0, 1] and a
        sigmoid). Kernels start with He's deviation of their own size; the authors' of strided
        convolutions are wider, by up to 2.
    """

    def __init__(
        self,
        image_shape: tuple = (28, 28, 1),
        latent_dim: int = 128,
        *,
        filters: int = 64,
        kernel_size: int = 5,
        adversarial_loss="wasserstein",
        penalties=None,
        discriminator_steps: int = 5,
        **kwargs,
    ):
        super().__init__(
            latent_dim=latent_dim,
            networks={
                "generator": lambda: wgan_gp_generator(
                    image_shape, latent_dim, filters, kernel_size
                ),
                "discriminator": lambda shape: wgan_gp_critic(
                    shape, filters, kernel_size=kernel_size
                ),
            },
            adversarial_loss=adversarial_loss,
            penalties=[GradientPenalty()] if penalties is None else penalties,
            discriminator_steps=discriminator_steps,
            **kwargs,
        )

    def default_optimizers(self):
        """Adam with learning rate 1e-4, beta_1 0.5 and beta_2 0.9 (authors' MNIST code)."""
        return keras.optimizers.Adam(1e-4, beta_1=0.5, beta_2=0.9, epsilon=1e-8)

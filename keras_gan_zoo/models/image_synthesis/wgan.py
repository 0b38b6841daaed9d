"""WGAN: a critic held Lipschitz by clipping its weights, or by a penalty on its gradient."""

import keras

from keras_gan_zoo.networks import (
    dcgan_discriminator,
    dcgan_generator,
    wgan_gp_critic,
    wgan_gp_generator,
)
from keras_gan_zoo.penalties import GradientPenalty
from keras_gan_zoo.training.adversarial_model import AdversarialModel


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
        generator, discriminator: Networks to use instead of the paper's, which are DCGAN's.
        **kwargs: See `kgz.training.AdversarialModel`.

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
        batch normalisation after the generator's first layer is per unit (theirs: per channel). A
        moving average of the generator is kept for sampling (`ema_decay=None` for none).
    """

    def __init__(
        self,
        image_shape: tuple = (64, 64, 3),
        latent_dim: int = 100,
        *,
        filters: int = 64,
        generator: keras.Model | None = None,
        discriminator: keras.Model | None = None,
        adversarial_loss="wasserstein",
        discriminator_steps: int = 5,
        weight_clip: float | None = 0.01,
        **kwargs,
    ):
        super().__init__(
            generator or (lambda: dcgan_generator(image_shape, latent_dim, filters, 4)),
            discriminator or (lambda shape: dcgan_discriminator(shape, filters, 4)),
            latent_dim,
            adversarial_loss=adversarial_loss,
            discriminator_steps=discriminator_steps,
            weight_clip=weight_clip,
            architecture={"image_shape": image_shape, "filters": filters},
            **kwargs,
        )

    def default_optimizers(self):
        """RMSprop with learning rate 5e-5, without momentum (algorithm 1)."""
        # Keras adds epsilon under the root, PyTorch, as the authors use it, 1e-8 to the root.
        return {
            name: keras.optimizers.RMSprop(5e-5, rho=0.99, epsilon=1e-16)
            for name in ("discriminator", "generator")
        }


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
        generator, discriminator: Networks to use instead of the authors' for MNIST.
        **kwargs: See `kgz.training.AdversarialModel`.

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
        convolutions are wider, by up to 2. A moving average of the generator is kept for sampling
        (`ema_decay=None` for none).
    """

    def __init__(
        self,
        image_shape: tuple = (28, 28, 1),
        latent_dim: int = 128,
        *,
        filters: int = 64,
        kernel_size: int = 5,
        generator: keras.Model | None = None,
        discriminator: keras.Model | None = None,
        adversarial_loss="wasserstein",
        penalties=None,
        discriminator_steps: int = 5,
        **kwargs,
    ):
        super().__init__(
            generator or (lambda: wgan_gp_generator(image_shape, latent_dim, filters, kernel_size)),
            discriminator
            or (lambda shape: wgan_gp_critic(shape, filters, kernel_size=kernel_size)),
            latent_dim,
            adversarial_loss=adversarial_loss,
            penalties=[GradientPenalty()] if penalties is None else penalties,
            discriminator_steps=discriminator_steps,
            architecture={
                "image_shape": image_shape,
                "filters": filters,
                "kernel_size": kernel_size,
            },
            **kwargs,
        )

    def default_optimizers(self):
        """Adam with learning rate 1e-4, beta_1 0.5 and beta_2 0.9 (authors' MNIST code)."""
        return {
            name: keras.optimizers.Adam(1e-4, beta_1=0.5, beta_2=0.9, epsilon=1e-8)
            for name in ("discriminator", "generator")
        }

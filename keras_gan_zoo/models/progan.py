"""ProGAN."""

import keras
from keras import ops

from keras_gan_zoo.families.growing_model import GrowingModel
from keras_gan_zoo.networks import progan_discriminator, progan_generator
from keras_gan_zoo.penalties import GradientPenalty


@keras.saving.register_keras_serializable("keras_gan_zoo")
class ProGAN(GrowingModel):
    """WGAN-GP that grows: it learns 4x4 pixels first, then 8x8, and so on to the whole image.

    The critic descends `E D(G(z)) - E D(x) + 10 E (|grad D(x^)| - 1)^2 + 0.001 E D(x)^2`. How both
    players grow, in stages, is told by `kgz.families.GrowingModel`.

    Args:
        image_shape: `(side, side, channels)`, the side a power of two from 8 on.
        latent_dim: Size of a standard normal latent vector.
        filters: Channels at the image's side, by default 16,384 divided by it; they double with
            each halving.
        max_filters: Most channels of all.
        fade_steps: Training steps of a fade. The paper's takes 600,000 images, and as many follow
            until the next.
        drift: Factor of `E D(x)^2`.
        penalties: By default `kgz.penalties.GradientPenalty(10.0)`.
        **kwargs: See `kgz.families.GrowingModel`.

    Example:

    >>> model = kgz.models.ProGAN((8, 8, 1), 4, filters=2, fade_steps=2)
    >>> model.generate(3).shape
    TensorShape([3, 8, 8, 1])
    >>> model.begin_stage("8x8")
    >>> model.stage.name
    '8x8'

    References:
        Karras et al. 2017, Progressive Growing of GANs for Improved Quality, Stability, and
        Variation, arXiv 1710.10196, sections 2 to 4 and appendix A; the authors' `loss.py`.

    Deviations:
        Growth is counted in training steps, not in images, and the batch size is that of the data.
    """

    def __init__(
        self,
        image_shape: tuple = (1024, 1024, 3),
        latent_dim: int = 512,
        *,
        filters: int | None = None,
        max_filters: int = 512,
        fade_steps: int = 37_500,
        drift: float = 1e-3,
        adversarial_loss="wasserstein",
        penalties=None,
        **kwargs,
    ):
        super().__init__(
            latent_dim=latent_dim,
            networks={
                "generator": lambda: progan_generator(
                    image_shape, latent_dim, filters, max_filters
                ),
                "discriminator": lambda: progan_discriminator(image_shape, filters, max_filters),
            },
            adversarial_loss=adversarial_loss,
            penalties=[GradientPenalty(10.0)] if penalties is None else penalties,
            fade_steps=fade_steps,
            **kwargs,
        )
        self.drift = float(drift)

    def discriminator_losses(self, batch):
        real, fake = self.real_inputs(batch), self.fake_inputs(batch)
        logits = self.critic.criticize(*real)
        loss = self.critic.loss_of(logits, self.critic.criticize(*fake))
        return {
            "discriminator_loss": loss,
            "drift": self.drift * ops.mean(ops.square(logits)),
            **self.critic.penalty_losses(real, fake),
        }

    def default_optimizers(self):
        """Adam with learning rate 1e-3, beta_1 0 and beta_2 0.99."""
        return keras.optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.99, epsilon=1e-8)

"""OT-GAN."""

import keras
from keras import ops

from keras_gan_zoo import losses
from keras_gan_zoo.families.feature_critic import FeatureCritic
from keras_gan_zoo.networks import ot_gan_critic, ot_gan_generator


@keras.saving.register_keras_serializable("keras_gan_zoo")
class OTGAN(FeatureCritic):
    """OT-GAN: optimal transport between minibatches, on adversarially learnt features.

    The generator descends and the critic ascends the minibatch energy distance (equation 8) of
    the halves of a real and a generated batch, with the cosine cost and Sinkhorn's plan.

    Args:
        image_shape: `(side, side, channels)`; see `kgz.networks.ot_gan_generator`.
        latent_dim: Size of a latent vector; latents are uniform in `[-1, 1]`.
        filters, discriminator_filters: Channels of the finest maps of the two networks.
        kernel_size, stem, feature_dim: Of the critic, see `kgz.networks.ot_gan_critic`.
        regularization, iterations: Of `kgz.losses.sinkhorn`.
        generator_steps: Generator updates per critic update.
        **kwargs: See `kgz.families.AdversarialModel`; a `discriminator` gives features
            `(batch, d)`.

    Batches must hold at least four samples for each generator update, and should hold hundreds.

    Example:

    >>> model = kgz.models.OTGAN((8, 8, 1), latent_dim=4, filters=4, discriminator_filters=4,
    ...                          generator_steps=1)
    >>> model.compile()
    >>> history = model.fit(np.zeros((8, 8, 8, 1), "float32"), batch_size=8, verbose=0)
    >>> sorted(history.history)
    ['discriminator_loss', 'generator_loss']

    References:
        Salimans, Zhang, Radford and Metaxas 2018, Improving GANs Using Optimal Transport, arXiv
        1803.05573, algorithm 1.

    Deviations:
        Weight normalisation starts from its initial scales, without the authors' pass over data.
        The generator's moving average, which the authors keep as well, starts quickly. The
        generator is updated three times per update of the critic, as in the paper (the authors'
        `train.py`: five), and images are not flipped at random (theirs are; `load` can).
    """

    def __init__(
        self,
        image_shape: tuple = (32, 32, 3),
        latent_dim: int = 100,
        *,
        filters: int = 128,
        discriminator_filters: int = 128,
        kernel_size: int = 5,
        stem: bool = True,
        feature_dim: int | None = None,
        regularization: float = 0.002,
        iterations: int = 500,
        latent_distribution: str = "uniform",
        generator_steps: int = 3,
        **kwargs,
    ):
        super().__init__(
            latent_dim=latent_dim,
            networks={
                "generator": lambda: ot_gan_generator(image_shape, latent_dim, filters),
                "discriminator": lambda shape: ot_gan_critic(
                    shape, discriminator_filters, kernel_size, stem, feature_dim
                ),
            },
            latent_distribution=latent_distribution,
            generator_steps=generator_steps,
            **kwargs,
        )
        self.regularization = float(regularization)
        self.iterations = int(iterations)

    def discriminator_losses(self, batch):
        real, fake = self.real_inputs(batch), self.fake_inputs(batch)
        return {
            "discriminator_loss": -self._distance_of_batches(*real, *fake),
            **self.critic.penalty_losses(real, fake, self.embed),
        }

    def generator_losses(self, batch):
        return {
            "generator_loss": self._distance_of_batches(batch["real"], *self.fake_inputs(batch))
        }

    def distance(self, features, generated):
        return ops.mean(losses.cosine_cost(features, generated), axis=1)

    def default_optimizers(self):
        """Adam with learning rate 3e-4 and beta_1 0.5 for both players (authors' code)."""
        return keras.optimizers.Adam(3e-4, beta_1=0.5, epsilon=1e-8)

    def _distance_of_batches(self, real, fake):
        return losses.minibatch_energy_distance(
            *self.embed_all(real, fake),
            regularization=self.regularization,
            iterations=self.iterations,
        )

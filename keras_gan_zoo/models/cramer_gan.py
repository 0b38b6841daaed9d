"""Cramer GAN."""

import functools

import keras
from keras import ops

from keras_gan_zoo import losses
from keras_gan_zoo.families.feature_critic import FeatureCritic
from keras_gan_zoo.losses.tensors import euclidean_norm
from keras_gan_zoo.networks import wgan_gp_critic, wgan_gp_generator
from keras_gan_zoo.penalties import GradientPenalty


@keras.saving.register_keras_serializable("keras_gan_zoo")
class CramerGAN(FeatureCritic):
    """Cramer GAN: an energy distance between learnt features instead of the Wasserstein distance.

    With features `h`, two independent samples `x_g, x_g'` and `f(x) = |h(x) - h(x_g')| - |h(x)|`,
    the critic descends `E f(x_g) - E f(x_r)` and a gradient penalty on `f`, the generator
    `E |h(x_r) - h(x_g)| + |h(x_r) - h(x_g')| - |h(x_g) - h(x_g')|`.

    Args:
        image_shape, latent_dim, filters, kernel_size: As for `WGANGP`.
        feature_dim: Size of the critic's output.
        penalties: By default `kgz.penalties.GradientPenalty(10.0)`.
        **kwargs: See `kgz.families.AdversarialModel`; a `discriminator` gives features
            `(batch, feature_dim)`.

    Example:

    >>> model = kgz.models.CramerGAN((8, 8, 1), latent_dim=4, filters=4, feature_dim=8)
    >>> model.compile()
    >>> history = model.fit(np.zeros((10, 8, 8, 1), "float32"), batch_size=10, verbose=0)
    >>> sorted(history.history)
    ['discriminator_loss', 'generator_loss', 'gradient_penalty']

    References:
        Bellemare et al. 2017, The Cramer Distance as a Solution to Biased Wasserstein Gradients,
        arXiv 1705.10743, algorithm 1.

    Deviations:
        As `WGANGP`.
    """

    def __init__(
        self,
        image_shape: tuple = (28, 28, 1),
        latent_dim: int = 128,
        *,
        filters: int = 64,
        kernel_size: int = 5,
        feature_dim: int = 256,
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
                    shape, filters, "none", feature_dim, kernel_size
                ),
            },
            penalties=[GradientPenalty()] if penalties is None else penalties,
            discriminator_steps=discriminator_steps,
            **kwargs,
        )

    def discriminator_losses(self, batch):
        real, fake, other = self._samples(batch)
        features = self.embed_all(real, fake, other)
        critic = functools.partial(self._critic, features[2])
        return {
            "discriminator_loss": losses.cramer_critic_loss(*features),
            **self.critic.penalty_losses((real,), (fake,), critic),
        }

    def generator_losses(self, batch):
        features = self.embed_all(*self._samples(batch))
        return {"generator_loss": losses.cramer_generator_loss(*features)}

    def distance(self, features, generated):
        differences = euclidean_norm(features[:, None] - generated[None])
        return ops.mean(differences, axis=1) - euclidean_norm(features)

    def default_optimizers(self):
        """Adam with learning rate 1e-4, beta_1 0.5 and beta_2 0.9."""
        return keras.optimizers.Adam(1e-4, beta_1=0.5, beta_2=0.9, epsilon=1e-8)

    def _samples(self, batch):
        return batch["real"], *self.fake_inputs(batch), *self.fake_inputs(batch)

    def _critic(self, constant, samples):
        return losses.cramer_critic(self.embed(samples), constant)

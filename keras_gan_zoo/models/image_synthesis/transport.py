"""GANs whose critic learns features for a distance between sets: Cramer GAN and OT-GAN."""

import functools

import keras
from keras import ops

from keras_gan_zoo import errors, losses
from keras_gan_zoo.losses.tensors import euclidean_norm
from keras_gan_zoo.networks import (
    ot_gan_critic,
    ot_gan_generator,
    wgan_gp_critic,
    wgan_gp_generator,
)
from keras_gan_zoo.penalties import GradientPenalty
from keras_gan_zoo.training.adversarial_model import AdversarialModel

WITNESSES = 64


class FeatureCritic(AdversarialModel):
    """An adversarial model whose critic gives features; a sample is judged by its distance.

    `discriminate` gives the mean distance to 64 samples of the generator, always the same, as
    `distance` measures it: more is more real.
    """

    losses_are_own = True
    outputs_of_discriminator = ("features",)

    def embed(self, samples):
        """The critic's features, in the mode of the running step."""
        return self.judge(samples)["features"]

    def embed_all(self, *batches):
        """The features of several batches of one size, from one pass."""
        return [judged["features"] for judged in self.judge_together(*batches)]

    def distance(self, features, generated):
        """How far each row of `features` is from the rows `generated`, `(batch,)`."""
        raise errors.not_defined(self, "distance")

    def _judge(self, samples):
        witnesses = self._run_generator(self.sample_latents(WITNESSES, seed=0), ema=True)
        return self.distance(self.embed(samples), self.embed(witnesses))[:, None]


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
        generator, discriminator: Networks to use instead of WGAN-GP's; the discriminator gives
            features `(batch, feature_dim)`.
        **kwargs: See `kgz.training.AdversarialModel`.

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
        generator: keras.Model | None = None,
        discriminator: keras.Model | None = None,
        penalties=None,
        discriminator_steps: int = 5,
        **kwargs,
    ):
        super().__init__(
            generator or (lambda: wgan_gp_generator(image_shape, latent_dim, filters, kernel_size)),
            discriminator
            or (lambda shape: wgan_gp_critic(shape, filters, "none", feature_dim, kernel_size)),
            latent_dim,
            penalties=[GradientPenalty()] if penalties is None else penalties,
            discriminator_steps=discriminator_steps,
            architecture={
                "image_shape": image_shape,
                "filters": filters,
                "kernel_size": kernel_size,
                "feature_dim": feature_dim,
            },
            **kwargs,
        )

    def discriminator_losses(self, batch):
        real, fake, other = self._samples(batch)
        features = self.embed_all(real, fake, other)
        critic = functools.partial(self._critic, features[2])
        return {
            "discriminator_loss": losses.cramer_critic_loss(*features),
            **self.penalty_losses(critic, real, fake),
        }

    def generator_losses(self, batch):
        features = self.embed_all(*self._samples(batch))
        return {"generator_loss": losses.cramer_generator_loss(*features)}

    def distance(self, features, generated):
        differences = euclidean_norm(features[:, None] - generated[None])
        return ops.mean(differences, axis=1) - euclidean_norm(features)

    def default_optimizers(self):
        """Adam with learning rate 1e-4, beta_1 0.5 and beta_2 0.9."""
        return {
            name: keras.optimizers.Adam(1e-4, beta_1=0.5, beta_2=0.9, epsilon=1e-8)
            for name in ("discriminator", "generator")
        }

    def _samples(self, batch):
        return batch["real"], *self.fake_inputs(batch), *self.fake_inputs(batch)

    def _critic(self, constant, samples):
        return losses.cramer_critic(self.embed(samples), constant)


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
        generator, discriminator: Networks to use instead of the paper's; the discriminator gives
            features `(batch, d)`.
        generator_steps: Generator updates per critic update.
        **kwargs: See `kgz.training.AdversarialModel`.

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
        The generator's moving average, which the authors keep as well, starts quickly.
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
        generator: keras.Model | None = None,
        discriminator: keras.Model | None = None,
        latent_distribution: str = "uniform",
        generator_steps: int = 3,
        **kwargs,
    ):
        super().__init__(
            generator or (lambda: ot_gan_generator(image_shape, latent_dim, filters)),
            discriminator
            or (
                lambda shape: ot_gan_critic(
                    shape, discriminator_filters, kernel_size, stem, feature_dim
                )
            ),
            latent_dim,
            latent_distribution=latent_distribution,
            generator_steps=generator_steps,
            architecture={
                "image_shape": image_shape,
                "filters": filters,
                "discriminator_filters": discriminator_filters,
                "kernel_size": kernel_size,
                "stem": stem,
                "feature_dim": feature_dim,
                "regularization": regularization,
                "iterations": iterations,
            },
            **kwargs,
        )
        self.regularization = float(regularization)
        self.iterations = int(iterations)

    def discriminator_losses(self, batch):
        (fake,) = self.fake_inputs(batch)
        return {
            "discriminator_loss": -self._distance_of_batches(batch["real"], fake),
            **self.penalty_losses(self.embed, batch["real"], fake),
        }

    def generator_losses(self, batch):
        return {
            "generator_loss": self._distance_of_batches(batch["real"], *self.fake_inputs(batch))
        }

    def distance(self, features, generated):
        return ops.mean(losses.cosine_cost(features, generated), axis=1)

    def default_optimizers(self):
        """Adam with learning rate 3e-4 and beta_1 0.5 for both players (authors' code)."""
        return {
            name: keras.optimizers.Adam(3e-4, beta_1=0.5, epsilon=1e-8)
            for name in ("discriminator", "generator")
        }

    def _distance_of_batches(self, real, fake):
        return losses.minibatch_energy_distance(
            *self.embed_all(real, fake),
            regularization=self.regularization,
            iterations=self.iterations,
        )

"""EBGAN."""

import keras

from keras_gan_zoo import losses
from keras_gan_zoo.families.adversarial_model import AdversarialModel
from keras_gan_zoo.families.critic import Critic
from keras_gan_zoo.networks import dcgan_generator, ebgan_discriminator
from keras_gan_zoo.training import checks


class EnergyCritic(Critic):
    """A critic whose logits are negative energies: an autoencoder's errors."""

    def judge(self, samples):
        outputs = super().judge(samples)
        energy = losses.reconstruction_energy(samples, outputs["reconstructions"])
        return {**outputs, "energy": energy, "logits": -energy[:, None]}


@keras.saving.register_keras_serializable("keras_gan_zoo")
class EBGAN(AdversarialModel):
    """Energy-based GAN: the discriminator is an autoencoder, its error the energy of a sample.

    The discriminator descends `D(x) + max(0, margin - D(G(z)))`, the generator `D(G(z))`
    (equations 1 and 2), with `D` the mean squared error of the reconstruction. The generator's
    pulling-away term repels the codes of its samples from each other (equation 14).

    Args:
        image_shape: `(side, side, channels)`, as for `DCGAN`.
        latent_dim: Size of a standard normal latent vector.
        filters: Channels next to the image in the generator.
        discriminator_filters: Channels of the autoencoder's first layer.
        depth, code_dim: How often the autoencoder halves, and the size of its code, see
            `kgz.networks.ebgan_discriminator`.
        margin: Energy above which generated samples are left alone; some times the energy that
            real samples end with.
        repelling_weight: Factor of the pulling-away term; 0 for none.
        **kwargs: See `kgz.families.AdversarialModel`; a `discriminator` gives
            `[reconstructions, codes]`.

    `discriminate` gives negative energies, so that more is more real.

    Example:

    >>> model = kgz.models.EBGAN((8, 8, 1), latent_dim=4, filters=4, discriminator_filters=4)
    >>> model.compile()
    >>> history = model.fit(np.zeros((8, 8, 8, 1), "float32"), batch_size=4, verbose=0)
    >>> sorted(history.history)
    ['discriminator_loss', 'generator_loss', 'pulling_away']

    References:
        Zhao, Mathieu and LeCun 2016, Energy-based Generative Adversarial Network, arXiv
        1609.03126, equations 1, 2, 13 and 14.

    Deviations:
        The energy is the mean over pixels of the squared error, so that the margin does not grow
        with the image (the paper: a norm, and margins from 10 to 80). Networks are sized by
        arguments; the paper's largest has 64 filters, depth 3 and no dense code. The
        discriminator's kernels start as Keras has them.
    """

    has_own_losses = True
    outputs_of_discriminator = ("reconstructions", "codes")
    critic_class = EnergyCritic

    def __init__(
        self,
        image_shape: tuple = (28, 28, 1),
        latent_dim: int = 100,
        *,
        filters: int = 64,
        discriminator_filters: int = 32,
        depth: int = 2,
        code_dim: int | None = 64,
        margin: float = 0.2,
        repelling_weight: float = 0.1,
        **kwargs,
    ):
        checks.check_positive(margin=margin)
        checks.check_at_least(0, repelling_weight=repelling_weight)
        super().__init__(
            latent_dim=latent_dim,
            networks={
                "generator": lambda: dcgan_generator(image_shape, latent_dim, filters, 4),
                "discriminator": lambda shape: ebgan_discriminator(
                    shape, discriminator_filters, depth=depth, code_dim=code_dim
                ),
            },
            **kwargs,
        )
        self.margin = float(margin)
        self.repelling_weight = float(repelling_weight)

    def discriminator_losses(self, batch):
        real, fake = self.real_inputs(batch), self.fake_inputs(batch)
        energies = [self.critic.judge(*one)["energy"] for one in (real, fake)]
        return {
            "discriminator_loss": losses.energy_margin(*energies, self.margin),
            **self.critic.penalty_losses(real, fake),
        }

    def generator_losses(self, batch):
        fake = self.critic.judge(*self.fake_inputs(batch))
        repelling = self.repelling_weight * losses.pulling_away(fake["codes"])
        return {"generator_loss": keras.ops.mean(fake["energy"]), "pulling_away": repelling}

    def default_optimizers(self):
        """Adam with learning rate 1e-3 and beta_1 0.5 for both players."""
        return keras.optimizers.Adam(1e-3, beta_1=0.5, epsilon=1e-8)

    def _check_networks(self):
        super()._check_networks()
        shapes = [tuple(one.shape[1:]) for one in self.discriminator.outputs]
        if len(shapes) != 2 or shapes[0] != self.sample_shape or len(shapes[1]) != 1:
            raise ValueError(
                "Expected a `discriminator` that gives [reconstructions, codes] of shapes "
                f"{self.sample_shape} and (code_dim,). Received: outputs {shapes}"
            )

"""IcGAN: a conditional GAN and the encoders that invert it, for editing given pictures."""

import keras
from keras import ops

from keras_gan_zoo import kinds, networks
from keras_gan_zoo.families.adversarial_model import AdversarialModel
from keras_gan_zoo.families.conditions import other_conditions
from keras_gan_zoo.kinds import values
from keras_gan_zoo.networks.icgan import icgan_encoder_widths
from keras_gan_zoo.training.abilities import Ability
from keras_gan_zoo.training.calls import apply
from keras_gan_zoo.training.own_networks import check_shapes
from keras_gan_zoo.training.phase import Phase


@keras.saving.register_keras_serializable("keras_gan_zoo")
class IcGAN(AdversarialModel):
    """A conditional GAN with an encoder of latents and an encoder of conditions.

    The discriminator tells samples with their condition `y` from samples with that of another,
    and from generated ones, each of the two with weight 1/2. The latent encoder descends
    `mean (z - E_z(G(z, y)))^2` on generated images, the condition encoder
    `mean (y - E_y(x))^2` on real ones; neither changes the GAN. A picture is edited by generating
    from its latents under another condition.

    Args:
        image_shape: `(height, width, channels)`, square as for `DCGAN`.
        latent_dim: Size of a latent vector.
        condition_dim: Number of attributes, each -1 or 1; 18 if there are no classes either.
        num_classes: Number of classes, instead of attributes.
        filters: Channels of the widest layers; 64 in the paper. The encoders' follow.
        encoders_only: Whether `fit` trains the encoders alone, as the authors do once the GAN is
            trained; an attribute that can be set before `compile`, too.
        **kwargs: See `kgz.families.AdversarialModel`; a `latent_encoder` and a
            `condition_encoder` take samples, too.

    Example:

    >>> model = kgz.models.IcGAN((8, 8, 1), latent_dim=4, condition_dim=2, filters=4)
    >>> model.compile()
    >>> images, attributes = np.zeros((6, 8, 8, 1), "float32"), np.ones((6, 2), "float32")
    >>> history = model.fit(images, attributes, verbose=0)
    >>> sorted(history.history)
    ['condition_loss', 'discriminator_loss', 'generator_loss', 'latent_loss']
    >>> model.edit(images, -attributes).shape
    TensorShape([6, 8, 8, 1])

    References:
        Perarnau et al. 2016, Invertible Conditional GANs for image editing, arXiv 1611.06355.

    Deviations:
        The encoders learn beside the GAN, the latent encoder from the averaged generator, unless
        `encoders_only`. Samples are generated for the conditions of the real batch. Classes are
        one-hot (the authors: -1 and 1).
    """

    def __init__(
        self,
        image_shape: tuple = (64, 64, 3),
        latent_dim: int = 100,
        *,
        condition_dim: int | None = None,
        num_classes: int | None = None,
        filters: int = 64,
        encoders_only: bool = False,
        **kwargs,
    ):
        dim = condition_dim or num_classes or 18
        if num_classes is None:
            condition_dim = dim
        super().__init__(
            latent_dim=latent_dim,
            networks={
                "generator": lambda: networks.icgan_generator(
                    image_shape, latent_dim, dim, filters
                ),
                "discriminator": lambda shape: networks.icgan_discriminator(shape, dim, filters),
                "latent_encoder": lambda shape: networks.icgan_encoder(
                    shape, latent_dim, icgan_encoder_widths(shape, filters)
                ),
                "condition_encoder": lambda shape: networks.icgan_encoder(
                    shape, dim, icgan_encoder_widths(shape, filters), 8 * filters
                ),
            },
            condition_dim=condition_dim,
            num_classes=num_classes,
            **kwargs,
        )
        for name, size in (("latent_encoder", self.latent_dim), ("condition_encoder", dim)):
            check_shapes(name, getattr(self, name), [self.sample_shape], [(size,)])
        self.encoders_only = bool(encoders_only)

    def get_config(self):
        return {**super().get_config(), "encoders_only": self.encoders_only}

    def phases(self):
        encoders = (
            Phase("latent_encoder", (self.latent_encoder,)),
            Phase("condition_encoder", (self.condition_encoder,)),
        )
        return encoders if self.encoders_only else (*super().phases(), *encoders)

    def prepare_batch(self, data):
        """`{"real": samples, "condition": vectors}`."""
        batch = super().prepare_batch(data)
        condition = batch["condition"]
        if self.num_classes is None:
            message = "Expected attributes to be -1 or 1 (of 0 and 1: 2 * attributes - 1)."
            condition = values.require(ops.abs(condition) == 1.0, message, condition)
        return {**batch, "condition": condition}

    def discriminator_losses(self, batch):
        samples, condition = self.real_inputs(batch)
        fake = self.fake_inputs(batch)
        real = self.critic.criticize(samples, condition)
        shown = [(samples, other_conditions(condition)), fake]
        # Half of each gives the real samples weight 1, and both kinds of wrong ones 1/2.
        each = [self.critic.loss_of(real, self.critic.criticize(*one)) for one in shown]
        return {
            "discriminator_loss": 0.5 * sum(each),
            **self.critic.penalty_losses((samples, condition), fake),
        }

    def latent_encoder_losses(self, batch):
        latents = self.sample_latents(ops.shape(batch["real"])[0])
        samples = self._run_generator(latents, batch["condition"], ema=True)
        found = apply(self.latent_encoder, (samples,), training=self.in_training)
        return {"latent_loss": ops.mean(ops.square(latents - found))}

    def condition_encoder_losses(self, batch):
        found = apply(self.condition_encoder, (batch["real"],), training=self.in_training)
        return {"condition_loss": ops.mean(ops.square(batch["condition"] - found))}

    # What it can do ------------------------------------------------------------------------

    def encode(self, samples):
        """The latents of samples `(batch, *sample_shape)`: float32 `(batch, latent_dim)`."""
        return self.do("encode", samples)

    def conditions_of(self, samples):
        """The conditions that samples seem to have: float32 `(batch, dim)`.

        Attributes near -1 or 1; of classes the likeliest, one-hot.
        """
        return self.do("conditions_of", samples)

    def reconstruct(self, samples):
        """Samples, generated from their latents and conditions: `(batch, *sample_shape)`."""
        return self.do("reconstruct", samples)

    def edit(self, samples, labels):
        """Samples, generated from their latents under other conditions.

        To change one attribute: `y = np.array(model.conditions_of(x)); y[:, 3] = 1;
        model.edit(x, y)`.

        Args:
            samples: Samples `(batch, *sample_shape)`.
            labels: Conditions `(batch, condition_dim)`, or classes `(batch,)` or one for all.

        Returns:
            A float32 tensor `(batch, *sample_shape)`.
        """
        return self.generate(latents=self.encode(samples), labels=labels)

    def abilities(self):
        """`reconstruct`; those of every GAN; `encode` and `conditions_of`."""
        samples, images = {"samples": self.sample_kind}, {"images": self.sample_kind}
        latents, condition = {"latents": self.latent_kind}, kinds.Vector(*self.condition.shapes)
        found = {"conditions": condition}
        return (
            Ability("reconstruct", samples, images, self._reconstruct),
            *super().abilities(),
            Ability("encode", samples, latents, self._latents_of),
            Ability("conditions_of", samples, found, self._conditions_of, signature="encode"),
        )

    def default_optimizers(self):
        """Adam: 2e-4 and beta_1 0.5 for the GAN, 1e-4 and 0.1 for the encoders (authors' code)."""
        rates = {"discriminator": (2e-4, 0.5), "generator": (2e-4, 0.5)}
        return {
            phase.name: keras.optimizers.Adam(*rates.get(phase.name, (1e-4, 0.1)))
            for phase in self.phases()
        }

    # Internals -----------------------------------------------------------------------------

    def _latents_of(self, samples):
        return ops.cast(self.latent_encoder(samples, training=False), "float32")

    def _conditions_of(self, samples):
        found = ops.cast(self.condition_encoder(samples, training=False), "float32")
        if self.num_classes is None:
            return found
        return ops.one_hot(ops.argmax(found, axis=-1), self.num_classes)

    def _reconstruct(self, samples):
        found = self._latents_of(samples), self._conditions_of(samples)
        return self._run_generator(*found, ema=True)

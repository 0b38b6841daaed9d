"""AC-GAN."""

import keras

from keras_gan_zoo import losses
from keras_gan_zoo.families.adversarial_model import AdversarialModel
from keras_gan_zoo.families.classification import Classification
from keras_gan_zoo.networks import acgan_discriminator, dcgan_generator
from keras_gan_zoo.training import checks


@keras.saving.register_keras_serializable("keras_gan_zoo")
class ACGAN(Classification, AdversarialModel):
    """Auxiliary classifier GAN: the discriminator also says which class a sample is of.

    Both players maximise the log-likelihood of the right class, of real and of fake samples
    (L_C, equation 3), beside the adversarial game (L_S, equation 2).

    Args:
        image_shape: `(side, side, channels)`, as for `DCGAN`.
        latent_dim: Size of a standard normal latent vector.
        num_classes: Number of classes.
        filters: Channels next to the image in the generator.
        discriminator_filters: Channels of the discriminator's first layer; each of six doubles
            them.
        dropout: Share of activations dropped after each layer of the discriminator.
        class_weight: Factor of the classification loss, in both players.
        **kwargs: See `kgz.families.AdversarialModel`; a `discriminator` gives
            `[logits, class_logits]`, see `kgz.networks.with_class_head`.

    Example:

    >>> model = kgz.models.ACGAN((8, 8, 1), latent_dim=4, num_classes=3, filters=4,
    ...                          discriminator_filters=2)
    >>> model.compile()
    >>> images, labels = np.zeros((8, 8, 8, 1), "float32"), np.arange(8) % 3
    >>> history = model.fit(images, labels, batch_size=4, verbose=0)
    >>> model.classify(model.generate(2, labels=1, seed=0)).shape
    TensorShape([2, 3])

    References:
        Odena, Olah and Shlens 2016, Conditional Image Synthesis With Auxiliary Classifier GANs,
        arXiv 1610.09585, equations 2 and 3.

    Deviations:
        The generator is DCGAN's with the one-hot class next to the latents. The paper maximises
        `L_C - L_S` in the generator; as in practice, the adversarial term is the non-saturating
        one.
    """

    discriminator_takes_condition = False
    outputs_of_discriminator = ("logits", "class_logits")

    def __init__(
        self,
        image_shape: tuple = (32, 32, 3),
        latent_dim: int = 100,
        num_classes: int = 10,
        *,
        filters: int = 96,
        discriminator_filters: int = 16,
        dropout: float = 0.5,
        class_weight: float = 1.0,
        **kwargs,
    ):
        checks.check_at_least(0, class_weight=class_weight)
        super().__init__(
            latent_dim=latent_dim,
            networks={
                "generator": lambda: dcgan_generator(
                    image_shape, latent_dim, filters, condition_dim=num_classes
                ),
                "discriminator": lambda shape: acgan_discriminator(
                    shape, num_classes, discriminator_filters, dropout
                ),
            },
            num_classes=num_classes,
            **kwargs,
        )
        self.class_weight = float(class_weight)

    def discriminator_losses(self, batch):
        real, fake = self.real_inputs(batch), self.fake_inputs(batch)
        judged = [self.critic.judge(*one) for one in (real, fake)]
        return {
            "discriminator_loss": self.critic.loss_of(*(j["logits"] for j in judged)),
            "discriminator_class_loss": sum(self._class_loss(j, batch) for j in judged),
            **self.critic.penalty_losses(real, fake),
        }

    def generator_losses(self, batch):
        fake = self.critic.judge(*self.fake_inputs(batch))
        compared = self.critic.compared_logits(self.real_inputs(batch))
        return {
            "generator_loss": self.critic.loss.generator(fake["logits"], compared),
            "generator_class_loss": self._class_loss(fake, batch),
        }

    def default_optimizers(self):
        """Adam with learning rate 2e-4 and beta_1 0.5 for both players (appendix A)."""
        return keras.optimizers.Adam(2e-4, beta_1=0.5, epsilon=1e-8)

    def _class_loss(self, judged, batch):
        loss = losses.auxiliary_classification(judged["class_logits"], batch["condition"])
        return self.class_weight * loss

"""pix2pix."""

import keras
from keras import ops

from keras_gan_zoo import kinds
from keras_gan_zoo.errors import check_choice
from keras_gan_zoo.families.critic import Critic
from keras_gan_zoo.families.translation_model import TranslationModel
from keras_gan_zoo.networks import patch_discriminator, unet_generator
from keras_gan_zoo.training import checks
from keras_gan_zoo.training.own_networks import check_shapes
from keras_gan_zoo.training.phase import Phase

# How many convolutions of stride two a discriminator has that sees patches of so many pixels.
PATCHES = {1: 0, 16: 1, 34: 2, 70: 3, 142: 4, 286: 5}


@keras.saving.register_keras_serializable("keras_gan_zoo")
class Pix2Pix(TranslationModel):
    """Image-to-image translation from pairs: a U-Net against a discriminator of patches.

    The discriminator sees the source beside the target or beside the translation. The generator
    descends the non-saturating loss and the mean distance of pixels to the target (equation 4).
    Its noise is dropout alone.

    Args:
        source_shape: `(side, side, channels)` of what is translated; the side is a power of two.
        target_channels: Channels of what is made.
        filters, discriminator_filters: Channels of the first layer of each network.
        patch: Pixels that one logit of the discriminator sees: 1, 16, 34, 70, 142 or 286.
        l1_weight: Weight of the distance of pixels.
        adversarial: Whether there is a discriminator; else the distance alone is descended.
        conditional: Whether the discriminator sees the source.
        dropout: Rate in the generator.
        normalization: `"batch"` or `"instance"`.
        penalties, instance_noise, replay: Of the discriminator, see `kgz.families.Critic`.
        **kwargs: A `generator` or a `discriminator` to use instead; `seed`, `name` and `dtype`, see
            `kgz.training.PhasedModel`.

    Example:

    >>> model = kgz.models.Pix2Pix((16, 16, 1), 3, filters=4, discriminator_filters=4, patch=16)
    >>> model.compile()
    >>> sources, targets = np.zeros((4, 16, 16, 1), "float32"), np.zeros((4, 16, 16, 3), "float32")
    >>> history = model.fit(sources, targets, verbose=0)
    >>> sorted(history.history)
    ['discriminator_loss', 'generator_loss', 'l1_loss']
    >>> model.translate(sources).shape
    TensorShape([4, 16, 16, 3])

    References:
        Isola, Zhu, Zhou and Efros 2017, Image-to-Image Translation with Conditional Adversarial
        Networks, arXiv 1611.07004, equations 1 to 4.

    Deviations:
        Biases are trained (the authors' code sets them to 0 before each update). In use, batch
        normalisation has its moving statistics and dropout is off (theirs: those of the batch, and
        on; `translate(stochastic=True)`). The generator is updated through the discriminator as
        its own update has left it, as in the authors' PyTorch code.
    """

    def __init__(
        self,
        source_shape: tuple = (256, 256, 3),
        target_channels: int = 3,
        *,
        filters: int = 64,
        discriminator_filters: int = 64,
        patch: int = 70,
        l1_weight: float = 100.0,
        adversarial: bool = True,
        conditional: bool = True,
        dropout: float = 0.5,
        normalization: str = "batch",
        penalties=(),
        instance_noise=0.0,
        replay: int = 0,
        **kwargs,
    ):
        check_choice("patch", patch, PATCHES)
        check_choice("normalization", normalization, ("batch", "instance"))
        checks.check_at_least(0, l1_weight=l1_weight)
        target_shape = (*source_shape[:2], target_channels)

        @checks.naming("source_shape")
        def generator():
            return unet_generator(source_shape, target_channels, filters, dropout, normalization)

        @checks.naming("patch")
        def discriminator():
            condition = source_shape if conditional else None
            options = discriminator_filters, PATCHES[patch], normalization
            return patch_discriminator(target_shape, condition, *options)

        networks = {"generator": generator, "discriminator": discriminator}
        super().__init__(networks=networks, **kwargs)
        self.source_kind, self.target_kind = kinds.Image(source_shape), kinds.Image(target_shape)
        check_shapes("generator", self.generator, [source_shape], [target_shape])
        judged = [target_shape, *[source_shape] * bool(conditional)]
        check_shapes("discriminator", self.discriminator, judged)
        self.critic = Critic(
            self,
            weight=0.5,
            penalties=penalties,
            instance_noise=instance_noise,
            replay=replay,
        )
        self.l1_weight = float(l1_weight)
        self.adversarial, self.conditional = bool(adversarial), bool(conditional)
        self.built = True

    def inputs(self):
        """`source` and `target`."""
        return {"source": self.source_kind, "target": self.target_kind}

    def phases(self):
        generator = Phase("generator", (self.generator,))
        critic = Phase("discriminator", (self.discriminator,))
        return (critic, generator) if self.adversarial else (generator,)

    def discriminator_losses(self, batch):
        fake = self.critic.replayed(*self._shown(batch, self._translated(batch["source"])))
        return self.critic.losses(self._shown(batch, batch["target"]), fake)

    def generator_losses(self, batch):
        fake = self._translated(batch["source"])
        l1_loss = self.l1_weight * ops.mean(ops.abs(batch["target"] - fake))
        if not self.adversarial:
            return {"l1_loss": l1_loss}
        loss = self.critic.generator_loss(self._shown(batch, fake))
        return {"generator_loss": loss, "l1_loss": l1_loss}

    def default_optimizers(self):
        """Adam with learning rate 2e-4 and beta_1 0.5 for both players."""
        return keras.optimizers.Adam(2e-4, beta_1=0.5, epsilon=1e-8)

    def translate(self, images, stochastic: bool = False, seed: int | None = None):
        """Translates images.

        Args:
            images: Float images `(batch, *source_shape)` in `[-1, 1]`.
            stochastic: Whether dropout is on, so that translations vary.
            seed: Integer for reproducible dropout.

        Returns:
            A float32 tensor `(batch, side, side, target_channels)`.
        """
        if not stochastic:
            return self.do("serving_default", images)
        return self.do("stochastic", images, seed=seed)

    def abilities(self):
        """`translate`, without and with dropout."""
        return (
            self.translation(self._translated, signature="serving_default", wanted="target"),
            self.translation(
                lambda images: self.varied(self.generator, images),
                signature="stochastic",
                arguments={"stochastic": True},
                wanted="target",
            ),
        )

    def call(self, inputs, training=False):
        """Translations of images."""
        return self.generator(inputs, training=training)

    def _translated(self, images):
        return self.translated(self.generator, images)

    def _shown(self, batch, images):
        return (images, batch["source"]) if self.conditional else (images,)

"""Models that make an image from an image."""

import keras

from keras_gan_zoo import backend, kinds
from keras_gan_zoo.families.latents import LatentSampling
from keras_gan_zoo.training import checks
from keras_gan_zoo.training.abilities import Ability
from keras_gan_zoo.training.calls import apply
from keras_gan_zoo.training.phased_model import PhasedModel


class TranslationModel(PhasedModel):
    """Networks that translate images or label maps, and the kinds of these.

    A subclass sets `source_kind` and `target_kind`.
    """

    @property
    def sample_kind(self) -> kinds.Kind:
        """The kind of the images that are made."""
        return self.target_kind

    def translated(self, network, *inputs):
        """What a network makes of its inputs, in training or inference mode as the step requires.

        Outside of training a moving average of the network is used, if there is one.
        """
        network = network if self.in_training else self.averaged(network)
        return keras.ops.cast(apply(network, inputs, training=self.in_training), "float32")

    def varied(self, network, images):
        """What a network makes of images with its dropout on, drawn from the open stream."""
        with backend.stochastic():
            return self.translated(network, images)

    def translation(self, function, takes=(), **options) -> Ability:
        """An ability of the method `translate`.

        Args:
            function: See `Ability`.
            takes: Kinds by name of what it takes before the source.
            **options: See `Ability`.
        """
        takes = {**dict(takes), self.source_kind.plural: self.source_kind}
        return Ability("translate", takes, {"images": self.target_kind}, function, **options)


class LatentTranslation(LatentSampling, TranslationModel):
    """A translation model whose generator takes latents and a source: one has many translations.

    A subclass also sets `latent_dim` and, if they are not normal, `latent_distribution`.
    """

    latent_distribution = "normal"

    def from_latents(self, latents, sources):
        """Translations of sources with these latents."""
        return self.translated(self.generator, latents, sources)

    def latent_translations(self) -> tuple:
        """The abilities of `translate`: with latents that are drawn, and with given ones."""
        latents = {"latents": self.latent_kind}
        return (
            self.translation(
                self.from_latents, signature="serving_default", draws=self.sample_latents
            ),
            self.translation(self.from_latents, latents, signature="from_latents"),
        )

    def translate_with(self, sources, latents, seed):
        """What `translate` does: `latents` are drawn by the seed if they are `None`."""
        checks.check_seed(seed)
        if latents is None:
            sources = self.source_kind.check(self.source_kind.plural, sources)
            latents = self.sample_latents(len(sources), seed)
        return self.do("from_latents", latents, sources)

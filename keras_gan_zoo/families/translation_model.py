"""Models that make an image from an image."""

import keras

from keras_gan_zoo import backend, kinds
from keras_gan_zoo.training.abilities import Ability
from keras_gan_zoo.training.calls import apply
from keras_gan_zoo.training.phased_model import PhasedModel


class TranslationModel(PhasedModel):
    """Networks that translate images, and the kinds of these.

    A subclass sets `source_kind` and `target_kind`.
    """

    @property
    def sample_kind(self) -> kinds.Kind:
        """The kind of the images that are made."""
        return self.target_kind

    def translated(self, network, images):
        """What a network makes of images, in training or inference mode as the step requires."""
        network = network if self.in_training else self.averaged(network)
        return keras.ops.cast(apply(network, (images,), training=self.in_training), "float32")

    def varied(self, network, images):
        """What a network makes of images with its dropout on, drawn from the open stream."""
        with backend.stochastic():
            return self.translated(network, images)

    def translation(self, function, **options) -> Ability:
        """An ability of the method `translate`."""
        takes, gives = {"images": self.source_kind}, {"images": self.target_kind}
        return Ability("translate", takes, gives, function, **options)

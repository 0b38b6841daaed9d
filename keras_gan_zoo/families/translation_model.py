"""Models that make an image from an image."""

import contextlib
import inspect
import math

import keras
import numpy as np

from keras_gan_zoo import backend, kinds
from keras_gan_zoo.families import any_size
from keras_gan_zoo.training.abilities import Ability
from keras_gan_zoo.training.calls import SEED, apply, in_chunks
from keras_gan_zoo.training.phased_model import PhasedModel

# How much larger than those of training images may be to go through a network as a whole.
LARGEST_WHOLE = 16


class TranslationModel(PhasedModel):
    """Networks that translate images, and the kinds of these.

    A subclass sets `source_kind` and `target_kind`.
    """

    @property
    def sample_kind(self) -> kinds.Kind:
        """The kind of the images that are made."""
        return self.target_kind

    def translated(self, network, images):
        """What a network makes of images, in training or inference mode as the step requires.

        In inference mode images may have another size than the network was built for, if it is
        convolutional.
        """
        if self.in_training:
            return keras.ops.cast(apply(network, (images,), training=True), "float32")
        network = any_size.fitting(self.averaged(network), images.shape[1:-1])
        return keras.ops.cast(network(images, training=False), "float32")

    def varied(self, network, images):
        """What a network makes of images with its dropout on, drawn from the open stream."""
        with backend.stochastic():
            return self.translated(network, images)

    def translation(self, function, **options) -> Ability:
        """An ability of the method `translate`."""
        takes, gives = {"images": self.source_kind}, {"images": self.target_kind}
        return Ability("translate", takes, gives, function, **options)

    def translate_any_size(
        self, images, *, overlap: int | None = None, whole: bool = True, **options
    ):
        """Translates images of another size than those of training.

        Images up to 16 times as large go through a convolutional network as a whole. Larger ones,
        and those for other networks, are cut into tiles of the size of training, which overlap and
        are mixed where they do. Sides that the network's stride does not divide, or that are
        smaller than a tile, are continued by their mirror image and cut off again.

        Args:
            images: Float images `(batch, height, width, channels)` in `[-1, 1]`.
            overlap: Pixels that tiles have in common; by default a quarter of their side.
            whole: Whether images may go through the network as a whole; else always in tiles.
            **options: Further arguments of `translate`.

        Returns:
            A float32 array `(batch, height, width, channels)`, larger by a factor if the
            translations of training are.

        Raises:
            ValueError: If the images are no batch of images of the right channels and range, or
                `overlap` is not below half of a tile.
        """
        *tile, channels = self.source_kind.shape
        if overlap is None:
            overlap = min(tile) // 4
        if not 0 <= overlap < min(tile) / 2:
            raise ValueError(
                f"Expected `overlap` from 0 to below {min(tile) / 2:g}, half of a tile. Received: "
                f"{overlap!r}"
            )
        images = np.asarray(kinds.Image((None, None, channels)).check("images", images))
        size, area = images.shape[1:3], math.prod(tile)
        ability = self._translation_by(options)
        if whole and ability and area < math.prod(size) <= LARGEST_WHOLE * area:
            seed = SEED if options.get("seed") is None else options["seed"]
            with contextlib.suppress(any_size.FixedSizeError):
                made = in_chunks(ability.function, any_size.padded(images, tile), seed=seed)
                factor = self.target_kind.shape[0] // tile[0]
                return np.asarray(made)[:, : size[0] * factor, : size[1] * factor]
        return any_size.in_tiles(
            lambda tiles: self.translate(tiles, **options), images, tile, overlap
        )

    def _translation_by(self, options):
        """The ability that `translate` uses with these arguments; `None` if there is none."""
        parameters = inspect.signature(self.translate).parameters
        given = {name: one.default for name, one in parameters.items()} | options
        able = [one for one in self.abilities() if one.name == "translate"]
        fitting = [one for one in able if one.arguments.items() <= given.items()]
        return max(fitting, key=lambda one: len(one.arguments), default=None)

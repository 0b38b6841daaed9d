"""Models that make an image from an image."""

import contextlib
import inspect
import math

import keras
import numpy as np

from keras_gan_zoo import backend, kinds
from keras_gan_zoo.families import any_size
from keras_gan_zoo.families.latents import LatentSampling
from keras_gan_zoo.training import checks
from keras_gan_zoo.training.abilities import Ability
from keras_gan_zoo.training.calls import SEED, apply, in_chunks
from keras_gan_zoo.training.phased_model import PhasedModel

# How much larger than those of training images may be to go through a network as a whole.
LARGEST_WHOLE = 16


class TranslationModel(PhasedModel):
    """Networks that translate images or label maps, and the kinds of these.

    A subclass sets `source_kind` and `target_kind`.
    """

    @property
    def sample_kind(self) -> kinds.Kind:
        """The kind of the images that are made."""
        return self.target_kind

    @property
    def tile_size(self) -> tuple:
        """(height, width) of the tiles of `translate_any_size`: by default those of training."""
        return tuple(self.source_kind.shape[:-1])

    def translated(self, network, *inputs):
        """What a network makes of its inputs, in training or inference mode as the step requires.

        In inference mode a moving average of the network is used, if there is one. Images may then
        have another size than the network was built for, if it is convolutional.
        """
        if not self.in_training:
            network = self.averaged(network)
            if len(inputs) == 1:
                network = any_size.fitting(network, inputs[0].shape[1:-1])
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

    def translate_any_size(
        self, images, *, overlap: int | None = None, whole: bool = True, **options
    ):
        """Translates images of another size than those of training.

        Images up to 16 times as large go through a convolutional network as a whole. Larger ones,
        and those for other networks, are cut into tiles (`tile_size`), which overlap and are mixed
        where they do. Sides that the network's stride does not divide, or that are
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
        if not isinstance(self.source_kind, kinds.Image):
            raise ValueError(
                f"Expected a model that translates images. Received: {type(self).__name__}, which "
                f"translates {self.source_kind.plural}"
            )
        (height, _, channels), tile = self.source_kind.shape, self.tile_size
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
                factor = self.target_kind.shape[0] // height
                return np.asarray(made)[:, : size[0] * factor, : size[1] * factor]
        return any_size.in_tiles(
            lambda tiles: self._translated_tiles(tiles, len(images), options), images, tile, overlap
        )

    def _translated_tiles(self, tiles, count, options):
        """Translations of the tiles of `count` pictures: the first of each, the second, ..."""
        return self.translate(tiles, **options)

    def _translation_by(self, options):
        """The ability that `translate` uses with these arguments; `None` if it takes latents."""
        parameters = inspect.signature(self.translate).parameters
        given = {name: one.default for name, one in parameters.items()} | options
        able = [
            one
            for one in self.abilities()
            if one.name == "translate" and len(one.takes) == 1 and one.draws is None
        ]
        fitting = [one for one in able if one.arguments.items() <= given.items()]
        return max(fitting, key=lambda one: len(one.arguments), default=None)


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

    def _translated_tiles(self, tiles, count, options):
        latents = options.get("latents")
        if latents is None:
            latents = self.sample_latents(count, options.get("seed"))
        # All tiles of a picture are painted in its style.
        return self.translate(tiles, np.tile(latents, (len(tiles) // count, 1)))

"""Generators that map a latent to styles, one for each layer."""

import numpy as np
from keras import ops

from keras_gan_zoo import backend, kinds, pictures
from keras_gan_zoo.families.adversarial_model import AdversarialModel
from keras_gan_zoo.families.projection import Projection
from keras_gan_zoo.training import checks


class StyleBasedModel(Projection, AdversarialModel):
    """An adversarial model whose generator is a mapping to styles, and a synthesis from them.

    In training a share of the images is made with two styles, of which the second takes over at a
    random layer. A moving mean of the styles is kept, towards which they can be truncated.

    Args:
        latent_dim: Size of a latent vector.
        generator: A model with the layers `"mapping"`, from latents to styles `(batch, style_dim)`,
            in which a `kgz.layers.MovingMean` is called `"mean"`, and `"synthesis"`, from styles
            `(batch, layers, style_dim)` to images; both are models.
        style_mixing: Share of images in training with two styles.
        **kwargs: See `AdversarialModel`; there are no conditions.

    Attributes:
        truncated_layers: How many layers, from the first on, `truncation` is about; `None` for all.
        layers_in_use: How many layers there are at present.

    References:
        Karras et al. 2018, A Style-Based Generator Architecture for GANs, arXiv 1812.04948, section
        3.1 and appendix B.
    """

    truncated_layers: int | None = None

    def __init__(self, latent_dim: int, *, style_mixing: float = 0.9, **kwargs):
        super().__init__(latent_dim=latent_dim, **kwargs)
        self.style_mixing = float(style_mixing)

    def generate(
        self,
        num_samples=None,
        labels=None,
        latents=None,
        seed=None,
        ema=True,
        truncation: float = 1.0,
        styles=None,
    ):
        """Generates images.

        Args:
            num_samples: How many. May be left out when `latents` or `styles` are given.
            labels: None: there are no conditions.
            latents: Latents `(num_samples, latent_dim)` to use instead of random ones.
            seed: Integer for reproducible images: of the latents, and of the noise in layers.
            ema: Whether to use the moving average of the generator, if the model keeps one.
            truncation: How far styles may be from their mean: at 1 as far as they are, at 0 all
                images are made with the mean. Less than 1 trades variety for quality.
            styles: Styles `(num_samples, layers, style_dim)`, as `styles_of` gives them, to use
                instead of those of latents.

        Returns:
            A float32 tensor `(num_samples, *image_shape)` in [-1, 1].

        Raises:
            ValueError: On bad counts, latents or styles of the wrong shape, or `truncation` outside
                [0, 1].
        """
        if styles is None:
            latents = self._latents(num_samples, latents, seed)
            styles = self.styles_of(latents, truncation, ema)
        else:
            checks.check_seed(seed)
            styles = self.style_kind.check("styles", styles)
            alone = latents is None and truncation == 1.0
            if not alone or num_samples not in (None, len(styles)):
                raise ValueError(
                    "Expected `styles` without `latents` and `truncation`, which `styles_of` "
                    f"takes, and `num_samples` of them or none. Received: {len(styles)} styles, "
                    f"num_samples={num_samples}, truncation={truncation}"
                    f"{'' if latents is None else ', and latents'}"
                )
        self.condition.checked(self, labels, len(styles))
        return self._run_all(styles, ema=ema, seed=seed)

    def styles_of(self, latents, truncation: float = 1.0, ema: bool = True):
        """The styles that latents are mapped to.

        Args:
            latents: Latents `(batch, latent_dim)`.
            truncation, ema: As for `generate`.

        Returns:
            A float32 tensor `(batch, layers, style_dim)`: one style for all layers, of which those
            of `truncated_layers` are truncated. Layers of
            different latents can be put together, and given to `generate`.

        Raises:
            ValueError: If the latents have the wrong shape, or `truncation` is outside [0, 1].
        """
        if not (checks.is_number(truncation) and 0.0 <= truncation <= 1.0):
            raise ValueError(f"Expected `truncation` in [0, 1]. Received: {truncation!r}")
        latents = self.latent_kind.check("latents", latents)
        network = self._generator(ema)
        styles = self._for_all_layers(self._mapped(latents, network))
        if truncation != 1.0:
            mean = network.get_layer("mapping").get_layer("mean").mean
            near, count = mean + truncation * (styles - mean), styles.shape[1]
            near, count = near[:, : self.truncated_layers], self.truncated_layers or count
            styles = ops.concatenate([near, styles[:, count:]], axis=1)
        return styles

    def mix(self, latents, other_latents, layers, truncation: float = 1.0, seed=None):
        """The table of style mixing: each of some latents with layers of each of others.

        Args:
            latents: Latents `(rows, latent_dim)`.
            other_latents: Latents `(columns, latent_dim)`, whose styles some layers take.
            layers: Numbers of these layers: `range(2)` for pose and shape of the whole, the last
                ones for colours.
            truncation, seed: As for `generate`.

        Returns:
            A float32 tensor `(rows, columns, *image_shape)`.

        Raises:
            ValueError: If there is no layer of one of these numbers, or another argument is bad.
        """
        styles, others = (self.styles_of(one, truncation) for one in (latents, other_latents))
        count, numbers = self.style_kind.shape[0], list(layers)
        if not set(numbers) <= set(range(count)):
            raise ValueError(f"Expected `layers` among 0 to {count - 1}. Received: {numbers}")
        taken = ops.reshape([number in numbers for number in range(count)], (1, 1, count, 1))
        mixed = ops.where(taken, others[None], styles[:, None])
        images = self.generate(styles=ops.reshape(mixed, (-1, *self.style_kind.shape)), seed=seed)
        return ops.reshape(images, (len(styles), len(others), *self.image_shape))

    def draw_mixed(self, latents, other_latents, bands=None, truncation: float = 1.0, seed=None):
        """The picture of style mixing: what coarse, middle and fine styles decide.

        One table above the other, for each band of layers: at the left the images of some latents,
        on top those of others, and between them the former with the styles of the latter in the
        layers of this band (figure 3 of Karras et al. 2018).

        Args:
            latents: Latents `(rows, latent_dim)`.
            other_latents: Latents `(columns, latent_dim)`.
            bands: The numbers of the layers of each band; by default a third of all each. The
                paper's, of 18 layers, are `(range(4), range(4, 8), range(8, 18))`.
            truncation, seed: As for `generate`.

        Returns:
            A `PIL.Image.Image`.

        Raises:
            ValueError: As `mix` does, or if images are neither grey nor RGB.
        """
        if bands is None:
            bands = np.array_split(np.arange(self.style_kind.shape[0]), 3)
        bands = [[int(layer) for layer in band] for band in bands]
        left, top = (
            self.generate(latents=one, truncation=truncation, seed=seed)
            for one in (latents, other_latents)
        )
        tables = [self.mix(latents, other_latents, one, truncation, seed) for one in bands]
        return pictures.tables(left, top, tables)

    @property
    def style_kind(self) -> kinds.Kind:
        """The kind of styles: sequences `(layers, style_dim)`."""
        return kinds.Sequence(tuple(self.generator.get_layer("synthesis").input_shape[1:]))

    @property
    def layers_in_use(self) -> int:
        return self.style_kind.shape[0]

    # The algorithm -------------------------------------------------------------------------

    def training_styles(self, rows):
        """Styles `(rows, layers, style_dim)` of random latents, mixed as in training."""
        if not self.style_mixing:
            return self._for_all_layers(self._mapped(self.sample_latents(rows), self.generator))
        styles = self._mapped(self.sample_latents(2 * rows), self.generator)
        count = self.style_kind.shape[0]
        chance, place = ops.split(backend.random_uniform((rows, 2)), 2, axis=1)
        first = 1.0 + ops.floor(place * (self.layers_in_use - 1.0))  # layer of the second style
        first = ops.where(chance < self.style_mixing, first, float(count))
        is_second = ops.arange(count, dtype="float32")[None] >= first
        # Neighbours: replicas then make the pairs of one device.
        return ops.where(is_second[..., None], styles[1::2, None], styles[::2, None])

    def synthesize(self, styles):
        """Images of styles by the generator, in training or inference as the step requires."""
        network = self.generator.get_layer("synthesis")
        made = self.sample_of(network(styles, training=self.in_training))
        return ops.cast(made, "float32")

    def fake_inputs(self, batch) -> tuple:
        rows = ops.shape(batch["real"])[0]
        return self.critic.replayed(self.synthesize(self.training_styles(rows)))

    # Internals -----------------------------------------------------------------------------

    def _mapped(self, latents, network):
        styles = network.get_layer("mapping")(latents, training=self.in_training)
        return ops.cast(styles, "float32")

    def _for_all_layers(self, styles):
        return ops.repeat(styles[:, None], self.style_kind.shape[0], axis=1)

    def _run_generator(self, *inputs, ema):
        return ops.clip(super()._run_generator(*inputs, ema=ema), -1.0, 1.0)

    def _shapes_of_run(self):
        return (self.style_kind.shape,)

    def _run_with_noise(self, ema, seed, start, styles):
        with backend.noise(seed, start=start):
            made = self._generator(ema).get_layer("synthesis")(styles, training=False)
        return ops.clip(ops.cast(self.sample_of(made), "float32"), -1.0, 1.0)

    def _check_networks(self):
        super()._check_networks()
        names = {layer.name for layer in self.generator.layers}
        if not {"mapping", "synthesis"} <= names:
            raise ValueError(
                "Expected a `generator` with layers called 'mapping' and 'synthesis', both models; "
                "see `kgz.networks.stylegan2_generator`. Received: layers "
                f"{', '.join(sorted(names))}"
            )

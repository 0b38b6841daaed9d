"""GauGAN."""

import keras
from keras import ops

from keras_gan_zoo import backend, kinds, losses
from keras_gan_zoo.families.multiscale_critic import MultiscaleCritic
from keras_gan_zoo.families.translation_model import LatentTranslation
from keras_gan_zoo.networks import multiscale_discriminator, spade_generator, style_encoder
from keras_gan_zoo.training.abilities import Ability
from keras_gan_zoo.training.own_networks import check_shapes
from keras_gan_zoo.training.phase import Phase


@keras.saving.register_keras_serializable("keras_gan_zoo")
class GauGAN(LatentTranslation):
    """Images from label maps: a generator that is told the map at every normalisation.

    The generator has residual blocks with `kgz.layers.SPADE`. It descends the hinge loss against
    discriminators of patches at several scales, and the mean absolute distance between their
    features of its image and of the real one. With `latent_dim` it starts from latents instead of
    the map. In training they are those of an encoder of the real image, which is held to a standard
    normal by its Kullback-Leibler divergence; in use they are drawn, or those of a picture whose
    style is wanted.

    Args:
        image_shape: `(height, width, channels)`; sides are multiples of `2 ** upsamplings`.
        num_classes: Classes of the label maps; pixels without a class need one of their own.
        latent_dim: Size of a latent vector, 256 in the paper; `None` for no latents and no encoder.
        filters: Channels of the generator's last block, and of the encoder's first layer.
        hidden_filters: Channels of the convolution of the map in each SPADE.
        upsamplings: How often the generator doubles the size, see `kgz.networks.spade_generator`.
        discriminator_filters: Channels of each discriminator's first layer.
        scales: How many discriminators.
        feature_weight: Weight of the distance of features.
        kl_weight: Weight of the divergence, summed over the batch as in the authors' code.
        **kwargs: A `generator`, a `discriminator` or an `encoder` to use instead; `seed`, `name`
            and `dtype`, see `kgz.training.PhasedModel`.

    `fit` takes label maps `(batch, height, width)`, integers, and images.

    Example:

    >>> model = kgz.models.GauGAN((8, 8, 3), 4, latent_dim=8, filters=2, hidden_filters=4,
    ...                           upsamplings=1, discriminator_filters=2)
    >>> model.compile()
    >>> maps, images = np.zeros((4, 8, 8), "int32"), np.zeros((4, 8, 8, 3), "float32")
    >>> history = model.fit(maps, images, verbose=0)
    >>> sorted(history.history)
    ['discriminator_loss', 'feature_loss', 'generator_loss', 'kl_loss']
    >>> model.translate(maps, latents=model.encode(images)).shape
    TensorShape([4, 8, 8, 3])

    References:
        Park, Liu, Wang and Zhu 2019, Semantic Image Synthesis with Spatially-Adaptive
        Normalization, arXiv 1903.07291; the authors' code.

    Deviations:
        There is no perceptual loss (weight 10 in the paper): VGG-19, whose features it compares,
        is not among the feature extractors here. There is no map of the edges of instances. The
        encoder is not shown images at 256 pixels, but has as many layers as lead from their size to
        4 pixels. Spectral normalisation takes five steps of power iteration instead of one.
    """

    def __init__(
        self,
        image_shape: tuple = (256, 256, 3),
        num_classes: int = 151,
        *,
        latent_dim: int | None = None,
        filters: int = 64,
        hidden_filters: int = 128,
        upsamplings: int = 5,
        discriminator_filters: int = 64,
        scales: int = 2,
        feature_weight: float = 10.0,
        kl_weight: float = 0.05,
        **kwargs,
    ):
        networks = {
            "generator": lambda: spade_generator(
                image_shape, num_classes, latent_dim, filters, hidden_filters, upsamplings
            ),
            "discriminator": lambda: multiscale_discriminator(
                image_shape, num_classes, discriminator_filters, scales
            ),
        }
        if latent_dim is not None:
            networks["encoder"] = lambda: style_encoder(image_shape, latent_dim, filters)
        super().__init__(networks=networks, **kwargs)
        check_shapes("generator", self.generator, None, [image_shape])
        self.source_kind = kinds.LabelMap(image_shape[:2], num_classes)
        self.target_kind = kinds.Image(image_shape)
        self.latent_dim = latent_dim
        self.critic = MultiscaleCritic(self, loss="hinge", scales=scales)
        self.feature_weight, self.kl_weight = float(feature_weight), float(kl_weight)
        self.built = True

    def inputs(self):
        """`source`, a label map, and `target`."""
        return {"source": self.source_kind, "target": self.target_kind}

    def phases(self):
        encoder = () if self.latent_dim is None else (self.encoder,)
        return (
            Phase("generator", (self.generator, *encoder)),
            Phase("discriminator", (self.discriminator,)),
        )

    def generator_losses(self, batch):
        posterior = self._posterior(batch)
        fake = self._painted(batch, posterior)
        fooled, features = self.critic.generator_losses(
            (fake, batch["source"]), (batch["target"], batch["source"])
        )
        found = {"generator_loss": fooled, "feature_loss": self.feature_weight * features}
        if posterior is not None:
            each = backend.global_batch(losses.gaussian_kl(*posterior))
            found["kl_loss"] = self.kl_weight * ops.sum(each)
        return found

    def discriminator_losses(self, batch):
        fake = self._painted(batch, self._posterior(batch))
        return self.critic.losses((batch["target"], batch["source"]), (fake, batch["source"]))

    def default_optimizers(self):
        """Adam with beta_1 0 and beta_2 0.9: 1e-4 for the generator, 4e-4 for the discriminator."""
        options = {"beta_1": 0.0, "beta_2": 0.9, "epsilon": 1e-8}
        return {
            "generator": keras.optimizers.Adam(1e-4, **options),
            "discriminator": keras.optimizers.Adam(4e-4, **options),
        }

    def translate(self, label_maps, latents=None, seed: int | None = None):
        """Paints label maps.

        Args:
            label_maps: Integers `(batch, height, width)` in `[0, num_classes)`.
            latents: Latents `(batch, latent_dim)`, such as those of `encode`, to use instead of
                random ones.
            seed: Integer for reproducible latents.

        Returns:
            A float32 tensor `(batch, *image_shape)`.

        Raises:
            ValueError: If the model has no latents, and some are passed.
        """
        if self.latent_dim is not None:
            return self.translate_with(label_maps, latents, seed)
        if latents is not None:
            raise ValueError(
                "Expected no `latents`: the model was made without `latent_dim`, and paints a map "
                f"in one way. Received: latents of type {type(latents).__name__}"
            )
        return self.do("serving_default", label_maps)

    def encode(self, images):
        """The latents of the style of images: float32 `(batch, latent_dim)`.

        Args:
            images: Float images `(batch, *image_shape)` in `[-1, 1]`.

        Raises:
            ValueError: If the model has no encoder.
        """
        return self.do("encode", images)

    def abilities(self):
        """`translate`; with latents that are drawn or given, and `encode`, if there are any."""
        if self.latent_dim is None:
            return (self.translation(self._from_maps, signature="serving_default"),)
        takes, gives = {"images": self.target_kind}, {"latents": self.latent_kind}
        return (*self.latent_translations(), Ability("encode", takes, gives, self._encoded))

    def call(self, inputs, training=False):
        """Images of label maps, or of `[latents, label_maps]` if there are latents."""
        return self.generator(inputs, training=training)

    def _from_maps(self, label_maps):
        return self.translated(self.generator, label_maps)

    def _encoded(self, images):
        return ops.cast(self.encoder(images, training=False)[0], "float32")

    def _posterior(self, batch):
        """Mean and log-variance of the latents of a batch, if there are any."""
        if self.latent_dim is None:
            return None
        outputs = self.encoder(batch["target"], training=self.in_training)
        return tuple(ops.cast(one, "float32") for one in outputs)

    def _painted(self, batch, posterior):
        if posterior is None:
            return self._from_maps(batch["source"])
        mean, log_variance = posterior
        noise = backend.random_normal(ops.shape(mean))
        latents = mean + ops.exp(0.5 * log_variance) * noise
        return self.from_latents(latents, batch["source"])

"""PixelDA."""

import dataclasses

import keras
from keras import ops

from keras_gan_zoo import kinds, losses, networks
from keras_gan_zoo.families.classification import Classification
from keras_gan_zoo.families.critic import Critic
from keras_gan_zoo.families.translation_model import LatentTranslation
from keras_gan_zoo.training.own_networks import check_shapes
from keras_gan_zoo.training.phase import Phase

# How bright a pixel of a source image is, at least, that belongs to its foreground.
FOREGROUND = -0.98


@keras.saving.register_keras_serializable("keras_gan_zoo")
class PixelDA(Classification, LatentTranslation):
    """Unsupervised domain adaptation: a classifier for a domain of which no labels are known.

    A generator makes an image of the target domain from an image of the source domain and uniform
    latents, against a discriminator of target images (equation 2). The classifier descends the
    cross-entropy of source images and of their translations, which keep their labels; so does the
    generator, of the latter (equation 3). Each domain has a first layer of the classifier of its
    own. `similarity_weight` adds the distance of a translation to its source in the foreground
    (equations 4 and 5).

    Args:
        source_shape: `(height, width, channels)` of the source images.
        target_channels: Channels of the target images, which have that size, too.
        num_classes: Number of classes of both.
        latent_dim: Size of a latent vector.
        filters: Channels in the generator.
        discriminator_filters: Channels of the discriminator's first layer.
        blocks: Residual blocks of the generator.
        domain_weight: Weight of the discriminator's loss beside the classifier's (alpha).
        style_weight: Weight of the generator's adversarial loss.
        task_weight: Weight of the generator's loss of classes.
        similarity_weight: Weight of `kgz.losses.masked_pairwise_mse`, for sources with a black
            background; its foreground is all that is not black.
        penalties: Of the discriminator, see `kgz.families.Critic`.
        **kwargs: A `generator` of `[latents, images]`, a `discriminator`, the first layers
            `source_layers` and `target_layers`, or a `classifier` of what they give, to use
            instead; `seed`, `name` and `dtype`, see `kgz.training.PhasedModel`.

    `fit` takes batches `{"source": images, "label": labels, "target": images}`, as
    `kgz.datasets.load("domains:mnist,tfds:mnist_m")` makes them.

    Example:

    >>> model = kgz.models.PixelDA((8, 8, 1), filters=4, discriminator_filters=4, blocks=1)
    >>> model.compile()
    >>> source, target = np.zeros((4, 8, 8, 1), "float32"), np.ones((4, 8, 8, 3), "float32")
    >>> history = model.fit((source, np.arange(4)), target, verbose=0)
    >>> losses = sorted(history.history)
    >>> losses.index("adapted_task_loss"), len(losses)
    (0, 5)
    >>> model.translate(source).shape, model.classify(target).shape
    (TensorShape([4, 8, 8, 3]), TensorShape([4, 10]))

    References:
        Bousmalis, Silberman, Dohan, Erhan and Krishnan 2016, Unsupervised Pixel-Level Domain
        Adaptation with Generative Adversarial Networks, arXiv 1612.05424, equations 1 to 5; the
        authors' code for the networks, and for the weights from MNIST to MNIST-M.

    Deviations:
        Both players learn from one batch, and from one translation of it (the authors draw anew for
        each). Batch normalisation has a gain, too. Weights do not decay: the authors' code
        asks for it and adds it to no loss. The generator does not report the loss of source images,
        which does not depend on it.
    """

    latent_distribution = "uniform"
    called = "target_layers"

    def __init__(
        self,
        source_shape: tuple = (32, 32, 3),
        target_channels: int = 3,
        num_classes: int = 10,
        *,
        latent_dim: int = 10,
        filters: int = 64,
        discriminator_filters: int = 64,
        blocks: int = 6,
        domain_weight: float = 0.135603587834,
        style_weight: float = 0.0113173311334,
        task_weight: float = 0.0100959947002,
        similarity_weight: float = 0.0,
        penalties=(),
        **kwargs,
    ):
        if len(source_shape) != 3 or min(source_shape[:2]) < 4:
            raise ValueError(
                "Expected `source_shape` (height, width, channels) with sides from 4 on. "
                f"Received: {tuple(source_shape)}"
            )
        target_shape = (*source_shape[:2], target_channels)
        map_shape = (*(side // 2 for side in source_shape[:2]), 32)
        super().__init__(
            networks={
                "generator": lambda: networks.pixel_da_generator(
                    source_shape, target_channels, latent_dim, filters, blocks
                ),
                "discriminator": lambda: networks.pixel_da_discriminator(
                    target_shape, discriminator_filters
                ),
                "source_layers": lambda: networks.pixel_da_private_layers(source_shape),
                "target_layers": lambda: networks.pixel_da_private_layers(target_shape),
                "classifier": lambda: networks.pixel_da_classifier(map_shape, num_classes),
            },
            **kwargs,
        )
        check_shapes("generator", self.generator, None, [target_shape])
        check_shapes("discriminator", self.discriminator, [target_shape])
        self.source_kind, self.target_kind = kinds.Image(source_shape), kinds.Image(target_shape)
        self.num_classes, self.latent_dim = num_classes, latent_dim
        self.critic = Critic(self, weight=domain_weight, penalties=penalties)
        self.style_weight, self.task_weight = float(style_weight), float(task_weight)
        self.similarity_weight = float(similarity_weight)
        self.built = True

    def inputs(self):
        """`source` and its `label`, and `target`, which is no partner of it."""
        label = kinds.Label(self.num_classes)
        return {"source": self.source_kind, "label": label, "target": self.target_kind}

    def phases(self):
        task = (self.source_layers, self.target_layers, self.classifier)
        return (
            Phase("generator", (self.generator,)),
            Phase("discriminator", (self.discriminator, *task)),
        )

    def generator_losses(self, batch):
        source, adapted = batch["source"], self._adapted(batch)
        task = losses.auxiliary_classification(self.class_logits(adapted), batch["label"])
        found = {
            "generator_loss": self.style_weight * self.critic.generator_loss((adapted,)),
            "generator_task_loss": self.task_weight * task,
        }
        if self.similarity_weight:
            mask = ops.cast(ops.max(source, axis=-1, keepdims=True) > FOREGROUND, "float32")
            distance = losses.masked_pairwise_mse(source, adapted, mask)
            found["similarity_loss"] = self.similarity_weight * distance
        return found

    def discriminator_losses(self, batch):
        adapted, label = self._adapted(batch), batch["label"]
        on_source = self._logits(self.source_layers, batch["source"])
        return {
            **self.critic.losses((batch["target"],), (adapted,)),
            "source_task_loss": losses.auxiliary_classification(on_source, label),
            "adapted_task_loss": losses.auxiliary_classification(self.class_logits(adapted), label),
        }

    def default_optimizers(self):
        """Adam with learning rate 1e-3 and beta_1 0.5; gradients of each weight clipped to norm 5.

        The rate falls by a factor of 0.95 after each 10,000 updates of a player: the authors count
        20,000 of both together.
        """
        rate = keras.optimizers.schedules.ExponentialDecay(1e-3, 10_000, 0.95, staircase=True)
        return keras.optimizers.Adam(rate, beta_1=0.5, epsilon=1e-8, clipnorm=5.0)

    def translate(self, images, latents=None, seed: int | None = None):
        """Translates images of the source domain to the target domain.

        Args:
            images: Float images `(batch, *source_shape)` in `[-1, 1]`.
            latents: Latents `(batch, latent_dim)` to use instead of random ones.
            seed: Integer for reproducible latents.

        Returns:
            A float32 tensor `(batch, height, width, target_channels)`.
        """
        return self.translate_with(images, latents, seed)

    def abilities(self):
        """`translate`, with latents that are drawn or given, and `classify`, of target images."""
        (classify,) = super().abilities()
        classify = dataclasses.replace(classify, data={"samples": "target"})
        return (*self.latent_translations(), classify)

    def class_logits(self, samples):
        """Logits of the classes of target images, in the mode of the running step."""
        return self._logits(self.target_layers, samples)

    def call(self, inputs, training=False):
        """Logits of the classes of target images."""
        return self.classifier(self.target_layers(inputs, training=training), training=training)

    def _adapted(self, batch):
        """Translations of a batch, made once for the two phases."""

        def translated():
            latents = self.sample_latents(ops.shape(batch["source"])[0])
            return self.from_latents(latents, batch["source"])

        return self.shared("adapted", translated)

    def _logits(self, private_layers, images):
        maps = private_layers(images, training=self.in_training)
        return self.classifier(maps, training=self.in_training)

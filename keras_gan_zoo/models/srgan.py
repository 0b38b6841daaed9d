"""SRGAN."""

import keras
from keras import ops

from keras_gan_zoo import losses
from keras_gan_zoo.errors import check_choice
from keras_gan_zoo.families.critic import Critic
from keras_gan_zoo.models.sr_resnet import SRResNet
from keras_gan_zoo.networks import srgan_discriminator, super_resolution_discriminator
from keras_gan_zoo.networks.projection_super_resolution import CONDITIONINGS
from keras_gan_zoo.training import checks
from keras_gan_zoo.training.phase import Phase
from keras_gan_zoo.training.stage import Stage


@keras.saving.register_keras_serializable("keras_gan_zoo")
class SRGAN(SRResNet):
    """Super-resolution whose details fool a discriminator.

    It is trained in two stages. In `"pretraining"` the generator is an `SRResNet`. In
    `"adversarial"` it descends `content_weight * l_content + adversarial_weight * l_adversarial`
    (equation 3), where `l_content` is the mean squared error of pixels, or of features of a network
    that nobody trains (equation 5), and `l_adversarial` is `-log D` of what it makes (equation 6).

    With `conditioning="projection"` the discriminator also sees the small image, by an inner
    product at its resolution (Miyato and Koyama 2018), or with `"concat"` next to its feature maps.
    That paper has no content loss and a hinge: `content_weight=0`, `adversarial_weight=1`,
    `adversarial_loss="hinge"`.

    Args:
        image_shape, scale, filters, blocks: See `SRResNet`.
        discriminator_filters, units: Channels of the discriminator's first layer, and size of its
            hidden layer (without `conditioning`).
        conditioning: `None`, `"projection"` or `"concat"`.
        features: Network whose features are compared in the second stage: the name of a
            `kgz.metrics.FeatureExtractor`, such as `"mobilenet_v2"`, one of your own, or a
            `keras.Model` of images in `[-1, 1]`; `None` to compare pixels.
        feature_layer: Name of its hidden layer that is compared; by default its output.
        feature_scale: What features are multiplied by before they are compared; the paper's suits
            VGG-19.
        content_weight, adversarial_weight: See above.
        adversarial_loss: A name or an instance, see `kgz.losses.get`.
        penalties, instance_noise, replay, augment: Of the discriminator, see `kgz.families.Critic`.
        **kwargs: A `generator` or a `discriminator` to use instead; `seed`, `name` and `dtype`, see
            `kgz.training.PhasedModel`.

    Example:

    >>> model = kgz.models.SRGAN((16, 16, 3), scale=2, filters=4, blocks=1, units=8,
    ...                          discriminator_filters=4)
    >>> model.compile()
    >>> large = np.zeros((4, 16, 16, 3), "float32")
    >>> small = kgz.datasets.low_resolution(large, 2)
    >>> sorted(model.fit(small, large, verbose=0).history)
    ['content_loss']
    >>> model.begin_stage("adversarial")
    >>> sorted(model.fit(small, large, verbose=0).history)
    ['content_loss', 'discriminator_loss', 'generator_loss']

    References:
        Ledig et al. 2016, Photo-Realistic Single Image Super-Resolution Using a Generative
        Adversarial Network, arXiv 1609.04802, equations 2 to 6. Miyato and Koyama 2018, cGANs with
        Projection Discriminator, arXiv 1802.05637, section 3.

    Deviations:
        The adversarial loss is a mean over the batch (the paper: a sum), and the content loss of
        features a mean over channels, too. VGG-19 is not part of this library. The generator's
        optimizer goes on from one stage into the next. The generator of the projection
        discriminator has no noise.
    """

    def __init__(
        self,
        image_shape: tuple = (96, 96, 3),
        scale: int = 4,
        *,
        filters: int = 64,
        blocks: int = 16,
        discriminator_filters: int = 64,
        units: int = 1024,
        conditioning: str | None = None,
        features=None,
        feature_layer: str | None = None,
        feature_scale: float = 1.0 / 12.75,
        content_weight: float = 1.0,
        adversarial_weight: float = 1e-3,
        adversarial_loss="non_saturating",
        penalties=(),
        instance_noise=0.0,
        replay: int = 0,
        augment=(),
        **kwargs,
    ):
        check_choice("conditioning", conditioning, (None, *CONDITIONINGS))

        def discriminator():
            if conditioning is None:
                return srgan_discriminator(image_shape, discriminator_filters, units)
            return super_resolution_discriminator(
                image_shape, scale, discriminator_filters, conditioning
            )

        super().__init__(
            image_shape,
            scale,
            filters=filters,
            blocks=blocks,
            networks={"discriminator": discriminator},
            **kwargs,
        )
        with checks.naming("adversarial_loss"):
            loss = losses.get(adversarial_loss)
        self.critic = Critic(
            self,
            loss=loss,
            penalties=penalties,
            instance_noise=instance_noise,
            replay=replay,
            augment=augment,
        )
        self.conditioning, self.feature_layer = conditioning, feature_layer
        self.feature_scale = float(feature_scale)
        self.content_weight = float(content_weight)
        self.adversarial_weight = float(adversarial_weight)
        self.features = None
        if features is not None:
            with checks.naming("features"):
                self.frozen("features", features)
            self._features_of(ops.zeros((1, *image_shape)))  # or an error that says what is wrong

    def phases(self):
        return (Phase("discriminator", (self.discriminator,)), *super().phases())

    def stages(self):
        return Stage("pretraining", phases=("generator",)), Stage("adversarial")

    def discriminator_losses(self, batch):
        fake = self.critic.replayed(*self._shown(batch, self._enlarged(batch["source"])))
        return self.critic.losses(self._shown(batch, batch["target"]), fake)

    def generator_losses(self, batch):
        if self.stage.name == "pretraining":
            return super().generator_losses(batch)
        fake = self._enlarged(batch["source"])
        loss = self.critic.generator_loss(
            self._shown(batch, fake), self._shown(batch, batch["target"])
        )
        losses = {"generator_loss": self.adversarial_weight * loss}
        if self.content_weight:
            content = self._features_of(batch["target"]) - self._features_of(fake)
            losses["content_loss"] = self.content_weight * ops.mean(ops.square(content))
        return losses

    def _features_of(self, images):
        if self.features is None:
            return images
        if self.feature_layer is None:
            return self.feature_scale * self.features(images)
        return self.feature_scale * self.features.maps(images, self.feature_layer)

    def _shown(self, batch, images):
        return (images, batch["source"]) if self.conditioning else (images,)

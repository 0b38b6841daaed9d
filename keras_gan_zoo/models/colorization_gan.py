"""Colourisation of grey pictures by a conditional DCGAN."""

import keras
from keras import ops

from keras_gan_zoo import colors, kinds, losses
from keras_gan_zoo.errors import check_choice
from keras_gan_zoo.families.critic import Critic
from keras_gan_zoo.families.translation_model import TranslationModel
from keras_gan_zoo.networks import colorization_discriminator, colorization_generator
from keras_gan_zoo.training.abilities import Ability
from keras_gan_zoo.training.own_networks import check_shapes
from keras_gan_zoo.training.phase import Phase

# Of the two networks of the paper: multiples of the base width, and the rate of dropout.
NETWORKS = {
    "places365": ((1, 1, 2, 4, 8, 8, 8, 8), 0.0),
    "cifar10": ((1, 2, 4, 8, 8), 0.5),
}
LARGEST = 110.0  # of a and b


@keras.saving.register_keras_serializable("keras_gan_zoo")
class ColorizationGAN(TranslationModel):
    """Colours for grey pictures: a U-Net against a discriminator of patches, in CIELAB.

    The generator takes the lightness L of a picture and makes a and b. It descends the
    non-saturating loss and the mean distance of a and b to those of the coloured picture; the
    discriminator sees L beside either. What `translate` gives has the lightness that it was given,
    exactly: colours that sRGB does not have are made paler until it has them.

    Args:
        image_shape: `(height, width, 3)` of the pictures of training, with sides that 128 divides,
            or 16 for `"cifar10"`.
        network: `"places365"`, of seven halvings, or `"cifar10"`, of four, with dropout.
        filters, discriminator_filters: Channels of the first layer of each network.
        l1_weight: Weight of the distance of a and b.
        adversarial: Whether there is a discriminator; else the distance alone is descended.
        label_smoothing: What the target of real pictures is below 1; the authors have 0.1 for large
            pictures.
        generator_steps: Updates of the generator in a training step.
        penalties, instance_noise, replay, augment: Of the discriminator, see `kgz.families.Critic`.
        **kwargs: A `generator` or a `discriminator` to use instead; `seed`, `name` and `dtype`, see
            `kgz.training.PhasedModel`.

    `fit` takes pairs of grey and coloured pictures: `"grey:NAME"` of `kgz.datasets.load` makes them
    of any coloured ones. Batches are `generator_steps` times that of the paper.

    Example:

    >>> model = kgz.models.ColorizationGAN((16, 16, 3), network="cifar10", filters=4,
    ...                                    discriminator_filters=4)
    >>> model.compile()
    >>> photos = np.zeros((4, 16, 16, 3), "float32")
    >>> history = model.fit(kgz.colors.to_grey(photos), photos, verbose=0)
    >>> sorted(history.history)
    ['discriminator_loss', 'generator_loss', 'l1_loss']
    >>> model.translate(np.zeros((1, 30, 50, 1), "float32")).shape
    TensorShape([1, 30, 50, 3])

    References:
        Nazeri, Ng and Ebrahimi 2018, Image Colorization using Generative Adversarial Networks,
        arXiv 1803.05400, equations 1 to 5; the authors' code `src/models.py`.

    Deviations:
        The generator makes a and b (theirs: L, too, which the input already tells), from L between
        -1 and 1 (theirs: grey values up to 255). Its updates see different pictures (theirs: the
        same). In use, batch normalisation has its moving statistics (theirs: those of the batch),
        and dropout is off. Learning rates are constant unless a schedule is passed.
    """

    tile_size = (256, 256)  # its network takes any size

    def __init__(
        self,
        image_shape: tuple = (256, 256, 3),
        *,
        network: str = "places365",
        filters: int = 64,
        discriminator_filters: int = 64,
        l1_weight: float = 100.0,
        adversarial: bool = True,
        label_smoothing: float = 0.0,
        generator_steps: int = 2,
        penalties=(),
        instance_noise=0.0,
        replay: int = 0,
        augment=(),
        **kwargs,
    ):
        check_choice("network", network, NETWORKS)
        multiples, dropout = NETWORKS[network]
        self.stride = 2 ** (len(multiples) - 1)
        size = tuple(image_shape[:2])
        if tuple(image_shape[2:]) != (3,) or any(side % self.stride for side in size):
            raise ValueError(
                f"Expected `image_shape` (height, width, 3) with sides that {self.stride} divides. "
                f"Received: {tuple(image_shape)}"
            )
        widths = tuple(filters * one for one in multiples)
        super().__init__(
            networks={
                "generator": lambda: colorization_generator(widths, dropout=dropout),
                "discriminator": lambda: colorization_discriminator(
                    (*size, 2), (*size, 1), discriminator_filters
                ),
            },
            **kwargs,
        )
        check_shapes("generator", self.generator, [(*size, 1)], [(*size, 2)])
        check_shapes("discriminator", self.discriminator, [(*size, 2), (*size, 1)])
        self.source_kind, self.target_kind = kinds.Image((*size, 1)), kinds.Image((*size, 3))
        self.critic = Critic(
            self,
            loss=losses.NonSaturating(label_smoothing),
            penalties=penalties,
            instance_noise=instance_noise,
            replay=replay,
            augment=augment,
        )
        self.l1_weight, self.adversarial = float(l1_weight), bool(adversarial)
        self.generator_steps = int(generator_steps)
        self.built = True

    def inputs(self):
        """`source`, grey pictures, and `target`, coloured ones."""
        return {"source": self.source_kind, "target": self.target_kind}

    def phases(self):
        generator = Phase("generator", (self.generator,), self.generator_steps)
        critic = Phase("discriminator", (self.discriminator,))
        return (critic, generator) if self.adversarial else (generator,)

    def discriminator_losses(self, batch):
        lightness, real = _scaled(batch)
        fake = self.critic.replayed(self.translated(self.generator, lightness), lightness)
        return self.critic.losses((real, lightness), fake)

    def generator_losses(self, batch):
        lightness, real = _scaled(batch)
        fake = self.translated(self.generator, lightness)
        l1_loss = {"l1_loss": self.l1_weight * ops.mean(ops.abs(real - fake))}
        if not self.adversarial:
            return l1_loss
        return {"generator_loss": self.critic.generator_loss((fake, lightness)), **l1_loss}

    def default_optimizers(self):
        """Adam with beta_1 0: learning rate 3e-4, a tenth of it for the discriminator."""
        rates = {"generator": 3e-4, "discriminator": 3e-5}
        return {
            phase.name: keras.optimizers.Adam(rates[phase.name], beta_1=0.0, epsilon=1e-8)
            for phase in self.phases()
        }

    def translate(self, images):
        """Colours grey pictures of any size.

        Sides that the network's stride does not divide are continued by their last row and column,
        and cut off again.

        Args:
            images: Float images `(batch, height, width, 1)` in `[-1, 1]`.

        Returns:
            A float32 tensor `(batch, height, width, 3)` in `[-1, 1]`.
        """
        return self.do("translate", images)

    def abilities(self):
        """`translate`."""
        takes, gives = (kinds.Image((None, None, channels)) for channels in (1, 3))
        return (
            Ability(
                "translate",
                {"images": takes},
                {"images": gives},
                self._colored,
                signature="serving_default",
                data={"images": "source"},
            ),
        )

    def call(self, inputs, training=False):
        """What the generator makes of lightness: a and b of CIELAB, all between -1 and 1."""
        return self.generator(inputs, training=training)

    def _colored(self, images):
        lightness = colors.lightness(images)
        _, height, width, _ = ops.shape(images)
        padded = lightness / (colors.LIGHTEST / 2.0) - 1.0
        for axis, side in ((1, height), (2, width)):
            places = ops.arange(-(-side // self.stride) * self.stride, dtype="int32")
            padded = ops.take(padded, ops.minimum(places, side - 1), axis=axis)
        made = self.translated(self.generator, padded)[:, :height, :width]
        return colors.lab_to_rgb(ops.concatenate([lightness, LARGEST * made], axis=-1))


def _scaled(batch):
    """The lightness of the sources, and a and b of the targets, between -1 and 1."""
    lightness = colors.lightness(batch["source"]) / (colors.LIGHTEST / 2.0) - 1.0
    return lightness, colors.rgb_to_lab(batch["target"])[..., 1:] / LARGEST

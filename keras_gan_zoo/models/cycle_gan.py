"""CycleGAN."""

import keras
from keras import ops

from keras_gan_zoo import kinds
from keras_gan_zoo.errors import check_choice
from keras_gan_zoo.families.critic import Critic
from keras_gan_zoo.families.translation_model import TranslationModel
from keras_gan_zoo.models.pix2pix import PATCHES
from keras_gan_zoo.networks import patch_discriminator, resnet_translator, unet_generator
from keras_gan_zoo.training import checks
from keras_gan_zoo.training.own_networks import check_shapes
from keras_gan_zoo.training.phase import Phase

DIRECTIONS = ("a_to_b", "b_to_a")


@keras.saving.register_keras_serializable("keras_gan_zoo")
class CycleGAN(TranslationModel):
    """Image-to-image translation between two sets without pairs, there and back again.

    Generators `G: a -> b` and `F: b -> a` descend the least-squares losses of the two
    discriminators, and the mean distances of `F(G(a))` to `a` and of `G(F(b))` to `b` (equations 1
    to 3); with `identity_weight` also those of `G(b)` to `b` and of `F(a)` to `a` (section 5.2).
    Discriminators are shown earlier translations half of the time.

    Args:
        image_shape: `(height, width, channels)` of both sets.
        filters, discriminator_filters: Channels of the first layer of each network.
        network: `"resnet"`, or `"unet"` as pix2pix, without dropout.
        blocks: Residual blocks of the first: 9 in the paper for 256 pixels, 6 for 128.
        patch: Pixels that one logit of a discriminator sees, see `Pix2Pix`.
        cycle_weight: Weight of each of the two distances after both translations.
        identity_weight: Weight of the distances of images that are there already, as a share of
            `cycle_weight`; 0.5 for paintings and photographs.
        replay: How many earlier translations each discriminator may be shown.
        penalties, instance_noise: Of both discriminators, see `kgz.families.Critic`.
        **kwargs: `a_to_b`, `b_to_a`, `discriminator_a` or `discriminator_b` to use instead; `seed`,
            `name` and `dtype`, see `kgz.training.PhasedModel`.

    `fit` takes batches `{"a": images, "b": images}`, as `kgz.datasets.unpaired` makes them.

    Example:

    >>> model = kgz.models.CycleGAN((16, 16, 1), filters=4, discriminator_filters=4, blocks=1,
    ...                             patch=16)
    >>> model.compile()
    >>> a, b = np.zeros((4, 16, 16, 1), "float32"), np.ones((4, 16, 16, 1), "float32")
    >>> history = model.fit({"a": a, "b": b}, verbose=0)
    >>> sorted(history.history)
    ['cycle_loss', 'discriminator_a_loss', 'discriminator_b_loss', 'generator_loss']
    >>> model.translate(b, direction="b_to_a").shape
    TensorShape([4, 16, 16, 1])

    References:
        Zhu, Park, Isola and Efros 2017, Unpaired Image-to-Image Translation using Cycle-Consistent
        Adversarial Networks, arXiv 1703.10593, equations 1 to 3, section 4.

    Deviations:
        As in the authors' PyTorch code the discriminators' losses are halved, and both generators
        are updated before both discriminators. The learning rate is constant unless a schedule is
        passed (`kgz.training.LinearDecay`).
    """

    def __init__(
        self,
        image_shape: tuple = (256, 256, 3),
        *,
        filters: int = 64,
        discriminator_filters: int = 64,
        network: str = "resnet",
        blocks: int = 9,
        patch: int = 70,
        cycle_weight: float = 10.0,
        identity_weight: float = 0.0,
        replay: int = 50,
        penalties=(),
        instance_noise=0.0,
        **kwargs,
    ):
        check_choice("patch", patch, PATCHES)
        check_choice("network", network, ("resnet", "unet"))
        checks.check_at_least(0, cycle_weight=cycle_weight, identity_weight=identity_weight)

        @checks.naming("image_shape")
        def translator():
            if network == "resnet":
                return resnet_translator(image_shape, image_shape[-1], filters, blocks)
            return unet_generator(image_shape, image_shape[-1], filters, 0.0, "instance")

        @checks.naming("patch")
        def discriminator():
            return patch_discriminator(
                image_shape, None, discriminator_filters, PATCHES[patch], "instance"
            )

        names = ("discriminator_a", "discriminator_b")
        networks = {**dict.fromkeys(DIRECTIONS, translator), **dict.fromkeys(names, discriminator)}
        super().__init__(networks=networks, **kwargs)
        for name in DIRECTIONS:
            check_shapes(name, getattr(self, name), [image_shape], [image_shape])
        for name in names:
            check_shapes(name, getattr(self, name), [image_shape])
        self.source_kind = self.target_kind = kinds.Image(image_shape)
        options = {
            "loss": "least_squares",
            "replay": replay,
            "penalties": penalties,
            "instance_noise": instance_noise,
        }
        self.critic_a, self.critic_b = (Critic(self, name, **options) for name in names)
        self.cycle_weight = float(cycle_weight)
        self.identity_weight = float(identity_weight)
        self.built = True

    def inputs(self):
        """`a` and `b`, which are no pairs."""
        return {"a": self.source_kind, "b": self.target_kind}

    def phases(self):
        return (
            Phase("generators", (self.a_to_b, self.b_to_a)),
            Phase("discriminators", (self.discriminator_a, self.discriminator_b)),
        )

    def generators_losses(self, batch):
        a, b = batch["a"], batch["b"]
        fake_a, fake_b = self._fakes(batch)
        # The paper's squares are whole, the loss's are halved.
        fooled = self.critic_a.generator_loss((fake_a,)) + self.critic_b.generator_loss((fake_b,))
        cycle = self._distance(fake_b, a, "b_to_a") + self._distance(fake_a, b, "a_to_b")
        losses = {"generator_loss": 2.0 * fooled, "cycle_loss": self.cycle_weight * cycle}
        if self.identity_weight:
            same = self._distance(b, b, "a_to_b") + self._distance(a, a, "b_to_a")
            losses["identity_loss"] = self.cycle_weight * self.identity_weight * same
        return losses

    def discriminators_losses(self, batch):
        fake_a, fake_b = self._fakes(batch)
        return {
            **self.critic_a.losses((batch["a"],), self.critic_a.replayed(fake_a)),
            **self.critic_b.losses((batch["b"],), self.critic_b.replayed(fake_b)),
        }

    def default_optimizers(self):
        """Adam with learning rate 2e-4 and beta_1 0.5 for all."""
        return keras.optimizers.Adam(2e-4, beta_1=0.5, epsilon=1e-8)

    def translate(self, images, direction: str = "a_to_b"):
        """Translates images from one set to the other.

        Args:
            images: Float images `(batch, *image_shape)` in `[-1, 1]`.
            direction: `"a_to_b"` or `"b_to_a"`.

        Returns:
            A float32 tensor `(batch, *image_shape)`.
        """
        check_choice("direction", direction, DIRECTIONS)
        return self.do(direction, images)

    def abilities(self):
        """`translate`, in both directions."""
        return (
            self.translation(
                lambda images: self._run("a_to_b", images),
                signature="a_to_b",
                arguments={"direction": "a_to_b"},
            ),
            self.translation(
                lambda images: self._run("b_to_a", images),
                signature="b_to_a",
                arguments={"direction": "b_to_a"},
                data={"images": "b"},
            ),
        )

    def call(self, inputs, training=False):
        """Translations of images of the first set."""
        return self.a_to_b(inputs, training=training)

    def _run(self, direction, images):
        return self.translated(getattr(self, direction), images)

    def _fakes(self, batch):
        """Both translations, made once for the two phases."""
        return self.shared(
            "fakes", lambda: (self._run("b_to_a", batch["b"]), self._run("a_to_b", batch["a"]))
        )

    def _distance(self, images, wanted, direction):
        return ops.mean(ops.abs(self._run(direction, images) - wanted))

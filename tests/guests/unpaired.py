"""Two sets of images without pairs, with a critic for each, as CycleGAN."""

import functools

import keras
from keras import layers, ops

import keras_gan_zoo as kgz
from keras_gan_zoo.training import Ability, Phase


def translator(shape):
    hidden = layers.Conv2D(8, 3, padding="same", activation="tanh")
    last = layers.Conv2D(shape[-1], 3, padding="same", activation="tanh")
    return keras.Sequential([keras.Input(shape), hidden, last])


def patch_critic(shape):
    hidden = layers.Conv2D(8, 4, strides=2, padding="same", activation="tanh")
    return keras.Sequential([keras.Input(shape), hidden, layers.Conv2D(1, 3, padding="same")])


@keras.saving.register_keras_serializable("tests")
class Unpaired(kgz.training.PhasedModel):
    """Unpaired Image-to-Image Translation, arXiv 1703.10593: the generators play first."""

    def __init__(self, shape=(8, 8, 3), penalties_of_a=(), penalties_of_b=(), **kwargs):
        translators = dict.fromkeys(("a_to_b", "b_to_a"), lambda: translator(shape))
        critics = dict.fromkeys(("critic_of_a", "critic_of_b"), lambda: patch_critic(shape))
        super().__init__(networks={**translators, **critics}, **kwargs)
        options = {"loss": "least_squares", "replay": 12}
        self.of_a = kgz.families.Critic(self, "critic_of_a", penalties=penalties_of_a, **options)
        self.of_b = kgz.families.Critic(self, "critic_of_b", penalties=penalties_of_b, **options)
        self.kind = kgz.kinds.Image(shape)
        self.built = True

    def inputs(self):
        return {"a": self.kind, "b": self.kind}

    def phases(self):
        return (
            Phase("generators", (self.a_to_b, self.b_to_a)),
            Phase("critics", (self.critic_of_a, self.critic_of_b)),
        )

    def generators_losses(self, batch):
        a, b = self._fakes(batch)
        fooled = self.of_a.generator_loss((a,)) + self.of_b.generator_loss((b,))
        cycles = self._made("b_to_a", b) - batch["a"], self._made("a_to_b", a) - batch["b"]
        cycle = sum(ops.mean(ops.abs(error)) for error in cycles)
        return {"generator_loss": fooled, "cycle_loss": 10.0 * cycle}

    def critics_losses(self, batch):
        a, b = self._fakes(batch)
        of_a = self.of_a.losses((batch["a"],), self.of_a.replayed(a))
        return {**of_a, **self.of_b.losses((batch["b"],), self.of_b.replayed(b))}

    def default_optimizers(self):
        return keras.optimizers.Adam(2e-4, beta_1=0.5)

    def translate(self, images, direction="a_to_b"):
        return self.do(direction, images)

    def abilities(self):
        images, run = {"images": self.kind}, functools.partial
        told = {way: ({"direction": way}, {"images": way[0]}) for way in ("a_to_b", "b_to_a")}
        return tuple(
            Ability("translate", images, images, run(self._made, way), way, *told[way])
            for way in told
        )

    def call(self, images, training=False):
        return self.a_to_b(images, training=training)

    def _made(self, direction, images):
        made = getattr(self, direction)(images, training=self.in_training)
        return ops.cast(made, "float32")

    def _fakes(self, batch):
        """What the generators make, once for both phases."""
        return self.shared(
            "fakes", lambda: [self._made("b_to_a", batch["b"]), self._made("a_to_b", batch["a"])]
        )

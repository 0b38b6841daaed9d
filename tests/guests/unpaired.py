"""Two sets of images without pairs, with a critic for each, as CycleGAN."""

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

    def __init__(self, shape=(8, 8, 3), penalties=(), **kwargs):
        translators = dict.fromkeys(("a_to_b", "b_to_a"), lambda: translator(shape))
        critics = dict.fromkeys(("critic_of_a", "critic_of_b"), lambda: patch_critic(shape))
        super().__init__(networks={**translators, **critics}, **kwargs)
        options = {"loss": "least_squares", "replay": 12, "shapes": [shape]}
        self.of_a = kgz.families.Critic(self, "critic_of_a", penalties=penalties, **options)
        self.of_b = kgz.families.Critic(self, "critic_of_b", **options)
        self.kind = kgz.kinds.Image(shape)
        self.built = True

    def inputs(self):
        return {"a": self.kind, "b": self.kind}

    def phases(self):
        critics = (self.critic_of_a, self.critic_of_b)
        intervals = (*self.of_a.intervals, *self.of_b.intervals)
        return (
            Phase("generators", (self.a_to_b, self.b_to_a)),
            Phase("critics", critics, intervals=intervals),
        )

    def generators_losses(self, batch):
        a, b = self._fakes(batch)
        cycle = ops.mean(ops.abs(self._run(self.a_to_b, a) - batch["b"])) + ops.mean(
            ops.abs(self._run(self.b_to_a, b) - batch["a"])
        )
        fooled = self.of_a.generator_loss((a,)) + self.of_b.generator_loss((b,))
        return {"generator_loss": fooled, "cycle_loss": 10.0 * cycle}

    def critics_losses(self, batch):
        a, b = self._fakes(batch)
        return {
            **self.of_a.losses((batch["a"],), self.of_a.replayed(a)),
            **self.of_b.losses((batch["b"],), self.of_b.replayed(b)),
        }

    def default_optimizers(self):
        return keras.optimizers.Adam(2e-4, beta_1=0.5)

    def translate(self, images, direction="a_to_b"):
        return self.do(direction, images)

    def abilities(self):
        images = {"images": self.kind}
        directions = {
            "a_to_b": lambda x: self._run(self.a_to_b, x),
            "b_to_a": lambda x: self._run(self.b_to_a, x),
        }
        return tuple(
            Ability("translate", images, images, run, name, {"direction": name})
            for name, run in directions.items()
        )

    def call(self, inputs, training=False):
        return self.a_to_b(inputs, training=training)

    def _run(self, network, images):
        return ops.cast(network(images, training=self.in_training), "float32")

    def _fakes(self, batch):
        """What the generators make, once for both phases."""
        both = lambda: (self._run(self.b_to_a, batch["b"]), self._run(self.a_to_b, batch["a"]))  # noqa: E731
        return self.shared("fakes", both)

"""Pairs: a map and the image painted from it, as pix2pix and SPADE."""

import keras
from keras import layers, ops

import keras_gan_zoo as kgz
from keras_gan_zoo.training import Ability, Phase


def painter(shape, classes):
    maps = keras.Input(shape[:2], dtype="int32")
    x = layers.Conv2D(8, 3, padding="same", activation="tanh")(ops.one_hot(maps, classes))
    return keras.Model(maps, layers.Conv2D(shape[-1], 3, padding="same", activation="tanh")(x))


def patch_critic(shape, classes):
    images, maps = keras.Input(shape), keras.Input(shape[:2], dtype="int32")
    x = layers.Concatenate()([images, ops.one_hot(maps, classes)])
    x = layers.Conv2D(8, 4, strides=2, padding="same", activation="tanh")(x)
    return keras.Model([images, maps], layers.Conv2D(1, 3, padding="same")(x))


@keras.saving.register_keras_serializable("tests")
class Pairs(kgz.training.PhasedModel):
    """Image-to-Image Translation with Conditional Adversarial Networks, arXiv 1611.07004."""

    def __init__(self, shape=(8, 8, 3), classes=4, **kwargs):
        networks = {
            "generator": lambda: painter(shape, classes),
            "discriminator": lambda: patch_critic(shape, classes),
        }
        super().__init__(networks=networks, **kwargs)
        self.source, self.target = kgz.kinds.LabelMap(shape[:2], classes), kgz.kinds.Image(shape)
        self.critic = kgz.families.Critic(self)
        self.built = True

    def inputs(self):
        return {"source": self.source, "target": self.target}

    def phases(self):
        return Phase("discriminator", (self.discriminator,)), Phase("generator", (self.generator,))

    def discriminator_losses(self, batch):
        maps, images = batch["source"], batch["target"]
        return self.critic.losses(real=(images, maps), fake=(self._painted(maps), maps))

    def generator_losses(self, batch):
        painted = self._painted(batch["source"])
        fooled = self.critic.generator_loss(fake=(painted, batch["source"]))
        distance = ops.mean(ops.abs(batch["target"] - painted))
        return {"generator_loss": fooled, "distance": 10.0 * distance}

    def default_optimizers(self):
        return keras.optimizers.Adam(1e-3, beta_1=0.5)

    def translate(self, maps):
        return self.do("translate", maps)

    def abilities(self):
        takes, gives = {"maps": self.source}, {"images": self.target}
        return (Ability("translate", takes, gives, self._painted, signature="serving_default"),)

    def call(self, maps, training=False):
        return self.generator(maps, training=training)

    def _painted(self, maps):
        return ops.cast(self.generator(maps, training=self.in_training), "float32")

"""Pairs: a map and the image painted from it, as pix2pix and SPADE."""

import keras
from keras import layers, ops

import keras_gan_zoo as kgz
from keras_gan_zoo.training import Ability, Phase


def painter(shape, classes):
    conv = {"kernel_size": 3, "padding": "same"}
    hidden = [layers.Conv2D(8, activation="tanh", **conv) for _ in range(2)]
    last = layers.Conv2D(shape[-1], activation="tanh", **conv)
    return keras.Sequential([keras.Input((*shape[:2], classes)), *hidden, last])


def patch_critic(shape, classes):
    image, painted_from = keras.Input(shape), keras.Input((*shape[:2], classes))
    x = layers.Concatenate()([image, painted_from])
    x = layers.Conv2D(8, 4, strides=2, padding="same", activation="tanh")(x)
    return keras.Model([image, painted_from], layers.Conv2D(1, 3, padding="same")(x))


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
        source, fake = self._one_hot(batch["source"]), self._translated(batch["source"])
        return self.critic.losses(real=(batch["target"], source), fake=(fake, source))

    def generator_losses(self, batch):
        source, fake = self._one_hot(batch["source"]), self._translated(batch["source"])
        distance = ops.mean(ops.abs(batch["target"] - fake))
        return {
            "generator_loss": self.critic.generator_loss((fake, source)),
            "distance": 10.0 * distance,
        }

    def default_optimizers(self):
        return keras.optimizers.Adam(1e-3, beta_1=0.5)

    def translate(self, images):
        return self.do("translate", images)

    def abilities(self):
        takes, gives = {"images": self.source}, {"images": self.target}
        return (Ability("translate", takes, gives, self._translated, signature="serving_default"),)

    def call(self, inputs, training=False):
        return self.generator(self._one_hot(inputs), training=training)

    def _one_hot(self, source):
        return ops.one_hot(source, self.source.classes)

    def _translated(self, source):
        made = self.generator(self._one_hot(source), training=self.in_training)
        return ops.cast(made, "float32")

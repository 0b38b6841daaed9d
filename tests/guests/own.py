"""Networks of one's own: subclassed Keras models, and a GAN of nothing but them."""

import keras
from keras import layers

import keras_gan_zoo as kgz


@keras.saving.register_keras_serializable("tests")
class OwnGenerator(keras.Model):
    """Latents to points, by layers that a functional model has no names for."""

    def __init__(self, width=16, **kwargs):
        super().__init__(**kwargs)
        self.width = width
        self.hidden, self.gate = layers.Dense(width), layers.Dense(width, "sigmoid")
        self.points = layers.Dense(2)

    def call(self, latents):
        return self.points(keras.ops.tanh(self.hidden(latents)) * self.gate(latents))

    def get_config(self):
        return {**super().get_config(), "width": self.width}


@keras.saving.register_keras_serializable("tests")
class OwnDiscriminator(keras.Model):
    """Points to a logit; one layer is used twice, and dropped out in training."""

    def __init__(self, end=None, **kwargs):
        super().__init__(**kwargs)
        self.end = end
        self.inward, self.hidden = layers.Dense(16, "tanh"), layers.Dense(16, "tanh")
        self.dropout, self.logit = kgz.layers.Dropout(0.1), layers.Dense(1, end)

    def call(self, points, training=False):
        hidden = self.hidden(self.hidden(self.inward(points)))
        return self.logit(self.dropout(hidden, training=training))

    def get_config(self):
        return {**super().get_config(), "end": self.end}


def own_networks():
    """The arguments of an `AdversarialModel` of these."""
    return {"generator": OwnGenerator(), "discriminator": OwnDiscriminator(), "latent_dim": 4}

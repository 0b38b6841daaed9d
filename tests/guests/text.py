"""Images from words, small ones and large ones, each with a critic, as StackGAN++."""

import keras
from keras import layers, ops

import keras_gan_zoo as kgz
from keras_gan_zoo.training import Phase, Stage


def stacked_generator(latent_dim, words):
    latents, text = keras.Input((latent_dim,)), keras.Input(words)
    x = layers.Concatenate()([latents, layers.Flatten()(text)])
    x = layers.Reshape((4, 4, 8))(layers.Dense(128, "tanh")(x))
    small = layers.Conv2D(3, 3, padding="same", activation="tanh", name="small")(x)
    x = layers.Concatenate()([layers.UpSampling2D()(x), layers.UpSampling2D()(small)])
    large = layers.Conv2D(3, 3, padding="same", activation="tanh", name="large")(x)
    return keras.Model([latents, text], [small, large])


def text_critic(shape, words):
    image, text = keras.Input(shape), keras.Input(words)
    x = layers.Concatenate()([layers.Flatten()(image), layers.Flatten()(text)])
    return keras.Model([image, text], layers.Dense(1)(layers.Dense(8, "tanh")(x)))


@keras.saving.register_keras_serializable("tests")
class Stacked(kgz.families.AdversarialModel):
    """StackGAN++, arXiv 1710.10916; small images first, then both."""

    def __init__(self, words=3, vocabulary=5, latent_dim=4, **kwargs):
        text = kgz.kinds.Tokens((words,), vocabulary)
        one_hot = (words, vocabulary)
        networks = {
            "generator": lambda: stacked_generator(latent_dim, one_hot),
            "discriminator": lambda: text_critic((8, 8, 3), one_hot),
            "small_discriminator": lambda: text_critic((4, 4, 3), one_hot),
        }
        super().__init__(latent_dim=latent_dim, networks=networks, condition_kind=text, **kwargs)
        self.small = kgz.families.Critic(self, "small_discriminator")

    def phases(self):
        return Phase("small_critic", (self.small_discriminator,)), *super().phases()

    def stages(self):
        return Stage("small", ("small_critic", "generator")), Stage("both", resets=("generator",))

    def small_critic_losses(self, batch):
        small, text = batch["real"][:, ::2, ::2], batch["condition"]
        return self.small.losses((small, text), (self._both(batch)[0], text))

    def generator_losses(self, batch):
        (small, large), text = self._both(batch), batch["condition"]
        loss = self.small.generator_loss((small, text))
        if self.stage.name == "both":
            loss += self.critic.generator_loss((large, text))
        return {"generator_loss": loss}

    def default_optimizers(self):
        return keras.optimizers.Adam(1e-3, beta_1=0.5)

    def _both(self, batch):
        latents = self.sample_latents(ops.shape(batch["real"])[0])
        return self.generator([latents, batch["condition"]], training=self.in_training)

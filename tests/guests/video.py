"""Videos, with a critic of single frames and one of motion, as DVD-GAN."""

import keras
from keras import layers

import keras_gan_zoo as kgz
from keras_gan_zoo.training import Phase


def video_generator(shape, latent_dim):
    units = shape[0] * shape[1] * shape[2] * shape[3]
    hidden = [layers.Dense(32, "tanh"), layers.Dense(units, "tanh"), layers.Reshape(shape)]
    return keras.Sequential([keras.Input((latent_dim,)), *hidden])


def flat_critic(shape):
    hidden = layers.Dense(8, "tanh")
    return keras.Sequential([keras.Input(shape), layers.Flatten(), hidden, layers.Dense(1)])


@keras.saving.register_keras_serializable("tests")
class VideoGAN(kgz.families.AdversarialModel):
    """Adversarial Video Generation on Complex Datasets, arXiv 1907.06571."""

    def __init__(self, video_shape=(4, 8, 8, 1), latent_dim=4, fps=8.0, **kwargs):
        networks = {
            "generator": lambda: video_generator(video_shape, latent_dim),
            "discriminator": lambda: flat_critic(video_shape[1:]),
            "motion_discriminator": lambda: flat_critic((*video_shape[:1], 4, 4, video_shape[3])),
        }
        kind = kgz.kinds.Video(video_shape, fps=fps)
        super().__init__(latent_dim=latent_dim, networks=networks, sample_kind=kind, **kwargs)
        self.motion = kgz.families.Critic(
            self, "motion_discriminator", loss="hinge", view=lambda videos: videos[:, :, ::2, ::2]
        )

    def view(self, samples):
        return samples[:, 1]  # a frame

    def phases(self):
        critics = (self.discriminator, self.motion_discriminator)
        return Phase("critics", critics), Phase("generator", (self.generator,))

    def critics_losses(self, batch):
        real, fake = self.real_inputs(batch), self.fake_inputs(batch)
        return {**self.critic.losses(real, fake), **self.motion.losses(real, fake)}

    def generator_losses(self, batch):
        fake = self.fake_inputs(batch)
        return {"generator_loss": sum(c.generator_loss(fake) for c in (self.critic, self.motion))}

    def default_optimizers(self):
        return keras.optimizers.Adam(1e-3, beta_1=0.5)

"""Clouds of points, whose order means nothing."""

import keras
from keras import layers

import keras_gan_zoo as kgz


def cloud_generator(count, latent_dim):
    hidden = [layers.Dense(32, "tanh"), layers.Dense(count * 3), layers.Reshape((count, 3))]
    return keras.Sequential([keras.Input((latent_dim,)), *hidden])


def cloud_critic(shape):
    pooled = [layers.Dense(16, "tanh"), layers.GlobalAveragePooling1D(), layers.Dense(1)]
    return keras.Sequential([keras.Input(shape), *pooled])


@keras.saving.register_keras_serializable("tests")
class CloudGAN(kgz.families.AdversarialModel):
    """Learning Representations and Generative Models for 3D Point Clouds, arXiv 1707.02392."""

    def __init__(self, count=20, latent_dim=4, **kwargs):
        networks = {
            "generator": lambda: cloud_generator(count, latent_dim),
            "discriminator": cloud_critic,
        }
        kind = kgz.kinds.Points((count, 3))
        loss = {"adversarial_loss": "wasserstein", "penalties": [kgz.penalties.GradientPenalty()]}
        super().__init__(
            latent_dim=latent_dim, networks=networks, sample_kind=kind, **loss, **kwargs
        )

    def default_optimizers(self):
        return keras.optimizers.Adam(1e-3, beta_1=0.5)

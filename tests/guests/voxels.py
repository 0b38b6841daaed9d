"""Voxels, as 3D-GAN: a kind and two networks."""

import keras
from keras import layers

import keras_gan_zoo as kgz


def voxel_generator(shape, latent_dim):
    side = shape[0] // 2
    conv = layers.Conv3DTranspose(shape[-1], 4, strides=2, padding="same", activation="tanh")
    maps = [layers.Dense(side**3 * 4, "relu"), layers.Reshape((side, side, side, 4))]
    return keras.Sequential([keras.Input((latent_dim,)), *maps, conv])


def voxel_discriminator(shape):
    conv = layers.Conv3D(8, 4, strides=2, padding="same", activation="tanh")
    return keras.Sequential([keras.Input(shape), conv, layers.Flatten(), layers.Dense(1)])


@keras.saving.register_keras_serializable("tests")
class VoxelGAN(kgz.families.AdversarialModel):
    """Learning a Probabilistic Latent Space of Object Shapes, arXiv 1610.07584."""

    def __init__(self, voxel_shape=(8, 8, 8, 1), latent_dim=4, **kwargs):
        networks = {
            "generator": lambda: voxel_generator(voxel_shape, latent_dim),
            "discriminator": voxel_discriminator,
        }
        kind = kgz.kinds.Voxels(voxel_shape)
        super().__init__(latent_dim=latent_dim, networks=networks, sample_kind=kind, **kwargs)

    def default_optimizers(self):
        return keras.optimizers.Adam(2e-3, beta_1=0.5)

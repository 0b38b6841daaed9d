"""SAGAN."""

import keras
import numpy as np

from keras_gan_zoo.families.adversarial_model import AdversarialModel
from keras_gan_zoo.networks import attention_maps, sagan_discriminator, sagan_generator
from keras_gan_zoo.training.calls import apply


@keras.saving.register_keras_serializable("keras_gan_zoo")
class SAGAN(AdversarialModel):
    """Self-attention GAN: every position of a feature map may look at all others.

    Spectral normalisation in both players, the hinge loss, learning rates of their own for both,
    and for classes conditional batch normalisation and a projection.

    Args:
        image_shape: `(side, side, channels)`, side 16, 28, 32, 48, 64 or 128.
        latent_dim: Size of a standard normal latent vector.
        num_classes, condition_dim: The condition, if there is one.
        filters, discriminator_filters: Base widths of the two residual networks.
        attention: Side of the feature maps that self-attention follows, in both players; by
            default 32, or half the image's side where that is less.
        **kwargs: See `kgz.families.AdversarialModel`.

    Example:

    >>> model = kgz.models.SAGAN((16, 16, 1), 4, num_classes=3, filters=8, discriminator_filters=8)
    >>> model.compile()
    >>> images, labels = np.zeros((4, 16, 16, 1), "float32"), np.arange(4) % 3
    >>> history = model.fit(images, labels, batch_size=4, verbose=0)
    >>> samples, maps = model.attention_maps(2, seed=0)
    >>> samples.shape, maps.shape
    (TensorShape([2, 16, 16, 1]), (2, 8, 8, 4, 4))

    References:
        Zhang et al. 2018, Self-Attention Generative Adversarial Networks, arXiv 1805.08318,
        equations 1 to 4.

    Deviations:
        Samples are generated for the conditions of the real batch. Kernels of 3x3 convolutions
        start wider by root 2 than the authors', as in SNGAN; spectral normalisation divides by it.
        Moving statistics of the last batch normalisation decay by 0.999 a step (theirs: 0.9999).
    """

    def __init__(
        self,
        image_shape: tuple = (128, 128, 3),
        latent_dim: int = 128,
        *,
        num_classes: int | None = None,
        condition_dim: int | None = None,
        filters: int | None = None,
        discriminator_filters: int | None = None,
        attention: int | None = None,
        adversarial_loss="hinge",
        **kwargs,
    ):
        dim = num_classes or condition_dim
        super().__init__(
            latent_dim=latent_dim,
            networks={
                "generator": lambda: sagan_generator(
                    image_shape, latent_dim, filters, dim, attention
                ),
                "discriminator": lambda shape: sagan_discriminator(
                    shape, discriminator_filters, dim, attention
                ),
            },
            num_classes=num_classes,
            condition_dim=condition_dim,
            adversarial_loss=adversarial_loss,
            **kwargs,
        )

    def attention_maps(self, num_samples=None, labels=None, latents=None, seed=None):
        """What each position attended to while samples were made, by the averaged generator.

        Args:
            num_samples, labels, latents, seed: As for `generate`.

        Returns:
            `(samples, maps)`: float32 samples, and an array `(batch, height, width, key height,
            key width)`, which sums to 1 over the keys.
        """
        latents = self._latents(num_samples, latents, seed)
        labels = self.condition.checked(self, labels, len(latents))
        network = self._generator(ema=True)
        inputs = (latents, *self.condition.encoded(*labels))
        maps = attention_maps(network, inputs[0] if len(inputs) == 1 else list(inputs))
        positions, keys = (int(np.sqrt(size)) for size in maps.shape[1:])
        shape = (-1, positions, positions, keys, keys)
        samples = keras.ops.cast(apply(network, inputs, training=False), "float32")
        return samples, np.reshape(maps, shape)

    def default_optimizers(self):
        """Adam, beta_1 0, beta_2 0.9: learning rate 4e-4 (discriminator), 1e-4 (generator)."""
        return {
            "discriminator": keras.optimizers.Adam(4e-4, beta_1=0.0, beta_2=0.9, epsilon=1e-8),
            "generator": keras.optimizers.Adam(1e-4, beta_1=0.0, beta_2=0.9, epsilon=1e-8),
        }

"""Denoising autoencoder."""

import keras
from keras import ops

from keras_gan_zoo import backend
from keras_gan_zoo.errors import check_choice
from keras_gan_zoo.models.autoencoder import Autoencoder

NOISES = ("gaussian", "masking", "salt_and_pepper")


@keras.saving.register_keras_serializable("keras_gan_zoo")
class DenoisingAutoencoder(Autoencoder):
    """An autoencoder that learns to give back clean samples for noisy ones.

    Noise is drawn anew for each sample and update; outside of training there is none. With squared
    error and little Gaussian noise of variance v, `(reconstruction - sample) / v` tends to the
    gradient of the logarithm of the data's density; images in [-1, 1] have `v = (2 level)^2`.

    Args:
        image_shape, latent_dim, **kwargs: See `Autoencoder`.
        noise: `"gaussian"`, `"masking"` (values become 0, black in an image), or
            `"salt_and_pepper"` (values become 0 or 1, black or white).
        level: Standard deviation of Gaussian noise, for pixels that count from 0 to 1; of the
            others the share of values that change.

    Example:

    >>> model = kgz.models.DenoisingAutoencoder((8, 8, 1), latent_dim=2, noise="masking")
    >>> model.compile()
    >>> history = model.fit(np.zeros((4, 8, 8, 1), "float32"), verbose=0)
    >>> sorted(history.history)
    ['loss', 'reconstruction_loss']

    References:
        Vincent et al. 2010, Stacked Denoising Autoencoders, JMLR 11; Alain and Bengio 2012, What
        Regularized Auto-Encoders Learn from the Data Generating Distribution, arXiv 1211.4246.
    """

    # Noise overshoots; 8-bit images are still told apart.
    largest_pixel = 10.0

    def __init__(
        self,
        image_shape: tuple = (28, 28, 1),
        latent_dim: int = 32,
        *,
        noise: str = "gaussian",
        level: float = 0.3,
        **kwargs,
    ):
        check_choice("noise", noise, NOISES)
        if not level >= 0 or (noise != "gaussian" and level > 1):
            raise ValueError(
                f"Expected `level` >= 0, and at most 1 for a share. Received: {level!r}"
            )
        super().__init__(image_shape, latent_dim, **kwargs)
        self.noise, self.level = noise, float(level)

    def shown(self, samples):
        return self.corrupt(samples) if self.in_training else samples

    def corrupt(self, samples, seed=None):
        """Noisy samples, as the encoder is shown them in training.

        Args:
            samples: `(batch, *sample_shape)`.
            seed: An integer or a `SeedGenerator`.

        Returns:
            A tensor of the same shape.
        """
        if self.noise == "gaussian":
            return self.with_noise(samples, self.level, seed)
        low, high = (-1.0, 1.0) if self._is_image else (0.0, 1.0)
        drawn = ops.cast(backend.random_uniform(ops.shape(samples), seed=seed), samples.dtype)
        if self.noise == "masking":
            return ops.where(drawn < self.level, low, samples)
        ends = ops.where(drawn < 0.5 * self.level, low, high)
        return ops.where(drawn < self.level, ends, samples)

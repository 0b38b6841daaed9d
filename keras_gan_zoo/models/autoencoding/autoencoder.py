"""Autoencoders without a prior: plain and denoising."""

import math

import keras
from keras import ops

from keras_gan_zoo import backend, losses
from keras_gan_zoo.errors import check_choice
from keras_gan_zoo.networks import conv_decoder, conv_encoder
from keras_gan_zoo.training.autoencoder_model import AutoencoderModel

LOSSES = ("squared_error", "cross_entropy")
NOISES = ("gaussian", "masking", "salt_and_pepper")


@keras.saving.register_keras_serializable("keras_gan_zoo")
class Autoencoder(AutoencoderModel):
    """An encoder and a decoder that together give back what they are given.

    Args:
        image_shape: `(height, width, channels)`, sides divisible by 4.
        latent_dim: Size of a latent vector.
        loss: `"squared_error"` (mean over pixels, which count from 0 to 1) or `"cross_entropy"`
            (mean over pixels, each a probability).
        encoder, decoder: Networks to use instead; the decoder gives logits of pixels, or, for
            samples that are no images, the samples.
        **kwargs: `seed`, `name`, `dtype`.

    Example:

    >>> model = kgz.models.Autoencoder((8, 8, 1), latent_dim=2)
    >>> model.compile()
    >>> images = np.zeros((4, 8, 8, 1), "float32")
    >>> history = model.fit(images, verbose=0)
    >>> model.encode(images).shape, model.reconstruct(images).shape
    (TensorShape([4, 2]), TensorShape([4, 8, 8, 1]))

    References:
        Hinton and Salakhutdinov 2006, Reducing the Dimensionality of Data with Neural Networks,
        Science 313; reviewed in Kingma and Welling 2019, arXiv 1906.02691. The networks are those
        of Foster 2019, Generative Deep Learning, chapter 3.
    """

    def __init__(
        self,
        image_shape: tuple = (28, 28, 1),
        latent_dim: int = 2,
        *,
        loss: str = "squared_error",
        encoder: keras.Model | None = None,
        decoder: keras.Model | None = None,
        architecture: dict | None = None,
        **kwargs,
    ):
        check_choice("loss", loss, LOSSES)
        super().__init__(
            encoder or (lambda: conv_encoder(image_shape, latent_dim)),
            decoder or (lambda: conv_decoder(image_shape, latent_dim, output="logits")),
            architecture={
                "image_shape": image_shape,
                "latent_dim": latent_dim,
                "loss": loss,
                **(architecture or {}),
            },
            **kwargs,
        )
        if loss == "cross_entropy" and not self._is_image:
            raise ValueError(
                "Expected the loss 'squared_error' for samples that are no images. "
                f"Received: {loss!r} for samples of shape {self.sample_shape}"
            )
        self.reconstruction = loss

    def autoencoder_losses(self, batch):
        latents = self.latents_of(self.encoded(self.shown(batch["real"])))
        decoded = self.decoded(latents)
        return {"reconstruction_loss": self._reconstruction_loss(batch["real"], decoded)}

    def shown(self, samples):
        """What the encoder is shown of the data while it learns."""
        return samples

    def with_noise(self, samples, level: float, seed=None):
        """Samples with normal noise of this standard deviation, for pixels from 0 to 1."""
        scale = 2.0 * level if self._is_image else level
        noise = backend.random_normal(ops.shape(samples), seed)
        return samples + scale * ops.cast(noise, samples.dtype)

    def observed(self, decoded):
        return 2.0 * ops.sigmoid(decoded) - 1.0 if self._is_image else decoded

    def default_optimizers(self):
        """Adam with learning rate 5e-4, as in the book."""
        return {"autoencoder": keras.optimizers.Adam(5e-4)}

    @property
    def _is_image(self):
        return len(self.sample_shape) == 3

    def _reconstruction_loss(self, samples, decoded):
        if not self._is_image:
            return ops.mean(ops.square(samples - decoded))
        pixels, logits = (samples + 1.0) / 2.0, ops.cast(decoded, "float32")
        if self.reconstruction == "squared_error":
            return ops.mean(ops.square(pixels - ops.sigmoid(logits)))
        return ops.mean(losses.bernoulli_nll(pixels, logits)) / math.prod(self.sample_shape)


@keras.saving.register_keras_serializable("keras_gan_zoo")
class DenoisingAutoencoder(Autoencoder):
    """An autoencoder that learns to give back clean samples for noisy ones.

    Noise is drawn anew for each sample and update; outside of training there is none. With squared
    error and little Gaussian noise of variance v, `(reconstruction - sample) / v` tends to the
    gradient of the logarithm of the data's density; images in [-1, 1] have `v = (2 level)^2`.

    Args:
        image_shape, latent_dim, loss, encoder, decoder, **kwargs: See `Autoencoder`.
        noise: `"gaussian"`, `"masking"` (values become 0, black in an image), or
            `"salt_and_pepper"` (values become 0 or 1, black or white).
        level: Standard deviation of Gaussian noise, for pixels that count from 0 to 1; of the
            others the share of values that change.

    Example:

    >>> model = kgz.models.DenoisingAutoencoder((8, 8, 1), latent_dim=2, noise="masking")
    >>> model.compile()
    >>> history = model.fit(np.zeros((4, 8, 8, 1), "float32"), verbose=0)
    >>> sorted(history.history)
    ['reconstruction_loss']

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
        super().__init__(
            image_shape, latent_dim, architecture={"noise": noise, "level": level}, **kwargs
        )
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

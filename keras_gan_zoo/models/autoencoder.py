"""Autoencoder."""

import math

import keras
from keras import ops

from keras_gan_zoo import backend, losses
from keras_gan_zoo.errors import check_choice
from keras_gan_zoo.families.autoencoder_model import AutoencoderModel
from keras_gan_zoo.networks import conv_decoder, conv_encoder

LOSSES = ("squared_error", "cross_entropy")


@keras.saving.register_keras_serializable("keras_gan_zoo")
class Autoencoder(AutoencoderModel):
    """An encoder and a decoder that together give back what they are given.

    Args:
        image_shape: `(height, width, channels)`, sides divisible by 4.
        latent_dim: Size of a latent vector.
        loss: `"squared_error"` (mean over pixels, which count from 0 to 1) or `"cross_entropy"`
            (mean over pixels, each a probability).
        **kwargs: See `kgz.families.AutoencoderModel`; a `decoder` gives logits of pixels, or, for
            samples that are no images, the samples.

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
        networks: dict | None = None,
        **kwargs,
    ):
        check_choice("loss", loss, LOSSES)
        conv = {
            "encoder": lambda: conv_encoder(image_shape, latent_dim),
            "decoder": lambda: conv_decoder(image_shape, latent_dim, output="logits"),
        }
        super().__init__(networks=networks or conv, **kwargs)
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

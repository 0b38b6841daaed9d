"""A Gaussian posterior over latents, which an encoder gives."""

from keras import ops

from keras_gan_zoo import backend, losses
from keras_gan_zoo.families.autoencoder_model import LatentPrior


class GaussianPosterior(LatentPrior):
    """Mixin, before `AutoencoderModel`, for an encoder that gives `[mean, log_variance]`.

    The prior is standard normal.
    """

    def latents_of(self, encoded):
        """The posterior's mean."""
        return encoded[0]

    def posterior(self, samples):
        """Mean and logarithm of the variance of `q(z | x)`, each `(batch, latent_dim)`."""
        return self._posterior(self._checked(samples))

    def sampled_latents(self, samples, seed=None):
        """One reparameterised latent for each sample.

        Returns:
            The latents `(batch, latent_dim)`, and the posterior's mean and log-variance.
        """
        mean, log_variance = self._posterior(samples)
        return self.drawn(mean, log_variance, seed), mean, log_variance

    def drawn(self, mean, log_variance, seed):
        """Latents of the posterior with these parameters, reparameterised."""
        noise = backend.random_normal(ops.shape(mean), seed)
        return mean + ops.exp(0.5 * log_variance) * noise

    def divergence(self, mean, log_variance, free_bits: float = 0.0):
        """`KL(q(z | x) || p(z))` in nats: the sum over latents, the mean over the batch."""
        each = losses.kl_per_dimension(mean, log_variance, free_bits)
        return ops.mean(ops.sum(each, axis=-1))

    def _widths(self, latent_dim):
        return [latent_dim] * 2, [one.shape[-1] for one in self.encoder.outputs]

    def _posterior(self, samples):
        return tuple(ops.cast(one, "float32") for one in self.encoded(samples))

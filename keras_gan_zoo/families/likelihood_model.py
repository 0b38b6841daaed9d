"""An autoencoder whose decoder gives a likelihood."""

import dataclasses

import keras
from keras import ops

from keras_gan_zoo import backend, kinds, losses
from keras_gan_zoo.families.autoencoder_model import AutoencoderModel
from keras_gan_zoo.families.likelihoods import Likelihood
from keras_gan_zoo.training import checks
from keras_gan_zoo.training.calls import compiled, in_chunks


class LikelihoodModel(AutoencoderModel):
    """An autoencoder with a `GaussianPosterior`, whose decoder gives the parameters of `p(x | z)`.

    Args:
        likelihood: A `keras_gan_zoo.families.likelihoods.Likelihood`.
        **kwargs: See `AutoencoderModel`.
    """

    def __init__(self, likelihood: Likelihood, **kwargs):
        self.likelihood = likelihood  # `observed` is asked for the shape of samples
        super().__init__(**kwargs)
        if isinstance(self.sample_kind, kinds.Image):
            self.sample_kind = dataclasses.replace(self.sample_kind, largest=likelihood.largest)
        self._compiled = compiled(self._posterior), compiled(self._log_weights)

    def observed(self, decoded):
        return self.likelihood.mean(decoded)

    def log_likelihood(self, samples, num_samples: int = 200, seed: int = 0):
        """An estimate of `log p(x)` from samples of the posterior (importance sampling).

        In expectation it is a lower bound, and the tighter the more samples are drawn; one
        sample gives the evidence lower bound (Burda et al. 2015, arXiv 1509.00519, equation 8).

        Args:
            samples: `(batch, *sample_shape)`.
            num_samples: Latents drawn per sample.
            seed: Seed of the latents.

        Returns:
            Nats, `(batch,)`.
        """
        checks.check_count("num_samples", num_samples)
        checks.check_seed(seed)
        seeds = keras.random.SeedGenerator(seed)
        posterior, weigh = self._compiled

        def of_chunk(chunk):
            normal = posterior(chunk)
            drawn = [weigh(chunk, *normal, backend.draw_seed(seeds)) for _ in range(num_samples)]
            return losses.importance_weighted_log_likelihood(ops.stack(drawn))

        return in_chunks(of_chunk, self._checked(samples))

    def _log_weights(self, samples, mean, log_variance, seed):
        """`log p(x | z) + log p(z) - log q(z | x)` for one latent each."""
        latents = self.drawn(mean, log_variance, seed)
        prior = losses.standard_normal_nll(latents)
        posterior = losses.gaussian_nll(latents, mean, log_variance)
        return posterior - prior - self.likelihood.nll(samples, self.decoded(latents))

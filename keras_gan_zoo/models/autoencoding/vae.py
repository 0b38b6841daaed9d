"""The variational autoencoder."""

import keras
from keras import ops

from keras_gan_zoo import backend, losses
from keras_gan_zoo.networks import conv_decoder, conv_encoder
from keras_gan_zoo.training import checks
from keras_gan_zoo.training.autoencoder_model import AutoencoderModel, compiled, in_chunks
from keras_gan_zoo.training.likelihoods import likelihood_of
from keras_gan_zoo.training.posterior import GaussianPosterior


@keras.saving.register_keras_serializable("keras_gan_zoo")
class VAE(GaussianPosterior, AutoencoderModel):
    """Variational autoencoder: a generative model trained by a bound of its likelihood.

    It ascends the evidence lower bound `E_q log p(x | z) - KL(q(z | x) || p(z))` (equation 3),
    with a normal posterior `q` of diagonal covariance, a standard normal prior, one
    reparameterised sample (equation 4), and the divergence in closed form (appendix B). Losses
    are in nats per sample.

    Args:
        image_shape: `(height, width, channels)`, sides divisible by 4.
        latent_dim: Size of a latent vector.
        likelihood: `p(x | z)`: `"bernoulli"`, `"gaussian"` (of standard deviation
            `likelihood_scale`), `"learnt_gaussian"`, or `"discretized_logistic"`.
        likelihood_scale: See above, for pixels in `[-1, 1]`.
        beta: Factor of the divergence (Higgins et al. 2017, beta-VAE).
        warm_up: Updates over which the factor rises from 0 to `beta` (Bowman et al. 2015, arXiv
            1511.06349).
        free_bits: Nats that each latent dimension may hold, on the average of a batch, before
            the divergence counts (Kingma et al. 2016, arXiv 1606.04934, section C.8).
        encoder, decoder: Networks to use instead; the encoder gives `[mean, log_variance]`, each
            `(batch, latent_dim)`, the decoder the parameters of the likelihood.
        **kwargs: `seed`, `name`, `dtype`.

    Example:

    >>> model = kgz.models.VAE((8, 8, 1), latent_dim=2)
    >>> model.compile()
    >>> images = np.zeros((4, 8, 8, 1), "float32")
    >>> history = model.fit(images, verbose=0)
    >>> sorted(history.history)
    ['kl_loss', 'reconstruction_loss']
    >>> model.generate(3, seed=0).shape, model.log_likelihood(images, num_samples=5, seed=0).shape
    (TensorShape([3, 8, 8, 1]), TensorShape([4]))

    References:
        Kingma and Welling 2013, Auto-Encoding Variational Bayes, arXiv 1312.6114.

    Deviations:
        Convolutional networks and Adam (the paper: one hidden layer and Adagrad).
    """

    def __init__(
        self,
        image_shape: tuple = (28, 28, 1),
        latent_dim: int = 16,
        *,
        likelihood: str = "bernoulli",
        likelihood_scale: float = 1.0,
        beta: float = 1.0,
        warm_up: int = 0,
        free_bits: float = 0.0,
        encoder: keras.Model | None = None,
        decoder: keras.Model | None = None,
        **kwargs,
    ):
        for name, value in (("beta", beta), ("warm_up", warm_up), ("free_bits", free_bits)):
            if not value >= 0:
                raise ValueError(f"Expected `{name}` >= 0. Received: {value!r}")
        distribution = likelihood_of(likelihood, likelihood_scale)
        channels = image_shape[-1] * distribution.parameters
        super().__init__(
            encoder or (lambda: conv_encoder(image_shape, latent_dim, variational=True)),
            decoder
            or (
                lambda: conv_decoder(
                    (*image_shape[:-1], channels), latent_dim, output=distribution.output
                )
            ),
            architecture={
                "image_shape": image_shape,
                "latent_dim": latent_dim,
                "likelihood": likelihood,
                "likelihood_scale": likelihood_scale,
                "beta": beta,
                "warm_up": warm_up,
                "free_bits": free_bits,
            },
            **kwargs,
        )
        self.likelihood = distribution
        self.largest_pixel = distribution.largest
        self.beta, self.warm_up, self.free_bits = float(beta), int(warm_up), float(free_bits)

    def autoencoder_losses(self, batch):
        latents, *normal = self.sampled_latents(batch["real"], self.seed_generator)
        nll = self.likelihood.nll(batch["real"], self.decoded(latents))
        divergence = self.divergence(*normal, self.free_bits)
        return {"reconstruction_loss": ops.mean(nll), "kl_loss": self._weight() * divergence}

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
        samples = self._checked(samples)
        seeds = keras.random.SeedGenerator(seed)
        weigh = compiled(self._log_weights)
        return in_chunks(
            lambda chunk: losses.importance_weighted_log_likelihood(
                ops.stack([weigh(chunk, backend.draw_seed(seeds)) for _ in range(num_samples)])
            ),
            samples,
        )

    def default_optimizers(self):
        """Adam with learning rate 1e-3."""
        return {"autoencoder": keras.optimizers.Adam(1e-3)}

    def _weight(self):
        if not self.warm_up or not self.in_training:
            return self.beta
        done = ops.cast(self.optimizers["autoencoder"].iterations, "float32")
        return self.beta * ops.minimum(1.0, done / self.warm_up)

    def _log_weights(self, samples, seed):
        """`log p(x | z) + log p(z) - log q(z | x)` for one latent each."""
        latents, mean, log_variance = self.sampled_latents(samples, seed)
        prior = losses.standard_normal_nll(latents)
        posterior = losses.gaussian_nll(latents, mean, log_variance)
        return posterior - prior - self.likelihood.nll(samples, self.decoded(latents))

"""The variational autoencoder."""

import functools
from collections.abc import Callable

import keras
from keras import ops

from keras_gan_zoo import backend, networks
from keras_gan_zoo.errors import check_choice
from keras_gan_zoo.families.likelihood_model import LikelihoodModel
from keras_gan_zoo.families.likelihoods import likelihood_of
from keras_gan_zoo.families.posterior import GaussianPosterior
from keras_gan_zoo.training import checks

# An encoder of (image_shape, latent_dim), and a decoder of those and `output`.
NETWORKS: dict[str, tuple[Callable, Callable]] = {
    "conv": (functools.partial(networks.conv_encoder, variational=True), networks.conv_decoder),
    "face": (networks.face_vae_encoder, networks.face_vae_decoder),
    "face_without_dropout": (
        functools.partial(networks.face_vae_encoder, dropout=0.0),
        functools.partial(networks.face_vae_decoder, dropout=0.0),
    ),
    "mlp": (lambda shape, size: networks.mlp_encoder(shape, (size, size)), networks.mlp_decoder),
    "residual": (networks.residual_encoder, networks.residual_decoder),
}


@keras.saving.register_keras_serializable("keras_gan_zoo")
class VAE(GaussianPosterior, LikelihoodModel):
    """Variational autoencoder: a generative model trained by a bound of its likelihood.

    It ascends the evidence lower bound `E_q log p(x | z) - KL(q(z | x) || p(z))` (equation 3),
    with a normal posterior `q` of diagonal covariance, a standard normal prior, one
    reparameterised sample (equation 4), and the divergence in closed form (appendix B). Losses
    are in nats per sample.

    Args:
        image_shape: `(height, width, channels)`, sides divisible by 4, for faces by 16.
        latent_dim: Size of a latent vector.
        network: `"conv"` (of a textbook, for digits), `"face"` (the lecture's for faces),
            `"face_without_dropout"`, `"mlp"` (one hidden layer), or `"residual"`.
        likelihood: `p(x | z)`: `"bernoulli"`, `"gaussian"` (of standard deviation
            `likelihood_scale`), `"learnt_gaussian"`, or `"discretized_logistic"`.
        likelihood_scale: See above, for pixels in `[-1, 1]`.
        beta: Factor of the divergence (Higgins et al. 2017, beta-VAE).
        warm_up: Updates over which the factor rises from 0 to `beta` (Bowman et al. 2015, arXiv
            1511.06349).
        free_bits: Nats that each latent dimension may hold, on the average of a batch, before
            the divergence counts (Kingma et al. 2016, arXiv 1606.04934, section C.8).
        binarize: Whether pixels are probabilities of binary ones, which are drawn anew for each
            update, for densities of binary images (Burda et al. 2015, section 5).
        **kwargs: See `kgz.families.AutoencoderModel`; an `encoder` gives `[mean, log_variance]`,
            each `(batch, latent_dim)`, a `decoder` the parameters of the likelihood.

    Example:

    >>> model = kgz.models.VAE((8, 8, 1), latent_dim=2)
    >>> model.compile()
    >>> images = np.zeros((4, 8, 8, 1), "float32")
    >>> history = model.fit(images, verbose=0)
    >>> sorted(history.history)
    ['kl_loss', 'loss', 'reconstruction_loss']
    >>> model.generate(3, seed=0).shape, model.log_likelihood(images, num_samples=5, seed=0).shape
    (TensorShape([3, 8, 8, 1]), TensorShape([4]))

    References:
        Kingma and Welling 2013, Auto-Encoding Variational Bayes, arXiv 1312.6114.

    Deviations:
        Convolutional networks and Adam (the paper: one hidden layer of 500 `tanh` units and
        Adagrad; `"mlp"` has 400 with ReLU).
    """

    def __init__(
        self,
        image_shape: tuple = (28, 28, 1),
        latent_dim: int = 16,
        *,
        network: str = "conv",
        likelihood: str = "bernoulli",
        likelihood_scale: float = 1.0,
        beta: float = 1.0,
        warm_up: int = 0,
        free_bits: float = 0.0,
        binarize: bool = False,
        **kwargs,
    ):
        checks.check_at_least(0, beta=beta, warm_up=warm_up, free_bits=free_bits)
        check_choice("network", network, NETWORKS)
        encoder, decoder = NETWORKS[network]
        chosen = likelihood_of(likelihood, likelihood_scale)
        parameters = (*image_shape[:-1], image_shape[-1] * chosen.parameters)
        super().__init__(
            chosen,
            networks={
                "encoder": lambda: encoder(image_shape, latent_dim),
                "decoder": lambda: decoder(parameters, latent_dim, output=chosen.output),
            },
            **kwargs,
        )
        self.binarize = bool(binarize)
        self.beta, self.warm_up, self.free_bits = float(beta), int(warm_up), float(free_bits)

    def autoencoder_losses(self, batch):
        samples = batch["real"]
        if self.binarize:
            samples = self.binarized(samples)
        latents, *normal = self.sampled_latents(samples)
        nll = self.likelihood.nll(samples, self.decoded(latents))
        divergence = self.divergence(*normal, self.free_bits)
        return {"reconstruction_loss": ops.mean(nll), "kl_loss": self._weight() * divergence}

    def binarized(self, samples, seed=None):
        """Binary samples of -1 and 1, whose means are the given pixels.

        Args:
            samples: `(batch, *sample_shape)` in `[-1, 1]`.
            seed: An integer or a `SeedGenerator`.
        """
        drawn = backend.random_uniform(ops.shape(samples), seed=seed)
        return ops.where(ops.cast(drawn, samples.dtype) < (samples + 1.0) / 2.0, 1.0, -1.0)

    def default_optimizers(self):
        """Adam with learning rate 1e-3."""
        return {"autoencoder": keras.optimizers.Adam(1e-3)}

    def _weight(self):
        if not self.warm_up or not self.in_training:
            return self.beta
        done = ops.cast(self.optimizers["autoencoder"].iterations, "float32")
        return self.beta * ops.minimum(1.0, done / self.warm_up)

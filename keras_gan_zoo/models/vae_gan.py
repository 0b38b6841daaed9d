"""VAE-GAN: an autoencoder that compares images as a discriminator sees them."""

import keras
from keras import ops

from keras_gan_zoo import backend, losses, networks
from keras_gan_zoo.families.autoencoder_model import AutoencoderModel
from keras_gan_zoo.families.critic import Critic
from keras_gan_zoo.families.posterior import GaussianPosterior
from keras_gan_zoo.networks.vae_gan import vae_gan_halvings
from keras_gan_zoo.training import checks
from keras_gan_zoo.training.phase import Phase


@keras.saving.register_keras_serializable("keras_gan_zoo")
class VAEGAN(GaussianPosterior, AutoencoderModel):
    """A variational autoencoder and a GAN whose generator is the decoder.

    Reconstructions are compared with samples not by pixels but by the features `l` of a hidden
    layer of the discriminator (equation 7). Each player descends its own part of
    `L_prior + L_similarity + L_GAN` (equation 8 and algorithm 1):

    - the encoder `KL(q(z | x) || p(z)) + L_similarity`, where `L_similarity` is the negative
      log-density of `l(x)` under a normal around `l(reconstruction)`, of variance 1;
    - the decoder `similarity_weight * L_similarity`, and the discriminator's loss, negated;
    - the discriminator the cross-entropy of samples, of weight 1/2, against reconstructions and
      generated images, of weight 1/4 each.

    So the encoder never sees the game, and similarity never forms the features it is made of.
    Where one side of the game is far ahead it waits (`margin`), as in the authors' code.

    Args:
        image_shape: `(height, width, channels)`, even sides.
        latent_dim: Size of a latent vector.
        similarity_weight: Weight of the similarity, a sum over features, for the decoder; the
            paper's gamma.
        equilibrium, margin: The discriminator waits while its cross-entropy on real or on fake
            images is below `equilibrium - margin`, the decoder while one of them is above
            `equilibrium + margin`, unless both would; `margin=None` for a game without waiting.
        filters: Channels of the encoder's first convolution; the other widths follow.
        **kwargs: See `kgz.families.AutoencoderModel`; an `encoder` as for `VAE`, a `decoder` gives
            images, a `discriminator` `[logits, features]`.

    Example:

    >>> model = kgz.models.VAEGAN((8, 8, 1), latent_dim=2, filters=4)
    >>> model.compile()
    >>> images = np.zeros((4, 8, 8, 1), "float32")
    >>> history = model.fit(images, verbose=0)
    >>> sorted(history.history)
    ['discriminator_loss', 'generator_loss', 'kl_loss', 'reconstruction_loss', 'similarity_loss']
    >>> model.generate(3, seed=0).shape, model.reconstruct(images).shape
    (TensorShape([3, 8, 8, 1]), TensorShape([4, 8, 8, 1]))

    References:
        Larsen et al. 2015, Autoencoding beyond pixels using a learned similarity metric, arXiv
        1512.09300; the authors' code `model/aegan.py`.

    Deviations:
        The players take turns, each against the latest state of the others, where algorithm 1
        computes all gradients at one point. `ln D` has no small number added. Samples,
        reconstructions and generated images are decoded and judged, and so normalised, each by
        themselves (theirs: all at once, with which the recipe's images collapsed). No weight decay
        (theirs: twice 1e-5 of the weights, added to the gradient), and rates do not fall. Both of
        the authors' releases are followed in part: the later's `similarity_weight` (the earlier:
        1e-5), the earlier's game of reconstructions and generated images (the later: of these
        alone).
    """

    def __init__(
        self,
        image_shape: tuple = (64, 64, 3),
        latent_dim: int = 128,
        *,
        similarity_weight: float = 1e-6,
        equilibrium: float = 0.68,
        margin: float | None = 0.35,
        filters: int = 64,
        **kwargs,
    ):
        checks.check_at_least(0, similarity_weight=similarity_weight)
        checks.check_positive(optional=True, margin=margin)
        w, deepest = filters, vae_gan_halvings(image_shape)
        super().__init__(
            networks={
                "encoder": lambda: networks.vae_gan_encoder(
                    image_shape, latent_dim, (w, 2 * w, 4 * w)[-deepest:], 16 * w
                ),
                "decoder": lambda: networks.vae_gan_decoder(
                    image_shape, latent_dim, (4 * w, 2 * w, w // 2)[-deepest:], base_filters=4 * w
                ),
                "discriminator": lambda: networks.vae_gan_discriminator(
                    image_shape, (w // 2, *(2 * w, 4 * w, 4 * w)[-deepest:]), 8 * w
                ),
            },
            **kwargs,
        )
        self.similarity_weight = float(similarity_weight)
        self.equilibrium, self.margin = float(equilibrium), margin
        self.critic = Critic(self, loss="minimax", outputs=("logits", "features"))

    def phases(self):
        return (
            Phase("encoder", (self.encoder,)),
            Phase("decoder", (self.decoder,)),
            Phase("discriminator", (self.discriminator,)),
        )

    def encoder_losses(self, batch):
        latents, *normal = self.sampled_latents(batch["real"])
        features = [
            self.critic.judge(one)["features"] for one in (batch["real"], self.decoded(latents))
        ]
        return {
            "kl_loss": self.divergence(*normal),
            "reconstruction_loss": self.similarity(*features),
        }

    def decoder_losses(self, batch):
        real, reconstructed, generated = self._judged(batch)
        similarity = self.similarity(real["features"], reconstructed["features"])
        fooled = [self.critic.loss.generator(one["logits"]) for one in (reconstructed, generated)]
        waits, _ = self._who_waits(real, reconstructed, generated)
        self.skip_update(waits)
        return {
            "similarity_loss": self.similarity_weight * similarity,
            "generator_loss": sum(fooled),
        }

    def discriminator_losses(self, batch):
        real, *fakes = self._judged(batch)
        _, waits = self._who_waits(real, *fakes)
        self.skip_update(waits)
        on_real, on_fake = _cross_entropies(_logits(real, *fakes))
        return {"discriminator_loss": 0.5 * (on_real + on_fake)}

    def similarity(self, features, reconstructed):
        """`-log N(l(x); l(reconstruction), 1)` in nats, the mean over the batch (equation 7)."""
        return ops.mean(losses.gaussian_nll(features, reconstructed))

    def default_optimizers(self):
        """RMSprop with learning rate 3e-4, about the authors' 0.02 for sums over 64 samples."""
        return keras.optimizers.RMSprop(3e-4)

    def _judged(self, batch):
        """Logits and features of samples, of reconstructions, and of generated images."""
        latents, *_ = self.sampled_latents(batch["real"])
        prior = self.sample_latents(ops.shape(batch["real"])[0])
        return [
            self.critic.judge(images)
            for images in (batch["real"], self.decoded(latents), self.decoded(prior))
        ]

    def _who_waits(self, real, *fakes):
        """Whether the decoder waits, and whether the discriminator does."""
        if self.margin is None or not self.in_training:
            return False, False
        # Of the whole batch, so that all replicas decide alike.
        on_real, on_fake = _cross_entropies(backend.global_batch(_logits(real, *fakes)))
        least, most = ops.minimum(on_real, on_fake), ops.maximum(on_real, on_fake)
        ahead = least < self.equilibrium - self.margin
        behind = most > self.equilibrium + self.margin
        one = ops.logical_xor(ahead, behind)
        return ops.logical_and(behind, one), ops.logical_and(ahead, one)


def _logits(*judged):
    return ops.concatenate([one["logits"] for one in judged], axis=-1)


def _cross_entropies(logits):
    """The discriminator's mean cross-entropy on real images, the first column, and on fake ones."""
    return ops.mean(ops.softplus(-logits[:, :1])), ops.mean(ops.softplus(logits[:, 1:]))

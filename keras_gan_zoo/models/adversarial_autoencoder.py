"""Adversarial autoencoder."""

import keras
from keras import ops

from keras_gan_zoo import kinds
from keras_gan_zoo.errors import check_choice
from keras_gan_zoo.families.autoencoder_model import LatentPrior
from keras_gan_zoo.families.conditions import NoCondition
from keras_gan_zoo.families.critic import Critic
from keras_gan_zoo.families.priors import MODES, PRIORS
from keras_gan_zoo.models.autoencoder import Autoencoder
from keras_gan_zoo.networks import mlp_decoder, mlp_encoder
from keras_gan_zoo.training import checks
from keras_gan_zoo.training.own_networks import check_shapes
from keras_gan_zoo.training.phase import Phase

UNLABELLED = -1


@keras.saving.register_keras_serializable("keras_gan_zoo")
class AdversarialAutoencoder(LatentPrior, Autoencoder):
    """An autoencoder whose latents an adversary makes look like a prior.

    A training step has three phases: encoder and decoder descend the reconstruction loss; the
    discriminator tells latents of data from latents of the prior; the encoder fools it. Any prior
    that can be sampled will do.

    With `informed_by_labels` the discriminator is also shown each sample's class, and which part
    of the prior belongs to it, so that classes get places of their own. `fit` then takes labels;
    -1 stands for an unknown one.

    Args:
        image_shape: `(height, width, channels)`.
        latent_dim: Size of a latent vector; even for the priors of pairs.
        prior: `"normal"`, or of pairs of dimensions `"mixture"` (ten Gaussians, figure 4 of the
            paper) or `"swiss_roll"`.
        prior_scale: Factor of the prior's latents.
        informed_by_labels: Whether the discriminator is shown classes, of which there are ten.
        units: Width of each of the networks' two hidden layers.
        **kwargs: See `Autoencoder`; a `discriminator` takes latents, beside one-hot classes if it
            is shown them, and gives logits.

    Example:

    >>> model = kgz.models.AdversarialAutoencoder((8, 8, 1), latent_dim=2, units=16)
    >>> model.compile()
    >>> images = np.zeros((4, 8, 8, 1), "float32")
    >>> history = model.fit(images, verbose=0)
    >>> sorted(history.history)
    ['discriminator_loss', 'generator_loss', 'reconstruction_loss']
    >>> model.generate(3, seed=0).shape
    TensorShape([3, 8, 8, 1])

    References:
        Makhzani et al. 2015, Adversarial Autoencoders, arXiv 1511.05644, sections 2 and 2.3.

    Deviations:
        Adam (the paper: SGD with momentum), and Glorot's initialiser (the paper: a normal one of
        deviation 0.01); a deterministic encoder, as in the paper's results. The prior has deviation
        1 (`prior_scale=5` for the paper's of MNIST).
    """

    condition = NoCondition(", but `sample_latents` does: pass its `latents`")

    def __init__(
        self,
        image_shape: tuple = (28, 28, 1),
        latent_dim: int = 8,
        *,
        prior: str = "normal",
        prior_scale: float = 1.0,
        informed_by_labels: bool = False,
        units: int = 1000,
        networks: dict | None = None,
        **kwargs,
    ):
        check_choice("prior", prior, PRIORS)
        checks.check_positive(prior_scale=prior_scale)
        if prior != "normal" and latent_dim % 2:
            raise ValueError(
                f"Expected an even `latent_dim` for the prior {prior!r}, which is one of pairs. "
                f"Received: {latent_dim}"
            )
        if informed_by_labels and prior == "normal":
            raise ValueError(
                "Expected the prior 'mixture' or 'swiss_roll' with `informed_by_labels`: classes "
                "have no places in a normal one. Received: 'normal'"
            )
        hidden = (units, units)
        judged = latent_dim + (MODES + 1 if informed_by_labels else 0)
        own = {
            "encoder": lambda: mlp_encoder(image_shape, latent_dim, hidden),
            "decoder": lambda: mlp_decoder(image_shape, latent_dim, hidden, output="logits"),
            "discriminator": lambda: mlp_encoder((judged,), 1, hidden),
        }
        super().__init__(image_shape, latent_dim, networks={**own, **(networks or {})}, **kwargs)
        self.prior, self.prior_scale = prior, float(prior_scale)
        self.informed_by_labels = bool(informed_by_labels)
        if networks is None:
            check_shapes("discriminator", self.discriminator, [(judged,)])
        self.critic = Critic(self)

    def phases(self):
        return (
            Phase("autoencoder", (self.encoder, self.decoder)),
            Phase("discriminator", (self.discriminator,)),
            Phase("generator", (self.encoder,)),
        )

    def inputs(self):
        """`image`, and its `label` (-1 for unknown) if the discriminator is shown it."""
        label = {"label": kinds.Label(MODES, unknown=True)} if self.informed_by_labels else {}
        return {**super().inputs(), **label}

    def discriminator_losses(self, batch):
        labels = batch.get("label")
        count = ops.shape(batch["real"])[0]
        real = self.judge_latents(self.sample_latents(count, labels=labels), labels)
        fake = self.judge_latents(self.encoded(batch["real"]), labels)
        return {"discriminator_loss": self.critic.loss.discriminator(real, fake)}

    def generator_losses(self, batch):
        judged = self.judge_latents(self.encoded(batch["real"]), batch.get("label"))
        return {"generator_loss": self.critic.loss.generator(judged)}

    def judge_latents(self, latents, labels=None):
        """The discriminator's logits of latents, in the mode of the running step."""
        if self.informed_by_labels:
            # The last of the classes is "unknown".
            numbers = ops.where(labels < 0, MODES, labels)
            classes = ops.cast(ops.one_hot(numbers, MODES + 1), latents.dtype)
            latents = ops.concatenate([latents, classes], axis=-1)
        return self.critic.criticize(latents)

    def sample_latents(self, num_samples: int, seed=None, labels=None):
        """Latents `(num_samples, latent_dim)` of the prior.

        Args:
            num_samples: How many.
            seed: An integer or a `SeedGenerator`.
            labels: Parts of the prior to draw from `(num_samples,)`, -1 for any.
        """
        return self.sample_prior(num_samples, self.latent_dim, seed, labels)

    def sample_prior(self, num_samples: int, size: int, seed=None, labels=None):
        """`(num_samples, size)` of the prior."""
        return self.prior_scale * PRIORS[self.prior]((num_samples, size), seed, labels)

    def default_optimizers(self):
        """Adam: learning rate 1e-3 for the autoencoder, 2e-4 and beta_1 0.5 for the game."""
        return {
            "autoencoder": keras.optimizers.Adam(1e-3),
            "discriminator": keras.optimizers.Adam(2e-4, beta_1=0.5),
            "generator": keras.optimizers.Adam(2e-4, beta_1=0.5),
        }

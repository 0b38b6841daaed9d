"""World Models: what the agent sees."""

import keras
from keras import ops

from keras_gan_zoo import losses, networks
from keras_gan_zoo.errors import check_choice
from keras_gan_zoo.families.autoencoder_model import AutoencoderModel
from keras_gan_zoo.families.posterior import GaussianPosterior
from keras_gan_zoo.training import checks

LATENTS = {"doom": 64, "car_racing": 32}


@keras.saving.register_keras_serializable("keras_gan_zoo")
class WorldModelVAE(GaussianPosterior, AutoencoderModel):
    """The vision of a world model: a variational autoencoder of frames of 64x64 pixels.

    It descends the squared error of pixels in `[0, 1]`, summed over an image, and the divergence
    of the posterior from the prior, also of an image, which counts from `free_nats` per latent on.

    Args:
        variant: `"doom"` (64 latents, 4,446,915 parameters) or `"car_racing"` (32, 4,348,547).
        latent_dim: Size of a latent vector, if it is another.
        filters: Channels of the encoder's first convolution and of the decoder's last hidden one;
            the other widths follow.
        free_nats: See above.
        **kwargs: See `kgz.families.AutoencoderModel`; an `encoder` gives `[mean, log_variance]`, a
            `decoder` images in `[0, 1]`.

    Example:

    >>> model = kgz.models.WorldModelVAE(latent_dim=2, filters=2)
    >>> model.compile()
    >>> history = model.fit(np.zeros((4, 64, 64, 3), "float32"), verbose=0)
    >>> sorted(history.history)
    ['kl_loss', 'loss', 'reconstruction_loss']
    >>> model.encode(np.zeros((4, 64, 64, 3), "float32")).shape
    TensorShape([4, 2])

    References:
        Ha and Schmidhuber 2018, World Models, arXiv 1803.10122, section 2.1 and appendix A.1; the
        authors' code `doomrnn/doomvae.py`.

    Deviations:
        Frames are not inverted (the authors' are, `1 - x`), and in `[-1, 1]` outside of the loss.
    """

    def __init__(
        self,
        variant: str = "doom",
        latent_dim: int | None = None,
        *,
        filters: int = 32,
        free_nats: float = 0.5,
        **kwargs,
    ):
        check_choice("variant", variant, LATENTS)
        checks.check_at_least(0, free_nats=free_nats)
        size = LATENTS[variant] if latent_dim is None else latent_dim
        super().__init__(
            networks={
                "encoder": lambda: networks.world_model_encoder(size, filters),
                "decoder": lambda: networks.world_model_decoder(size, filters),
            },
            **kwargs,
        )
        self.free_nats = float(free_nats)

    def autoencoder_losses(self, batch):
        latents, *normal = self.sampled_latents(batch["real"])
        errors = (batch["real"] + 1.0) / 2.0 - ops.cast(self.decoded(latents), "float32")
        squares = ops.sum(ops.square(errors), axis=(1, 2, 3))
        nats = ops.sum(losses.kl_per_dimension(*normal), axis=-1)
        counted = ops.maximum(nats, self.free_nats * self.latent_dim)
        return {"reconstruction_loss": ops.mean(squares), "kl_loss": ops.mean(counted)}

    def observed(self, decoded):
        return 2.0 * decoded - 1.0

    def default_optimizers(self):
        """Adam with learning rate 1e-4."""
        return keras.optimizers.Adam(1e-4, epsilon=1e-8)

"""SNGAN, and the normalisers its paper compares."""

import keras

from keras_gan_zoo.errors import check_choice
from keras_gan_zoo.families.adversarial_model import AdversarialModel
from keras_gan_zoo.networks import (
    sngan_cnn_discriminator,
    sngan_cnn_generator,
    sngan_resnet_discriminator,
    sngan_resnet_generator,
)
from keras_gan_zoo.networks.blocks.normalization import NORMALIZATIONS
from keras_gan_zoo.penalties import GradientPenalty, OrthonormalRegularization

NETWORKS = {
    "cnn": (sngan_cnn_generator, sngan_cnn_discriminator, "non_saturating"),
    "resnet": (sngan_resnet_generator, sngan_resnet_discriminator, "hinge"),
}
CLIP = 0.01
# Normalisers that are added to training rather than built into the network.
PENALTIES = {"gradient_penalty": GradientPenalty, "orthonormal": OrthonormalRegularization}


@keras.saving.register_keras_serializable("keras_gan_zoo")
class SNGAN(AdversarialModel):
    """Spectrally normalised GAN: each layer of the discriminator is divided by its largest
    singular value, so that the discriminator's Lipschitz constant is at most that of its
    nonlinearities.

    Args:
        image_shape: `(side, side, channels)`: any side that 4 divides for the CNN; 8, 16, 28, 32,
            48, 64 or 128 for the ResNet.
        latent_dim: Size of a standard normal latent vector.
        network: `"cnn"` (the standard CNN of tables 3, with the non-saturating loss) or
            `"resnet"` (tables 4 to 6, with the hinge loss).
        filters, discriminator_filters: Base widths of the two networks; by default the paper's.
        discriminator_normalization: `"spectral"`, or one of those the paper compares it with:
            `"weight_clipping"`, `"gradient_penalty"`, `"batch"`, `"layer"`, `"weight"`,
            `"orthonormal"`; or `"none"`.
        conditioning: How the discriminator of a conditional model reads the condition, see
            `ConditionalGAN`.
        **kwargs: See `kgz.families.AdversarialModel`.

    Raises:
        ValueError: If a name is unknown or `image_shape` is none of the above.

    Example:

    >>> model = kgz.models.SNGAN(image_shape=(8, 8, 1), latent_dim=4, filters=4,
    ...                          discriminator_filters=4, discriminator_steps=1)
    >>> model.compile()
    >>> history = model.fit(np.zeros((10, 8, 8, 1), "float32"), batch_size=10, verbose=0)
    >>> model.generate(2, seed=0).shape
    TensorShape([2, 8, 8, 1])

    References:
        Miyato et al. 2018, Spectral Normalization for Generative Adversarial Networks, arXiv
        1802.05957, algorithm 1.

    Deviations:
        The generator's update sees as many samples as one of the discriminator's (the authors:
        twice as many), comes after these rather than after the first, and learning rates do not
        decay. `"cnn"` has the optimizers that the paper gives the ResNet: of its six settings for
        the CNN none has beta_1 = 0. Weight clipping reaches all weights (the paper: those of
        convolutions).
    """

    def __init__(
        self,
        image_shape: tuple = (32, 32, 3),
        latent_dim: int = 128,
        *,
        network: str = "cnn",
        filters: int | None = None,
        discriminator_filters: int | None = None,
        discriminator_normalization: str = "spectral",
        num_classes: int | None = None,
        condition_dim: int | None = None,
        conditioning: str = "projection",
        adversarial_loss=None,
        penalties=None,
        weight_clip: float | None = None,
        discriminator_steps: int = 5,
        **kwargs,
    ):
        check_choice("network", network, NETWORKS)
        make_generator, make_discriminator, loss = NETWORKS[network]
        normalization = discriminator_normalization
        check_choice("discriminator_normalization", normalization, NORMALIZATIONS)
        if penalties is None:
            penalties = [PENALTIES[normalization]()] if normalization in PENALTIES else []
        if weight_clip is None and normalization == "weight_clipping":
            weight_clip = CLIP
        dim = num_classes or condition_dim
        super().__init__(
            latent_dim=latent_dim,
            networks={
                "generator": lambda: make_generator(
                    image_shape, latent_dim, condition_dim=dim, **_width(filters)
                ),
                "discriminator": lambda shape: make_discriminator(
                    shape,
                    normalization=normalization,
                    condition_dim=dim,
                    conditioning=conditioning,
                    **_width(discriminator_filters),
                ),
            },
            num_classes=num_classes,
            condition_dim=condition_dim,
            adversarial_loss=adversarial_loss or loss,
            penalties=penalties,
            weight_clip=weight_clip,
            discriminator_steps=discriminator_steps,
            **kwargs,
        )

    def default_optimizers(self):
        """Adam with learning rate 2e-4, beta_1 0 and beta_2 0.9 (appendix B.2)."""
        return keras.optimizers.Adam(2e-4, beta_1=0.0, beta_2=0.9, epsilon=1e-8)


def _width(filters):
    return {} if filters is None else {"filters": filters}

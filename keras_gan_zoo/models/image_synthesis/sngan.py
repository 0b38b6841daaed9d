"""SNGAN, the normalisers its paper compares, and conditional GANs on its networks."""

import keras

from keras_gan_zoo.errors import check_choice
from keras_gan_zoo.networks import (
    sngan_cnn_discriminator,
    sngan_cnn_generator,
    sngan_resnet_discriminator,
    sngan_resnet_generator,
)
from keras_gan_zoo.penalties import GradientPenalty, OrthonormalRegularization
from keras_gan_zoo.training.adversarial_model import AdversarialModel

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
        generator, discriminator: Networks to use instead of the paper's.
        **kwargs: See `kgz.training.AdversarialModel`.

    Raises:
        ValueError: If a name is unknown or `image_shape` is none of the above.

    Example:

    >>> model = kgz.models.SNGAN(image_shape=(8, 8, 1), latent_dim=4, filters=4,
    ...                          discriminator_filters=4)
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
        convolutions). A moving average of the generator is kept for sampling (`ema_decay=None`
        for none).
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
        generator: keras.Model | None = None,
        discriminator: keras.Model | None = None,
        adversarial_loss=None,
        penalties=None,
        weight_clip: float | None = None,
        discriminator_steps: int = 5,
        **kwargs,
    ):
        check_choice("network", network, NETWORKS)
        make_generator, make_discriminator, loss = NETWORKS[network]
        normalization = discriminator_normalization
        if penalties is None:
            penalties = [PENALTIES[normalization]()] if normalization in PENALTIES else []
        if weight_clip is None and normalization == "weight_clipping":
            weight_clip = CLIP
        dim = num_classes or condition_dim
        super().__init__(
            generator
            or (
                lambda: make_generator(
                    image_shape, latent_dim, condition_dim=dim, **_width(filters)
                )
            ),
            discriminator
            or (
                lambda shape: make_discriminator(
                    shape,
                    normalization=normalization,
                    condition_dim=dim,
                    conditioning=conditioning,
                    **_width(discriminator_filters),
                )
            ),
            latent_dim,
            num_classes=num_classes,
            condition_dim=condition_dim,
            adversarial_loss=adversarial_loss or loss,
            penalties=penalties,
            weight_clip=weight_clip,
            discriminator_steps=discriminator_steps,
            architecture={
                "image_shape": image_shape,
                "network": network,
                "filters": filters,
                "discriminator_filters": discriminator_filters,
                "discriminator_normalization": normalization,
                "conditioning": conditioning,
            },
            **kwargs,
        )

    def default_optimizers(self):
        """Adam with learning rate 2e-4, beta_1 0 and beta_2 0.9 (appendix B.2)."""
        return {
            name: keras.optimizers.Adam(2e-4, beta_1=0.0, beta_2=0.9, epsilon=1e-8)
            for name in ("discriminator", "generator")
        }


@keras.saving.register_keras_serializable("keras_gan_zoo")
class ConditionalGAN(SNGAN):
    """A GAN that is told what to make: a class, or a vector.

    The generator has conditional batch normalisation. The discriminator reads the condition `y`
    in one of three ways: `"input_concat"` tiles it next to the image, `"hidden_concat"` tiles a
    linear map of it next to the feature maps half-way, `"projection"` adds the inner product of a
    linear map of it with the features to the logit, `f(x, y) = y^T V phi(x) + psi(phi(x))`
    (equation 3). `morph` goes from one class to another at a fixed latent.

    Args:
        image_shape, latent_dim, network, filters, discriminator_filters: See `SNGAN`.
        num_classes: Number of classes; 10 if there is no `condition_dim` either.
        condition_dim: Size of a continuous condition, instead of classes.
        conditioning: See above.
        **kwargs: See `SNGAN` and `kgz.training.AdversarialModel`.

    Example:

    >>> model = kgz.models.ConditionalGAN((8, 8, 1), 4, num_classes=3, filters=4,
    ...                                   discriminator_filters=4)
    >>> model.compile()
    >>> images, labels = np.zeros((10, 8, 8, 1), "float32"), np.arange(10) % 3
    >>> history = model.fit(images, labels, batch_size=10, verbose=0)
    >>> model.generate(labels=[0, 2], num_samples=2, seed=0).shape
    TensorShape([2, 8, 8, 1])
    >>> model.morph(0, 2, steps=5, seed=0).shape
    TensorShape([1, 5, 8, 8, 1])

    References:
        Miyato and Koyama 2018, cGANs with Projection Discriminator, arXiv 1802.05637, equation 3
        and figure 1. The game is Mirza and Osindero 2014, Conditional Generative Adversarial
        Nets, arXiv 1411.1784, equation 2.

    Deviations:
        The network is the CNN, whose features are its flattened last maps, unless
        `network="resnet"`, the paper's, which sums them over positions. Samples are generated for
        the conditions of the real batch rather than for classes drawn uniformly. The rest as
        `SNGAN`.
    """

    def __init__(
        self,
        image_shape: tuple = (32, 32, 3),
        latent_dim: int = 128,
        *,
        num_classes: int | None = None,
        condition_dim: int | None = None,
        adversarial_loss="hinge",
        **kwargs,
    ):
        if num_classes is None and condition_dim is None:
            num_classes = 10
        super().__init__(
            image_shape,
            latent_dim,
            num_classes=num_classes,
            condition_dim=condition_dim,
            adversarial_loss=adversarial_loss,
            **kwargs,
        )


def _width(filters):
    return {} if filters is None else {"filters": filters}

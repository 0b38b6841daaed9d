"""Conditional GANs, on SNGAN's networks."""

import keras

from keras_gan_zoo.models.sngan import SNGAN


@keras.saving.register_keras_serializable("keras_gan_zoo")
class ConditionalGAN(SNGAN):
    """A GAN that makes samples of a given class, or for a given vector.

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
        **kwargs: See `SNGAN` and `kgz.families.AdversarialModel`.

    Example:

    >>> model = kgz.models.ConditionalGAN((8, 8, 1), 4, num_classes=3, filters=4,
    ...                                   discriminator_filters=4, discriminator_steps=1)
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

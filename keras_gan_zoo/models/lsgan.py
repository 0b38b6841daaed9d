"""LSGAN."""

import keras

from keras_gan_zoo.models.dcgan import DCGAN


@keras.saving.register_keras_serializable("keras_gan_zoo")
class LSGAN(DCGAN):
    """Least-squares GAN: both players regress to targets instead of classifying.

    The discriminator descends `(E (D(x) - 1)^2 + E D(G(z))^2) / 2`, the generator
    `E (D(G(z)) - 1)^2 / 2` (equation 9): samples far on the right side of the decision still have
    a gradient. Networks and arguments are those of `DCGAN`.

    Args:
        image_shape, latent_dim, filters: See `DCGAN`.
        adversarial_loss: By default `"least_squares"`; `kgz.losses.LeastSquares` takes other
            targets.
        **kwargs: See `kgz.families.AdversarialModel`.

    Example:

    >>> model = kgz.models.LSGAN(image_shape=(16, 16, 1), latent_dim=8, filters=4)
    >>> model.compile()
    >>> history = model.fit(np.zeros((8, 16, 16, 1), "float32"), batch_size=4, verbose=0)
    >>> model.generate(2, seed=0).shape
    TensorShape([2, 16, 16, 1])

    References:
        Mao et al. 2016, Least Squares Generative Adversarial Networks, arXiv 1611.04076,
        equation 9.

    Deviations:
        Network and optimizer are DCGAN's at every size; the paper has a network of its own for
        LSUN and learning rates from 2e-4 to 1e-3. The rest as `DCGAN`.
    """

    def __init__(
        self,
        image_shape: tuple = (64, 64, 3),
        latent_dim: int = 100,
        *,
        adversarial_loss="least_squares",
        **kwargs,
    ):
        super().__init__(image_shape, latent_dim, adversarial_loss=adversarial_loss, **kwargs)

"""The first GAN."""

import keras

from keras_gan_zoo.families.adversarial_model import AdversarialModel
from keras_gan_zoo.networks.mlp import maxout_discriminator, mlp_generator


@keras.saving.register_keras_serializable("keras_gan_zoo")
class GAN(AdversarialModel):
    """The original generative adversarial network: two multilayer perceptrons.

    The discriminator ascends `E log D(x) + E log(1 - D(G(z)))` (equation 1). The generator
    descends the same value (`adversarial_loss="minimax"`) or, as in the paper's experiments,
    ascends `E log D(G(z))` (`"non_saturating"`, the default; section 3).

    Args:
        sample_shape: `(height, width, channels)` of images, or `(features,)` of points.
        latent_dim: Size of a latent vector; latents are uniform in `[-1, 1]`.
        hidden_units: Width of the generator's two hidden layers; the discriminator has a fifth as
            many maxout units of five pieces.
        image_shape: The name of `sample_shape` that all image models share.
        **kwargs: See `kgz.families.AdversarialModel`.

    Example:

    >>> model = kgz.models.GAN(sample_shape=(2,), latent_dim=4, hidden_units=20)
    >>> model.compile()
    >>> points = kgz.datasets.load("ring_of_gaussians", batch_size=500)
    >>> history = model.fit(points, epochs=1, steps_per_epoch=2, verbose=0)
    >>> model.generate(3, seed=0).shape
    TensorShape([3, 2])

    References:
        Goodfellow et al. 2014, Generative Adversarial Networks, arXiv 1406.2661, algorithm 1.

    Deviations:
        Images are in [-1, 1] with a `tanh` output (the paper: [0, 1] and a sigmoid). Momentum
        stays at 0.5 (the authors' settings let it rise to 0.7 over 250 epochs). The output bias
        starts at 0 rather than at the marginals of the data. Latents have the range [-1, 1]
        (the authors' code: unit variance).
    """

    def __init__(
        self,
        sample_shape: tuple = (28, 28, 1),
        latent_dim: int = 100,
        *,
        hidden_units: int = 1200,
        image_shape: tuple | None = None,
        latent_distribution: str = "uniform",
        **kwargs,
    ):
        shape = image_shape or sample_shape
        super().__init__(
            latent_dim=latent_dim,
            networks={
                "generator": lambda: mlp_generator(shape, latent_dim, hidden_units),
                "discriminator": lambda shape: maxout_discriminator(
                    shape, max(1, hidden_units // 5)
                ),
            },
            latent_distribution=latent_distribution,
            **kwargs,
        )

    def default_optimizers(self):
        """SGD, momentum 0.5, learning rate 0.1 divided by 1.000004 per update (authors' code).

        The discriminator's is 0.05: the authors halve its loss, which equation 1 does not.
        """

        def sgd(rate):
            falling = keras.optimizers.schedules.ExponentialDecay(rate, 1, 1.0 / 1.000004)
            return keras.optimizers.SGD(falling, momentum=0.5)

        return {"discriminator": sgd(0.05), "generator": sgd(0.1)}

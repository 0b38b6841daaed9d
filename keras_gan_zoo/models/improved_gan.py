"""Improved GAN: a toolbox of ways to keep the game stable."""

import keras

from keras_gan_zoo import losses
from keras_gan_zoo.errors import check_choice
from keras_gan_zoo.families.adversarial_model import AdversarialModel
from keras_gan_zoo.networks import (
    dcgan_discriminator,
    dcgan_generator,
    with_features,
    with_minibatch_discrimination,
    with_virtual_batch_normalization,
)
from keras_gan_zoo.penalties import HistoricalAverage

MATCHINGS = (None, "squared", "absolute")


@keras.saving.register_keras_serializable("keras_gan_zoo")
class ImprovedGAN(AdversarialModel):
    """DCGAN's networks with the techniques of Salimans et al., each of which can be left out.

    Each also works alone on any other model: `kgz.networks.with_minibatch_discrimination` and
    `with_virtual_batch_normalization` on its networks, `kgz.penalties.HistoricalAverage`,
    `kgz.losses.get("non_saturating", label_smoothing=0.1)`, `kgz.losses.feature_matching`.

    Args:
        image_shape, latent_dim, filters: See `DCGAN`.
        feature_matching: `"squared"` or `"absolute"`: the generator matches the means of the
            discriminator's features (section 3.1) instead of fooling it; `None`: it fools it.
        minibatch_discrimination: Kernels through which the discriminator compares the samples of
            a batch (section 3.2); 0 for none.
        historical_average: Weight of the squared distance of each player's weights to their
            average so far (section 3.3); 0 for none.
        label_smoothing: The discriminator's target for real samples is one less this (3.4).
        virtual_batch_normalization: Size of the generator's reference batch (section 3.5),
            standard normal latents fixed at the start; 0 for batch normalisation.
        **kwargs: See `kgz.families.AdversarialModel`; a `discriminator` gives
            `[logits, features]`, see `kgz.networks.with_features`.

    Example:

    >>> model = kgz.models.ImprovedGAN((8, 8, 1), latent_dim=4, filters=4,
    ...                                virtual_batch_normalization=3, historical_average=0.1)
    >>> model.compile()
    >>> history = model.fit(np.zeros((8, 8, 8, 1), "float32"), batch_size=4, verbose=0)
    >>> len(history.history), "historical_average" in history.history
    (4, True)

    References:
        Salimans et al. 2016, Improved Techniques for Training GANs, arXiv 1606.03498, section 3.

    Deviations:
        The reference batch of the generator holds standard normal latents, as the latents of this
        model.
    """

    outputs_of_discriminator = ("logits", "features")

    def __init__(
        self,
        image_shape: tuple = (64, 64, 3),
        latent_dim: int = 100,
        *,
        filters: int = 128,
        feature_matching: str | None = None,
        minibatch_discrimination: int = 100,
        historical_average: float = 0.0,
        label_smoothing: float = 0.1,
        virtual_batch_normalization: int = 64,
        adversarial_loss=None,
        penalties=None,
        generator_penalties=None,
        **kwargs,
    ):
        check_choice("feature_matching", feature_matching, MATCHINGS)

        def generator():
            network = dcgan_generator(image_shape, latent_dim, filters)
            size = virtual_batch_normalization
            return with_virtual_batch_normalization(network, size) if size else network

        def discriminator(shape):
            network = dcgan_discriminator(shape, filters)
            if minibatch_discrimination:
                network = with_minibatch_discrimination(network, minibatch_discrimination)
            return with_features(network)

        def history(penalties):
            ours = [HistoricalAverage(historical_average)] if historical_average else []
            return ours if penalties is None else penalties

        if adversarial_loss is None:
            adversarial_loss = losses.get("non_saturating", label_smoothing=label_smoothing)
        super().__init__(
            latent_dim=latent_dim,
            networks={"generator": generator, "discriminator": discriminator},
            adversarial_loss=adversarial_loss,
            penalties=history(penalties),
            generator_penalties=history(generator_penalties),
            **kwargs,
        )
        self.feature_matching = feature_matching

    def generator_losses(self, batch):
        if self.feature_matching is None:
            return super().generator_losses(batch)
        features = (
            self.critic.judge(*inputs)["features"]
            for inputs in (self.real_inputs(batch), self.fake_inputs(batch))
        )
        return {"generator_loss": losses.feature_matching(*features, self.feature_matching)}

    def default_optimizers(self):
        """Adam with learning rate 2e-4 and beta_1 0.5 for both players, as DCGAN."""
        return keras.optimizers.Adam(2e-4, beta_1=0.5, epsilon=1e-8)

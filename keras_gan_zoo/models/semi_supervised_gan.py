"""The semi-supervised GAN: a classifier whose extra class is "generated"."""

import keras
from keras import ops

from keras_gan_zoo import losses
from keras_gan_zoo.errors import check_choice
from keras_gan_zoo.families.adversarial_model import AdversarialModel
from keras_gan_zoo.families.classification import FewLabels
from keras_gan_zoo.families.critic import Critic
from keras_gan_zoo.kinds import values
from keras_gan_zoo.layers import WeightNormalization
from keras_gan_zoo.models.improved_gan import MATCHINGS
from keras_gan_zoo.networks import improved_gan_classifier, improved_gan_generator
from keras_gan_zoo.training import checks


class ClassCritic(Critic):
    """A critic that believes a sample as far as there is evidence for any of the classes."""

    def judge(self, samples):
        judged = super().judge(samples)
        return {**judged, "logits": losses.class_evidence(judged["class_logits"])}


@keras.saving.register_keras_serializable("keras_gan_zoo")
class SemiSupervisedGAN(FewLabels, AdversarialModel):
    """A classifier of K classes that learns from few labels, because it also tells real from fake.

    Its K logits `l(x)` stand for "real" with probability `Z / (Z + 1)`, `Z = sum_k exp l_k(x)`.
    It descends the cross-entropy of labelled samples, `E log Z(x) - l_y(x)`, and half the binary
    cross-entropy of unlabelled real samples against generated ones. The generator matches the mean
    of its features. Outside of training, the moving average of the classifier judges.

    `fit` takes batches of few labels and many samples from
    `kgz.datasets.load(name, labels_per_class=10)`, dicts with the keys `"image"` (unlabelled),
    `"labelled_image"` and `"label"`; or `(images, labels)`, all of them labelled. Before it, call
    `initialize_from_data`, as the authors do.

    Args:
        image_shape: Shape of a sample: `(height, width, channels)`, or `(features,)`.
        latent_dim: Size of a latent vector; latents are uniform.
        num_classes: Number of classes, K.
        feature_matching: `"squared"` or `"absolute"`, see `kgz.losses.feature_matching`; `None`
            for a generator that fools the classifier instead.
        ema_decay: Decay of the moving averages of generator and classifier.
        **kwargs: See `kgz.families.AdversarialModel`; a `discriminator` gives
            `[class_logits, features]`. The networks are those for permutation-invariant MNIST.

    Example:

    >>> model = kgz.models.SemiSupervisedGAN((8, 8, 1), latent_dim=4, num_classes=2)
    >>> model.compile()
    >>> images, labels = np.zeros((8, 8, 8, 1), "float32"), np.arange(8) % 2
    >>> few = kgz.datasets.few_labels(images, labels, labels_per_class=1, batch_size=4)
    >>> history = model.fit(few, verbose=0)
    >>> sorted(history.history)
    ['discriminator_loss', 'generator_loss', 'supervised_loss']
    >>> model.classify(images[:3]).shape
    TensorShape([3, 2])

    References:
        Salimans et al. 2016, Improved Techniques for Training GANs, arXiv 1606.03498, sections 5
        and 6.1.

    Deviations:
        Latents are uniform in [-1, 1] rather than in [0, 1], which the batch normalisation after
        the first layer undoes. The moving average of the classifier has the authors' decay of
        0.9999 but starts quickly rather than at 0; the generator has one, too.
    """

    discriminator_takes_condition = False
    has_own_losses = True
    outputs_of_discriminator = ("class_logits", "features")
    critic_class = ClassCritic

    def __init__(
        self,
        image_shape: tuple = (28, 28, 1),
        latent_dim: int = 100,
        num_classes: int = 10,
        *,
        feature_matching: str | None = "squared",
        latent_distribution: str = "uniform",
        ema_decay: float | None = 0.9999,
        **kwargs,
    ):
        check_choice("feature_matching", feature_matching, MATCHINGS)
        checks.check_count("num_classes", num_classes, least=2)
        super().__init__(
            latent_dim=latent_dim,
            networks={
                "generator": lambda: improved_gan_generator(image_shape, latent_dim),
                "discriminator": lambda shape: improved_gan_classifier(shape, num_classes),
            },
            latent_distribution=latent_distribution,
            ema_decay=ema_decay,
            **kwargs,
        )
        self.feature_matching = feature_matching
        self._classes = int(num_classes)
        self.ema_discriminator = (
            None if ema_decay is None else self.moving_average(self.discriminator, ema_decay)
        )

    @property
    def num_classes(self) -> int:
        """Number of classes that `classify` tells apart; `generate` takes no labels."""
        return self._classes

    def initialize_from_data(self, samples):
        """Sets the classifier's weight normalisation from data; see `WeightNormalization`.

        Args:
            samples: Some 500 samples `(batch, *sample_shape)`.
        """
        samples = self.sample_kind.check("samples", samples)
        WeightNormalization.initialize_from_data(self.discriminator, samples)
        self.averaged(self.discriminator).set_weights(self.discriminator.get_weights())

    def prepare_batch(self, data):
        batch = super().prepare_batch(data)
        alike = ops.equal(ops.shape(batch["labelled"])[0], ops.shape(batch["real"])[0])
        message = "Expected as many labelled as unlabelled samples in a batch."
        return {**batch, "labelled": values.require(alike, message, batch["labelled"])}

    def discriminator_losses(self, batch):
        (fake,) = self.fake_inputs(batch)
        judged = self.critic.judge_together(batch["labelled"], batch["real"], fake)
        self.critic.observe(judged[1]["logits"])
        on_labelled, on_real, on_fake = (one["class_logits"] for one in judged)
        return {
            "discriminator_loss": losses.semi_supervised_unlabelled(on_real, on_fake),
            "supervised_loss": losses.auxiliary_classification(on_labelled, batch["label"]),
            **self.critic.penalty_losses((batch["real"],), (fake,)),
        }

    def generator_losses(self, batch):
        if self.feature_matching is None:
            return super().generator_losses(batch)
        judged = self.critic.judge_together(batch["real"], *self.fake_inputs(batch))
        features = (one["features"] for one in judged)
        return {"generator_loss": losses.feature_matching(*features, self.feature_matching)}

    def default_optimizers(self):
        """Adam with learning rate 3e-3 and beta_1 0.5 for both players (authors' MNIST code).

        The authors add 1e-8 to the corrected second moment before the root, which is about 1e-4
        after it; Keras's epsilon counts more at first, by 1 / sqrt(1 - 0.999^t) at step t.
        """
        return keras.optimizers.Adam(3e-3, beta_1=0.5, epsilon=1e-4)

"""The semi-supervised adversarial autoencoder: a class and a style."""

import keras
from keras import ops

from keras_gan_zoo import backend, losses
from keras_gan_zoo.families.classification import FewLabels
from keras_gan_zoo.families.critic import Critic
from keras_gan_zoo.families.distortion import distort
from keras_gan_zoo.kinds import values
from keras_gan_zoo.models.adversarial_autoencoder import AdversarialAutoencoder
from keras_gan_zoo.networks import mlp_decoder, mlp_encoder
from keras_gan_zoo.training import checks
from keras_gan_zoo.training.own_networks import check_shapes
from keras_gan_zoo.training.phase import Phase


@keras.saving.register_keras_serializable("keras_gan_zoo")
class SemiSupervisedAAE(FewLabels, AdversarialAutoencoder):
    """An adversarial autoencoder whose latents are a class and a style, from few labels.

    The encoder has two heads: probabilities of K classes, and a style. One discriminator tells
    classes from one-hot vectors drawn uniformly, another tells styles from the prior; the encoder
    fools both. On labelled samples it also descends the cross-entropy of the class. The decoder
    is given the probabilities, not the likeliest class. Both discriminators are shown latents
    through noise: without it one-hot vectors can always be told from probabilities.

    Latents `(batch, num_classes + latent_dim)` are the probabilities, then the style. `fit` takes
    what `SemiSupervisedGAN.fit` takes. Samples of given classes:
    `model.generate(latents=model.sample_latents(3, labels=[0, 1, 2]))`.

    Args:
        image_shape: `(height, width, channels)`.
        latent_dim: Size of a style.
        num_classes: Number of classes, K.
        noise: Standard deviation of normal noise added to what the encoder is shown in training,
            for pixels that count from 0 to 1.
        distortion: Strength of random shifts, turns, scalings and shears of images whose class is
            to be told in training, see `kgz.families.distort`; their style is told from them as
            they were. Not with `jit_compile=True`: TensorFlow has no such operation for XLA.
        joint: Whether the discriminator of styles is shown the classes beside them, so that styles
            become independent of classes. Advisable with `distortion`: without it a style, told
            from a clearer image, came to hold the class.
        latent_noise: Standard deviation of normal noise added to what the discriminators are
            shown in training.
        reconstruction_weight: Factor of the reconstruction loss, a mean over pixels, beside the
            game's and the classes'.
        units: Width of each of the networks' two hidden layers.
        **kwargs: See `AdversarialAutoencoder`; an `encoder` gives `[class_logits, style]`, a
            `discriminator` takes styles (`joint`: latents), a `class_discriminator` class
            probabilities.

    Example:

    >>> model = kgz.models.SemiSupervisedAAE((8, 8, 1), latent_dim=2, num_classes=3, units=16)
    >>> model.compile()
    >>> images, labels = np.zeros((6, 8, 8, 1), "float32"), np.arange(6) % 3
    >>> few = kgz.datasets.few_labels(images, labels, labels_per_class=1, batch_size=3)
    >>> history = model.fit(few, verbose=0)
    >>> sorted(history.history)
    ['discriminator_loss', 'generator_loss', 'reconstruction_loss', 'supervised_loss']
    >>> model.classify(images).shape, model.encode(images).shape
    (TensorShape([6, 3]), TensorShape([6, 5]))

    References:
        Makhzani et al. 2015, Adversarial Autoencoders, arXiv 1511.05644, section 5, figure
        8, and appendix A.2.2.

    Deviations:
        Adam (the paper: SGD with momentum), and one update of the encoder for the sum of its three
        losses (the paper: one after another, each with a rate of its own; under Adam that would
        give each the same weight, however small its gradient). Glorot's initialiser (the paper:
        normal, deviation 0.01). Noise on latents. `distortion` and `joint`, off by default.
    """

    def __init__(
        self,
        image_shape: tuple = (28, 28, 1),
        latent_dim: int = 10,
        num_classes: int = 10,
        *,
        noise: float = 0.3,
        distortion: float = 0.0,
        joint: bool = False,
        latent_noise: float = 0.3,
        reconstruction_weight: float = 100.0,
        units: int = 1000,
        **kwargs,
    ):
        checks.check_count("num_classes", num_classes, least=2)
        checks.check_at_least(0, noise=noise, distortion=distortion, latent_noise=latent_noise)
        checks.check_at_least(0, reconstruction_weight=reconstruction_weight)
        if kwargs.get("informed_by_labels"):
            raise ValueError(
                "Expected no `informed_by_labels`: classes have a head and a prior of their own. "
                "Received: informed_by_labels=True"
            )
        hidden, heads = (units, units), (num_classes, latent_dim)
        judged = sum(heads) if joint else latent_dim
        super().__init__(
            image_shape,
            latent_dim,
            units=units,
            networks={
                "encoder": lambda: mlp_encoder(image_shape, heads, hidden),
                "decoder": lambda: mlp_decoder(image_shape, sum(heads), hidden, output="logits"),
                "discriminator": lambda: mlp_encoder((judged,), 1, hidden),
                "class_discriminator": lambda: mlp_encoder((num_classes,), 1, hidden),
            },
            **kwargs,
        )
        check_shapes("discriminator", self.discriminator, [(judged,)])
        check_shapes("class_discriminator", self.class_discriminator, [(num_classes,)])
        self.class_critic = Critic(self, "class_discriminator")
        self.joint = bool(joint)
        self.num_classes, self.style_dim = int(num_classes), int(latent_dim)
        self.noise, self.distortion = float(noise), float(distortion)
        self.latent_noise = float(latent_noise)
        self.reconstruction_weight = float(reconstruction_weight)

    def phases(self):
        return (
            Phase("discriminator", (self.discriminator, self.class_discriminator)),
            Phase("autoencoder", (self.encoder, self.decoder)),
        )

    def shown(self, samples):
        if not self.in_training or not self.noise:
            return samples
        return self.with_noise(samples, self.noise)

    def latents_of(self, encoded):
        """Class probabilities, then the style."""
        logits, style = (ops.cast(one, "float32") for one in encoded)
        return ops.concatenate([ops.softmax(logits), style], axis=-1)

    def class_logits(self, samples):
        return self.encoded(samples)[0]

    def discriminator_losses(self, batch):
        count = ops.shape(batch["real"])[0]
        prior = self._judge_both(self.sample_latents(count))
        found = self._judge_both(self._latents_shown(batch))
        losses_of = self.critic.loss.discriminator
        return {"discriminator_loss": sum(map(losses_of, prior, found))}

    def autoencoder_losses(self, batch):
        latents = self._latents_shown(batch)
        error = self._reconstruction_loss(batch["real"], self.decoded(latents))
        judged = self._judge_both(latents)
        logits = self._class_logits_shown(batch["labelled"])
        return {
            "reconstruction_loss": self.reconstruction_weight * error,
            "generator_loss": sum(map(self.critic.loss.generator, judged)),
            "supervised_loss": losses.auxiliary_classification(logits, batch["label"]),
        }

    def sample_latents(self, num_samples: int, seed=None, labels=None):
        """A class, one-hot, and a style of the prior for each sample.

        Args:
            num_samples: How many.
            seed: An integer or a `SeedGenerator`.
            labels: Classes `(num_samples,)`, or one for all; drawn uniformly by default.

        Returns:
            `(num_samples, num_classes + latent_dim)`.
        """
        seed = seed if seed is None else backend.draw_seed(seed)
        if labels is not None:
            if ops.ndim(labels) == 0:
                labels = [labels] * num_samples
            labels = values.check_labels("labels", labels, self.num_classes)
            if len(labels) != num_samples:
                raise ValueError(
                    f"Expected {num_samples} `labels`, one for each sample. Received: {len(labels)}"
                )
        else:
            drawn = backend.random_uniform(
                (num_samples,), maxval=self.num_classes, seed=None if seed is None else seed + 1
            )
            labels = ops.cast(ops.floor(drawn), "int32")
        style = self.sample_prior(num_samples, self.style_dim, seed)
        return ops.concatenate([ops.one_hot(labels, self.num_classes), style], axis=-1)

    def default_optimizers(self):
        """Adam with learning rate 1e-3 and beta_1 0.5."""
        return keras.optimizers.Adam(1e-3, beta_1=0.5)

    def _latents_shown(self, batch):
        logits, style = self.encoded(self.shown(batch["real"]))
        if self.in_training and self.distortion:
            logits = self._class_logits_shown(batch["real"])
        return self.latents_of((logits, style))

    def _class_logits_shown(self, samples):
        if self.in_training and self.distortion:
            samples = distort(samples, self.distortion)
        return self.class_logits(self.shown(samples))

    def _judge_both(self, latents):
        """Logits of the classes, and of the styles, seen through noise in training."""
        if self.in_training and self.latent_noise:
            noise = backend.random_normal(ops.shape(latents))
            latents = latents + self.latent_noise * noise
        classes, style = ops.split(latents, [self.num_classes], axis=-1)
        return self.class_critic.criticize(classes), self.judge_latents(
            latents if self.joint else style
        )

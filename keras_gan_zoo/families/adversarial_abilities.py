"""What can be done with a generator and a discriminator, besides generating."""

import keras
import numpy as np
import tensorflow as tf

from keras_gan_zoo import kinds
from keras_gan_zoo.families.conditions import NoCondition
from keras_gan_zoo.families.generation import Generation
from keras_gan_zoo.families.latents import interpolation_path
from keras_gan_zoo.training import checks
from keras_gan_zoo.training.abilities import Ability
from keras_gan_zoo.training.calls import SEED, apply, last_of


class AdversarialAbilities(Generation):
    """Mixin with the capabilities of an `AdversarialModel` that has been trained."""

    def discriminate(self, samples, labels=None):
        """The discriminator's logits for `samples`: positive where it believes them real.

        Args:
            samples: Float samples `(batch, *sample_shape)`.
            labels: Classes or conditions of the samples, where the discriminator takes them.

        Returns:
            A float32 tensor `(batch, 1)`.
        """
        samples = self.sample_kind.check("samples", samples)
        labels = self._judged_condition.checked(self, labels, len(samples), "discriminate")
        return self.do("discriminate", samples, *labels)

    def interpolate(self, start, end, steps: int = 8, label=None):
        """Samples along the line from one latent to another.

        Gaussian latents are interpolated on the great circle, where the model has seen latents
        (White 2016, Sampling Generative Networks, arXiv 1609.04468), others on the line.

        Args:
            start, end: Latents `(latent_dim,)`.
            steps: How many samples, both ends included.
            label: For conditional models: the class, or the condition `(dim,)`, of all samples.

        Returns:
            A float32 tensor `(steps, *sample_shape)`.

        Raises:
            ValueError: If the model is conditional and `label` is missing, or an argument is bad.
        """
        checks.check_count("steps", steps, least=2)
        if self.condition.kind and label is None:
            raise ValueError(
                "Expected `label`, the class or the condition of all samples on the way. "
                "Received: label=None"
            )
        for name, latent in (("start", start), ("end", end)):
            if np.shape(latent) != (self.latent_dim,):
                raise ValueError(
                    f"Expected `{name}` to be one latent of shape ({self.latent_dim},). "
                    f"Received: shape {np.shape(latent)}"
                )
        start, end = self.latent_kind.check("start and end", [start, end])
        path = interpolation_path(start, end, steps, self.latent_distribution == "normal")
        return self.generate(latents=path, labels=_repeated(label, steps), seed=SEED)

    def morph(self, start, end, steps: int = 8, latents=None, seed=None):
        """Samples on the way from one condition to another, at a fixed latent.

        The generator is given mixtures of the two conditions, as in Miyato and Koyama 2018,
        arXiv 1802.05637 (category morphing).

        Args:
            start, end: Classes, or conditions `(dim,)`.
            steps: How many samples for each latent, both ends included.
            latents: Latents `(batch, latent_dim)`; one random one by default.
            seed: Integer for a reproducible latent.

        Returns:
            A float32 tensor `(batch, steps, *sample_shape)`.

        Raises:
            ValueError: If the model is unconditional, or an argument is bad.
        """
        if self.condition.kind is None:
            raise ValueError(
                "Expected a conditional model: there is nothing to morph between. "
                f"Received: {type(self).__name__} without classes"
            )
        checks.check_count("steps", steps, least=2)
        latents = self._latents(1 if latents is None else None, latents, seed)
        labels = self.condition.checked(self, np.stack([start, end]), 2)
        (ends,) = self.condition.encoded(*labels)
        weights = tf.reshape(tf.linspace(0.0, 1.0, steps), (-1, *[1] * (len(ends.shape) - 1)))
        path = (1.0 - weights) * ends[0] + weights * ends[1]
        count = len(latents)
        every = [tf.repeat(latents, steps, axis=0), tf.concat([path] * count, axis=0)]
        samples = self._run_all(*every, ema=True, seed=seed)
        return tf.reshape(samples, (count, steps, *self.sample_shape))

    def abilities(self):
        """`generate`, from latents or at random, and `discriminate`; with labels, if conditional.

        The moving average of the generator is what is exported.
        """
        kind, labels = self.sample_kind, self.condition.kinds
        samples, judged = {kind.plural: kind}, {"samples": kind, **self._judged_condition.kinds}
        latents = {"latents": self.latent_kind, **labels}
        draws, by_itself = self.sample_latents, ()
        # Of classes alone it is known which to take if none are given.
        if self.condition.num_classes:
            by_itself = (
                Ability("generate", {}, samples, self._round, draws=draws, exported=False),
            )
        return (
            *by_itself,
            Ability("generate", labels, samples, self._generate, signature="sample", draws=draws),
            Ability("generate", latents, samples, self._generate, signature="serving_default"),
            Ability("discriminate", judged, {"logits": kinds.Vector((1,))}, self._discriminate),
        )

    def sample_of(self, outputs):
        """The samples among what the generator gives: the only output, or the last of several."""
        return last_of(outputs)

    # Internals -----------------------------------------------------------------------------

    @property
    def _judged_condition(self):
        return self.condition if self.discriminator_takes_condition else NoCondition()

    def _round(self, latents):
        return self._generate(latents, *self.condition.default(tf.shape(latents)[0]))

    def _generate(self, latents, *labels):
        return self._run_generator(latents, *self.condition.encoded(*labels), ema=True)

    def _discriminate(self, samples, *labels):
        return self._judge(samples, *self._judged_condition.encoded(*labels))

    def _generator(self, ema):
        return self.averaged(self.generator) if ema else self.generator

    def _run_generator(self, *inputs, ema):
        made = apply(self._generator(ema), inputs, training=False)
        return keras.ops.cast(self.sample_of(made), "float32")

    def _judge(self, *inputs):
        return keras.ops.cast(self.critic.criticize(*inputs), "float32")


def _repeated(label, count):
    return None if label is None else np.repeat(np.asarray(label)[None], count, axis=0)

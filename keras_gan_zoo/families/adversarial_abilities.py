"""What can be done with a generator and a discriminator, besides generating."""

import keras
import numpy as np
import tensorflow as tf

from keras_gan_zoo.families.conditions import NoCondition
from keras_gan_zoo.families.generation import Generation
from keras_gan_zoo.families.latents import interpolation_path
from keras_gan_zoo.kinds import values
from keras_gan_zoo.training import checks
from keras_gan_zoo.training.calls import (
    NUMBER_AND_SEED,
    SEED,
    apply,
    float_batch,
    in_chunks,
    last_of,
    signature,
)


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
        samples = values.check_samples("samples", samples, self.sample_shape)
        if labels is None and self.discriminator_takes_condition and self.condition.dim is not None:
            raise ValueError(
                "Expected `labels`: this discriminator judges samples together with what they "
                "are said to be. Received: labels=None"
            )
        condition = self.condition if self.discriminator_takes_condition else NoCondition()
        return in_chunks(self._judge, samples, *condition.vectors_for(self, labels, len(samples)))

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
        if self.condition.dim is not None and label is None:
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
        start, end = values.check_samples("start and end", [start, end], (self.latent_dim,))
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
        if self.condition.dim is None:
            raise ValueError(
                "Expected a conditional model: there is nothing to morph between. "
                f"Received: {type(self).__name__} without classes"
            )
        checks.check_count("steps", steps, least=2)
        latents = self._latents(1 if latents is None else None, latents, seed)
        ends = [self.condition.vectors_for(self, _repeated(one, 1), 1)[0] for one in (start, end)]
        weights = tf.linspace(0.0, 1.0, steps)[:, None]
        path = (1.0 - weights) * ends[0] + weights * ends[1]
        count = len(latents)
        samples = self._run_all(
            tf.repeat(latents, steps, axis=0), tf.tile(path, (count, 1)), ema=True, seed=seed
        )
        return tf.reshape(samples, (count, steps, *self.sample_shape))

    def signatures(self) -> dict:
        """The functions that `export` writes, by signature name.

        `serving_default` (latents -> images), `sample` (num_samples, seed -> images) and
        `discriminate` (samples -> logits) give the numbers that `generate` and `discriminate`
        give here; those of conditional models take labels, too. The moving average of the
        generator is what is exported. A generator with noise in its layers takes a `seed`.
        """

        def generate(latents, *labels):
            return self._run_generator(latents, *self.condition.vectors(*labels), ema=True)

        def sample(num_samples, seed):
            labels = self.condition.default(num_samples)
            return generate(self.sample_latents(num_samples, seed), *labels)

        def discriminate(samples, *labels):
            return self._judge(samples, *(self.condition.vectors(*labels) if labels else ()))

        labels = self.condition.specs
        judged = labels if self.discriminator_takes_condition else ()
        latents = float_batch("latents", (self.latent_dim,))
        samples = float_batch("samples", self.sample_shape)
        return {
            "serving_default": signature({"images": generate}, latents, *labels),
            "sample": signature({"images": sample}, *NUMBER_AND_SEED),
            "discriminate": signature({"logits": discriminate}, samples, *judged),
        }

    # Internals -----------------------------------------------------------------------------

    def _generator(self, ema):
        return self.averaged(self.generator) if ema else self.generator

    def _run_generator(self, *inputs, ema):
        made = apply(self._generator(ema), inputs, training=False)
        return keras.ops.cast(last_of(made), "float32")

    def _judge(self, *inputs):
        return keras.ops.cast(self.critic.criticize(*inputs), "float32")


def _repeated(label, count):
    return None if label is None else np.repeat(np.asarray(label)[None], count, axis=0)

"""Generating samples from random latents."""

import functools

import tensorflow as tf

from keras_gan_zoo.training import checks
from keras_gan_zoo.training.latents import LATENT_DISTRIBUTIONS

GENERATE_BATCH = 256


class Generation:
    """Mixin for models that map latents, and a condition if they have one, to samples.

    The model has `latent_dim`, `latent_distribution`, `sample_shape`, `condition`, and
    `_run_generator(*inputs, ema)`.
    """

    def sample_latents(self, num_samples: int, seed=None):
        """Latents `(num_samples, latent_dim)` from the model's latent distribution."""
        draw = LATENT_DISTRIBUTIONS[self.latent_distribution]
        return draw((num_samples, self.latent_dim), seed=seed)

    def generate(self, num_samples=None, labels=None, latents=None, seed=None, ema=True):
        """Generates samples.

        Args:
            num_samples: How many. May be left out when `latents` are given.
            labels: For conditional models: integer classes `(num_samples,)` or one for all, by
                default round the classes 0, 1, 2, ...; or conditions `(num_samples, dim)`.
            latents: Latents `(num_samples, latent_dim)` to use instead of random ones.
            seed: Integer for reproducible latents.
            ema: Whether to use the moving average of the generator, if the model keeps one.

        Returns:
            A float32 tensor `(num_samples, *sample_shape)`.

        Raises:
            ValueError: On bad counts, labels, or latents of the wrong shape.
        """
        latents = self._latents(num_samples, latents, seed)
        return self._run_all(latents, *self.condition.given(self, labels, len(latents)), ema=ema)

    def _trace_generators(self):
        """Compiles the generator and its average once, for any number of samples."""
        inputs = [tf.TensorSpec((None, self.latent_dim), tf.float32)]
        if self.condition.dim is not None:
            inputs.append(tf.TensorSpec((None, self.condition.dim), tf.float32))
        self._run = {
            ema: tf.function(
                functools.partial(self._run_generator, ema=ema),
                input_signature=inputs,
                autograph=False,
            )
            for ema in (False, True)
        }

    def _run_all(self, *inputs, ema):
        run = self._run[bool(ema)]
        starts = range(0, len(inputs[0]), GENERATE_BATCH)
        chunks = [run(*(part[i : i + GENERATE_BATCH] for part in inputs)) for i in starts]
        return tf.concat(chunks, axis=0)

    def _latents(self, num_samples, latents, seed):
        checks.check_seed(seed)
        if num_samples is not None:
            checks.check_count("num_samples", num_samples)
        if latents is None:
            if num_samples is None:
                raise ValueError("Expected `num_samples` or `latents`. Received neither.")
            return self.sample_latents(num_samples, seed)
        latents = checks.check_samples("latents", latents, (self.latent_dim,))
        if num_samples not in (None, len(latents)):
            raise ValueError(
                f"Expected `num_samples` to be the number of `latents` or left out. "
                f"Received: num_samples={num_samples}, {len(latents)} latents"
            )
        return latents


def apply(network, inputs: tuple, training: bool):
    """Runs a network on one input, or on several."""
    return network(inputs[0] if len(inputs) == 1 else list(inputs), training=training)

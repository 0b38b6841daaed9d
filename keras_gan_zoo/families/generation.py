"""Generating samples from random latents."""

import functools

import numpy as np
import tensorflow as tf

from keras_gan_zoo import backend
from keras_gan_zoo.families.latents import LatentSampling
from keras_gan_zoo.training import checks
from keras_gan_zoo.training.calls import CHUNK, compiled


class Generation(LatentSampling):
    """Mixin for models that map latents, and a condition if they have one, to samples.

    The model has `latent_dim`, `latent_distribution`, `sample_kind`, `condition`, and
    `_run_generator(*inputs, ema)`.
    """

    def generate(self, num_samples=None, labels=None, latents=None, seed=None, ema=True):
        """Generates samples.

        Args:
            num_samples: How many. May be left out when `latents` or a batch of `labels` are given.
            labels: For conditional models: integer classes `(num_samples,)` or one for all, by
                default round the classes 0, 1, 2, ...; or conditions `(num_samples, ...)` of the
                model's kind.
            latents: Latents `(num_samples, latent_dim)` to use instead of random ones.
            seed: Integer for reproducible samples: of the latents, and of the noise in layers.
            ema: Whether to use the moving average of the generator, if the model keeps one.

        Returns:
            A float32 tensor `(num_samples, *sample_shape)`.

        Raises:
            ValueError: On bad counts, labels, or latents of the wrong shape.
        """
        if num_samples is None and latents is None and np.ndim(labels):
            num_samples = len(labels)
        latents = self._latents(num_samples, latents, seed)
        labels = self.condition.checked(self, labels, len(latents))
        return self._run_all(latents, *self.condition.encoded(*labels), ema=ema, seed=seed)

    def _trace_generators(self):
        """Compiles the generator and its average once, for any number of samples."""
        inputs = [tf.TensorSpec((None, *shape), tf.float32) for shape in self._shapes_of_run()]
        noise = [tf.TensorSpec((2,), tf.int32), tf.TensorSpec((), tf.int32)]
        self._run = {
            ema: compiled(functools.partial(self._run_with_noise, ema), [*noise, *inputs])
            for ema in (False, True)
        }

    def _shapes_of_run(self):
        """The shapes of what `_run_all` takes, without the batch."""
        return (self.latent_dim,), *self.condition.shapes

    def _run_with_noise(self, ema, seed, start, *inputs):
        with backend.noise(seed, start=start):
            return self._run_generator(*inputs, ema=ema)

    def _run_all(self, *inputs, ema, seed):
        run, seed = self._run[bool(ema)], backend.draw_seed(seed)
        chunks = [
            run(seed, start, *(part[start : start + CHUNK] for part in inputs))
            for start in range(0, len(inputs[0]), CHUNK)
        ]
        return tf.concat(chunks, axis=0)

    def _latents(self, num_samples, latents, seed):
        checks.check_seed(seed)
        if num_samples is not None:
            checks.check_count("num_samples", num_samples)
        if latents is None:
            if num_samples is None:
                raise ValueError(
                    "Expected `num_samples`, `latents` or a batch of `labels`. Received: none"
                )
            return self.sample_latents(num_samples, seed)
        latents = self.latent_kind.check("latents", latents)
        if num_samples not in (None, len(latents)):
            raise ValueError(
                f"Expected `num_samples` to be the number of `latents` or left out. "
                f"Received: num_samples={num_samples}, {len(latents)} latents"
            )
        return latents

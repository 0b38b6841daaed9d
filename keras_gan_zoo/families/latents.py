"""Drawing latents, and walking between them."""

import math

import tensorflow as tf

from keras_gan_zoo import backend, kinds

LATENT_DISTRIBUTIONS = {
    "normal": backend.random_normal,
    "uniform": lambda shape, seed: backend.random_uniform(shape, -1.0, 1.0, seed),
}


def truncated_normal(shape, limit: float, seed=None):
    """Normal numbers, each drawn until its absolute value is no more than `limit`.

    Drawn at once, by the inverse of the distribution function.
    """
    share = tf.math.erf(limit / math.sqrt(2.0))
    uniform = backend.random_uniform(shape, -1.0, 1.0, seed)
    normal = math.sqrt(2.0) * tf.math.erfinv(share * uniform)
    return tf.clip_by_value(normal, -limit, limit)  # which rounding may pass


class LatentSampling:
    """Mixin for models with `latent_dim` and `latent_distribution`."""

    @property
    def latent_kind(self) -> kinds.Kind:
        """The kind of latents: vectors `(latent_dim,)`."""
        return kinds.Vector((self.latent_dim,))

    def sample_latents(self, num_samples: int, seed=None):
        """Latents `(num_samples, latent_dim)` from the model's latent distribution."""
        draw = LATENT_DISTRIBUTIONS[self.latent_distribution]
        return draw((num_samples, self.latent_dim), seed=seed)


def interpolation_path(start, end, steps, spherical):
    """`steps` points from `start` to `end`, on the great circle or on the straight line."""
    fraction = tf.linspace(0.0, 1.0, steps)[:, None]
    cosine = tf.reduce_sum(start * end) / tf.maximum(tf.norm(start) * tf.norm(end), 1e-12)
    angle = tf.acos(tf.clip_by_value(cosine, -1.0, 1.0))
    if not spherical or tf.sin(angle) < 1e-4:
        return (1.0 - fraction) * start + fraction * end
    sine = tf.sin(angle)
    return tf.sin((1.0 - fraction) * angle) / sine * start + tf.sin(fraction * angle) / sine * end

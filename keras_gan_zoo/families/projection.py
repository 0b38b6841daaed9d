"""Finding the style that makes an image."""

import math

import keras
import tensorflow as tf
from keras import ops

from keras_gan_zoo import backend
from keras_gan_zoo.training import checks
from keras_gan_zoo.training.calls import compiled

# Shares of the steps: in which the rate rises and falls, and in which noise is added.
RISE, FALL, NOISY = 0.05, 0.25, 0.75


class Projection:
    """Mixin for style-based models: images back to styles."""

    def project(
        self,
        images,
        steps: int = 1000,
        distance=None,
        learning_rate: float = 0.1,
        noise: float = 0.05,
        samples: int = 10_000,
        ema: bool = True,
        seed: int = 0,
        verbose: int = 1,
    ):
        """Styles whose images are as near to given ones as can be found.

        From the mean of the styles of random latents, Adam descends the distance of each image by
        itself. In the first three quarters of the steps normal noise is added to the styles, less
        and less of it, so that a style is found that latents are mapped to.

        Args:
            images: Float images `(batch, *image_shape)` in [-1, 1].
            steps: Steps of Adam.
            distance: Function of images and generated ones to distances `(batch,)` that have a
                gradient, such as those of features; by default the mean squared error.
            learning_rate: The largest; it rises in the first steps and falls in the last quarter.
            noise: Deviation of the first noise, as a share of that of styles.
            samples: Random latents for the mean and the deviation of styles.
            ema: Whether to use the moving average of the generator, if the model keeps one.
            seed: Of these latents, and of the noise in styles and layers.
            verbose: 0 for silence, 1 for a progress bar, 2 for a line.

        Returns:
            A float32 tensor `(batch, layers, style_dim)`, one style for all layers: with the same
            `seed` and `ema`, `generate(styles=styles)` makes the images that were found.

        Raises:
            ValueError: If the images have the wrong shape or range, or another argument is bad.

        References:
            Karras et al. 2019, Analyzing and Improving the Image Quality of StyleGAN, arXiv
            1912.04958, appendix D.

        Deviations:
            The distance is one of pixels unless another is given (the paper's: LPIPS of VGG-16).
            The noise in layers is drawn by the seed and stays (the paper descends it, too).
        """
        images = ops.convert_to_tensor(self.sample_kind.check("images", images))
        if len(images) == 0:
            raise ValueError("Expected at least one of `images`. Received: none")
        if not (distance is None or callable(distance)):
            raise ValueError(
                "Expected `distance` to be a function of two batches of images. "
                f"Received: {distance!r}"
            )
        checks.check_count("steps", steps)
        checks.check_count("samples", samples, least=2)
        checks.check_at_least(0, noise=noise)
        checks.check_positive(learning_rate=learning_rate)
        checks.check_seed(seed)
        distance = _squared_error if distance is None else distance
        network = self._generator(ema)
        mean, deviation = self._statistics_of_styles(network, samples, seed)
        styles = keras.Variable(ops.repeat(mean[None], len(images), axis=0))
        optimizer = keras.optimizers.Adam(learning_rate, epsilon=1e-8)
        optimizer.build([styles])

        def descend(step, level):
            drawn = backend.random_normal(ops.shape(styles), tf.stack([seed, step]))
            with backend.noise(seed), tf.GradientTape() as tape:
                varied = self._for_all_layers(styles.value + level * deviation * drawn)
                made = self.sample_of(network.get_layer("synthesis")(varied, training=False))
                distances = distance(images, ops.cast(made, "float32"))
                total = ops.sum(distances)
            optimizer.apply([tape.gradient(total, styles.value)], [styles])
            return ops.mean(distances)

        descend = compiled(descend, [tf.TensorSpec((), tf.int32), tf.TensorSpec((), tf.float32)])
        bar = keras.utils.Progbar(steps, stateful_metrics=["distance"], verbose=verbose)
        for step in range(steps):
            optimizer.learning_rate.assign(learning_rate * rate_at(step / steps))
            found = descend(step + 1, noise * noise_at(step / steps))
            bar.update(step + 1, [("distance", float(found))])
        return self._for_all_layers(styles.value)

    def _statistics_of_styles(self, network, samples, seed):
        """The mean of styles `(style_dim,)`, and the root of their mean squared distance to it."""
        styles = self._mapped(self.sample_latents(samples, seed), network)
        mean = ops.mean(styles, axis=0)
        return mean, ops.sqrt(ops.mean(ops.sum(ops.square(styles - mean), axis=1)))


def rate_at(share: float) -> float:
    """The learning rate, as a share of the largest, when a share of the steps is done."""
    falling = 0.5 - 0.5 * math.cos(math.pi * min(1.0, (1.0 - share) / FALL))
    return falling * min(1.0, share / RISE)


def noise_at(share: float) -> float:
    """The deviation of the noise, as a share of the first."""
    return max(0.0, 1.0 - share / NOISY) ** 2


def _squared_error(images, made):
    return ops.mean(ops.square(images - made), axis=(1, 2, 3))

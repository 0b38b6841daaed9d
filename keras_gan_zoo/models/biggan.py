"""BigGAN."""

import contextlib

import keras
import numpy as np

from keras_gan_zoo import backend
from keras_gan_zoo.families.adversarial_model import AdversarialModel
from keras_gan_zoo.families.latents import truncated_normal
from keras_gan_zoo.layers import BatchNormalization, kernels
from keras_gan_zoo.networks import biggan_discriminator, biggan_generator
from keras_gan_zoo.penalties import OrthogonalRegularization
from keras_gan_zoo.training import checks
from keras_gan_zoo.training.calls import apply


@keras.saving.register_keras_serializable("keras_gan_zoo")
class BigGAN(AdversarialModel):
    """SAGAN made large: classes and latents reach every block, and samples may be truncated.

    One embedding of the class serves all blocks, each of which is also given its own chunk of the
    latents. Kernels of the generator are pulled to orthogonality, so that latents closer to their
    mean than those of training give better samples, if less varied ones (`truncation`).

    Args:
        image_shape: `(side, side, channels)`, side 8, 16, 28, 32, 64, 128 or 256.
        latent_dim: Size of a standard normal latent vector, a multiple of the generator's number of
            blocks and one more, see `kgz.networks.biggan_generator`.
        num_classes, condition_dim: The condition, if there is one; the paper has 1,000 classes.
        filters, discriminator_filters: Base widths of the two networks.
        shared_dim: Size of the embedding that all blocks share.
        attention: Side of the feature maps that self-attention follows, in both players, 0 for
            none; by default 64, or half the image's side where that is less.
        generator_penalties: By default orthogonal regularisation.
        **kwargs: See `kgz.families.AdversarialModel`.

    Example:

    >>> model = kgz.models.BigGAN((16, 16, 1), 6, num_classes=3, filters=2,
    ...                           discriminator_filters=2, shared_dim=4, discriminator_steps=1)
    >>> model.compile()
    >>> images, labels = np.zeros((4, 16, 16, 1), "float32"), np.arange(4) % 3
    >>> history = model.fit(images, labels, batch_size=4, verbose=0)
    >>> model.standing_statistics(batches=2, batch_size=6, truncation=0.5, seed=0)
    >>> model.generate(2, truncation=0.5, seed=0).shape
    TensorShape([2, 16, 16, 1])

    References:
        Brock et al. 2018, Large Scale GAN Training for High Fidelity Natural Image Synthesis,
        arXiv 1809.11096, sections 3 and 4, equation 3.

    Deviations:
        Samples are generated for the conditions of the real batch. Attention's kernels start by
        Glorot's rule.
    """

    # What makes the networks.
    generator_network = staticmethod(biggan_generator)
    discriminator_network = staticmethod(biggan_discriminator)

    def __init__(
        self,
        image_shape: tuple = (128, 128, 3),
        latent_dim: int = 120,
        *,
        num_classes: int | None = None,
        condition_dim: int | None = None,
        filters: int = 96,
        discriminator_filters: int = 96,
        shared_dim: int = 128,
        attention: int | None = None,
        adversarial_loss="hinge",
        generator_penalties=None,
        discriminator_steps: int = 2,
        ema_decay=0.9999,
        **kwargs,
    ):
        dim = num_classes or condition_dim
        if generator_penalties is None:
            generator_penalties = [OrthogonalRegularization()]
        super().__init__(
            latent_dim=latent_dim,
            networks={
                "generator": lambda: self.generator_network(
                    image_shape, latent_dim, filters, dim, shared_dim, attention
                ),
                "discriminator": lambda shape: self.discriminator_network(
                    shape, discriminator_filters, dim, attention
                ),
            },
            num_classes=num_classes,
            condition_dim=condition_dim,
            adversarial_loss=adversarial_loss,
            generator_penalties=generator_penalties,
            discriminator_steps=discriminator_steps,
            ema_decay=ema_decay,
            **kwargs,
        )

    def generate(
        self, num_samples=None, labels=None, latents=None, seed=None, ema=True, truncation=None
    ):
        """Generates samples, of truncated latents if asked for.

        Args:
            num_samples, labels, latents, seed, ema: See `kgz.families.AdversarialModel.generate`.
            truncation: The largest absolute value of a latent: values beyond it are drawn again.
                With less, samples are better and less varied; `standing_statistics` should come
                first. `None` for none.

        Returns:
            A float32 tensor `(num_samples, *sample_shape)`.

        Raises:
            ValueError: As there, and if `truncation` is not above 0, or `latents` are given, too.
        """
        if truncation is not None:
            if latents is not None:
                raise ValueError(
                    "Expected `truncation` of latents that are drawn, not of given `latents`. "
                    f"Received: truncation={truncation!r} and {len(latents)} latents"
                )
            count = len(labels) if num_samples is None and np.ndim(labels) else num_samples
            checks.check_count("num_samples", count)
            latents = self._drawn(count, truncation, seed)
        return super().generate(num_samples, labels, latents, seed, ema)

    def standing_statistics(
        self, batches: int = 100, batch_size: int = 64, labels=None, truncation=None, seed=None
    ):
        """Gives batch normalisation the statistics of many batches that the generator makes.

        Those of training are moving averages, of a generator that has changed since, and of latents
        that are not truncated. The averaged generator's are replaced, which `generate`, exports and
        presets use.

        Args:
            batches: How many batches to average.
            batch_size: Their size.
            labels: Labels of each batch, see `generate`.
            truncation: As for `generate`.
            seed: Integer for reproducible statistics.

        Raises:
            ValueError: If an argument is bad.
        """
        checks.check_count("batches", batches)
        checks.check_count("batch_size", batch_size)
        checks.check_seed(seed)
        labels = self.condition.checked(self, labels, batch_size)
        network = self._generator(ema=True)
        with _averaging(network) as count, backend.noise(seed):
            for number in range(batches):
                count(number)
                latents = self._drawn(batch_size, truncation)
                apply(network, (latents, *self.condition.encoded(*labels)), training=True)

    def _drawn(self, count, truncation, seed=None):
        if truncation is None:
            return self.sample_latents(count, seed)
        if not (checks.is_number(truncation) and truncation > 0):
            raise ValueError(
                "Expected `truncation` to be a finite number > 0, the largest absolute value of a "
                f"latent. Received: {truncation!r}"
            )
        return truncated_normal((count, self.latent_dim), truncation, seed)

    def default_optimizers(self):
        """Adam, beta_1 0, beta_2 0.999: learning rate 2e-4 (discriminator), 5e-5 (generator)."""
        return {
            "discriminator": keras.optimizers.Adam(2e-4, beta_1=0.0, epsilon=1e-8),
            "generator": keras.optimizers.Adam(5e-5, beta_1=0.0, epsilon=1e-8),
        }


@contextlib.contextmanager
def _averaging(network):
    """Within this scope passes in training average the statistics of batch normalisation alone.

    Yields:
        A function to be called before each pass, with the number of those before it.
    """
    layers = [one for one in kernels.sublayers(network) if isinstance(one, BatchNormalization)]
    settings = [(one.momentum, one.trainable) for one in layers]
    averaged = {id(v) for one in layers for v in (one.moving_mean, one.moving_variance)}
    others = [v for v in network.weights if id(v) not in averaged]  # singular vectors move, too
    kept = [keras.ops.convert_to_numpy(v) for v in others]

    def count(passes):
        for layer in layers:
            # The mean of all so far. Layers of an average are not trainable, and would not count.
            layer.momentum, layer.trainable = passes / (passes + 1), True

    try:
        yield count
    finally:
        for layer, (momentum, trainable) in zip(layers, settings, strict=True):
            layer.momentum, layer.trainable = momentum, trainable
        for variable, value in zip(others, kept, strict=True):
            variable.assign(value)

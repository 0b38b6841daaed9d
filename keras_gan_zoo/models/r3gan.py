"""R3GAN."""

import keras

from keras_gan_zoo.families.adversarial_model import AdversarialModel
from keras_gan_zoo.networks import r3gan_discriminator, r3gan_generator
from keras_gan_zoo.penalties import R1, R2
from keras_gan_zoo.training.schedules import GrowingHalfLife


@keras.saving.register_keras_serializable("keras_gan_zoo")
class R3GAN(AdversarialModel):
    """Re-GAN: a loss that converges, and so a modern network without any tricks.

    The relativistic pairing loss, with gradient penalties on real samples (R1) and on fake ones
    (R2), and residual networks of grouped convolutions that nothing normalises. The defaults are
    the authors' for CIFAR-10, where a training is 20 million images in batches of 512.

    Both penalties together make a step several times as long; `penalty_interval=4` computes them
    in every fourth, four times as strong.

    Args:
        image_shape: `(height, width, channels)`, see `kgz.networks.r3gan_generator`.
        latent_dim: Size of a standard normal latent vector.
        num_classes, condition_dim: The condition, if there is one.
        widths, blocks, group_width: Of both networks, see `kgz.networks.r3gan_generator`.
        gamma: Weight of both penalties at first; it falls to a tenth. The authors': 0.05 for
            CIFAR-10, 2 for faces of 64 pixels, 150 for those of 256.
        penalty_interval: Updates of the discriminator between those with penalties.
        decay_steps: Updates during which learning rates fall from 2e-4 to 5e-5, gamma to a tenth,
            and the half-life of the averaged generator grows, each along half a cosine.
        ema_half_life: That half-life at the end, in samples.
        adversarial_loss, penalties: Instead of the paper's.
        **kwargs: See `kgz.families.AdversarialModel`.

    Example:

    >>> model = kgz.models.R3GAN((8, 8, 1), 4, widths=(4, 4), blocks=1, group_width=4)
    >>> model.compile()
    >>> history = model.fit(np.zeros((4, 8, 8, 1), "float32"), batch_size=4, verbose=0)
    >>> sorted(history.history)
    ['discriminator_loss', 'generator_loss', 'r1_penalty', 'r2_penalty']
    >>> model.generate(2, seed=0).shape
    TensorShape([2, 8, 8, 1])

    References:
        Huang et al. 2024, The GAN is dead; long live the GAN! A Modern GAN Baseline, arXiv
        2501.05441, section 2 and configuration E; the authors' `train.py` for the schedules.

    Deviations:
        Adam's beta_2 is 0.99 throughout (the authors': from 0.9 to 0.99), nothing is augmented
        unless `augment` is given, and penalties pass through the discriminator once more rather
        than share the pass of the loss. What `generate` gives is clipped to [-1, 1].
    """

    def __init__(
        self,
        image_shape: tuple = (32, 32, 3),
        latent_dim: int = 64,
        *,
        num_classes: int | None = None,
        condition_dim: int | None = None,
        widths=None,
        blocks=2,
        group_width: int = 16,
        gamma: float = 0.05,
        penalty_interval: int = 1,
        decay_steps: int = 39_062,
        ema_half_life: float = 5e6,
        adversarial_loss="relativistic_pairing",
        penalties=None,
        **kwargs,
    ):
        if penalties is None:
            weight = _cosine(gamma, decay_steps, 0.1)
            penalties = [one(weight, every=penalty_interval) for one in (R1, R2)]
        dim = num_classes or condition_dim
        size = {"widths": widths, "blocks": blocks, "group_width": group_width}
        super().__init__(
            latent_dim=latent_dim,
            networks={
                "generator": lambda: r3gan_generator(
                    image_shape, latent_dim, condition_dim=dim, **size
                ),
                "discriminator": lambda shape: r3gan_discriminator(
                    shape, condition_dim=dim, **size
                ),
            },
            num_classes=num_classes,
            condition_dim=condition_dim,
            adversarial_loss=adversarial_loss,
            penalties=penalties,
            ema_half_life=GrowingHalfLife(ema_half_life, decay_steps),
            **kwargs,
        )
        self.decay_steps = int(decay_steps)

    def _run_generator(self, *inputs, ema):
        return keras.ops.clip(super()._run_generator(*inputs, ema=ema), -1.0, 1.0)

    def default_optimizers(self):
        """Adam without momentum, its learning rate on half a cosine from 2e-4 to 5e-5."""
        rate = _cosine(2e-4, self.decay_steps, 0.25)
        return keras.optimizers.Adam(rate, beta_1=0.0, beta_2=0.99, epsilon=1e-8)


def _cosine(first, steps, share):
    """A schedule from `first` to this share of it, on half a cosine."""
    return keras.optimizers.schedules.CosineDecay(first, steps, share)

"""What the conformance tests need to know about a model."""

import dataclasses
import re
from collections.abc import Callable
from typing import Any

import numpy as np

import keras_gan_zoo as kgz


@dataclasses.dataclass(frozen=True)
class ModelSpec:
    """A public model at a size that tests can afford.

    Args:
        model: The public class.
        arguments: Called for the constructor's arguments: tiny, and new networks on each call.
        sample_shape: Shape of a sample.
        losses: The names of the losses that `fit` reports.
        bounded: Whether samples lie in [-1, 1].
        noisy: Whether training draws noise, which the seed decides.
        still: Patterns of trainable variables, after the name of the phase and a space, that need
            not move in it, with the reason.
        thorough: Whether `make test` tries it where a promise is dear; the other models' turn is
            in `make test-long`. One of each kind: several updates, conditions, coupled samples.
        family_head: Whether it stands for all where a promise is dearest.
    """

    model: type
    arguments: Callable[[], dict[str, Any]]
    sample_shape: tuple
    losses: tuple[str, ...]
    bounded: bool = True
    noisy: bool = True
    still: dict[str, str] = dataclasses.field(default_factory=dict)
    thorough: bool = False
    family_head: bool = False

    def make(self, **changes):
        """A model with seed 0, compiled."""
        model = self.model(**{"seed": 0, **self.arguments(), **changes})
        model.compile()
        return model

    def samples(self, count: int, seed: int = 0) -> np.ndarray:
        """Random training data."""
        random = np.random.default_rng(seed)
        return random.uniform(-1, 1, (count, *self.sample_shape)).astype("float32")

    def labels(self, count: int):
        """Labels of training data, `None` for an unconditional model."""
        classes = self.classes
        return None if classes is None else np.arange(count) % classes

    def stays_still(self, phase: str, variable) -> bool:
        """Whether a variable need not move in a phase."""
        return any(re.search(pattern, f"{phase} {variable.path}") for pattern in self.still)

    @property
    def classes(self):
        """Number of classes, `None` for a model without."""
        return self.arguments().get("num_classes")


GAN_LOSSES = ("discriminator_loss", "generator_loss")


def _tiny_conv_gan():
    return {
        "latent_dim": 4,
        "generator": kgz.networks.conv_gan_generator((8, 8, 1), 4, (8, 4, 4), base_filters=4),
        "discriminator": kgz.networks.conv_gan_discriminator((8, 8, 1), (4, 4, 8, 8)),
    }


BEFORE_NORMALISATION = {
    r"(transposed_conv2d|resize_conv2d|dense)\w*/bias": "batch normalisation takes it away"
}


def _tiny(**arguments):
    return lambda: {"image_shape": (8, 8, 1), "latent_dim": 4, "filters": 4, **arguments}


def _tiny_autoencoder():
    return {"image_shape": (8, 8, 1), "latent_dim": 3}


SPECS = (
    ModelSpec(
        kgz.models.GAN,
        lambda: {"sample_shape": (2,), "latent_dim": 4, "hidden_units": 20},
        sample_shape=(2,),
        losses=GAN_LOSSES,
        bounded=False,
    ),
    ModelSpec(
        kgz.models.DCGAN,
        lambda: {"image_shape": (16, 16, 1), "latent_dim": 4, "filters": 4},
        sample_shape=(16, 16, 1),
        losses=GAN_LOSSES,
        thorough=True,
        family_head=True,
    ),
    ModelSpec(
        kgz.models.ConvGAN,
        _tiny_conv_gan,
        sample_shape=(8, 8, 1),
        losses=GAN_LOSSES,
        still=BEFORE_NORMALISATION,
    ),
    ModelSpec(
        kgz.models.LSGAN,
        _tiny(),
        sample_shape=(8, 8, 1),
        losses=GAN_LOSSES,
    ),
    ModelSpec(
        kgz.models.WGAN,
        _tiny(discriminator_steps=2),
        sample_shape=(8, 8, 1),
        losses=GAN_LOSSES,
    ),
    ModelSpec(
        kgz.models.WGANGP,
        _tiny(discriminator_steps=2),
        sample_shape=(8, 8, 1),
        losses=(*GAN_LOSSES, "gradient_penalty"),
        still={r"dense\w*/bias": "it cancels in the difference of the critic's means"},
        thorough=True,
    ),
    ModelSpec(
        kgz.models.SNGAN,
        _tiny(discriminator_filters=4, discriminator_steps=2),
        sample_shape=(8, 8, 1),
        losses=GAN_LOSSES,
        still=BEFORE_NORMALISATION,
    ),
    ModelSpec(
        kgz.models.ConditionalGAN,
        _tiny(discriminator_filters=4, discriminator_steps=2, num_classes=3),
        sample_shape=(8, 8, 1),
        losses=GAN_LOSSES,
        still=BEFORE_NORMALISATION,
        thorough=True,
    ),
    ModelSpec(
        kgz.models.ACGAN,
        _tiny(discriminator_filters=2, num_classes=3),
        sample_shape=(8, 8, 1),
        losses=(*GAN_LOSSES, "discriminator_class_loss", "generator_class_loss"),
    ),
    ModelSpec(
        kgz.models.EBGAN,
        _tiny(discriminator_filters=4),
        sample_shape=(8, 8, 1),
        losses=(*GAN_LOSSES, "pulling_away"),
    ),
    ModelSpec(
        kgz.models.CramerGAN,
        _tiny(feature_dim=4, discriminator_steps=2),
        sample_shape=(8, 8, 1),
        losses=(*GAN_LOSSES, "gradient_penalty"),
    ),
    ModelSpec(
        kgz.models.OTGAN,
        _tiny(discriminator_filters=4, generator_steps=1, iterations=20),
        sample_shape=(8, 8, 1),
        losses=GAN_LOSSES,
        thorough=True,
    ),
    ModelSpec(
        kgz.models.ImprovedGAN,
        _tiny(virtual_batch_normalization=3, historical_average=0.1),
        sample_shape=(8, 8, 1),
        losses=(*GAN_LOSSES, "historical_average", "generator_historical_average"),
    ),
    ModelSpec(
        kgz.models.SAGAN,
        _tiny(image_shape=(16, 16, 1), filters=8, discriminator_filters=8, num_classes=3),
        sample_shape=(16, 16, 1),
        losses=GAN_LOSSES,
    ),
    ModelSpec(
        kgz.models.SemiSupervisedGAN,
        lambda: {"image_shape": (8, 8, 1), "latent_dim": 4, "num_classes": 3},
        sample_shape=(8, 8, 1),
        losses=(*GAN_LOSSES, "supervised_loss"),
    ),
    ModelSpec(
        kgz.models.Autoencoder,
        _tiny_autoencoder,
        sample_shape=(8, 8, 1),
        losses=("reconstruction_loss",),
        noisy=False,
    ),
    ModelSpec(
        kgz.models.DenoisingAutoencoder,
        lambda: {**_tiny_autoencoder(), "noise": "salt_and_pepper", "loss": "cross_entropy"},
        sample_shape=(8, 8, 1),
        losses=("reconstruction_loss",),
    ),
    ModelSpec(
        kgz.models.VAE,
        lambda: {"image_shape": (8, 8, 1), "latent_dim": 3, "warm_up": 4},
        sample_shape=(8, 8, 1),
        losses=("reconstruction_loss", "kl_loss"),
        thorough=True,
        family_head=True,
    ),
    ModelSpec(
        kgz.models.AdversarialAutoencoder,
        lambda: {**_tiny_autoencoder(), "units": 8},
        sample_shape=(8, 8, 1),
        losses=("reconstruction_loss", *GAN_LOSSES),
    ),
    ModelSpec(
        kgz.models.SemiSupervisedAAE,
        lambda: {**_tiny_autoencoder(), "num_classes": 3, "units": 8},
        sample_shape=(8, 8, 1),
        losses=("reconstruction_loss", *GAN_LOSSES, "supervised_loss"),
        still={r"^classifier head_1/": "the loss of classes does not reach the style"},
    ),
    ModelSpec(
        kgz.models.VAEGAN,
        lambda: {"image_shape": (6, 6, 1), "latent_dim": 3, "filters": 4},
        sample_shape=(6, 6, 1),
        losses=(*GAN_LOSSES, "kl_loss", "reconstruction_loss", "similarity_loss"),
    ),
    ModelSpec(
        kgz.models.IcGAN,
        _tiny(num_classes=3),
        sample_shape=(8, 8, 1),
        losses=(*GAN_LOSSES, "latent_loss", "condition_loss"),
        still={r"(conv2d|dense)\w*/bias": "batch normalisation takes it away"},
    ),
    ModelSpec(
        kgz.models.RestrictedBoltzmannMachine,
        lambda: {"image_shape": (4, 4, 1), "hidden_units": 3, "chains": 6, "sampling_steps": 3},
        sample_shape=(4, 4, 1),
        losses=("contrastive_loss",),
    ),
)

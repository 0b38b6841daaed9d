"""What the conformance tests need to know about a model."""

import dataclasses
import functools
import re
from collections.abc import Callable
from typing import Any

import keras

import keras_gan_zoo as kgz
from keras_gan_zoo.families.classification import FewLabels
from keras_gan_zoo.families.posterior import GaussianPosterior
from keras_gan_zoo.training import state as training_state
from tests.guests import own, pairs, points, sequence, text, unpaired, video, voxels

FAMILIES = (kgz.families.AdversarialModel, kgz.families.AutoencoderModel)
_shared = {}


@dataclasses.dataclass(frozen=True, eq=False)
class ModelSpec:
    """A public model at a size that tests can afford.

    Args:
        model: The public class.
        arguments: Called for the constructor's arguments: tiny, and new networks on each call.
        losses: The names of the losses that `fit` reports; with `loss`, their sum, if a model has
            one phase.
        noisy: Whether training draws noise, which the seed decides.
        exempt: Patterns of trainable variables, after the name of the phase and a space, that need
            not move in it, with the reason.
        couples: Whether its losses couple the samples of a batch.
        stage: The stage that it is tried in, of a model with stages: one in which all phases play.
        thorough: Whether the dear promises are tried on it. A test says whose turn it is if those
            that are tried do not have all `features` together.
    """

    model: type
    arguments: Callable[[], dict[str, Any]]
    losses: tuple[str, ...]
    noisy: bool = True
    exempt: dict[str, str] = dataclasses.field(default_factory=dict)
    couples: bool = False
    stage: str | None = None
    thorough: bool = False

    def make(self, **changes):
        """A model with seed 0, compiled."""
        model = self.model(**{"seed": 0, **self.arguments(), **changes})
        model.compile()
        if self.stage is not None:
            model.begin_stage(self.stage)
        return model

    @property
    def passes_networks(self) -> bool:
        """Whether networks are among its arguments, made before the model is."""
        return any(isinstance(one, keras.Model) for one in self.arguments().values())

    @functools.cached_property
    def kinds(self) -> dict:
        """The kinds of what `fit` takes, by name."""
        return self.model(**{"seed": 0, **self.arguments()}).inputs()

    @property
    def sample_kind(self):
        """The kind of a sample: of the first of these."""
        return next(iter(self.kinds.values()))

    def shared(self):
        """The model of `make`, as it was when it was made: built and traced once for many tests.

        It must not be compiled anew. The last model asked for is kept; tests come in the order of
        specs, so that each is made once or twice.
        """
        if self not in _shared:
            _shared.clear()
            keras.utils.set_random_seed(0)
            model = self.make()
            _shared[self] = model, training_state.capture(model)
        model, start = _shared[self]
        training_state.restore(model, start)
        model.stop_training = False
        return model

    @property
    def features(self) -> set[str]:
        """What sets it apart from other models where replicas, files and types are concerned."""
        arguments = self.arguments()
        found = {
            **{f"{type(kind).__name__} as {name}": True for name, kind in self.kinds.items()},
            "several updates": "discriminator_steps" in arguments,
            "penalty": "gradient_penalty" in self.losses,
            "coupled samples": self.couples,
            "few labels": issubclass(self.model, FewLabels),
            "posterior": issubclass(self.model, GaussianPosterior),
            **{family.__name__: issubclass(self.model, family) for family in FAMILIES},
        }
        return {name for name, has in found.items() if has}

    def data(self, count: int, seed: int = 0) -> dict:
        """Random training data: what `fit` takes, by name."""
        return {
            name: kind.examples(count, seed + index)
            for index, (name, kind) in enumerate(self.kinds.items())
        }

    def is_exempt(self, phase: str, variable) -> bool:
        """Whether a variable need not move in a phase."""
        return any(re.search(pattern, f"{phase} {variable.path}") for pattern in self.exempt)


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
        losses=GAN_LOSSES,
        thorough=True,
    ),
    ModelSpec(
        kgz.models.DCGAN,
        lambda: {"image_shape": (16, 16, 1), "latent_dim": 4, "filters": 4},
        losses=GAN_LOSSES,
    ),
    ModelSpec(
        kgz.models.ConvGAN,
        _tiny_conv_gan,
        losses=GAN_LOSSES,
        exempt=BEFORE_NORMALISATION,
    ),
    ModelSpec(
        kgz.models.LSGAN,
        _tiny(),
        losses=GAN_LOSSES,
    ),
    ModelSpec(
        kgz.models.WGAN,
        _tiny(discriminator_steps=2),
        losses=GAN_LOSSES,
    ),
    ModelSpec(
        kgz.models.WGANGP,
        _tiny(discriminator_steps=2),
        losses=(*GAN_LOSSES, "gradient_penalty"),
        exempt={r"dense\w*/bias": "it cancels in the difference of the critic's means"},
        thorough=True,
    ),
    ModelSpec(
        kgz.models.SNGAN,
        _tiny(discriminator_filters=4, discriminator_steps=1),
        losses=GAN_LOSSES,
        exempt=BEFORE_NORMALISATION,
    ),
    ModelSpec(
        kgz.models.ConditionalGAN,
        _tiny(discriminator_filters=4, discriminator_steps=2, num_classes=3),
        losses=GAN_LOSSES,
        exempt=BEFORE_NORMALISATION,
    ),
    ModelSpec(
        kgz.models.ACGAN,
        _tiny(discriminator_filters=2, num_classes=3),
        losses=(*GAN_LOSSES, "discriminator_class_loss", "generator_class_loss"),
    ),
    ModelSpec(
        kgz.models.EBGAN,
        _tiny(discriminator_filters=4),
        losses=(*GAN_LOSSES, "pulling_away"),
    ),
    ModelSpec(
        kgz.models.CramerGAN,
        _tiny(feature_dim=4, discriminator_steps=2),
        losses=(*GAN_LOSSES, "gradient_penalty"),
    ),
    ModelSpec(
        kgz.models.OTGAN,
        _tiny(discriminator_filters=4, generator_steps=1, iterations=20),
        losses=GAN_LOSSES,
        couples=True,
        thorough=True,
    ),
    ModelSpec(
        kgz.models.ImprovedGAN,
        _tiny(virtual_batch_normalization=3, historical_average=0.1),
        losses=(*GAN_LOSSES, "historical_average", "generator_historical_average"),
    ),
    ModelSpec(
        kgz.models.SAGAN,
        _tiny(image_shape=(16, 16, 1), filters=8, discriminator_filters=8, num_classes=3),
        losses=GAN_LOSSES,
    ),
    ModelSpec(
        kgz.models.BigGAN,
        lambda: {
            "image_shape": (8, 8, 1),
            "attention": 0,
            "latent_dim": 6,
            "filters": 2,
            "discriminator_filters": 2,
            "shared_dim": 4,
            "num_classes": 3,
            "discriminator_steps": 1,
        },
        losses=(*GAN_LOSSES, "generator_orthogonal_regularization"),
        exempt=BEFORE_NORMALISATION,
    ),
    ModelSpec(
        kgz.models.BigGANDeep,
        lambda: {
            "image_shape": (8, 8, 1),
            "attention": 0,
            "latent_dim": 4,
            "filters": 4,
            "discriminator_filters": 4,
            "shared_dim": 4,
            "num_classes": 3,
            "discriminator_steps": 1,
        },
        losses=(*GAN_LOSSES, "generator_orthogonal_regularization"),
        exempt=BEFORE_NORMALISATION
        | {r"^generator .*conv2d\w*/bias": "batch normalisation takes it away"},
    ),
    ModelSpec(
        kgz.models.R3GAN,
        lambda: {
            "image_shape": (8, 8, 1),
            "latent_dim": 4,
            "widths": (4, 4),
            "blocks": (1, 0),
            "group_width": 4,
            "gamma": 1.0,
            "decay_steps": 8,
        },
        losses=(*GAN_LOSSES, "r1_penalty", "r2_penalty"),
    ),
    ModelSpec(
        kgz.models.ProGAN,
        # Its gradient penalty is tried on WGAN-GP, and beside its own losses elsewhere.
        _tiny(filters=2, max_filters=2, fade_steps=3, penalties=[]),
        losses=(*GAN_LOSSES, "drift"),
        couples=True,
        stage="8x8",
    ),
    ModelSpec(
        kgz.models.StyleGAN,
        _tiny(style_dim=4, mapping_layers=1, filters=2, max_filters=4),
        losses=(*GAN_LOSSES, "r1_penalty"),
        exempt={r"(colours|seen)_4x4": "what fades in from 8x8 on has taken their place"},
        couples=True,
    ),
    ModelSpec(
        kgz.models.StyleGAN2,
        # Terms at intervals are tried elsewhere, and so is R1: path lengths come every time.
        _tiny(style_dim=4, mapping_layers=1, max_filters=4, path_length_every=1, penalties=[]),
        losses=(*GAN_LOSSES, "path_length_penalty"),
        couples=True,
    ),
    ModelSpec(
        kgz.models.SemiSupervisedGAN,
        lambda: {"image_shape": (8, 8, 1), "latent_dim": 4, "num_classes": 3},
        losses=(*GAN_LOSSES, "supervised_loss"),
    ),
    ModelSpec(
        kgz.models.Autoencoder,
        _tiny_autoencoder,
        losses=("loss", "reconstruction_loss"),
        noisy=False,
    ),
    ModelSpec(
        kgz.models.DenoisingAutoencoder,
        lambda: {**_tiny_autoencoder(), "noise": "salt_and_pepper", "loss": "cross_entropy"},
        losses=("loss", "reconstruction_loss"),
    ),
    ModelSpec(
        kgz.models.VAE,
        lambda: {"image_shape": (8, 8, 1), "latent_dim": 3, "warm_up": 4},
        losses=("loss", "reconstruction_loss", "kl_loss"),
        thorough=True,
    ),
    ModelSpec(
        kgz.models.AdversarialAutoencoder,
        lambda: {**_tiny_autoencoder(), "units": 8},
        losses=("reconstruction_loss", *GAN_LOSSES),
    ),
    ModelSpec(
        kgz.models.SemiSupervisedAAE,
        lambda: {**_tiny_autoencoder(), "num_classes": 3, "units": 8},
        losses=("reconstruction_loss", *GAN_LOSSES, "supervised_loss"),
        exempt={r"^classifier head_1/": "the loss of classes does not reach the style"},
        thorough=True,
    ),
    ModelSpec(
        kgz.models.VAEGAN,
        # A margin at which no player waits for the other.
        lambda: {"image_shape": (6, 6, 1), "latent_dim": 3, "filters": 4, "margin": 100.0},
        losses=(*GAN_LOSSES, "kl_loss", "reconstruction_loss", "similarity_loss"),
    ),
    ModelSpec(
        kgz.models.IcGAN,
        _tiny(num_classes=3),
        losses=(*GAN_LOSSES, "latent_loss", "condition_loss"),
        exempt={r"(conv2d|dense)\w*/bias": "batch normalisation takes it away"},
    ),
    ModelSpec(
        kgz.models.WorldModelVAE,
        lambda: {"latent_dim": 3, "filters": 2},
        losses=("loss", "reconstruction_loss", "kl_loss"),
    ),
    ModelSpec(
        kgz.models.MDNRNN,
        lambda: {"steps": 5, "latent_dim": 3, "units": 4, "mixtures": 2},
        losses=("loss", "latent_loss", "restart_loss"),
        thorough=True,
    ),
    ModelSpec(
        kgz.models.Pix2Pix,
        lambda: {
            "source_shape": (16, 16, 2),
            "filters": 2,
            "discriminator_filters": 4,
            "patch": 16,
        },
        losses=(*GAN_LOSSES, "l1_loss"),
        exempt=BEFORE_NORMALISATION | {r"conv2d\w*/bias": "normalisation takes it away"},
        thorough=True,
    ),
    ModelSpec(
        kgz.models.CycleGAN,
        lambda: {
            "image_shape": (16, 16, 1),
            "filters": 2,
            "discriminator_filters": 4,
            "blocks": 1,
            "patch": 16,
            "identity_weight": 0.5,
            "replay": 12,
        },
        losses=(
            "generator_loss",
            "cycle_loss",
            "identity_loss",
            "discriminator_a_loss",
            "discriminator_b_loss",
        ),
        exempt={r"conv2d\w*/bias": "instance normalisation takes it away"},
        thorough=True,
    ),
    ModelSpec(
        kgz.models.PixelDA,
        lambda: {
            "source_shape": (8, 8, 1),
            "target_channels": 3,
            "num_classes": 3,
            "latent_dim": 3,
            "filters": 4,
            "discriminator_filters": 4,
            "blocks": 1,
            "similarity_weight": 0.1,
        },
        losses=(
            *GAN_LOSSES,
            "generator_task_loss",
            "similarity_loss",
            "source_task_loss",
            "adapted_task_loss",
        ),
    ),
    ModelSpec(
        kgz.models.GauGAN,
        lambda: {
            "image_shape": (8, 8, 1),
            "num_classes": 3,
            "latent_dim": 3,
            "filters": 2,
            "hidden_filters": 4,
            "upsamplings": 1,
            "discriminator_filters": 2,
        },
        losses=(*GAN_LOSSES, "feature_loss", "kl_loss"),
        exempt={r"generator .*bias": "batch normalisation takes it away"},
        thorough=True,
    ),
    ModelSpec(
        kgz.models.SRResNet,
        lambda: {"image_shape": (8, 8, 3), "scale": 2, "filters": 2, "blocks": 1},
        losses=("loss", "content_loss"),
        noisy=False,
        exempt={r"conv2d\w*/bias": "batch normalisation takes it away"},
    ),
    ModelSpec(
        kgz.models.SRGAN,
        lambda: {
            "image_shape": (16, 16, 3),
            "scale": 2,
            "filters": 2,
            "blocks": 1,
            "discriminator_filters": 2,
            "units": 4,
        },
        losses=(*GAN_LOSSES, "content_loss"),
        noisy=False,
        exempt={r"conv2d\w*/bias": "batch normalisation takes it away"},
        stage="adversarial",
    ),
    ModelSpec(
        kgz.models.ColorizationGAN,
        lambda: {
            "image_shape": (16, 16, 3),
            "network": "cifar10",
            "filters": 2,
            "discriminator_filters": 2,
        },
        losses=(*GAN_LOSSES, "l1_loss"),
        exempt={r"conv2d\w*/bias": "batch normalisation takes it away"},
    ),
    ModelSpec(
        kgz.models.RestrictedBoltzmannMachine,
        lambda: {"image_shape": (4, 4, 1), "hidden_units": 3, "chains": 6, "sampling_steps": 3},
        losses=("loss", "contrastive_loss"),
    ),
)


# What nobody trains by gradient keeps its promises in a test file of its own.
EVOLVED = {kgz.models.LinearController: "tests/models/test_linear_controller.py"}

# What no public model is, tried thoroughly; `Pairs` is what Pix2Pix is, in public code alone.
GUESTS = (
    ModelSpec(pairs.Pairs, dict, losses=(*GAN_LOSSES, "distance"), noisy=False),
    ModelSpec(
        unpaired.Unpaired,
        lambda: {"penalties_of_a": [kgz.penalties.R1(1.0, every=2)]},
        losses=(
            "generator_loss",
            "cycle_loss",
            "critic_of_a_loss",
            "critic_of_a_r1_penalty",
            "critic_of_b_loss",
        ),
        thorough=True,
    ),
    ModelSpec(voxels.VoxelGAN, dict, losses=GAN_LOSSES, thorough=True),
    ModelSpec(
        points.CloudGAN,
        dict,
        losses=(*GAN_LOSSES, "gradient_penalty"),
        exempt={r"dense\w*/bias": "it cancels in the difference of the critic's means"},
        thorough=True,
    ),
    ModelSpec(
        video.VideoGAN, dict, losses=(*GAN_LOSSES, "motion_discriminator_loss"), thorough=True
    ),
    ModelSpec(
        sequence.Memory, dict, losses=("loss", "prediction_loss"), noisy=False, thorough=True
    ),
    ModelSpec(
        text.Stacked,
        dict,
        losses=(*GAN_LOSSES, "small_discriminator_loss"),
        stage="both",
        thorough=True,
    ),
    ModelSpec(kgz.families.AdversarialModel, own.own_networks, losses=GAN_LOSSES, thorough=True),
)


def one_of_each_family(specs=SPECS):
    """The first spec of each family."""
    return [next(s for s in specs if issubclass(s.model, family)) for family in FAMILIES]

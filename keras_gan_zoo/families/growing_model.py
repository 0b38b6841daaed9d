"""Generators and discriminators that grow with the images."""

import warnings

from keras import ops

from keras_gan_zoo import backend
from keras_gan_zoo.families.adversarial_model import AdversarialModel
from keras_gan_zoo.families.critic import Critic
from keras_gan_zoo.layers import FadeIn, kernels
from keras_gan_zoo.training.part import Part
from keras_gan_zoo.training.stage import Stage


class GrowingCritic(Critic):
    """A critic with one output for each stage, of which the present one counts."""

    def criticize(self, *inputs):
        return self.judge(*inputs)[self.model.stage.name]


class Fading(Part):
    """Raises the share of what is new before each step; belongs to whom a step trains first."""

    def __init__(self, model, network):
        self.model, self.network = model, network
        model.attach(self)

    def before_update(self):
        steps = ops.cast(self.model.steps_in_stage + 1, "float32")
        shares = self.model.fade_shares()
        backend.assign(shares, [ops.minimum(steps / self.model.fade_steps, 1.0)] * len(shares))


class GrowingModel(AdversarialModel):
    """An adversarial model that learns small images first, and grows to the whole ones.

    Each side is a stage, `"4x4"`, `"8x8"`, ... (`begin_stage`). With each but the first, new layers
    of both players are faded in during `fade_steps` steps, and the optimizers begin anew. `fit`
    takes whole images in all stages.

    The share of what is new is kept in the networks' `FadeIn` layers: files and training states
    hold it, and a training that was stopped inside a fade goes on there.

    Args:
        latent_dim: Size of a latent vector.
        generator: Gives images `(batch, *image_shape)`, enlarged, for each side from 4 on; has a
            `FadeIn` layer, `"fade_8x8"`, ... for each from 8 on.
        discriminator: Gives logits for each side, and has such layers, too.
        fade_steps: Training steps of a fade.
        **kwargs: See `AdversarialModel`.

    Attributes:
        first_stage: The side that training begins with, as a number among all.

    References:
        Karras et al. 2017, Progressive Growing of GANs for Improved Quality, Stability, and
        Variation, arXiv 1710.10196, section 2.
    """

    critic_class = GrowingCritic
    first_stage = 0

    def __init__(self, latent_dim: int, *, fade_steps: int = 37_500, **kwargs):
        super().__init__(latent_dim=latent_dim, **kwargs)
        self.fade_steps = int(fade_steps)
        Fading(self, self.discriminator)
        # What the first stage has is not new.
        for network in (self.generator, self.discriminator, self.averaged(self.generator)):
            for share in _shares(network)[: self.first_stage]:
                share.assign(1.0)

    @property
    def sides(self) -> list[int]:
        """The sides of images that the networks know."""
        side, count = self.generator.outputs[-1].shape[1], len(self.generator.outputs)
        return [side // 2 ** (count - 1 - number) for number in range(count)]

    def stages(self):
        both = ("discriminator", "generator")
        return tuple(
            Stage(f"{side}x{side}", resets=both if number else ())
            for number, side in enumerate(self.sides[self.first_stage :])
        )

    @property
    def outputs_of_discriminator(self) -> tuple:  # type: ignore[override]  # of each size
        return tuple(f"{side}x{side}" for side in self.sides)

    @property
    def level(self) -> int:
        """The number of the present side."""
        return self.first_stage + self.stages().index(self.stage)

    def fade_shares(self) -> list:
        """How much of what is new in the present stage counts: of each player one variable."""
        if self.level == self.first_stage:
            return []
        return [_shares(one)[self.level - 1] for one in (self.generator, self.discriminator)]

    def begin_stage(self, stage):
        """Goes on to a later stage; see `PhasedModel.begin_stage`.

        Raises:
            ValueError: If there is no such stage, it is not the next one, or what was new in the
                present one is not faded in yet.
        """
        number = self._number_of(stage)
        if number > self.stages().index(self.stage) + 1:
            raise ValueError(
                f"Expected the stage after {self.stage.name!r}: networks grow one step at a time. "
                f"Received: {stage!r}"
            )
        faded = min([1.0, *(float(share) for share in self.fade_shares())])
        if number > self.stages().index(self.stage) and faded < 1.0:
            raise ValueError(
                f"Expected at least {self.fade_steps} training steps (`fade_steps`) in the stage "
                f"{self.stage.name!r} before {stage!r}: what is new in it is not faded in yet. "
                f"Train longer, or lower `fade_steps`. Received: {int(self.steps_in_stage)} steps"
            )
        super().begin_stage(stage)

    def check_plan(self, steps):
        """See `PhasedModel.check_plan`: networks grow to the whole image, and fade in before."""
        names = [stage.name for stage in self.stages()]
        if [*steps] != names:
            raise ValueError(
                f"Expected each of the stages {', '.join(names)}: networks grow one step at a "
                f"time, to images of {names[-1]}. Received: {', '.join(steps)}"
            )
        for name in names[1:-1]:
            if steps[name] < self.fade_steps:
                raise ValueError(
                    f"Expected at least {self.fade_steps} training steps (`fade_steps`) in the "
                    f"stage {name!r}, in which new layers fade in. Train it for more epochs, or "
                    f"lower `fade_steps`. Received: {steps[name]} steps"
                )
        if len(names) > 1 and steps[names[-1]] < self.fade_steps:
            warnings.warn(
                f"Of {self.fade_steps} steps (`fade_steps`) in which new layers fade in, the last "
                f"stage has {steps[names[-1]]}: details of {names[-1]} stay faint. Train it for "
                "more epochs, or lower `fade_steps`.",
                stacklevel=2,
            )

    def real_inputs(self, batch) -> tuple:
        """Real images, whose details fade in as those of the generator do."""
        real, shares = batch["real"], self.fade_shares()
        if not shares:
            return (real,)
        pixels = 2 * self.sides[-1] // self.sides[self.level]
        coarse = ops.average_pool(real, pixels, pixels, data_format="channels_last")
        coarse = ops.repeat(ops.repeat(coarse, pixels, axis=1), pixels, axis=2)
        return (coarse + shares[0] * (real - coarse),)

    def sample_of(self, outputs):
        """The images of the present stage among those of all."""
        return outputs[self.level]

    def call(self, inputs, training=False):
        """Images of the present stage for latents, enlarged, from the generator in training."""
        return self.sample_of(self.generator(inputs, training=training))

    def _run_generator(self, *inputs, ema):
        return ops.clip(super()._run_generator(*inputs, ema=ema), -1.0, 1.0)

    def _forget_other_graphs(self):
        changed = self._stage_number() != self._stage_of_graphs
        super()._forget_other_graphs()
        if changed:
            self._trace_generators()


def _shares(network) -> list:
    """The shares of a network's layers that fade in, from the coarsest on."""
    fading = [one for one in kernels.sublayers(network) if isinstance(one, FadeIn)]
    return [one.share for one in sorted(fading, key=lambda one: int(one.name.rpartition("x")[2]))]

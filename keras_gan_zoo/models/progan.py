"""ProGAN."""

import keras
from keras import ops

from keras_gan_zoo import backend
from keras_gan_zoo.families.adversarial_model import AdversarialModel
from keras_gan_zoo.families.critic import Critic
from keras_gan_zoo.networks import progan_discriminator, progan_generator
from keras_gan_zoo.networks.progan import fade_name
from keras_gan_zoo.penalties import GradientPenalty
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


@keras.saving.register_keras_serializable("keras_gan_zoo")
class ProGAN(AdversarialModel):
    """WGAN-GP that grows: it learns 4x4 pixels first, then 8x8, and so on to the whole image.

    Each side is a stage, `"4x4"`, `"8x8"`, ... (`begin_stage`). With each but the first, new layers
    of both players are faded in during `fade_steps` steps, and the optimizers begin anew. `fit`
    takes whole images in all stages. The critic descends
    `E D(G(z)) - E D(x) + 10 E (|grad D(x^)| - 1)^2 + 0.001 E D(x)^2`.

    The share of what is new is kept in the networks' `FadeIn` layers: files and training states
    hold it, and a training that was stopped inside a fade goes on there.

    Args:
        image_shape: `(side, side, channels)`, the side a power of two from 8 on.
        latent_dim: Size of a standard normal latent vector.
        filters: Channels at the image's side, by default 16,384 divided by it; they double with
            each halving.
        max_filters: Most channels of all.
        fade_steps: Training steps of a fade. The paper's takes 600,000 images, and as many follow
            until the next.
        drift: Factor of `E D(x)^2`.
        penalties: By default `kgz.penalties.GradientPenalty(10.0)`.
        **kwargs: See `kgz.families.AdversarialModel`.

    Example:

    >>> model = kgz.models.ProGAN((8, 8, 1), 4, filters=2, fade_steps=2)
    >>> model.generate(3).shape
    TensorShape([3, 8, 8, 1])
    >>> model.begin_stage("8x8")
    >>> model.stage.name
    '8x8'

    References:
        Karras et al. 2017, Progressive Growing of GANs for Improved Quality, Stability, and
        Variation, arXiv 1710.10196, sections 2 to 4 and appendix A; the authors' `loss.py`.

    Deviations:
        Growth is counted in training steps, not in images, and the batch size is that of the data.
    """

    critic_class = GrowingCritic

    def __init__(
        self,
        image_shape: tuple = (1024, 1024, 3),
        latent_dim: int = 512,
        *,
        filters: int | None = None,
        max_filters: int = 512,
        fade_steps: int = 37_500,
        drift: float = 1e-3,
        adversarial_loss="wasserstein",
        penalties=None,
        **kwargs,
    ):
        super().__init__(
            latent_dim=latent_dim,
            networks={
                "generator": lambda: progan_generator(
                    image_shape, latent_dim, filters, max_filters
                ),
                "discriminator": lambda: progan_discriminator(image_shape, filters, max_filters),
            },
            adversarial_loss=adversarial_loss,
            penalties=[GradientPenalty(10.0)] if penalties is None else penalties,
            **kwargs,
        )
        self.fade_steps = int(fade_steps)
        self.drift = float(drift)
        Fading(self, self.discriminator)

    # Growth --------------------------------------------------------------------------------

    @property
    def sides(self) -> list[int]:
        """The side of images in each stage."""
        side, count = self.generator.output_shape[-1][1], len(self.generator.outputs)
        return [side // 2 ** (count - 1 - number) for number in range(count)]

    def stages(self):
        both = ("discriminator", "generator")
        return tuple(
            Stage(f"{side}x{side}", resets=both if number else ())
            for number, side in enumerate(self.sides)
        )

    @property
    def outputs_of_discriminator(self) -> tuple:
        return tuple(stage.name for stage in self.stages())

    @property
    def level(self) -> int:
        """The number of the present stage."""
        return self.stages().index(self.stage)

    def fade_shares(self) -> list:
        """How much of what is new in the present stage counts: of each player one variable."""
        if self.level == 0:
            return []
        name = fade_name(self.sides[self.level])
        return [one.get_layer(name).share for one in (self.generator, self.discriminator)]

    def begin_stage(self, stage):
        """Goes on to a later stage; see `PhasedModel.begin_stage`.

        Raises:
            ValueError: If there is no such stage, it is not the next one, or what was new in the
                present one is not faded in yet.
        """
        number = self._number_of(stage)
        if number > self.level + 1:
            raise ValueError(
                f"Expected the stage after {self.stage.name!r}: networks grow one step at a time. "
                f"Received: {stage!r}"
            )
        faded = min([1.0, *(float(share) for share in self.fade_shares())])
        if number > self.level and faded < 1.0:
            raise ValueError(
                f"Expected at least {self.fade_steps} training steps (`fade_steps`) in the stage "
                f"{self.stage.name!r} before {stage!r}: what is new in it is not faded in yet. "
                f"Train longer, or lower `fade_steps`. Received: {int(self.steps_in_stage)} steps"
            )
        super().begin_stage(stage)

    # The algorithm -------------------------------------------------------------------------

    def real_inputs(self, batch) -> tuple:
        """Real images, whose details fade in as those of the generator do."""
        real, shares = batch["real"], self.fade_shares()
        if not shares:
            return (real,)
        pixels = 2 * self.sides[-1] // self.sides[self.level]
        coarse = ops.average_pool(real, pixels, pixels, data_format="channels_last")
        coarse = ops.repeat(ops.repeat(coarse, pixels, axis=1), pixels, axis=2)
        return (coarse + shares[0] * (real - coarse),)

    def fake_inputs(self, batch) -> tuple:
        latents = self.sample_latents(ops.shape(batch["real"])[0])
        return self.critic.replayed(self(latents, training=self.in_training))

    def discriminator_losses(self, batch):
        real, fake = self.real_inputs(batch), self.fake_inputs(batch)
        logits = self.critic.criticize(*real)
        loss = self.critic.loss_of(logits, self.critic.criticize(*fake))
        return {
            "discriminator_loss": loss,
            "drift": self.drift * ops.mean(ops.square(logits)),
            **self.critic.penalty_losses(real, fake),
        }

    def default_optimizers(self):
        """Adam with learning rate 1e-3, beta_1 0 and beta_2 0.99."""
        return keras.optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.99, epsilon=1e-8)

    def call(self, inputs, training=False):
        """Images of the present stage for latents, enlarged, from the generator in training."""
        return self.generator(inputs, training=training)[self.level]

    # Internals -----------------------------------------------------------------------------

    def _run_generator(self, *inputs, ema):
        images = self._generator(ema)(*inputs, training=False)[self.level]
        return ops.clip(ops.cast(images, "float32"), -1.0, 1.0)

    def _forget_other_graphs(self):
        changed = self._stage_number() != self._stage_of_graphs
        super()._forget_other_graphs()
        if changed:
            self._trace_generators()

"""A generator against a discriminator."""

import functools
from collections.abc import Callable

import keras

from keras_gan_zoo import backend, errors, losses
from keras_gan_zoo.penalties import Penalty
from keras_gan_zoo.training import checks
from keras_gan_zoo.training.architecture import Architecture, made, networks_of_dtype, serialized
from keras_gan_zoo.training.calls import apply
from keras_gan_zoo.training.condition import condition_of
from keras_gan_zoo.training.latents import LATENT_DISTRIBUTIONS
from keras_gan_zoo.training.phase import Phase
from keras_gan_zoo.training.phased_model import PhasedModel
from keras_gan_zoo.training.replay import ReplayBuffer
from keras_gan_zoo.training.sampling import Sampling

PENALTIES = ("penalties", "generator_penalties")


class AdversarialModel(Architecture, Sampling, PhasedModel):
    """A generator that turns latents into samples, trained against a discriminator.

    A training step is `discriminator_steps` updates of the discriminator, each on fresh real
    samples, then `generator_steps` of the generator.

    With `num_classes` or `condition_dim` the model is conditional: `fit` takes labels, and both
    networks take the condition, one-hot for classes, as a second input `(batch, dim)`.

    Args:
        generator: Maps latents `(batch, latent_dim)` to samples `(batch, *sample_shape)`; or a
            function without arguments that makes such a network.
        discriminator: Maps samples to logits `(batch, 1)`, without a sigmoid; or a function that
            makes such a network from the sample shape.
        networks: Further networks by name, each a model or a function that makes one; they become
            attributes, and are recorded and shipped like the two.
        latent_dim: Size of a latent vector.
        latent_distribution: `"normal"` (standard) or `"uniform"` (in `[-1, 1]`).
        adversarial_loss: A name or an instance, see `kgz.losses.get`.
        penalties: `kgz.penalties` added to the discriminator's loss.
        generator_penalties: Penalties on weights added to the generator's loss.
        discriminator_steps, generator_steps: Updates of each in a training step.
        replay: Capacity of a store of the generator's earlier samples, half of which the
            discriminator is shown instead of new ones (`kgz.training.ReplayBuffer`); 0 for none.
        instance_noise: Standard deviation of normal noise added to all that the discriminator is
            shown in training (Sonderby et al. 2016, arXiv 1610.04490): a number, or
            `kgz.training.LinearDecay` to let it fall to 0; 0 for none.
        weight_clip: Clips the discriminator's weights to `[-weight_clip, weight_clip]` before
            each of its updates, as `WGAN` does; `None` for no clipping.
        ema_decay: Decay of the moving average of the generator's weights; `None` for none.
        num_classes: Number of classes, for labels `(batch,)`.
        condition_dim: Size of a continuous condition, for labels `(batch, condition_dim)`.
        architecture: The subclass's own arguments from which networks are made by function:
            recorded in configs instead of these networks.
        seed, **kwargs: See `PhasedModel`.
    """

    # Whether the discriminator of a conditional model takes the condition, too.
    discriminator_is_told = True
    serialized_arguments = (
        "generator",
        "discriminator",
        "adversarial_loss",
        "instance_noise",
        *PENALTIES,
    )
    # Whether the losses are the model's own, so that there is none to choose.
    losses_are_own = False
    # The discriminator's outputs, in order.
    outputs_of_discriminator = ("logits",)

    def __init__(
        self,
        generator: keras.Model | Callable,
        discriminator: keras.Model | Callable,
        latent_dim: int,
        *,
        networks: dict | None = None,
        latent_distribution: str = "normal",
        adversarial_loss="non_saturating",
        penalties=(),
        generator_penalties=(),
        discriminator_steps: int = 1,
        generator_steps: int = 1,
        replay: int = 0,
        instance_noise=0.0,
        weight_clip: float | None = None,
        ema_decay: float | None = 0.999,
        num_classes: int | None = None,
        condition_dim: int | None = None,
        architecture: dict | None = None,
        seed: int | None = None,
        **kwargs,
    ):
        checks.check_count("latent_dim", latent_dim)
        checks.check_architecture(architecture)
        checks.check_count("discriminator_steps", discriminator_steps)
        checks.check_count("generator_steps", generator_steps)
        if weight_clip is not None and not weight_clip > 0:
            raise ValueError(f"Expected `weight_clip` > 0 or None. Received: {weight_clip!r}")
        if latent_distribution not in LATENT_DISTRIBUTIONS:
            raise errors.unknown_name(
                "latent_distribution", latent_distribution, LATENT_DISTRIBUTIONS
            )
        networks = networks or {}
        given = {"generator": generator, "discriminator": discriminator, **networks}
        with networks_of_dtype(kwargs.get("dtype")):
            generator = made(generator)
            discriminator = made(discriminator, tuple(generator.output_shape[1:]))
            networks = {name: made(one) for name, one in networks.items()}
        super().__init__(seed=seed, **kwargs)
        networks = {"generator": generator, "discriminator": discriminator, **networks}
        self._take_networks(networks, given, architecture)
        self.latent_dim = int(latent_dim)
        self.latent_distribution = latent_distribution
        self.adversarial_loss = losses.get(adversarial_loss)
        if self.losses_are_own and type(self.adversarial_loss) is not losses.NonSaturating:
            raise ValueError(
                f"Expected no `adversarial_loss`: {type(self).__name__} has losses of its own. "
                f"Received: {adversarial_loss!r}"
            )
        self._penalty_states = []
        self.penalties = self._built(penalties, discriminator)
        self.generator_penalties = self._built(generator_penalties, generator)
        self.discriminator_steps = int(discriminator_steps)
        self.generator_steps = int(generator_steps)
        self.weight_clip = weight_clip
        self.instance_noise = _noise_level(instance_noise)
        self.ema_decay = ema_decay
        self.ema_generator = (
            None if ema_decay is None else self.moving_average(generator, ema_decay)
        )
        self.sample_shape = tuple(generator.output_shape[1:])
        self.condition = condition_of(num_classes, condition_dim)
        shapes = [self.sample_shape, *[(self.condition.dim,)] * (self.condition.dim is not None)]
        self.replay = ReplayBuffer(replay, shapes) if replay else None
        self._check_networks()
        self._trace_generators()
        self.built = True

    # The algorithm -------------------------------------------------------------------------

    def phases(self):
        return (
            Phase(
                "discriminator",
                (self.discriminator,),
                steps=self.discriminator_steps,
                intervals=_intervals(self.penalties),
            ),
            Phase(
                "generator",
                (self.generator,),
                steps=self.generator_steps,
                intervals=_intervals(self.generator_penalties),
            ),
        )

    @property
    def takes_targets(self) -> bool:
        """Whether `fit` takes labels."""
        return self.condition.dim is not None

    def prepare_batch(self, data):
        """`{"real": samples}`, with `"condition"` vectors if the model is conditional."""
        samples = checks.check_samples("x", checks.samples_of(data), self.sample_shape)
        return {"real": samples, **self.condition.of_batch(data)}

    def discriminator_losses(self, batch):
        real, fake = self.real_inputs(batch), self.fake_inputs(batch)
        loss = self.adversarial_loss.discriminator(self.criticize(*real), self.criticize(*fake))
        critic = functools.partial(self._criticize_as, real[1:])
        return {"discriminator_loss": loss, **self.penalty_losses(critic, real[0], fake[0])}

    def generator_losses(self, batch):
        fake_logits = self.criticize(*self.fake_inputs(batch))
        real_logits = None
        if self.adversarial_loss.generator_needs_real:
            real_logits = self.criticize(*self.real_inputs(batch))
        return {"generator_loss": self.adversarial_loss.generator(fake_logits, real_logits)}

    def real_inputs(self, batch) -> tuple:
        """What the discriminator is shown of the data: samples, and their condition if any."""
        return (batch["real"], *_condition(batch) * self.discriminator_is_told)

    def fake_inputs(self, batch) -> tuple:
        """As many samples of the generator, made for the same conditions."""
        latents = self.sample_latents(keras.ops.shape(batch["real"])[0])
        condition = _condition(batch)
        samples = apply(self.generator, (latents, *condition), training=self.in_training)
        if self.replay is not None and self.in_training and self.playing == "discriminator":
            return self._replayed(samples, *condition)
        return (samples, *condition * self.discriminator_is_told)

    def judge(self, *inputs) -> dict:
        """The discriminator's outputs by name, in the mode of the running step."""
        if self.in_training and self.instance_noise:
            inputs = (self._with_noise(inputs[0]), *inputs[1:])
        outputs = apply(self.judging_network(), inputs, training=self.in_training)
        outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
        return dict(zip(self.outputs_of_discriminator, outputs, strict=True))

    def judging_network(self):
        """The network that `judge` asks."""
        return self.discriminator

    def criticize(self, *inputs):
        """The discriminator's logits in the mode of the running step."""
        return self.judge(*inputs)["logits"]

    def judge_together(self, *batches) -> list:
        """`judge` of several batches of one size, from one pass.

        For discriminators that treat samples independently. One pass is quicker than several, and
        adds up the gradient of each weight in an order that does not vary. Rows are interleaved,
        so that replicas draw the noise of one device.
        """
        count = len(batches)
        rows = keras.ops.stack(batches, axis=1)
        judged = self.judge(keras.ops.reshape(rows, (-1, *batches[0].shape[1:])))
        return [{name: out[index::count] for name, out in judged.items()} for index in range(count)]

    def penalty_losses(self, critic, real, fake) -> dict:
        """The discriminator's weighted penalties by name, each at its own interval."""
        return self._penalty_losses(self.penalties, critic, real, fake)

    def before_update(self, phase):
        if self.weight_clip is not None and phase.name == "discriminator":
            weights, limit = self.discriminator.trainable_variables, self.weight_clip
            backend.assign(weights, [keras.ops.clip(w, -limit, limit) for w in weights])

    def after_update(self, phase):
        own = {"discriminator": self.penalties, "generator": self.generator_penalties}
        for penalty in own.get(phase.name, ()):
            penalty.update()

    def comparison(self, batch):
        """Real samples and as many of the averaged generator."""
        real = batch["real"]
        latents = self.sample_latents(keras.ops.shape(real)[0])
        return real, self._run_generator(latents, *_condition(batch), ema=True)

    def call(self, inputs, training=False):
        """Samples for latents, or for `(latents, condition)`, from the generator in training."""
        return self.generator(inputs, training=training)

    @property
    def image_shape(self) -> tuple:
        """The shape of a sample: `(height, width, channels)` for images."""
        return self.sample_shape

    @property
    def num_classes(self) -> int | None:
        """Number of classes of a class-conditional model."""
        return self.condition.num_classes

    # Presets and serialisation -------------------------------------------------------------

    def preset_networks(self) -> dict:
        """The networks a preset ships: the averaged generator, and the others as they are."""
        return {**super().preset_networks(), "generator": self._generator(ema=True)}

    def preset_loaded(self):
        """Called when `preset_networks` of a fresh model have received a preset's weights."""
        if self.ema_generator is not None:
            self.generator.set_weights(self.ema_generator.get_weights())

    def get_config(self):
        return {
            **super().get_config(),
            **self._architecture_config(),
            "latent_dim": self.latent_dim,
            "latent_distribution": self.latent_distribution,
            "adversarial_loss": serialized(self.adversarial_loss),
            **{key: [serialized(one) for one in getattr(self, key)] for key in PENALTIES},
            "discriminator_steps": self.discriminator_steps,
            "generator_steps": self.generator_steps,
            "replay": 0 if self.replay is None else self.replay.capacity,
            "instance_noise": (
                serialized(self.instance_noise)
                if callable(self.instance_noise)
                else self.instance_noise
            ),
            "weight_clip": self.weight_clip,
            "ema_decay": self.ema_decay,
            **self._condition_config(),
        }

    def _phase_losses(self, phase, batch):
        """The phase's losses; the generator's penalties, on weights alone, are added here."""
        result = super()._phase_losses(phase, batch)
        if phase.name == "generator":
            added = self._penalty_losses(self.generator_penalties, None, None, None)
            result |= {f"generator_{name}": value for name, value in added.items()}
        return result

    def _replayed(self, *samples):
        """Samples and their conditions, half of them old."""
        mixed = self.replay.exchange(*samples)
        mixed = mixed if isinstance(mixed, tuple) else (mixed,)
        return mixed if self.discriminator_is_told else mixed[:1]

    def _with_noise(self, samples):
        level = self.instance_noise
        if callable(level):
            level = level(self.optimizers["discriminator"].iterations)
        noise = backend.random_normal(keras.ops.shape(samples))
        return samples + keras.ops.cast(level, samples.dtype) * keras.ops.cast(noise, samples.dtype)

    def _built(self, penalties, network):
        """The penalties, told of the network; what they remember is saved with the model."""
        penalties = [Penalty.check(penalty) for penalty in penalties]
        for penalty in penalties:
            penalty.build(network)
            if penalty.state is not None:
                self._penalty_states.append(penalty.state)
        return penalties

    def _penalty_losses(self, penalties, critic, real, fake):
        result = {}
        for penalty in penalties:
            value = functools.partial(penalty, critic, real, fake)
            result[penalty.name] = self.lazily(penalty.every, value)
        return result

    def _criticize_as(self, condition, samples):
        return self.criticize(samples, *condition)

    def _condition_config(self):
        if self.condition.dim is None:
            return {}
        key = "condition_dim" if self.num_classes is None else "num_classes"
        return {key: self.condition.dim}

    def _check_networks(self):
        condition = [] if self.condition.dim is None else [(self.condition.dim,)]
        expected = {
            "generator": [(self.latent_dim,), *condition],
            "discriminator": [self.sample_shape, *condition * self.discriminator_is_told],
        }
        for name, shapes in expected.items():
            received = [tuple(one.shape[1:]) for one in getattr(self, name).inputs]
            if received != shapes:
                raise ValueError(
                    f"Expected a `{name}` with inputs of shapes {shapes}, each with a batch axis "
                    "before it: latents as `latent_dim` says, samples as the generator makes "
                    f"them, and the condition if there is one. Received: inputs {received}"
                )


def _noise_level(level):
    if callable(level) or (isinstance(level, (int, float)) and level >= 0):
        return level
    raise ValueError(
        "Expected `instance_noise` to be a number >= 0 or a schedule such as "
        f"`kgz.training.LinearDecay(0.1, stop=10_000)`. Received: {level!r}"
    )


def _intervals(penalties):
    return tuple({penalty.every for penalty in penalties} - {1})


def _condition(batch):
    return (batch["condition"],) if "condition" in batch else ()

"""A network that judges samples, with all that trains it."""

import warnings

import keras

from keras_gan_zoo import backend, errors, losses
from keras_gan_zoo.families.adaptive_augment import AdaptiveAugment
from keras_gan_zoo.families.augmentation import augmented, checked_policy
from keras_gan_zoo.families.penalized import Penalties, WeightClip
from keras_gan_zoo.families.replay import ReplayBuffer
from keras_gan_zoo.families.sigmoids import ends_in_sigmoid
from keras_gan_zoo.training import checks
from keras_gan_zoo.training.calls import apply
from keras_gan_zoo.training.part import Part


class Critic(Part):
    """One discriminator: its network, loss, penalties, store of old samples, and noise.

    An `AdversarialModel` has one; a model of several, as CycleGAN, makes one for each and names
    their losses after them. A critic is handed what it judges, and never sees a batch.

    Args:
        model: The `kgz.training.PhasedModel` that owns the network.
        name: The name of the network among the model's, and of its loss: `name + "_loss"`. Names
            of penalties start with it, too, unless it is `"discriminator"`.
        loss: A name or an instance, see `kgz.losses.get`.
        weight: Factor of the critic's loss, for papers that halve it.
        penalties: `kgz.penalties` added to its loss.
        replay: Capacity of a store of earlier samples, half of which `replayed` shows instead of
            new ones (`kgz.families.ReplayBuffer`); 0 for none.
        shapes: The shapes of what is stored, a sample and its condition if there is one; by default
            those of the network's inputs.
        instance_noise: Standard deviation of normal noise added to all samples that are judged in
            training (Sonderby et al. 2016, arXiv 1610.04490): a number, or
            `kgz.training.LinearDecay` to let it fall to 0; 0 for none.
        augment: Differentiable augmentation of all samples that are judged in training, images:
            any of `"color"`, `"translation"` and `"cutout"`, see `kgz.families.augmented`; or
            `"ada"`, or a `kgz.families.AdaptiveAugment`, for as much as the discriminator needs.
        weight_clip: Clips weights to `[-weight_clip, weight_clip]` before each update; `None` for
            no clipping.
        outputs: What the network gives, in order.
        view: What the network is shown of samples, as a function of them; the samples by default.

    Example:

    >>> model = kgz.models.GAN((2,), latent_dim=2, hidden_units=4, seed=0)
    >>> sorted(model.critic.losses(real=(np.zeros((3, 2)),), fake=(np.ones((3, 2)),)))
    ['discriminator_loss']
    """

    def __init__(
        self,
        model,
        name: str = "discriminator",
        *,
        loss="non_saturating",
        weight: float = 1.0,
        penalties=(),
        replay: int = 0,
        shapes=(),
        instance_noise=0.0,
        augment=(),
        weight_clip: float | None = None,
        outputs: tuple = ("logits",),
        view=None,
    ):
        checks.check_positive(optional=True, weight_clip=weight_clip)
        self.model, self.name = model, name
        if name not in model._networks:
            raise errors.unknown_name(f"network of {type(model).__name__}", name, model._networks)
        self.network = getattr(model, name)
        self.loss, self.weight = losses.get(loss), float(weight)
        self.prefix = "" if name == "discriminator" else f"{name}_"
        self.penalties = Penalties(model, self.network, penalties, self.prefix)
        shapes = shapes or [one.shape[1:] for one in self.network.inputs]
        self.replay = ReplayBuffer(replay, shapes) if replay else None
        self.instance_noise = _checked_noise(instance_noise)
        self.augment = checked_policy(augment, shapes)
        self.adaptive = self.augment if isinstance(self.augment, AdaptiveAugment) else None
        self.states = [one for one in (self.replay, self.adaptive) if one is not None]
        self._observes = False
        if weight_clip is not None:
            WeightClip(model, self.network, weight_clip)
        self.outputs, self.view = outputs, view
        self._check_outputs()
        model.attach(self)

    def judge(self, samples, *condition) -> dict:
        """The network's outputs by name, in training or inference mode as the step requires.

        Outside of training a moving average of the network judges, if there is one.

        Args:
            samples: Samples `(batch, *shape)`.
            *condition: Their condition, if the network takes one.
        """
        training = self.model.in_training
        if training and self.instance_noise:
            samples = self._noisy(samples)
        if training and self.augment:
            samples = augmented(samples, self.augment)
        seen = samples if self.view is None else self.view(samples)
        network = self.network if training else self.model.averaged(self.network)
        outputs = apply(network, (seen, *condition), training=training)
        outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
        return dict(zip(self.outputs, outputs, strict=True))

    def criticize(self, *inputs):
        """The logits of `judge`."""
        return self.judge(*inputs)["logits"]

    def judge_together(self, *batches) -> list:
        """`judge` of several batches of one size, from one pass.

        For networks that treat samples independently. One pass is quicker than several, and adds
        up the gradient of each weight in an order that does not vary. Rows are interleaved, so that
        replicas draw the noise of one device.
        """
        count = len(batches)
        rows = keras.ops.stack(batches, axis=1)
        judged = self.judge(keras.ops.reshape(rows, (-1, *batches[0].shape[1:])))
        return [{name: out[index::count] for name, out in judged.items()} for index in range(count)]

    def losses(self, real: tuple, fake: tuple) -> dict:
        """What the critic descends: its loss, and its penalties.

        Args:
            real, fake: Real and generated samples, each followed by its condition if the network
                takes one.
        """
        loss = self.loss_of(self.criticize(*real), self.criticize(*fake))
        return {f"{self.name}_loss": self.weight * loss, **self.penalty_losses(real, fake)}

    def loss_of(self, real_logits, fake_logits):
        """The critic's loss of logits, whose signs adaptive augmentation follows."""
        if self.adaptive is not None:
            self.observe(real_logits, self.loss.boundary(real_logits, fake_logits))
        return self.loss.discriminator(real_logits, fake_logits)

    def observe(self, real_logits, boundary=0.0):
        """Lets adaptive augmentation, if there is any, count the real samples told by their logits.

        Args:
            real_logits: Logits of real samples.
            boundary: The logit from which on samples count as real.
        """
        if self.adaptive is not None and self.model.in_training:
            self._observes = True
            self.adaptive.observe(keras.ops.stop_gradient(real_logits), boundary)

    def reports(self):
        if self.adaptive is None:
            return {}
        return {f"{self.prefix}augment_probability": self.adaptive.probability.value}

    def after_update(self, updates, samples):
        if self.adaptive is None:
            return
        if not self._observes:
            raise ValueError(
                "Expected losses of logits, whose signs on real samples adaptive augmentation "
                f"follows (`Critic.loss_of`). Received: {type(self.model).__name__}, whose losses "
                "are others. Take a fixed one, such as augment='color,translation'"
            )
        self.adaptive.steer(updates, samples)

    def penalty_losses(self, real: tuple, fake: tuple, critic=None) -> dict:
        """The weighted penalties by name; on `criticize`, unless a `critic` function is passed."""
        return self.penalties.losses(
            critic or (lambda samples: self.criticize(samples, *real[1:])),
            real[0],
            fake[0],
            critic or (lambda samples: self.criticize(samples, *fake[1:])),
        )

    def generator_loss(self, fake: tuple, real: tuple = ()):
        """What a generator descends that is to fool the critic.

        Args:
            fake: Generated samples, followed by their condition if the network takes one.
            real: Real ones, for losses that compare both.
        """
        return self.loss.generator(self.criticize(*fake), self.compared_logits(real))

    def compared_logits(self, real: tuple):
        """Logits of real samples if the generator's loss compares with them, else `None`."""
        return self.criticize(*real) if self.loss.generator_needs_real else None

    def replayed(self, *parts) -> tuple:
        """Generated samples and their conditions, half of them old while the critic is trained."""
        if self.replay is None or not self.model.is_training(self.network):
            return parts
        mixed = self.replay.exchange(*parts)
        return mixed if isinstance(mixed, tuple) else (mixed,)

    def _noisy(self, samples):
        level = self.instance_noise
        if callable(level):
            level = level(self.model.updates_of(self.network))
        noise = backend.random_normal(keras.ops.shape(samples))
        return samples + keras.ops.cast(level, samples.dtype) * keras.ops.cast(noise, samples.dtype)

    def _check_outputs(self):
        received, names = self.network.outputs, self.outputs
        if len(received) != len(names):
            raise ValueError(
                f"Expected a `{self.name}` that gives {', '.join(names)}. Received: "
                f"{len(received)} outputs of shapes {[tuple(one.shape[1:]) for one in received]}"
            )
        if names[0] == "logits" and self.loss.takes_logits and ends_in_sigmoid(received[0]):
            warnings.warn(
                f"The `{self.name}` ends in a sigmoid. The loss {type(self.loss).__name__} takes "
                "logits, as they are: the last layer should have no activation.",
                stacklevel=4,
            )
        if names[0] == "logits" and len(received[0].shape) == 2 and received[0].shape[-1] != 1:
            raise ValueError(
                f"Expected a `{self.name}` with one logit for each sample. Received: logits of "
                f"shape {tuple(received[0].shape[1:])}"
            )


def seen_shape(view, shape: tuple) -> tuple:
    """The shape of what a `view`, if there is one, shows of a sample of a shape."""
    if view is None:
        return shape
    return tuple(view(keras.KerasTensor((None, *shape))).shape[1:])


def _checked_noise(level):
    if isinstance(level, keras.optimizers.schedules.LearningRateSchedule):
        return level
    if checks.is_number(level) and level >= 0:
        return level
    raise ValueError(
        "Expected `instance_noise` to be a number >= 0 or a schedule such as "
        f"`kgz.training.LinearDecay(0.1, stop=1000)`. Received: {level!r}"
    )

"""What keeps the weights or the gradients of one network in bounds."""

import copy
import functools

import keras

from keras_gan_zoo import backend
from keras_gan_zoo.penalties import Penalty
from keras_gan_zoo.training.part import Part


class Penalties(Part):
    """The penalties of one network, each computed at its own interval.

    Args:
        model: The `kgz.training.PhasedModel` that owns the network.
        network: The network.
        penalties: `kgz.penalties`.
        prefix: What the names of their losses start with, as `"generator_"`.
    """

    def __init__(self, model, network, penalties=(), prefix: str = ""):
        if not isinstance(penalties, (list, tuple)):
            raise ValueError(
                f"Expected `{prefix}penalties` to be a list of `kgz.penalties`, such as "
                f"[kgz.penalties.R1(10.0)]. Received: {penalties!r}"
            )
        # Copies: one that remembers must not forget one model when it is given to another.
        self.penalties = [copy.copy(Penalty.check(penalty)) for penalty in penalties]
        self.model, self.network, self.prefix = model, network, prefix
        for penalty in self.penalties:
            penalty.build(network)
        self.states = [one.state for one in self.penalties if one.state is not None]
        self.intervals = tuple(one.every for one in self.penalties)
        model.attach(self)

    def losses(self, critic=None, real=None, fake=None, critic_of_fake=None) -> dict:
        """The weighted penalties by name.

        Args:
            critic: Function from samples to logits; penalties on weights need none of these.
            real, fake: Samples.
            critic_of_fake: As `critic`, with the condition of the fake samples.
        """
        return {
            self.prefix + one.name: self.model.lazily(
                one.every,
                functools.partial(
                    self._weighted, one, critic_of_fake if one.of_fake else critic, real, fake
                ),
            )
            for one in self.penalties
        }

    def _weighted(self, penalty, critic, real, fake):
        value = penalty(critic, real, fake)
        if penalty.schedule is None:
            return value
        return value * penalty.schedule(self.model.updates_of(self.network))

    def after_update(self, updates, samples):
        for penalty in self.penalties:
            penalty.update()


class WeightPenalties(Penalties):
    """Penalties on weights alone, added to the losses of whatever phase trains the network."""

    def added_losses(self):
        return self.losses()


class WeightClip(Part):
    """Clips the weights of a network to `[-limit, limit]` before each of its updates."""

    def __init__(self, model, network, limit: float):
        self.network, self.limit = network, limit
        model.attach(self)

    def before_update(self):
        weights = self.network.trainable_variables
        clipped = [keras.ops.clip(weight, -self.limit, self.limit) for weight in weights]
        backend.assign(weights, clipped)

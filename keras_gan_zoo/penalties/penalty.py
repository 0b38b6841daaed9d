"""What every penalty shares."""

import keras

from keras_gan_zoo import errors


class Penalty:
    """A term added to a player's loss, already weighted; mostly to the discriminator's.

    A subclass defines `name` (what `fit` reports it as) and `__call__`. A penalty on weights
    rather than samples also defines `build`, and if it remembers something, `state` and
    `update`. A model calls `build(network)` once, with the player's network; keeps `state` as an
    attribute, so that it is saved; and calls `update()` after each update of the network.

    Args:
        weight: Factor of the term, at least 0; or a Keras schedule of the updates of the network,
            which the model follows (a penalty that is called by itself then has the weight 1).
        every: Lazy regularisation: compute the term on every so many updates only, and count it
            as many times (StyleGAN2, section 3.1). The model does this, not the penalty.
    """

    name: str
    state = None  # a `keras.layers.Layer` that holds what the penalty remembers
    of_fake = False  # whether the critic judges fake samples alone, with their condition

    def __init__(
        self, weight: float | keras.optimizers.schedules.LearningRateSchedule, every: int = 1
    ):
        self.schedule = (
            weight if isinstance(weight, keras.optimizers.schedules.LearningRateSchedule) else None
        )
        if self.schedule is None and weight < 0:
            raise ValueError(f"Expected `weight` >= 0. Received: {weight!r}")
        if isinstance(every, bool) or not isinstance(every, int) or every < 1:
            raise ValueError(f"Expected `every` to be an integer >= 1. Received: {every!r}")
        self.weight = 1.0 if self.schedule else float(weight)
        self.every = every

    def __call__(self, critic, real, fake, seed=None):
        """The weighted penalty, a scalar.

        Args:
            critic: Function from samples to logits.
            real, fake: Samples of the same shape, batch axis first.
            seed: For penalties that draw random numbers: integer or `SeedGenerator`.
        """
        raise errors.not_defined(self, "__call__")

    def build(self, network):
        """Tells the penalty whose weights it is about. Penalties on samples do not ask."""

    def update(self):
        """Lets the penalty see the weights after an update of the network, in replicas too."""

    def get_config(self):
        schedules = keras.optimizers.schedules
        weight = schedules.serialize(self.schedule) if self.schedule else self.weight
        return {"weight": weight, "every": self.every}

    @classmethod
    def from_config(cls, config):
        if isinstance(config["weight"], dict):
            weight = keras.optimizers.schedules.deserialize(config["weight"])
            config = {**config, "weight": weight}
        return cls(**config)

    @staticmethod
    def check(candidate):
        """Returns `candidate` if it is a penalty, or raises `ValueError`."""
        if not isinstance(candidate, Penalty):
            raise ValueError(
                "Expected `penalties` to hold `kgz.penalties` instances, such as "
                f"`kgz.penalties.R1(10.0)`. Received: {candidate!r}"
            )
        return candidate

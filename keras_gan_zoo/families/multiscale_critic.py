"""A critic of several discriminators in one network."""

import keras

from keras_gan_zoo import losses
from keras_gan_zoo.families.critic import Critic


class MultiscaleCritic(Critic):
    """A critic whose network judges samples at several scales, and shows its features.

    Args:
        model, name, loss, weight: See `Critic`.
        scales: How many discriminators the network holds. It gives, for each of them, its logits
            and then its features, layer by layer.
    """

    def __init__(self, model, name: str = "discriminator", *, scales: int, **options):
        outputs = len(getattr(model, name).outputs)
        self.layers = outputs // scales - 1
        kinds = ["logits", *(f"features_{layer}" for layer in range(self.layers))]
        names = tuple(f"{kind}_of_scale_{scale}" for scale in range(scales) for kind in kinds)
        super().__init__(model, name, outputs=names, **options)

    def judge(self, samples, *condition):
        """`{"logits": ..., "features": ...}`: of each scale the logits, and a list of features."""
        outputs = list(super().judge(samples, *condition).values())
        each = 1 + self.layers
        scales = [outputs[start : start + each] for start in range(0, len(outputs), each)]
        return {"logits": [one[0] for one in scales], "features": [one[1:] for one in scales]}

    def judge_both(self, real: tuple, fake: tuple) -> tuple:
        """What `judge` gives of real and of generated samples, from one pass."""
        parts = zip(real, fake, strict=True)
        judged = self.judge(*(keras.ops.concatenate(pair, axis=0) for pair in parts))
        rows = keras.ops.shape(real[0])[0]
        return (
            keras.tree.map_structure(lambda one: one[:rows], judged),
            keras.tree.map_structure(lambda one: one[rows:], judged),
        )

    def losses(self, real: tuple, fake: tuple) -> dict:
        """What the critic descends, the mean over scales; see `Critic.losses`."""
        on_real, on_fake = self.judge_both(real, fake)
        pairs = zip(on_real["logits"], on_fake["logits"], strict=True)
        loss = _mean(self.loss.discriminator(*pair) for pair in pairs)
        return {f"{self.name}_loss": self.weight * loss}

    def generator_losses(self, fake: tuple, real: tuple) -> tuple:
        """What a generator descends: its adversarial loss, and the distance of features.

        Args:
            fake: Generated samples, followed by their condition if the network takes one.
            real: The real ones, row by row, that they were made in the place of.

        Returns:
            Two scalars, each the mean over scales: of the loss of the logits, and of
            `kgz.losses.layer_matching`.
        """
        on_real, on_fake = self.judge_both(real, fake)
        pairs = zip(on_real["features"], on_fake["features"], strict=True)
        return (
            _mean(self.loss.generator(logits) for logits in on_fake["logits"]),
            _mean(losses.layer_matching(*pair) for pair in pairs),
        )


def _mean(values):
    values = list(values)
    return sum(values) / len(values)

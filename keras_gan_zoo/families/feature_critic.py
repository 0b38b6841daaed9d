"""A critic that gives features, between which samples have a distance."""

from keras_gan_zoo import errors
from keras_gan_zoo.families.adversarial_model import AdversarialModel

WITNESSES = 64


class FeatureCritic(AdversarialModel):
    """An adversarial model whose critic gives features; a sample is judged by its distance.

    `discriminate` gives the mean distance to 64 samples of the generator, always the same, as
    `distance` measures it: more is more real.
    """

    has_own_losses = True
    outputs_of_discriminator = ("features",)

    def embed(self, samples):
        """The critic's features, in the mode of the running step."""
        return self.critic.judge(samples)["features"]

    def embed_all(self, *batches):
        """The features of several batches of one size, from one pass."""
        return [judged["features"] for judged in self.critic.judge_together(*batches)]

    def distance(self, features, generated):
        """How far each row of `features` is from the rows `generated`, `(batch,)`."""
        raise errors.not_defined(self, "distance")

    def _judge(self, samples):
        witnesses = self._run_generator(self.sample_latents(WITNESSES, seed=0), ema=True)
        return self.distance(self.embed(samples), self.embed(witnesses))[:, None]

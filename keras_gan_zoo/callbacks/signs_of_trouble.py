"""Signs that a training goes wrong, in words."""

import warnings

import keras
import numpy as np

from keras_gan_zoo import processor
from keras_gan_zoo.training import checks
from keras_gan_zoo.training.memory import least_memory

# A discriminator has won that tells so many pairs apart, at so small a share of the loss that it
# would have if it could not tell.
WON_PAIRS, WON_LOSS = 0.999, 0.05
# Samples have lost their variety that are so near to each other on the average of what the data
# are, or of which so many pairs are nearer than all but NEAREST of the data's.
LOST_DISTANCE, LOST_PAIRS, NEAREST = 0.3, 0.2, 0.01
# A discriminator remembers that judges new images more like generated ones; differences count from
# so many standard errors on.
REMEMBERED, ERRORS = 0.5, 4.0


class SignsOfTrouble(keras.callbacks.Callback):
    """Warns, with what it saw, when a training goes wrong. Each sign is told once.

    - The discriminator has won: it tells 99.9 % of pairs of a real and a generated sample apart, at
      less than a twentieth of the loss of one that cannot tell. (Not of losses without an end,
      such as Wasserstein's, whose critic is meant to win.)
    - Samples have lost their variety: their mean distance is below 30 % of that of the data, or
      20 % of their pairs are nearer to each other than 99 % of the pairs of the data.
    - The discriminator remembers its training set: on the average it judges samples that it has
      never seen more like generated ones than like those it was trained on. That is
      `r_v = (E D(train) - E D(held out)) / (E D(train) - E D(G(z)))` above 1/2, where 0 is what
      one hopes for.
    - Memory will not suffice: before the first step, by what layers and gradients take at least.

    The first three are said if they were seen at so many looks in a row as `patience` says, none of
    them in the `warm_up`, in which they may pass. What is looked at is drawn from a seed of its
    own: looking never changes a training.

    Args:
        data: What is trained on: arrays as `fit` takes them, or a data set made for this callback,
            of which the first batches are taken. (Of the one that `fit` reads another reading would
            change the order.)
        held_out: The same, of samples that are not trained on; `None` if there are none, and then
            nothing is said of what the discriminator remembers.
        every: Look after each so many epochs.
        patience: Looks in a row.
        warm_up: Updates that the model has had before the first look.
        num_samples: How many samples of each sort are looked at, at least 16.
        seed: Of the latents, and of which samples are taken from arrays.

    Attributes:
        seen: The numbers of the last look by name.

    Raises:
        ValueError: When `fit` begins, if the data are not as the model takes them, or too few.

    Example:

    >>> images = np.random.default_rng(0).uniform(-1, 1, (64, 8, 8, 1)).astype("float32")
    >>> signs = kgz.callbacks.SignsOfTrouble(images[:48], held_out=images[48:])

    References:
        Karras et al. 2020, Training Generative Adversarial Networks with Limited Data, arXiv
        2006.06676, equation 1 (of `r_v`).
    """

    def __init__(
        self,
        data,
        held_out=None,
        every: int = 1,
        patience: int = 3,
        warm_up: int = 500,
        num_samples: int = 256,
        seed: int = 0,
    ):
        super().__init__()
        checks.check_count("every", every)
        checks.check_count("patience", patience)
        checks.check_count("warm_up", warm_up, least=0)
        checks.check_count("num_samples", num_samples, least=16)
        checks.check_seed(seed)
        self.data, self.held_out = data, held_out
        self.every, self.patience, self.warm_up = every, patience, warm_up
        self.num_samples, self.seed = num_samples, seed
        self.seen: dict[str, float] = {}
        self._said, self._in_a_row = set(), {}

    def on_train_begin(self, logs=None):
        model = self.model
        self._generates = hasattr(model, "generate") and model.sample_kind.dtype == "float32"
        critic = getattr(model, "critic", None)
        self._judges = self._generates and hasattr(model, "discriminate")
        self._judges = self._judges and critic.outputs[0] == "logits"
        if self._generates:
            self._real = self._some("data", self.data)
            self._distances = _distances(self._real[0])
        self._new = None
        if self._judges and self.held_out is not None:
            self._new = self._some("held_out", self.held_out)
        self._look_at_memory()

    def on_epoch_end(self, epoch, logs=None):
        updates = max(int(one.iterations) for one in self.model.optimizers.values())
        if (epoch + 1) % self.every or updates < self.warm_up or not self._generates:
            return
        when = f"at {self.patience} looks in a row, the last after epoch {epoch + 1},"
        found = {"variety": self._variety()}
        if self._judges:
            found |= self._judgement()
        for sign, message in found.items():
            self._in_a_row[sign] = self._in_a_row.get(sign, 0) + 1 if message else 0
            if self._in_a_row[sign] >= self.patience:
                self._say(sign, message.format(when=when))

    # The signs ------------------------------------------------------------------------------

    def _variety(self):
        """What to say of the variety of samples, or nothing."""
        distances = _distances(self._made(self._real[1], ema=True))
        mean = distances.mean() / max(self._distances.mean(), 1e-12)
        near = float(np.mean(distances < np.quantile(self._distances, NEAREST)))
        self.seen |= {"distance": float(mean), "near_pairs": near}
        if mean >= LOST_DISTANCE and near <= LOST_PAIRS:
            return ""
        return (
            f"Samples have lost their variety: {{when}} their mean distance from each other was "
            f"{mean:.0%} of that of the data, and {near:.0%} of their pairs were nearer than "
            f"{1 - NEAREST:.0%} of the pairs of the data. A smaller learning rate, another loss or "
            "penalty, or an earlier state may help."
        )

    def _judgement(self):
        """What to say of the discriminator: whether it has won, and whether it remembers."""
        samples, labels = self._real
        real = self._judged(samples, labels)
        fake = self._judged(self._made(labels, ema=False), labels)
        return {"won": self._won(real, fake), "remembers": self._remembers(real, fake)}

    def _won(self, real, fake):
        judge = self.model.critic.loss.discriminator
        loss, untold = float(judge(real, fake)), float(judge(0.0 * real, 0.0 * fake))
        told = float(np.mean(real > fake[:, 0]))  # each with each
        self.seen |= {"told_apart": told, "discriminator_loss": loss}
        if untold <= 0.0 or told < WON_PAIRS or loss > WON_LOSS * untold:
            return ""
        return (
            f"The discriminator has won: {{when}} it told {told:.1%} of the pairs of a real and a "
            f"generated sample apart, and its loss was {loss:.2g}, where one that cannot tell has "
            f"{untold:.2g}. The generator learns little from it. A smaller learning rate of the "
            "discriminator, `penalties`, `instance_noise` or `augment` may help."
        )

    def _remembers(self, real, fake):
        if self._new is None:
            return ""
        new = self._judged(*self._new)
        ahead, apart = real.mean() - new.mean(), real.mean() - fake.mean()
        share = ahead / apart if apart > 0.0 else 0.0
        self.seen |= {"remembered": float(share)}
        sure = ahead > ERRORS * _error(real, new) and apart > ERRORS * _error(real, fake)
        if not sure or share <= REMEMBERED:
            return ""
        return (
            f"The discriminator remembers its training set: {{when}} it gave samples of it "
            f"{real.mean():.3g} on the average, {new.mean():.3g} to held-out ones and "
            f"{fake.mean():.3g} to generated ones: it judges what it has not seen more like these. "
            "More data, `augment='ada'` or 'color,translation,cutout', or an earlier end may help."
        )

    def _look_at_memory(self):
        data, available = self.model.data_order.given, processor.available_memory()
        needed = least_memory(self.model, data)
        if needed is None or available is None or needed <= available:
            return
        times = -(-needed // max(available, 1)) * self.model.accumulation_steps
        self._say(
            "memory",
            f"Memory will not suffice: a training step needs at least {needed / 2**30:.3g} GiB for "
            f"gradients and what layers give, and {available / 2**30:.3g} GiB are available. Take "
            f"a smaller batch, or `compile(accumulation_steps={max(2, times)})` or more.",
        )

    # Internals ------------------------------------------------------------------------------

    def _say(self, sign, message):
        if sign not in self._said:
            self._said.add(sign)
            warnings.warn(message, stacklevel=3)

    def _made(self, labels, ema):
        given = {} if labels is None else {"labels": labels}
        return np.asarray(self.model.generate(len(self._real[0]), seed=self.seed, ema=ema, **given))

    def _judged(self, samples, labels):
        taken = self.model.discriminator_takes_condition and labels is not None
        return np.asarray(self.model.discriminate(samples, *[labels] * taken))

    def _some(self, name, data):
        """Some samples, and their labels if the model takes conditions: arrays."""
        if data is self.model.data_order.given:
            raise ValueError(
                f"Expected `{name}` to be arrays, or a data set of its own: to read the one that "
                "`fit` reads changes the order of its batches. Received: the data set of `fit`"
            )
        kinds, key = self.model.inputs(), self.model.sample_kind.key
        names = [key, *["label"] * (self.model.condition.kind is not None)]
        parts = self._rows(names, data)
        found = [np.asarray(kinds[one].check(name, parts[one])) for one in names]
        if len(found[0]) < 16:
            raise ValueError(
                f"Expected at least 16 samples in `{name}`, to compare them. "
                f"Received: {len(found[0])}"
            )
        return found[0], found[1] if len(found) > 1 else None

    def _rows(self, names, data):
        if not hasattr(data, "element_spec"):
            parts = {one: np.asarray(self.model.parts_of(data)[one]) for one in names}
            count = len(parts[names[0]])
            chosen = np.random.default_rng(self.seed).permutation(count)[: self.num_samples]
            return {one: part[chosen] for one, part in parts.items()}
        batches, count = [], 0
        for batch in data:
            batches.append({one: np.asarray(self.model.parts_of(batch)[one]) for one in names})
            count += len(batches[-1][names[0]])
            if count >= self.num_samples:
                break
        whole = {one: np.concatenate([batch[one] for batch in batches]) for one in names}
        return {one: part[: self.num_samples] for one, part in whole.items()}


def _distances(samples):
    """The Euclidean distances of all pairs of samples."""
    flat = samples.reshape(len(samples), -1).astype("float64")
    squares = np.sum(flat**2, axis=1)
    between = squares[:, None] + squares[None] - 2.0 * flat @ flat.T
    return np.sqrt(np.maximum(between[np.triu_indices(len(flat), 1)], 0.0))


def _error(first, second):
    """The standard error of the difference of two means."""
    return np.sqrt(first.var() / len(first) + second.var() / len(second))

"""Adaptive discriminator augmentation: as much of it as keeps a discriminator from remembering."""

import keras
from keras import ops

from keras_gan_zoo import backend, errors
from keras_gan_zoo.families import transformations
from keras_gan_zoo.training import checks


@keras.saving.register_keras_serializable("keras_gan_zoo")
class AdaptiveAugment(keras.layers.Layer):
    """Changes images at random, each way with a probability that follows the discriminator.

    All that a discriminator is shown in training is changed, real or generated. A discriminator
    that begins to remember the real images tells more and more of them by their sign: the mean of
    `sign(D(x))` over the real images of `every` updates is what is held at `target`, by a
    probability that rises or falls by one step after these. It belongs to the training step, and
    its probability to the state of the model.

    Ways of changing, in the order in which they come; each happens with the probability, in each
    image by itself:

    - `"blit"`: mirrored, turned by quarters, moved by up to an eighth of a side, all by whole
      pixels;
    - `"geometric"`: scaled, turned by any angle, stretched, and moved, by fractions of a pixel;
    - `"color"`: brightness, contrast, inverted luma, hue and saturation;
    - `"filter"`: four bands of frequencies louder or quieter;
    - `"noise"`: normal noise;
    - `"cutout"`: half of a side cut out.

    A generator learns the images as they are as long as each change is seldom enough to be told
    from none: at probabilities below 0.8 (appendix C).

    Args:
        ways: Which of these: the first three are the paper's choice, "bgc".
        target: The mean sign that is held. At 0.6, 80 % of the real images get a positive logit.
        samples: Real images in which the probability can go from 0 to 1.
        every: Updates of the discriminator between steps of the probability.
        limit: Largest probability.
        initial: The probability that it starts with.
        **kwargs: As for `keras.layers.Layer`.

    Attributes:
        probability: The probability, a scalar variable; `fit` reports it as
            `augment_probability`.

    Call arguments:
        inputs: Images `(batch, height, width, 1 or 3)` in [-1, 1].

    Returns:
        Float32 images of that shape.

    Raises:
        ValueError: If an argument is out of range, or a way is unknown.

    References:
        Karras et al. 2020, Training Generative Adversarial Networks with Limited Data, arXiv
        2006.06676, sections 2 and 3, appendices B and C, and the authors' `augment.py`.

    Deviations:
        Logits of losses that know differences alone, such as Wasserstein's, are counted from half
        way between the means of real and generated images, those of least squares from 1/2. The
        probability has a limit. What is moved beyond a border is mirrored without end, and turned
        about the centre of gravity of the filter (the authors': the middle of its taps, which
        moves images by up to 0.4 pixels); mirrorings and quarter turns copy pixels.

    Example:

    >>> augment = kgz.families.AdaptiveAugment(target=0.5, initial=0.3)
    >>> augment(np.zeros((2, 8, 8, 3), "float32")).shape
    TensorShape([2, 8, 8, 3])
    >>> model = kgz.models.DCGAN((8, 8, 1), latent_dim=4, filters=4, augment="ada")
    """

    def __init__(
        self,
        ways=("blit", "geometric", "color"),
        target: float = 0.6,
        samples: float = 500_000,
        every: int = 4,
        limit: float = 0.8,
        initial: float = 0.0,
        **kwargs,
    ):
        super().__init__(**{"dtype": "float32", "trainable": False, **kwargs})
        for way in ways:
            if way not in transformations.WAYS:
                raise errors.unknown_name("way of augmentation", way, transformations.WAYS)
        checks.check_count("every", every)
        checks.check_positive(samples=samples)
        if not 0.0 <= initial <= limit <= 1.0:
            raise ValueError(
                "Expected `initial` and `limit` in [0, 1], the limit not below. Received: "
                f"initial={initial!r}, limit={limit!r}"
            )
        if not -1.0 < target < 1.0:
            raise ValueError(f"Expected `target` in (-1, 1), a mean sign. Received: {target!r}")
        self.ways, self.target, self.samples = tuple(ways), float(target), float(samples)
        self.every, self.limit, self.initial = int(every), float(limit), float(initial)
        self.probability = self._state((), self.initial, "probability")
        # The sum of the signs since the last step, and how many they are.
        self.signs = self._state((2,), 0.0, "signs")
        self.built = True

    def call(self, inputs):
        return transformations.transformed(inputs, self.probability.value, self.ways)

    def observe(self, logits, zero=0.0):
        """Counts the signs of the logits of real images, on all replicas.

        Args:
            logits: Of any shape.
            zero: What they are compared with; the same on all replicas.
        """
        signs = ops.sign(backend.global_batch(ops.cast(logits, "float32")) - zero)
        count = ops.cast(ops.size(signs), "float32")
        self.signs.assign(self.signs.value + ops.stack([ops.sum(signs), count]))

    def steer(self, updates, samples):
        """Moves the probability one step, if one is due.

        Args:
            updates: Updates of the discriminator before the one that has been made.
            samples: Real images of an update, on all replicas.
        """
        total, count = ops.unstack(self.signs.value)
        step = ops.cast(samples, "float32") * self.every / self.samples
        moved = self.probability + step * ops.sign(total - self.target * count)
        due = ops.equal((updates + 1) % self.every, 0)
        backend.assign(
            [self.probability, self.signs],
            [
                ops.where(due, ops.clip(moved, 0.0, self.limit), self.probability.value),
                ops.where(due, 0.0, self.signs.value),
            ],
        )

    def _state(self, shape, value, name):
        return self.add_weight(
            shape=shape,
            initializer=keras.initializers.Constant(value),
            dtype="float32",
            trainable=False,
            autocast=False,
            aggregation="only_first_replica",
            name=name,
        )

    def get_config(self):
        names = "ways", "target", "samples", "every", "limit", "initial"
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}

"""The losses of the adversarial game, on logits, as means over all elements."""

import keras
from keras import ops

from keras_gan_zoo import backend, errors
from keras_gan_zoo.losses.tensors import floats


class AdversarialLoss:
    """What discriminator and generator minimise, from the discriminator's logits.

    Subclasses define `discriminator(real_logits, fake_logits)` and
    `generator(fake_logits, real_logits=None)`; both return a scalar.
    """

    generator_needs_real = False
    # Whether numbers of any size are expected, so that a discriminator must not end in a sigmoid.
    takes_logits = True
    # Whether logits are known but for a number that is added to all of them.
    knows_differences_alone = False

    def discriminator(self, real_logits, fake_logits):
        """The discriminator's loss, a scalar to be minimised."""
        raise errors.not_defined(self, "discriminator")

    def generator(self, fake_logits, real_logits=None):
        """The generator's loss, a scalar to be minimised."""
        raise errors.not_defined(self, "generator")

    def boundary(self, real_logits, fake_logits):
        """The logit half way between those that real and fake samples should have.

        Where differences alone are known it lies between the means of both, of all replicas.
        """
        if not self.knows_differences_alone:
            return 0.0
        real, fake = map(backend.global_batch, floats(real_logits, fake_logits))
        return 0.5 * (ops.mean(real) + ops.mean(fake))

    def get_config(self):
        return {}

    @classmethod
    def from_config(cls, config):
        return cls(**config)


class _LogisticLoss(AdversarialLoss):
    """Binary cross-entropy for the discriminator: `E sp(-D(x)) + E sp(D(G(z)))`.

    Args:
        label_smoothing: One-sided: real samples get the target `1 - label_smoothing`, fake ones
            keep 0 (Salimans et al. 2016, Improved Techniques for Training GANs, arXiv
            1606.03498, section 3.4).
    """

    def __init__(self, label_smoothing: float = 0.0):
        self.label_smoothing = _check_smoothing(label_smoothing)

    def discriminator(self, real_logits, fake_logits):
        real, fake = floats(real_logits, fake_logits)
        # Cross-entropy with target 1 - s is softplus(-l) + s * l.
        on_real = ops.mean(ops.softplus(-real) + self.label_smoothing * real)
        return on_real + ops.mean(ops.softplus(fake))

    def get_config(self):
        return {"label_smoothing": self.label_smoothing}


@keras.saving.register_keras_serializable("keras_gan_zoo")
class Minimax(_LogisticLoss):
    """The original game: the generator minimises `E log(1 - D(G(z)))`, which saturates.

    References:
        Goodfellow et al. 2014, Generative Adversarial Networks, arXiv 1406.2661, equation 1.
    """

    def generator(self, fake_logits, real_logits=None):
        return -ops.mean(ops.softplus(*floats(fake_logits)))


@keras.saving.register_keras_serializable("keras_gan_zoo")
class NonSaturating(_LogisticLoss):
    """The generator minimises `-E log D(G(z))`: the same fixed point, stronger gradients.

    References:
        Goodfellow et al. 2014, Generative Adversarial Networks, arXiv 1406.2661, section 3.
    """

    def generator(self, fake_logits, real_logits=None):
        (fake,) = floats(fake_logits)
        return ops.mean(ops.softplus(-fake))


@keras.saving.register_keras_serializable("keras_gan_zoo")
class LeastSquares(AdversarialLoss):
    """Squared distance of logits to targets 1 (real) and 0 (fake), with the factor 1/2.

    Args:
        label_smoothing: One-sided: the target of real samples is `1 - label_smoothing`.

    References:
        Mao et al. 2016, Least Squares Generative Adversarial Networks, arXiv 1611.04076,
        equations 2 and 9 (a = 0, b = c = 1).
    """

    takes_logits = False

    def __init__(self, label_smoothing: float = 0.0):
        self.label_smoothing = _check_smoothing(label_smoothing)

    def discriminator(self, real_logits, fake_logits):
        real, fake = floats(real_logits, fake_logits)
        target = 1.0 - self.label_smoothing
        return 0.5 * (ops.mean(ops.square(real - target)) + ops.mean(ops.square(fake)))

    def generator(self, fake_logits, real_logits=None):
        (fake,) = floats(fake_logits)
        return 0.5 * ops.mean(ops.square(fake - 1.0))

    def boundary(self, real_logits, fake_logits):
        return 0.5 * (1.0 - self.label_smoothing)

    def get_config(self):
        return {"label_smoothing": self.label_smoothing}


@keras.saving.register_keras_serializable("keras_gan_zoo")
class Hinge(AdversarialLoss):
    """`E max(0, 1 - D(x)) + E max(0, 1 + D(G(z)))` against `-E D(G(z))`.

    References:
        Miyato et al. 2018, Spectral Normalization for Generative Adversarial Networks, arXiv
        1802.05957, equations 16 and 17.
    """

    def discriminator(self, real_logits, fake_logits):
        real, fake = floats(real_logits, fake_logits)
        return ops.mean(ops.relu(1.0 - real)) + ops.mean(ops.relu(1.0 + fake))

    def generator(self, fake_logits, real_logits=None):
        (fake,) = floats(fake_logits)
        return -ops.mean(fake)


@keras.saving.register_keras_serializable("keras_gan_zoo")
class Wasserstein(AdversarialLoss):
    """`E D(G(z)) - E D(x)` against `-E D(G(z))`; the critic must be kept Lipschitz elsewhere.

    References:
        Arjovsky et al. 2017, Wasserstein GAN, arXiv 1701.07875, equation 2.
    """

    knows_differences_alone = True

    def discriminator(self, real_logits, fake_logits):
        real, fake = floats(real_logits, fake_logits)
        return ops.mean(fake) - ops.mean(real)

    def generator(self, fake_logits, real_logits=None):
        (fake,) = floats(fake_logits)
        return -ops.mean(fake)


@keras.saving.register_keras_serializable("keras_gan_zoo")
class RelativisticAverage(AdversarialLoss):
    """Is a real sample more real than the average fake one, and the reverse?

    Under several replicas the averages are those of the global batch.

    References:
        Jolicoeur-Martineau 2018, The relativistic discriminator, arXiv 1807.00734.
    """

    generator_needs_real = True
    knows_differences_alone = True

    def discriminator(self, real_logits, fake_logits):
        real, fake = map(backend.global_batch, floats(real_logits, fake_logits))
        return ops.mean(ops.softplus(ops.mean(fake) - real)) + ops.mean(
            ops.softplus(fake - ops.mean(real))
        )

    def generator(self, fake_logits, real_logits=None):
        _require_real(real_logits)
        return self.discriminator(fake_logits, real_logits)


@keras.saving.register_keras_serializable("keras_gan_zoo")
class RelativisticPairing(AdversarialLoss):
    """Is each real sample more real than the fake one in its row, and the reverse?

    The discriminator minimises `E sp(D(G(z)) - D(x))`, the generator `E sp(D(x) - D(G(z)))`, over
    pairs of a real and a fake sample. It converges with `kgz.penalties.R1` and `R2` together.

    References:
        Jolicoeur-Martineau 2018, The relativistic discriminator, arXiv 1807.00734, section 4.1.
        Huang et al. 2024, The GAN is dead; long live the GAN! A Modern GAN Baseline, arXiv
        2501.05441, section 2.
    """

    generator_needs_real = True
    knows_differences_alone = True

    def discriminator(self, real_logits, fake_logits):
        real, fake = floats(real_logits, fake_logits)
        if None not in (*real.shape, *fake.shape) and real.shape != fake.shape:
            raise ValueError(
                "Expected as many real logits as fake ones, which are compared pair by pair. "
                f"Received: shapes {tuple(real.shape)} and {tuple(fake.shape)}"
            )
        return ops.mean(ops.softplus(fake - real))

    def generator(self, fake_logits, real_logits=None):
        _require_real(real_logits)
        return self.discriminator(fake_logits, real_logits)


LOSSES = {
    "hinge": Hinge,
    "least_squares": LeastSquares,
    "minimax": Minimax,
    "non_saturating": NonSaturating,
    "relativistic_average": RelativisticAverage,
    "relativistic_pairing": RelativisticPairing,
    "wasserstein": Wasserstein,
}


def get(identifier, **options) -> AdversarialLoss:
    """Resolves an adversarial loss.

    Args:
        identifier: `"minimax"`, `"non_saturating"`, `"least_squares"`, `"hinge"`,
            `"wasserstein"`, `"relativistic_average"`, `"relativistic_pairing"`, or an
            `AdversarialLoss`.
        **options: Options of the loss, such as `label_smoothing=0.1` for the first three.

    Returns:
        An object with `discriminator(real_logits, fake_logits)` and
        `generator(fake_logits, real_logits=None)`.

    Raises:
        ValueError: If the name is unknown or the loss does not take an option.

    Example:

    >>> loss = kgz.losses.get("hinge")
    >>> float(loss.discriminator(np.zeros(4), np.zeros(4)))
    2.0
    """
    try:
        return errors.resolve("adversarial loss", AdversarialLoss, LOSSES, identifier, **options)
    except TypeError as error:
        raise ValueError(f"The {identifier!r} loss does not take these options. {error}") from None


def _require_real(real_logits):
    if real_logits is None:
        raise ValueError(
            "Expected `real_logits`: the relativistic loss of the generator compares fake samples "
            "with real ones. Received: real_logits=None"
        )


def _check_smoothing(value):
    if not 0.0 <= value < 1.0:
        raise ValueError(f"Expected `label_smoothing` in [0, 1). Received: {value!r}")
    return float(value)

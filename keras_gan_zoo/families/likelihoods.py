"""What a decoder's output says of a sample: its likelihood, and the sample it stands for."""

import math

from keras import ops

from keras_gan_zoo import errors, losses
from keras_gan_zoo.kinds import LARGEST_PIXEL

EXACT = 1.0 + 1e-4  # images in [-1, 1], up to rounding


class Likelihood:
    """A distribution over samples whose parameters a decoder gives.

    Attributes:
        parameters: How many values the decoder gives for each value of a sample.
        largest: The largest absolute value of a pixel that it takes.
        output: What the last layer of a decoder of `kgz.networks` should be.
    """

    name: str
    parameters = 1
    largest = LARGEST_PIXEL
    output = "linear"

    def nll(self, samples, decoded):
        """`-log p(x | z)` of samples, `(batch,)`, in nats."""
        raise errors.not_defined(self, "nll")

    def mean(self, decoded):
        """The mean sample, images in `[-1, 1]`."""
        raise errors.not_defined(self, "mean")


class Bernoulli(Likelihood):
    """Each pixel is a coin: the decoder gives logits; pixels in `[-1, 1]` become `[0, 1]`.

    A density of binary samples; for grey ones the usual cross-entropy.
    """

    name = "bernoulli"
    output = "logits"
    largest = EXACT

    def nll(self, samples, decoded):
        return losses.bernoulli_nll((samples + 1.0) / 2.0, decoded)

    def mean(self, decoded):
        return 2.0 * ops.sigmoid(decoded) - 1.0


class Gaussian(Likelihood):
    """Normal values of one fixed standard deviation; the decoder gives means."""

    name = "gaussian"

    def __init__(self, scale: float = 1.0):
        if not scale > 0:
            raise ValueError(f"Expected `likelihood_scale` > 0. Received: {scale!r}")
        self.log_variance = 2.0 * math.log(scale)

    def nll(self, samples, decoded):
        return losses.gaussian_nll(samples, decoded, self.log_variance)

    def mean(self, decoded):
        return _images(decoded)


class LearntGaussian(Likelihood):
    """Normal values; the decoder gives means and logarithms of variances, along the last axis."""

    name = "learnt_gaussian"
    parameters = 2
    least = -8.0  # of the logarithm of a variance, without which it would fall for ever

    def nll(self, samples, decoded):
        mean, log_variance = ops.split(ops.cast(decoded, "float32"), 2, axis=-1)
        return losses.gaussian_nll(samples, mean, ops.maximum(log_variance, self.least))

    def mean(self, decoded):
        return _images(ops.split(decoded, 2, axis=-1)[0])


class DiscretizedLogistic(Likelihood):
    """Pixels of 256 levels; the decoder gives means and logarithms of scales of a logistic."""

    name = "discretized_logistic"
    parameters = 2
    largest = EXACT
    least = -7.0  # of the logarithm of a scale, as in PixelCNN++

    def nll(self, samples, decoded):
        mean, log_scale = ops.split(ops.cast(decoded, "float32"), 2, axis=-1)
        log_scale = ops.maximum(log_scale, self.least)
        return losses.discretized_logistic_nll(samples, mean, log_scale)

    def mean(self, decoded):
        return _images(ops.split(decoded, 2, axis=-1)[0])


def _images(means):
    return ops.clip(ops.cast(means, "float32"), -1.0, 1.0)


LIKELIHOODS = {
    kind.name: kind for kind in (Bernoulli, Gaussian, LearntGaussian, DiscretizedLogistic)
}


def likelihood_of(name: str, scale: float) -> Likelihood:
    """The likelihood called `name`; `scale` is for the Gaussian of fixed variance."""
    errors.check_choice("likelihood", name, LIKELIHOODS)
    return Gaussian(scale) if name == "gaussian" else LIKELIHOODS[name]()

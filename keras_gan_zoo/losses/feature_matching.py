"""Feature matching: the generator matches features of the discriminator."""

from keras import ops

from keras_gan_zoo import backend
from keras_gan_zoo.errors import check_choice
from keras_gan_zoo.losses.tensors import floats


def feature_matching(real_features, fake_features, distance: str = "squared"):
    """How far the mean features of fake samples are from those of real ones.

    Means are taken over the batch first (all replicas'), then over features. Real features are
    constants.

    Args:
        real_features, fake_features: `(batch, ...)`; the batches may differ in size.
        distance: `"squared"` as in the paper and the authors' MNIST code, or `"absolute"` as in
            their CIFAR-10 and SVHN code.

    Returns:
        A float32 scalar: the mean over features of the square or absolute value.

    Raises:
        ValueError: On another `distance`.

    Deviations:
        The mean over features where the paper writes a squared norm, as the authors' code.

    References:
        Salimans et al. 2016, Improved Techniques for Training GANs, arXiv 1606.03498,
        section 3.1.
    """
    check_choice("distance", distance, ("squared", "absolute"))
    real, fake = floats(real_features, fake_features)
    real = ops.stop_gradient(ops.mean(backend.global_batch(real), axis=0))
    difference = ops.mean(backend.global_batch(fake), axis=0) - real
    return ops.mean(ops.square(difference) if distance == "squared" else ops.abs(difference))


def layer_matching(real_features, fake_features):
    """How far a discriminator's features of fake samples are from those of their real partners.

    The sum over layers of the mean absolute difference. Real features are constants.

    Args:
        real_features, fake_features: Lists of features `(batch, ...)`, one for each layer; row by
            row of a real sample and of the one that was made in its place.

    Returns:
        A float32 scalar.

    References:
        Wang et al. 2017, High-Resolution Image Synthesis and Semantic Manipulation with
        Conditional GANs, arXiv 1711.11585, equation 4.
    """
    total = 0.0
    for real, fake in zip(real_features, fake_features, strict=True):
        real, fake = floats(real, fake)
        total += ops.mean(ops.abs(fake - ops.stop_gradient(real)))
    return total

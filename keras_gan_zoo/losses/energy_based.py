"""The losses of the energy-based GAN."""

from keras import ops

from keras_gan_zoo import backend
from keras_gan_zoo.losses.tensors import euclidean_norm, floats


def reconstruction_energy(samples, reconstructions):
    """The energy of each sample: the mean squared error of its reconstruction.

    Args:
        samples, reconstructions: `(batch, ...)`.

    Returns:
        `(batch,)`, float32.

    References:
        Zhao et al. 2016, Energy-based Generative Adversarial Network, arXiv 1609.03126,
        equation 13 (there a norm, not divided by the number of pixels).
    """
    samples, reconstructions = floats(samples, reconstructions)
    squares = ops.square(samples - reconstructions)
    return ops.mean(ops.reshape(squares, (ops.shape(squares)[0], -1)), axis=1)


def energy_margin(real_energy, fake_energy, margin: float):
    """The discriminator's loss `E D(x) + E max(0, margin - D(G(z)))`.

    The generator minimises the mean of its own energies (equation 2).

    Args:
        real_energy, fake_energy: Energies `(batch,)`: low where the discriminator believes.
        margin: Energy above which a fake sample is left alone, above 0.

    Returns:
        A float32 scalar.

    Raises:
        ValueError: If `margin` is not above 0.

    References:
        Zhao et al. 2016, Energy-based Generative Adversarial Network, arXiv 1609.03126,
        equation 1.
    """
    if not margin > 0:
        raise ValueError(f"Expected `margin` > 0. Received: {margin!r}")
    real, fake = floats(real_energy, fake_energy)
    return ops.mean(real) + ops.mean(ops.relu(margin - fake))


def pulling_away(codes):
    """The repelling regulariser: the mean squared cosine of all pairs of different codes.

    It belongs to the generator's loss, on the discriminator's codes of fake samples (weight 0.1
    in the paper). Under several replicas the pairs are those of the global batch.

    Args:
        codes: Encoder outputs `(batch, d)`; a single one has no pairs, and the term is 0.

    Returns:
        A float32 scalar in `[0, 1]`.

    Example:

    >>> round(float(kgz.losses.pulling_away(np.array([[1.0, 0], [1, 1], [0, 1]]))), 4)
    0.3333

    References:
        Zhao et al. 2016, Energy-based Generative Adversarial Network, arXiv 1609.03126,
        equation 14.
    """
    (codes,) = floats(codes)
    codes = backend.global_batch(codes)
    codes = codes / euclidean_norm(codes, keepdims=True)
    squares = ops.square(ops.matmul(codes, ops.transpose(codes)))
    count = ops.shape(codes)[0]
    pairs = ops.cast(count * (count - 1), "float32")
    return ops.sum(squares * (1.0 - ops.eye(count))) / ops.maximum(pairs, 1.0)

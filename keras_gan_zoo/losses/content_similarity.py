"""The content-similarity loss of PixelDA."""

from keras import ops

from keras_gan_zoo.losses.tensors import floats


def masked_pairwise_mse(source, adapted, mask):
    """How far two images differ in a foreground by more than a shift of all its values.

    With `d = (source - adapted) * mask` of `k` elements: `sum d^2 / k - (sum d)^2 / k^2`, half the
    mean square of `d_i - d_j` over all pairs. Where the mask is 1 everywhere, it is the variance of
    the difference.

    Args:
        source, adapted: `(batch, height, width, channels)`; either may have one channel alone.
        mask: `(batch, height, width, 1 or channels)`: 1 in the foreground, 0 elsewhere.

    Returns:
        A float32 scalar, the mean over the batch.

    Example:

    >>> source, adapted = np.array([[[[0.0], [0.0]]]]), np.array([[[[1.0], [-1.0]]]])
    >>> float(kgz.losses.masked_pairwise_mse(source, adapted, np.ones((1, 1, 2, 1))))
    1.0

    References:
        Bousmalis et al. 2016, Unsupervised Pixel-Level Domain Adaptation with Generative
        Adversarial Networks, arXiv 1612.05424, equation 5.
    """
    source, adapted, mask = floats(source, adapted, mask)
    difference = (source - adapted) * mask
    axes = tuple(range(1, len(difference.shape)))
    square = ops.mean(ops.square(difference), axis=axes)
    return ops.mean(square - ops.square(ops.mean(difference, axis=axes)))

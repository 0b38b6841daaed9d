"""The kernel distance (KID, once the features are Inception's): a polynomial-kernel MMD."""

import numpy as np

from keras_gan_zoo.metrics import checks, products

# Rows whose kernel values are held at once; they stay in the processor's cache.
ROWS = 250


def kernel_distance(real, fake, block_size: int = 1000, seed: int = 0, num_blocks=None):
    """Unbiased squared maximum mean discrepancy with the kernel `((x . y) / d + 1)^3`.

    Mean and standard deviation over blocks of `block_size` real and `block_size` fake samples.
    The estimate of a block is unbiased, so it is zero on average for equal distributions, may be
    negative, and is *not* zero when both arguments are the same set.

    Args:
        real: Features `(samples, dimensions)`. For float32 features the products of centred
            features are float32, and everything after them float64; other types are float64
            throughout.
        fake: Features `(samples, dimensions)`.
        block_size: Samples of each kind in a block, at least 2.
        seed: Seed of the shuffling of samples into blocks.
        num_blocks: Number of blocks. By default as many disjoint blocks as the smaller set gives;
            when more are asked for, the samples are shuffled again each time they run out (no
            sample is twice in a block).

    Returns:
        `(mean, standard deviation)` over the blocks, two floats.

    Raises:
        ValueError: If shapes do not fit, there are fewer samples than `block_size`, or values are
            not finite.

    Example:

    >>> kgz.metrics.kernel_distance([[0.0], [1.0]], [[1.0], [2.0]], block_size=2)
    (9.5, 0.0)

    References:
        Binkowski et al. 2018, Demystifying MMD GANs, arXiv 1801.01401, section 4 and appendix E.
    """
    checks.count("block_size", block_size, 2)
    real, fake = checks.feature_pair(real, fake)
    fewest = min(len(real), len(fake))
    if fewest < block_size:
        raise ValueError(
            f"Expected at least `block_size` = {block_size} samples of each kind (give more "
            f"samples or a smaller `block_size`). Received: {len(real)} real, {len(fake)} fake"
        )
    num_blocks = fewest // block_size if num_blocks is None else num_blocks
    checks.count("num_blocks", num_blocks)
    random = np.random.default_rng(seed)
    blocks = zip(
        _blocks(len(real), block_size, num_blocks, random),
        _blocks(len(fake), block_size, num_blocks, random),
        strict=True,
    )
    scratch = _Scratch(block_size, np.result_type(real, fake))
    values = [_unbiased_mmd(real[rows], fake[columns], scratch) for rows, columns in blocks]
    return float(np.mean(values)), float(np.std(values))


def _blocks(samples, size, number, random):
    """`number` index arrays of `size`, disjoint until the samples run out, then shuffled anew."""
    per_pass = samples // size
    passes = [random.permutation(samples) for _ in range(-(-number // per_pass))]
    return [
        passes[index // per_pass][index % per_pass * size : (index % per_pass + 1) * size]
        for index in range(number)
    ]


class _Scratch:
    """Room for the numbers of a block; taking it anew for each block costs time."""

    def __init__(self, size, dtype):
        self.products = np.empty((2 * size, 2 * size), dtype)
        self.base = np.empty(ROWS * 2 * size)


def _unbiased_mmd(real, fake, scratch):
    """MMD^2 of two sets of m samples: means over pairs of different samples, and over all pairs.

    With a common centre c and x = c + u, the kernel's base x . y / d + 1 is the constant
    |c|^2 / d + 1, a term of each row, one of each column, and u . v / d. Only the last needs a
    matrix product, and being small it loses little when that is done in float32. Any c near the
    mean will do.
    """
    size, dimensions = real.shape
    both = np.concatenate([real, fake])
    centre = both.mean(axis=0)
    both -= centre
    slopes = (both @ centre).astype("float64") / dimensions
    centre = centre.astype("float64")
    constant = centre @ centre / dimensions + 1.0
    gram = products.UpperGram(both, out=scratch.products)
    within = across = 0.0
    for start in [*range(0, size, ROWS), *range(size, 2 * size, ROWS)]:
        end = size if start < size else 2 * size
        rows = slice(start, min(start + ROWS, end))
        # Only from the diagonal on: a pair of one set is met once and counted twice.
        shape = height, _ = rows.stop - start, 2 * size - start
        base = scratch.base[: np.prod(shape)].reshape(shape)
        np.multiply(gram.rows(start, rows.stop), np.float64(1.0 / dimensions), out=base)
        base += (slopes[rows] + constant)[:, None]
        base += slopes[start:]
        columns = np.einsum("ij,ij,ij->j", base, base, base)
        own = columns[:height].sum() - np.sum(np.diagonal(base) ** 3)
        within += own + 2.0 * columns[height : end - start].sum()
        across += columns[end - start :].sum()
    return within / (size * (size - 1)) - 2.0 * across / size**2

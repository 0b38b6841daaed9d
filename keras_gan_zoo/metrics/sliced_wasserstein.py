"""Sliced Wasserstein distances: of points, and of patches at each level of an image pyramid."""

import numpy as np

from keras_gan_zoo.metrics import checks

BLUR = np.array([1.0, 4.0, 6.0, 4.0, 1.0]) / 16.0


def sliced_wasserstein_distance(real, fake, directions: int = 512, seed: int = 0) -> float:
    """Mean 1-Wasserstein distance of two sets of points along random unit directions.

    Along one direction the distance is the mean difference of sorted projections. Moving a set by
    a vector of length L in d dimensions gives `L Gamma(d/2) / (sqrt(pi) Gamma((d+1)/2))`.

    Args:
        real: Points `(samples, dimensions)`.
        fake: As many points of the same dimension.
        directions: Number of random directions.
        seed: Seed of the directions.

    Returns:
        The distance, at least 0, in units of the points.

    Raises:
        ValueError: If shapes differ or values are not finite.

    Example:

    >>> points = np.array([[0.0], [1.0], [3.0]])
    >>> kgz.metrics.sliced_wasserstein_distance(points, points + 5.0)
    5.0

    References:
        Rabin et al. 2011, Wasserstein Barycenter and Its Application to Texture Mixing.
    """
    checks.count("directions", directions)
    real, fake = checks.feature_pair(real, fake, least=1)
    if len(real) != len(fake):
        raise ValueError(
            "Expected `real` and `fake` to hold the same number of samples. "
            f"Received: {len(real)} and {len(fake)}"
        )
    random = np.random.default_rng(seed)
    return _sliced(real.astype("float64"), fake.astype("float64"), directions, random)


def patch_wasserstein_distance(
    real,
    fake,
    patches: int = 128,
    directions: int = 128,
    repeats: int = 4,
    value_range=(-1.0, 1.0),
    seed: int = 0,
) -> dict:
    """Sliced Wasserstein distance of 7 x 7 patches at each level of a Laplacian pyramid, x 1000.

    Coarse levels compare large structure, fine ones texture. Patches of a level are normalised to
    mean 0 and deviation 1 in each channel. The pyramid halves down to the last size of at least
    16 pixels.

    Args:
        real: Images `(samples, height, width, channels)`; the paper takes 16,384.
        fake: As many images of the same size.
        patches: Patches from each image and level, at random places.
        directions: Random directions of a repeat.
        repeats: Repeats with new directions, averaged.
        value_range: `(lowest, highest)` of the pixel scale; it does not change the result.
        seed: Seed of places and directions.

    Returns:
        `{size: distance, ..., "mean": distance}`, where `size` is the height of a level, finest
        first; distances are multiplied by 1000, as in the paper's tables.

    Raises:
        ValueError: If shapes differ, or values lie outside `value_range`.

    Example:

    >>> images = np.random.default_rng(0).uniform(-1, 1, (4, 32, 32, 3))
    >>> kgz.metrics.patch_wasserstein_distance(images, images[::-1], patches=4)["mean"] > 0
    True

    References:
        Karras et al. 2017, Progressive Growing of GANs for Improved Quality, Stability, and
        Variation, arXiv 1710.10196, section 5.
    """
    for name, value in (("patches", patches), ("directions", directions), ("repeats", repeats)):
        checks.count(name, value)
    real, fake = checks.image_pair(("real", "fake"), real, fake, value_range)
    if min(real.shape[1:3]) < 7:
        raise ValueError(
            "Expected `real` to be at least 7 pixels high and wide (the size of a patch). "
            f"Received: shape {real.shape}"
        )
    random = np.random.default_rng(seed)
    result = {}
    for level_real, level_fake in zip(_pyramid(real), _pyramid(fake), strict=True):
        first, second = (_patches(one, patches, random) for one in (level_real, level_fake))
        distances = [_sliced(first, second, directions, random) for _ in range(repeats)]
        result[level_real.shape[1]] = 1000.0 * float(np.mean(distances))
    result["mean"] = float(np.mean(list(result.values())))
    return result


def _sliced(real, fake, directions, random):
    axes = random.standard_normal((real.shape[1], directions))
    axes /= np.linalg.norm(axes, axis=0)
    difference = np.sort(real @ axes, axis=0) - np.sort(fake @ axes, axis=0)
    return float(np.abs(difference).mean())


def _patches(images, number, random, size=7):
    """Random patches `(images * number, size * size * channels)`, normalised in each channel."""
    samples, height, width, channels = images.shape
    index = np.repeat(np.arange(samples), number)[:, None, None]
    offsets = np.arange(size)
    rows = random.integers(height - size + 1, size=len(index))[:, None, None] + offsets[:, None]
    columns = random.integers(width - size + 1, size=len(index))[:, None, None] + offsets
    patches = images[index, rows, columns]
    patches = patches - patches.mean(axis=(0, 1, 2))
    deviation = patches.std(axis=(0, 1, 2))
    # A flat channel has nothing to normalise.
    patches /= np.where(deviation > 0.0, deviation, 1.0)
    return patches.reshape(len(index), size * size * channels)


def _pyramid(images):
    """Laplacian pyramid, finest level first; the last level is the small image itself."""
    levels = []
    while min(images.shape[1:3]) >= 32 and not images.shape[1] % 2 and not images.shape[2] % 2:
        smaller = _blur(images)[:, ::2, ::2]
        levels.append(images - _enlarge(smaller))
        images = smaller
    return [*levels, images]


def _enlarge(images):
    """Twice the size: zeros between pixels, blurred, with the brightness restored."""
    samples, height, width, channels = images.shape
    spread = np.zeros((samples, 2 * height, 2 * width, channels))
    spread[:, ::2, ::2] = images
    return 4.0 * _blur(spread)


def _blur(images):
    """Binomial filter of 5 x 5 taps; the image is mirrored at its edges."""
    height, width = images.shape[1:3]
    padded = np.pad(images, ((0, 0), (2, 2), (2, 2), (0, 0)), mode="reflect")
    down = sum(tap * padded[:, i : i + height] for i, tap in enumerate(BLUR))
    return sum(tap * down[:, :, i : i + width] for i, tap in enumerate(BLUR))

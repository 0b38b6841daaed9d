"""Diversity of samples, by how similar random pairs of them are."""

import numpy as np

from keras_gan_zoo.metrics import checks
from keras_gan_zoo.metrics.ssim import multiscale_ssim


def multiscale_ssim_diversity(
    images, labels=None, pairs: int = 100, value_range=(-1.0, 1.0), scales=None, seed: int = 0
) -> dict:
    """Mean multi-scale SSIM of random pairs of different images of the same class.

    Lower is more diverse. Compare with the same number for real images: a class of generated
    images above its real ones has collapsed.

    Args:
        images: `(samples, height, width, channels)`, at least 2 of each class.
        labels: Integer classes `(samples,)`; `None` puts all images in class 0.
        pairs: Pairs drawn for each class.
        value_range: `(lowest, highest)` of the pixel scale.
        scales: Scales of `multiscale_ssim`; `None` takes as many as fit the images.
        seed: Seed of the pairs.

    Returns:
        `{"mean": float, "per_class": {label: float}}`, values in [0, 1].

    Raises:
        ValueError: If values lie outside `value_range`, shapes do not fit, or a class has fewer
            than 2 images.

    Example:

    >>> images = np.zeros((4, 16, 16, 1))
    >>> kgz.metrics.multiscale_ssim_diversity(images)["mean"]
    1.0

    References:
        Odena et al. 2016, Conditional Image Synthesis with Auxiliary Classifier GANs, arXiv
        1610.09585, section 4.2.
    """
    checks.count("pairs", pairs)
    # Checked whole, then compared in [0, 1].
    images = checks.images("images", images, value_range)
    if labels is None:
        labels = np.zeros(len(images), "int64")
    labels = checks.labels("labels", labels, len(images))
    random = np.random.default_rng(seed)
    per_class = {}
    for label in np.unique(labels).tolist():
        members = np.flatnonzero(labels == label)
        if len(members) < 2:
            raise ValueError(
                f"Expected at least 2 images of each class. Received: 1 of class {label}"
            )
        first = random.integers(len(members), size=pairs)
        # A step of 1 to n - 1 round the circle of members never comes back to the first.
        second = (first + random.integers(1, len(members), size=pairs)) % len(members)
        values = multiscale_ssim(
            images[members[first]], images[members[second]], (0.0, 1.0), scales
        )
        per_class[label] = float(values.mean())
    return {"mean": float(np.mean(list(per_class.values()))), "per_class": per_class}

"""How colourful pictures are."""

import numpy as np

from keras_gan_zoo.metrics import checks


def colorfulness(images, value_range=(-1.0, 1.0)) -> np.ndarray:
    """Colourfulness of each image, by the spread and the mean of its opponent colours.

    `sqrt(s_rg^2 + s_yb^2) + 0.3 sqrt(m_rg^2 + m_yb^2)`, of the deviations s and the means m of
    `R - G` and `(R + G) / 2 - B` over pixels that count from 0 to 255. To the authors' observers 15
    was slightly, 33 moderately, 59 quite and 109 extremely colourful; grey is 0.

    Args:
        images: RGB, `(samples, height, width, 3)`.
        value_range: `(lowest, highest)` of the pixel scale.

    Returns:
        `(samples,)`, float64, at least 0.

    Raises:
        ValueError: If images are not RGB, or values lie outside `value_range`.

    Example:

    >>> red = np.zeros((1, 2, 2, 3)) + [1.0, -1.0, -1.0]
    >>> float(kgz.metrics.colorfulness(red).round(3)[0])
    85.53

    References:
        Hasler and Suesstrunk 2003, Measuring Colourfulness in Natural Images, Human Vision and
        Electronic Imaging VIII, section 7.
    """
    images = checks.images("images", images, value_range)
    if images.shape[-1] != 3:
        raise ValueError(
            "Expected `images` in RGB, of shape (samples, height, width, 3). "
            f"Received: shape {images.shape}"
        )
    red, green, blue = np.moveaxis(255.0 * images.astype("float64"), -1, 0)
    opponents = np.stack([red - green, (red + green) / 2.0 - blue])
    spread, mean = opponents.std(axis=(2, 3)), opponents.mean(axis=(2, 3))
    return np.hypot(*spread) + 0.3 * np.hypot(*mean)

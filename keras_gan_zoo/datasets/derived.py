"""Pairs of images and what is made of them: smaller ones, and grey ones."""

import functools

import tensorflow as tf

from keras_gan_zoo import colors
from keras_gan_zoo.datasets import pipeline

FACTORS = (2, 4, 8)


def low_resolution(images, factor: int):
    """Images of a lower resolution, as papers on super-resolution make them.

    Bicubic (Keys's cubic with a = -0.5) with antialiasing, as MATLAB's `imresize` and Pillow's
    `BICUBIC` but for the weights at borders, and cut to `[-1, 1]`.

    Args:
        images: Float images `(..., height, width, channels)` in `[-1, 1]`; `factor` divides the
            sides.
        factor: How much smaller the sides are.

    Returns:
        A float32 tensor `(..., height / factor, width / factor, channels)`.

    Raises:
        ValueError: If `factor` does not divide the sides.

    Example:

    >>> checkerboard = np.indices((8, 8)).sum(axis=0)[..., None] % 2 * 2.0 - 1.0
    >>> shrunk = kgz.datasets.low_resolution(checkerboard, 4)
    >>> shrunk.shape, bool(np.abs(shrunk).max() < 0.01)
    (TensorShape([2, 2, 1]), True)
    """
    images = tf.convert_to_tensor(images, tf.float32)
    height, width = images.shape[-3:-1]
    if height % factor or width % factor:
        raise ValueError(
            f"Expected images with sides that {factor} divides. Received: {height}x{width}"
        )
    size = (height // factor, width // factor)
    return tf.clip_by_value(tf.image.resize(images, size, "bicubic", antialias=True), -1.0, 1.0)


def load_derived(kind, rest, load, **options):
    """Batches `{"source": images, "target": images}` of one data set, see `kgz.datasets.load`."""
    derive, name = colors.to_grey, rest
    if kind == "low_resolution":
        factor, _, name = rest.partition(",")
        if factor not in map(str, FACTORS) or not name:
            raise ValueError(
                f"Expected 'low_resolution:FACTOR,NAME' with a factor of {FACTORS}. "
                f"Received: '{kind}:{rest}'"
            )
        derive = functools.partial(low_resolution, factor=int(factor))
    images = load(name, **options, labels=False)
    spec = images.element_spec
    if not isinstance(spec, tf.TensorSpec) or spec.shape.rank != 4 or spec.shape[-1] != 3:
        raise ValueError(f"Expected RGB images for '{kind}:...'. Received: {name!r}, with {spec}")
    pairs = images.map(
        lambda batch: {"source": derive(batch), "target": batch},
        num_parallel_calls=tf.data.AUTOTUNE,
        deterministic=True,
    )
    return pipeline.Loaded(pipeline.finish(pairs))

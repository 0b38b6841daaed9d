"""What is done to a batch of images: range, size, and augmentation."""

import dataclasses

import tensorflow as tf

from keras_gan_zoo import errors, image_files

FLIPS = ("horizontal", "vertical", "both")
DRAWS = 4  # random numbers per sample: two flips, and two places of a crop
RANDOM_BITS = 2**32


@dataclasses.dataclass(frozen=True)
class Preparation:
    """From samples as they are stored to those that `fit` takes.

    Args:
        image_size: (height, width), or `None` for that of the samples.
        resize: See `load`.
        flip: See `load`.
        random_crop: See `load`.
        labels: Whether labels are kept.
    """

    image_size: tuple | None
    resize: str
    flip: str | None
    random_crop: float | None
    labels: bool

    def __post_init__(self):
        errors.check_choice("resize", self.resize, image_files.RESIZE)
        if self.flip is not None:
            errors.check_choice("flip", self.flip, FLIPS)
        share = self.random_crop
        if share is not None and not (isinstance(share, (int, float)) and 0.0 < share < 1.0):
            raise ValueError(
                "Expected `random_crop` between 0 and 1: the share of height and width that is "
                f"kept. Received: {share!r}"
            )
        if share is not None and self.image_size is None:
            raise ValueError(
                "Expected `image_size` with `random_crop`: the size of what is cut out. "
                "Received: None"
            )

    @property
    def draws(self) -> int:
        """How many random numbers a sample needs."""
        return DRAWS if self.flip or self.random_crop else 0

    @property
    def stored_size(self) -> tuple | None:
        """(height, width) of images before a random crop."""
        if self.random_crop is None or self.image_size is None:
            return self.image_size
        return tuple(round(side / self.random_crop) for side in self.image_size)

    def __call__(self, samples, labels=None, draws=None):
        """A batch for `fit`.

        Args:
            samples: A batch of samples. int32 are label maps `(batch, height, width, 1)`, whose
                classes are not mixed, and lose their last axis.
            labels: Their labels, if there are any.
            draws: `(batch, DRAWS)` random integers below 2**32, for augmentation.
        """
        samples = scaled(samples)
        if samples.shape.rank == 4:
            if self.stored_size is not None:
                samples = fitted(samples, self.stored_size, self.resize)
            if draws is not None:
                samples = self.augmented(samples, draws)
            if samples.dtype == tf.int32:
                samples = samples[..., 0]
        elif draws is not None:
            raise ValueError(
                "Expected images for `flip` and `random_crop`. Received: samples of shape "
                f"{samples.shape}"
            )
        return samples if labels is None or not self.labels else (samples, labels)

    def augmented(self, images, draws):
        """Images `(batch, height, width, channels)`, mirrored and cut out as the draws say."""
        if self.random_crop is not None:
            height, width = self.image_size
            for axis, length in ((1, height), (2, width)):
                places = images.shape[axis] - length + 1
                start = draws[:, axis + 1] * places // RANDOM_BITS
                window = start[:, None] + tf.range(length, dtype=start.dtype)
                images = tf.gather(images, window, axis=axis, batch_dims=1)
        for column, axis, name in ((0, 2, "horizontal"), (1, 1, "vertical")):
            if self.flip in (name, "both"):
                flipped = draws[:, column] % 2 == 1
                images = tf.where(flipped[:, None, None, None], tf.reverse(images, [axis]), images)
        return images


def scaled(samples):
    """Bytes and 16-bit integers as floats in `[-1, 1]`, transparent ones on white."""
    for dtype, largest in ((tf.uint8, 255.0), (tf.uint16, 65535.0)):
        if samples.dtype == dtype:
            samples = tf.cast(samples, tf.float32) / (largest / 2.0) - 1.0
            if samples.shape.rank in (3, 4) and samples.shape[-1] in (2, 4):
                alpha = (samples[..., -1:] + 1.0) / 2.0
                samples = samples[..., :-1] * alpha + (1.0 - alpha)
            return samples
    return samples


def fitted(images, size, resize):
    """Images `(..., height, width, channels)` in `[-1, 1]` at another size; see `load`.

    Of integers, which are label maps, the nearest pixel is taken.
    """
    if tuple(images.shape[-3:-1]) == tuple(size):
        return images
    if images.dtype.is_integer and resize == "pad":
        raise ValueError(
            "Expected `resize` 'crop' or 'stretch' for label maps, which have no class for what is "
            "added. Received: 'pad'"
        )
    shape, (height, width) = tf.shape(images), size
    static = images.shape[-3:-1]
    if resize == "stretch" or (
        static.is_fully_defined() and static[0] * width == static[1] * height
    ):
        return _resized(images, size)
    sides = tf.cast(shape[-3:-1], tf.float32)
    shares = sides / tf.constant(size, tf.float32)
    if resize == "crop":
        part = tf.cast(tf.round(tf.reduce_min(shares) * tf.constant(size, tf.float32)), tf.int32)
        part = tf.clip_by_value(part, 1, shape[-3:-1])
        top, left = tf.unstack((shape[-3:-1] - part) // 2)
        images = images[..., top : top + part[0], left : left + part[1], :]
        return _resized(images, size)
    inner = tf.cast(tf.round(sides / tf.reduce_max(shares)), tf.int32)
    inner = tf.clip_by_value(inner, 1, tf.constant(size))
    before = (tf.constant(size) - inner) // 2
    after = tf.constant(size) - inner - before
    margins = tf.stack([before, after], axis=1)
    rest = tf.zeros((images.shape.rank - 3, 2), tf.int32)
    margins = tf.concat([rest, margins, tf.zeros((1, 2), tf.int32)], axis=0)
    padded = tf.pad(_resized(images, inner), margins, constant_values=1.0)  # white
    return tf.ensure_shape(padded, (*images.shape[:-3], *size, images.shape[-1]))


def _resized(images, size):
    if images.dtype.is_integer:
        return tf.image.resize(images, size, "nearest")
    return tf.clip_by_value(tf.image.resize(images, size, antialias=True), -1.0, 1.0)

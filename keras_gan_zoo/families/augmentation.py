"""Differentiable augmentation of what a discriminator is shown."""

from keras import ops

from keras_gan_zoo import backend, errors
from keras_gan_zoo.families.adaptive_augment import AdaptiveAugment

SHIFT = 1 / 8  # of a side
CUT = 1 / 2  # of a side


def augmented(images, policy: tuple | AdaptiveAugment):
    """Images, each changed at random, with a gradient.

    Applied to all that a discriminator is shown in training, real or generated, so that it cannot
    remember a small training set, while the generator learns the data as they are. Noise is drawn
    from the open stream (`keras_gan_zoo.backend.noise`).

    - `"color"`: brightness up to 0.5 more or less, saturation by a factor up to 2, contrast by one
      between 0.5 and 1.5;
    - `"translation"`: shifted by up to an eighth of each side, whole pixels, with zeros outside;
    - `"cutout"`: a square of half the side, anywhere, set to zero.

    Args:
        images: Float images `(batch, height, width, channels)`.
        policy: Any of these names, in the order in which they are applied; or an
            `AdaptiveAugment`.

    Returns:
        A tensor of that shape.

    References:
        Zhao et al. 2020, Differentiable Augmentation for Data-Efficient GAN Training, arXiv
        2006.10738, section 3.2 and algorithm 1.
    """
    if isinstance(policy, AdaptiveAugment):
        return policy(images)
    for name in policy:
        images = POLICIES[name](images)
    return images


def checked_policy(policy, shapes) -> tuple | AdaptiveAugment:
    """A policy as a tuple of names, or an `AdaptiveAugment` that is nobody else's.

    Args:
        policy: Names, `"ada"`, an `AdaptiveAugment`, or `None` for none.
        shapes: The shapes of a sample, and of its condition if there is one.

    Raises:
        ValueError: If it is none of these, or does not suit the shapes.
    """
    policy = () if policy is None else policy
    if policy == "ada":
        policy = AdaptiveAugment()
    if isinstance(policy, AdaptiveAugment):
        pictures = [tuple(shape) for shape in shapes if len(shape) > 1]
        if len(pictures) != 1 or len(pictures[0]) != 3 or pictures[0][-1] not in (1, 3):
            raise ValueError(
                "Expected a discriminator of images (height, width, 1 or 3), without other images "
                "as their condition, for adaptive augmentation (`augment`). Received: inputs of "
                f"shapes {[tuple(shape) for shape in shapes]}"
            )
        return AdaptiveAugment.from_config(policy.get_config())
    if not isinstance(policy, (str, tuple, list)):
        raise ValueError(
            "Expected `augment` to be names, such as 'color,translation', or 'ada'. "
            f"Received: {policy!r}"
        )
    names = tuple(policy.split(",")) if isinstance(policy, str) else tuple(policy)
    if "ada" in names:
        raise ValueError(
            "Expected 'ada' alone in `augment`: it has its own transformations, color among them. "
            f"Received: {policy!r}"
        )
    for name in names:
        if name not in POLICIES:
            raise errors.unknown_name("augmentation in `augment`", name, {*POLICIES, "ada"})
    return names


def _drawn(images, count, low=0.0, high=1.0):
    """Uniform numbers of each image, `(batch, 1, 1, 1)`, so many times."""
    shape = (ops.shape(images)[0], 1, 1, 1)
    for _ in range(count):
        yield ops.cast(backend.random_uniform(shape, low, high), images.dtype)


def _color(images):
    brightness, saturation, contrast = _drawn(images, 3)
    images = images + (brightness - 0.5)
    grey = ops.mean(images, axis=-1, keepdims=True)
    images = (images - grey) * (2.0 * saturation) + grey
    mean = ops.mean(images, axis=(1, 2, 3), keepdims=True)
    return (images - mean) * (contrast + 0.5) + mean


def _translation(images):
    for axis in (1, 2):
        size = images.shape[axis]
        most = int(size * SHIFT + 0.5)
        (shift,) = _drawn(images, 1, -most, most + 1)
        shift = ops.cast(ops.floor(ops.cast(shift, "float32")), "int32")
        images = _shifted(images, shift, axis)
    return images


def _shifted(images, shift, axis):
    size = images.shape[axis]
    places = _along(ops.arange(size), axis) + shift
    inside = ops.logical_and(places >= 0, places < size)
    taken = ops.take_along_axis(images, ops.clip(places, 0, size - 1), axis=axis)
    return ops.where(inside, taken, ops.zeros_like(taken))


def _cutout(images):
    outside = False
    for axis in (1, 2):
        size = images.shape[axis]
        cut = int(size * CUT + 0.5)
        (middle,) = _drawn(images, 1, 0, size + 1 - cut % 2)
        start = ops.cast(ops.floor(ops.cast(middle, "float32")), "int32") - cut // 2
        places = _along(ops.arange(size), axis)
        outside = ops.logical_or(outside, ops.logical_or(places < start, places >= start + cut))
    return ops.where(outside, images, ops.zeros_like(images))


def _along(row, axis):
    return ops.reshape(row, [-1 if index == axis else 1 for index in range(4)])


POLICIES = {"color": _color, "translation": _translation, "cutout": _cutout}

"""Which feature of a set of TensorFlow Datasets is the image, and which the label."""

import warnings

import tensorflow as tf


def keys_of(name, info, image_key, label_key, labels: bool) -> tuple:
    """The features that are image and label: those asked for, or guessed.

    Args:
        name: Of the set.
        info: Its `DatasetInfo`.
        image_key, label_key: What was asked for, or `None`.
        labels: Whether labels are wanted.

    Raises:
        ValueError: If there is no such feature, or none that is an image.
    """
    import tensorflow_datasets as tfds

    features = info.features
    if not isinstance(features, tfds.features.FeaturesDict):
        raise ValueError(
            f"Expected a data set whose examples are dicts of features. Received: tfds:{name}"
        )
    images = image_keys(features)
    for what, key in (("image_key", image_key), ("label_key", label_key)):
        if key is not None and feature_of(features, key) is None:
            raise ValueError(
                f"Expected `{what}` to be a feature of tfds:{name}: "
                f"{', '.join(map(repr, features))}. Received: {key!r}"
            )
    if image_key is not None and not _is_image(feature_of(features, image_key)):
        raise ValueError(
            f"Expected `image_key` to be an image of tfds:{name}: "
            f"{', '.join(map(repr, images))}. Received: {image_key!r}"
        )
    if not images and image_key is None:
        raise ValueError(
            f"Expected a data set with images. Received: tfds:{name} with the features "
            f"{', '.join(map(repr, features))}"
        )
    supervised = [key for key in info.supervised_keys or () if isinstance(key, str)]
    if image_key is None:
        said = [key for key in supervised if key in images]
        image_key = (said or [key for key in images if key == "image"] or images)[0]
        if not said and image_key != "image" and len(images) > 1:
            warnings.warn(
                f"tfds:{name} has several images; took {image_key!r} of "
                f"{', '.join(map(repr, images))}. `image_key` decides.",
                stacklevel=5,
            )
    if not labels:
        return image_key, None
    if label_key is None:
        label_key = _guessed_label(name, features, image_key, supervised)
    elif not _is_number(feature_of(features, label_key)):
        raise ValueError(
            f"Expected `label_key` to be a feature of tfds:{name} with one shape, of numbers. "
            f"Received: {label_key!r}, {feature_of(features, label_key)}"
        )
    return image_key, label_key


def image_keys(features) -> list:
    """The keys of the features that are images."""
    return [key for key, feature in features.items() if _is_image(feature)]


def _guessed_label(name, features, image_key, supervised):
    import tensorflow_datasets as tfds

    rest = [key for key in features if key != image_key]
    said = [key for key in supervised if key in rest and _is_number(features[key])]
    if said:
        return said[0]
    classes = [key for key in rest if isinstance(features[key], tfds.features.ClassLabel)]
    if "label" in classes or len(classes) == 1:
        return "label" if "label" in classes else classes[0]
    numbers = [key for key in rest if _is_number(features[key])]
    others = f"`label_key` may be one of {', '.join(map(repr, numbers))}" if numbers else "none"
    warnings.warn(
        f"tfds:{name} does not say what its labels are, so its images come without ({others}); "
        "`labels=False` says so without this warning.",
        stacklevel=6,
    )
    return None


def feature_of(features, key):
    """A feature by its key, or by keys with slashes between them; `None` if there is none."""
    if key in features:
        return features[key]
    outer, _, inner = key.partition("/")
    while inner:
        if outer in features and hasattr(features[outer], "items"):
            return feature_of(features[outer], inner)
        more, _, inner = inner.partition("/")
        outer = f"{outer}/{more}"
    return None


def path_of(features, key):
    """The keys, from the outermost, that lead to a feature."""
    if key in features:
        return (key,)
    outer, _, inner = key.partition("/")
    while not (outer in features and hasattr(features[outer], "items")):
        more, _, inner = inner.partition("/")
        outer = f"{outer}/{more}"
    return (outer, *path_of(features[outer], inner))


def _is_image(feature):
    import tensorflow_datasets as tfds

    if isinstance(feature, tfds.features.Image):
        return True
    return (
        type(feature) is tfds.features.Tensor
        and len(feature.shape) == 3
        and feature.shape[-1] in (1, 2, 3, 4)
        and feature.dtype in ("uint8", "uint16")
    )


def _is_number(feature):
    import tensorflow_datasets as tfds

    if isinstance(feature, tfds.features.FeaturesDict):  # of numbers, which become a vector
        return all(
            _is_number(one) and one.shape == () and not hasattr(one, "items")
            for one in feature.values()
        )
    if not isinstance(feature, tfds.features.Tensor) or isinstance(
        feature, (tfds.features.Image, tfds.features.Text)
    ):
        return False
    dtype = tf.as_dtype(feature.dtype)
    return None not in feature.shape and (dtype.is_integer or dtype.is_floating or dtype.is_bool)


def numbers(label):
    """Labels as `fit` takes them: a dict of numbers as a vector, yes and no as 1 and -1."""
    if not isinstance(label, dict):
        return tf.cast(label, tf.int64) if label.dtype == tf.bool else label
    parts = [
        tf.where(part, 1.0, -1.0) if part.dtype == tf.bool else tf.cast(part, tf.float32)
        for _, part in sorted(label.items())
    ]
    return tf.stack(parts)


def class_names_of(label):
    """The names of the values, or of the parts of a vector, of a feature; `None` without."""
    if hasattr(label, "items"):  # the parts of a vector
        return tuple(sorted(label))
    names = getattr(label, "names", None)
    return None if names is None else tuple(names)


def is_label_map(feature):
    """Whether the pixels of a feature are numbers of classes."""
    import tensorflow_datasets as tfds

    return isinstance(feature, tfds.features.LabeledImage)


def is_encoded(feature):
    """Whether a feature is an image file, rather than an array."""
    import tensorflow_datasets as tfds

    return isinstance(feature, tfds.features.Image)

"""A small convolutional classifier, whose penultimate layer measures other networks' images."""

import keras

from keras_gan_zoo.layers import BatchNormalization, Dropout

AFTER_POOLING = 0.2
BEFORE_LOGITS = 0.4


def small_classifier(
    image_shape: tuple = (28, 28, 1),
    classes: int = 10,
    filters: tuple = (32, 64, 128),
    dimensions: int = 128,
) -> keras.Model:
    """Pairs of 3x3 convolutions between poolings, a dense layer of features, and the logits.

    Args:
        image_shape: `(height, width, channels)`.
        classes: Number of classes.
        filters: Channels at each of the grids, from the finest to the coarsest.
        dimensions: Number of features.

    Returns:
        A model from images `(batch, *image_shape)` in `[-1, 1]` to a dict of `"features"`
        `(batch, dimensions)`, not negative, and `"logits"` `(batch, classes)`.
    """
    inputs = keras.Input(image_shape, name="images")
    x = inputs
    for index, count in enumerate(filters):
        if index:
            x = Dropout(AFTER_POOLING)(keras.layers.MaxPooling2D()(x))
        for _ in range(2):
            x = keras.layers.Conv2D(count, 3, padding="same", use_bias=False)(x)
            x = keras.layers.ReLU()(BatchNormalization(momentum=0.9)(x))
    x = keras.layers.Flatten()(keras.layers.MaxPooling2D()(x))
    x = keras.layers.Dense(dimensions, use_bias=False)(x)
    features = keras.layers.ReLU(dtype="float32")(BatchNormalization(momentum=0.9)(x))
    x = Dropout(BEFORE_LOGITS)(features)
    logits = keras.layers.Dense(classes, dtype="float32")(x)
    return keras.Model(inputs, {"features": features, "logits": logits}, name="classifier")

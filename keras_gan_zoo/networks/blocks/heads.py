"""Other last layers for a discriminator: its features, classes, minibatch discrimination."""

import keras

from keras_gan_zoo.errors import unknown_name
from keras_gan_zoo.layers import MinibatchDiscrimination
from keras_gan_zoo.networks.blocks.condition_inputs import inputs_of

FEATURES = "features"


def with_features(discriminator: keras.Model, layer: str = FEATURES) -> keras.Model:
    """The discriminator with the output of a hidden layer as a second output.

    Args:
        discriminator: A functional model; it is not copied, its layers are shared.
        layer: Name of the hidden layer. The discriminators of `kgz.networks` call what their
            last linear unit sees `"features"`.

    Returns:
        A model of the same inputs with outputs `[logits, features]`.

    Raises:
        ValueError: If there is no such layer.
    """
    features = _layer(discriminator, layer).output
    return keras.Model(
        inputs_of(discriminator), [discriminator.output, features], name=discriminator.name
    )


def with_class_head(discriminator: keras.Model, num_classes: int) -> keras.Model:
    """The discriminator with a linear classifier on its features: AC-GAN's second head.

    Args:
        discriminator: A functional model with a layer `"features"` `(batch, d)`; it is not
            copied, its layers are shared.
        num_classes: Number of classes.

    Returns:
        A model of the same inputs with outputs `[logits, class_logits]`, of shapes
        `(batch, 1)` and `(batch, num_classes)`.

    Raises:
        ValueError: If there is no such layer.

    References:
        Odena et al. 2016, Conditional Image Synthesis With Auxiliary Classifier GANs, arXiv
        1610.09585, section 3.
    """
    head = keras.layers.Dense(num_classes, dtype="float32", name="class_logits")
    outputs = [discriminator.output, head(_layer(discriminator, FEATURES).output)]
    return keras.Model(inputs_of(discriminator), outputs, name=discriminator.name)


def with_minibatch_discrimination(
    discriminator: keras.Model, kernels: int = 100, dims: int = 5
) -> keras.Model:
    """The discriminator with a new linear unit that also sees how similar a batch's samples are.

    Args:
        discriminator: A functional model with a layer `"features"` `(batch, d)`; it is not
            copied, its layers are shared. Its own last layers are left out, a projection too.
        kernels, dims: See `kgz.layers.MinibatchDiscrimination`.

    Returns:
        A model of the same inputs to logits `(batch, 1)`; what the new linear unit sees is not
        called `"features"`, so that features for matching stay per sample.

    Raises:
        ValueError: If there is no such layer.

    References:
        Salimans et al. 2016, Improved Techniques for Training GANs, arXiv 1606.03498,
        section 3.2.
    """
    x = MinibatchDiscrimination(kernels, dims)(_layer(discriminator, FEATURES).output)
    logits = keras.layers.Dense(1, dtype="float32")(x)
    return keras.Model(inputs_of(discriminator), logits, name=discriminator.name)


def _layer(network, name):
    names = [layer.name for layer in network.layers]
    if name not in names:
        raise unknown_name("layer", name, names)
    return network.get_layer(name)

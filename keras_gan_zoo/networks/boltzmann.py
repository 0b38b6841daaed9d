"""The two directions of a restricted Boltzmann machine, with its units as their only layer."""

import keras


def boltzmann_encoder(units, image_shape: tuple):
    """Probabilities of hidden units, from images in [-1, 1]; `units` are `BoltzmannUnits`."""
    samples = keras.Input(image_shape, name="samples")
    pixels = keras.layers.Rescaling(0.5, 0.5)(keras.layers.Flatten()(samples))
    hidden = keras.layers.Activation("sigmoid", dtype="float32")(units(pixels))
    return keras.Model(samples, hidden, name="encoder")


def boltzmann_decoder(units, image_shape: tuple):
    """Probabilities of pixels `image_shape`, from hidden units; `units` are `BoltzmannUnits`."""
    hidden = keras.Input((units.units,), name="latents")
    visible = keras.layers.Reshape(image_shape)(units(hidden, reverse=True))
    visible = keras.layers.Activation("sigmoid", dtype="float32")(visible)
    return keras.Model(hidden, visible, name="decoder")

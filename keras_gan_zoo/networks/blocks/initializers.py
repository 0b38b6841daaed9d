"""The initialisers that several papers share, a fresh one per layer."""

import keras


def normal(mean: float = 0.0, stddev: float = 0.02):
    """DCGAN's normal initialiser."""
    return keras.initializers.RandomNormal(mean, stddev)


def residual():
    """Glorot's uniform initialiser with gain root 2, for layers before a rectifier."""
    return keras.initializers.VarianceScaling(2.0, "fan_avg", "uniform")

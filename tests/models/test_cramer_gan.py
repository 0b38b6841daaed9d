"""The Cramer GAN's critic. Oracle: a finite difference of all that it descends."""

import numpy as np
import tensorflow as tf

import keras_gan_zoo as kgz

SHAPE = (8, 8, 1)


def test_the_penalty_reaches_the_features_of_the_other_samples():
    """The penalised function holds `h(x_g')`, a constant of its samples but not of the weights."""
    model = kgz.models.CramerGAN(SHAPE, latent_dim=4, filters=4, feature_dim=6, seed=0)
    batch = {"real": np.random.default_rng(0).uniform(-1, 1, (16, *SHAPE)).astype("float32")}
    weights = model.discriminator.trainable_variables
    for weight in weights:  # initial features are all but alike
        weight.assign(weight * 3.0)
    random = np.random.default_rng(1)
    directions = [random.standard_normal(w.shape).astype("float32") for w in weights]

    def total(by):
        for weight, direction in zip(weights, directions, strict=True):
            weight.assign_add(by * direction)
        with kgz.backend.noise(0):
            return sum(model.discriminator_losses(batch).values())

    with tf.GradientTape() as tape:
        loss = total(0.0)
    gradients = tape.gradient(loss, [weight.value for weight in weights])
    slope = sum(np.sum(g * d) for g, d in zip(gradients, directions, strict=True))
    # Near a kink of a rectifier small steps are right, and far from all of them large ones.
    differences = []
    for step in (1e-3, 3e-4, 1e-4):
        above, below = float(total(step)), float(total(-2 * step))
        differences.append((above - below) / (2 * step))
        total(step)
    assert min(abs(difference / slope - 1.0) for difference in differences) < 0.02, differences

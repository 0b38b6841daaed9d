"""Oracles: the energy distance of Gaussians in closed form, the formulas in NumPy."""

import numpy as np
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz

RANDOM = np.random.default_rng(0)


def normal(*shape):
    return RANDOM.standard_normal(shape).astype("float32")


@pytest.mark.parametrize(("shift", "expected"), [(0.5, 0.139596), (1, 0.541807), (2, 1.944260)])
def test_the_generator_minimises_the_energy_distance(shift, expected):
    """With h the identity, up to `E |X - X'|` of real samples, `2 / sqrt(pi)` for N(0, 1)."""
    real, fake, other = normal(400_000, 1), shift + normal(400_000, 1), shift + normal(400_000, 1)
    value = float(kgz.losses.cramer_generator_loss(real, fake, other))
    assert value - 2 / np.sqrt(np.pi) == pytest.approx(expected, abs=1e-2)


def test_critic_by_the_papers_formula():
    real, fake, other = normal(5, 3), normal(5, 3), normal(5, 3)
    length = np.linalg.norm

    def critic(h):
        return length(h - other, axis=1) - length(h, axis=1)

    np.testing.assert_allclose(kgz.losses.cramer_critic(real, other), critic(real), atol=1e-5)
    expected = critic(fake).mean() - critic(real).mean()
    assert float(kgz.losses.cramer_critic_loss(real, fake, other)) == pytest.approx(
        expected, rel=1e-4
    )


def test_gradients_are_finite_where_norms_vanish():
    with tf.GradientTape() as tape:
        tape.watch(x := tf.zeros((3, 2)))
        value = kgz.losses.cramer_generator_loss(x, x, x) + kgz.losses.cramer_critic_loss(x, x, x)
    assert np.isfinite(tape.gradient(value, x)).all()

"""Oracles: hand computation and closed forms."""

import numpy as np
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz

RANDOM = np.random.default_rng(0)


def test_reconstruction_energy_is_the_mean_square_per_sample():
    """An offset c gives c squared."""
    samples = RANDOM.standard_normal((2, 4, 4, 3)).astype("float32")
    offset = np.array([0.5, 2.0], "float32").reshape(2, 1, 1, 1)
    energy = kgz.losses.reconstruction_energy(samples, samples + offset)
    np.testing.assert_allclose(energy, [0.25, 4.0], rtol=1e-5)


def test_margin_and_its_gradient():
    """`-1/N` where a fake energy is under the margin, 0 above; 1/N on real energies."""
    real, fake = tf.constant([0.1, 0.3]), tf.constant([0.4, 1.5])
    with tf.GradientTape() as tape:
        tape.watch([real, fake])
        value = kgz.losses.energy_margin(real, fake, margin=1.0)
    assert float(value) == pytest.approx(0.2 + 0.3)
    on_real, on_fake = tape.gradient(value, [real, fake])
    np.testing.assert_allclose(on_real, [0.5, 0.5])
    np.testing.assert_allclose(on_fake, [-0.5, 0.0])


def test_pulling_away_of_worked_examples():
    """Cosines of (1,0), (1,1), (0,1) are 1/sqrt2, 0, 1/sqrt2: mean square 1/3."""
    codes = np.array([[1, 0], [1, 1], [0, 1]], "float32")
    assert float(kgz.losses.pulling_away(codes)) == pytest.approx(1 / 3, rel=1e-5)
    scaled = codes * np.array([[3.0], [0.1], [7.0]])
    assert float(kgz.losses.pulling_away(scaled)) == pytest.approx(1 / 3, rel=1e-5)
    assert float(kgz.losses.pulling_away(np.eye(4))) == pytest.approx(0.0, abs=1e-6)
    assert float(kgz.losses.pulling_away(np.ones((1, 4)))) == 0.0
    assert float(kgz.losses.pulling_away(np.ones((5, 3)))) == pytest.approx(1.0, rel=1e-5)


def test_bad_margin():
    with pytest.raises(ValueError, match=r"margin.*Received: 0"):
        kgz.losses.energy_margin(np.zeros(2), np.zeros(2), 0)

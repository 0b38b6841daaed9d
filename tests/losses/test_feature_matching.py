"""Oracles: NumPy on the paper's formula, with means over the batch first."""

import numpy as np
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz

RANDOM = np.random.default_rng(0)
REAL = RANDOM.standard_normal((6, 4)).astype("float32")
FAKE = RANDOM.standard_normal((8, 4)).astype("float32")


def test_values_and_constant_real_features():
    difference = FAKE.mean(0) - REAL.mean(0)
    real, fake = tf.constant(REAL), tf.constant(FAKE)
    for distance, expected, slope in (
        ("squared", np.mean(difference**2), 2 * difference / 4),
        ("absolute", np.mean(np.abs(difference)), np.sign(difference) / 4),
    ):
        with tf.GradientTape() as tape:
            tape.watch([real, fake])
            value = kgz.losses.feature_matching(real, fake, distance)
        on_real, on_fake = tape.gradient(value, [real, fake])
        assert float(value) == pytest.approx(expected, rel=1e-5)
        assert on_real is None
        np.testing.assert_allclose(on_fake, np.tile(slope / 8, (8, 1)), rtol=1e-5)


def test_a_permuted_batch_matches():
    assert float(kgz.losses.feature_matching(REAL, REAL[::-1])) == pytest.approx(0.0, abs=1e-12)


def test_bad_distance():
    with pytest.raises(ValueError, match=r"distance.*Received: 'cubed'"):
        kgz.losses.feature_matching(REAL, FAKE, "cubed")


def test_layers_are_matched_row_by_row():
    """By hand: 0.5 everywhere in one layer, and 2 in one of four places of the other."""
    real = [np.zeros((2, 3)), np.zeros((2, 2))]
    fake = [np.full((2, 3), 0.5), np.array([[0.0, 2.0], [0.0, 0.0]])]
    assert float(kgz.losses.layer_matching(real, fake)) == pytest.approx(0.5 + 0.5)
    assert float(kgz.losses.layer_matching(fake, fake)) == 0.0
    permuted = [layer[::-1] for layer in fake]
    assert float(kgz.losses.layer_matching(fake, permuted)) == pytest.approx(1.0)
    real, fake = tf.constant(REAL), tf.constant(FAKE[:6])
    with tf.GradientTape() as tape:
        tape.watch([real, fake])
        value = kgz.losses.layer_matching([real], [fake])
    on_real, on_fake = tape.gradient(value, [real, fake])
    assert on_real is None
    np.testing.assert_allclose(on_fake, np.sign(FAKE[:6] - REAL) / 24, rtol=1e-6)

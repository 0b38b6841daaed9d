"""The content-similarity loss. Oracle: its values by hand, and the mean over pairs."""

import numpy as np
import pytest

import keras_gan_zoo as kgz

RANDOM = np.random.default_rng(0)
SOURCE, ADAPTED = RANDOM.uniform(-1, 1, (2, 3, 4, 4, 3))


def test_half_the_mean_square_over_pairs():
    mask = RANDOM.integers(0, 2, (3, 4, 4, 1))
    flat = ((SOURCE - ADAPTED) * mask).reshape(3, -1)
    pairs = flat[:, :, None] - flat[:, None, :]
    received = kgz.losses.masked_pairwise_mse(SOURCE, ADAPTED, mask)
    assert float(received) == pytest.approx(0.5 * np.mean(pairs**2), rel=1e-5)


def test_a_shift_of_everything_costs_nothing_and_the_background_never():
    everything = np.ones((3, 4, 4, 1))
    shifted = kgz.losses.masked_pairwise_mse(SOURCE, SOURCE + 0.3, everything)
    assert float(shifted) == pytest.approx(0.0, abs=1e-7)
    nothing = kgz.losses.masked_pairwise_mse(SOURCE, ADAPTED, 0.0 * everything)
    assert float(nothing) == 0.0


def test_a_grey_source_stands_for_all_channels():
    grey = SOURCE[..., :1]
    received = kgz.losses.masked_pairwise_mse(grey, ADAPTED, np.ones((3, 4, 4, 1)))
    expected = np.var(grey - ADAPTED, axis=(1, 2, 3)).mean()
    assert float(received) == pytest.approx(expected, rel=1e-5)

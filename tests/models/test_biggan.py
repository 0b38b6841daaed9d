"""Oracles: SciPy's truncated normal distribution, and means of batches by hand."""

import keras
import numpy as np
import pytest
import scipy.stats

import keras_gan_zoo as kgz
from keras_gan_zoo.families.latents import truncated_normal


def tiny(**options):
    return kgz.models.BigGAN(
        (16, 16, 1),
        6,
        **{"num_classes": 3, "filters": 2, "discriminator_filters": 2, "shared_dim": 4, **options},
        seed=0,
    )


@pytest.mark.parametrize("limit", [0.5, 2.0])
def test_truncated_latents_have_scipy_s_distribution(limit):
    drawn = np.array(truncated_normal((20_000, 2), limit, seed=1)).ravel()
    assert np.abs(drawn).max() <= limit
    expected = scipy.stats.truncnorm(-limit, limit)
    assert np.std(drawn) == pytest.approx(expected.std(), rel=0.01)
    assert scipy.stats.kstest(drawn, expected.cdf).pvalue > 0.01


def test_generate_truncates():
    model = tiny()
    labels = [0, 1, 2]
    truncated = model.generate(labels=labels, truncation=0.3, seed=4)
    latents = truncated_normal((3, 6), 0.3, seed=4)
    expected = model.generate(latents=latents, labels=labels, seed=4)
    np.testing.assert_array_equal(truncated, expected)
    for bad in (0.0, -1.0, float("nan"), "half"):
        with pytest.raises(ValueError, match="`truncation` to be a finite number > 0.*Received"):
            model.generate(2, truncation=bad)
    with pytest.raises(ValueError, match="not of given `latents`"):
        model.generate(latents=latents, truncation=0.3)


def test_standing_statistics_are_means_over_batches_and_nothing_else_moves():
    model = tiny()
    network = model.ema_generator
    before = {v.path: np.array(v) for v in network.weights}
    trained = [np.array(v) for v in model.generator.weights]
    model.standing_statistics(batches=3, batch_size=6, truncation=1.0, seed=5)
    moved = {v.path for v in network.weights if not np.array_equal(before[v.path], v)}
    assert moved == {path for path in before if "/moving_" in path}
    for one, other in zip(trained, model.generator.weights, strict=True):
        np.testing.assert_array_equal(one, other)

    # Of the first normalisation: moments of what it is given, each batch's and then their mean.
    first = next(one for one in network.layers if hasattr(one, "normalization"))
    given = keras.Model(network.inputs, first.input[0])
    labels = keras.ops.one_hot(np.arange(6) % 3, 3)
    with kgz.backend.noise(5):
        batches = [np.array(given([truncated_normal((6, 6), 1.0), labels])) for _ in range(3)]
    mean = np.mean([one.mean((0, 1, 2)) for one in batches], axis=0)
    variance = np.mean([one.var((0, 1, 2)) for one in batches], axis=0)
    np.testing.assert_allclose(first.normalization.moving_mean, mean, rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(first.normalization.moving_variance, variance, rtol=1e-3, atol=1e-5)
    assert first.normalization.momentum == 0.9

import itertools

import numpy as np
import pytest

from keras_gan_zoo import metrics


def images(number, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, (number, 16, 16, 1))


def test_copies_are_least_diverse():
    copies = np.repeat(images(1), 5, axis=0)
    assert metrics.multiscale_ssim_diversity(copies)["mean"] == pytest.approx(1.0)
    assert metrics.multiscale_ssim_diversity(images(5))["mean"] < 0.5


def test_pairs_are_within_the_class_and_never_of_one_image():
    # Two classes of two images each: the only pair of a class decides its value.
    x, labels = images(4), np.array([7, 3, 7, 3])
    value = metrics.multiscale_ssim_diversity(x, labels, pairs=5)
    expected = {
        3: metrics.multiscale_ssim(x[1:2], x[3:4])[0],
        7: metrics.multiscale_ssim(x[0:1], x[2:3])[0],
    }
    assert value["per_class"] == pytest.approx(expected)
    assert value["mean"] == pytest.approx(np.mean(list(expected.values())))


def test_many_pairs_approach_the_mean_of_all():
    x = images(5) * np.linspace(0.1, 1, 5)[:, None, None, None] + 0.0
    every = [
        metrics.multiscale_ssim(x[i : i + 1], x[j : j + 1])[0]
        for i, j in itertools.combinations(range(5), 2)
    ]
    value = metrics.multiscale_ssim_diversity(x, pairs=3000)["mean"]
    assert value == pytest.approx(np.mean(every), abs=4 * np.std(every) / np.sqrt(3000))


def test_seed_and_scale():
    x = images(6)
    value = metrics.multiscale_ssim_diversity(x, seed=1, pairs=3)
    assert metrics.multiscale_ssim_diversity(x, seed=1, pairs=3) == value
    assert metrics.multiscale_ssim_diversity(x, seed=2, pairs=3) != value
    eight_bit = np.round((x + 1) * 127.5).astype("uint8")
    close = metrics.multiscale_ssim_diversity(eight_bit, seed=1, pairs=3, value_range=(0, 255))
    assert close["mean"] == pytest.approx(value["mean"], abs=1e-3)


@pytest.mark.parametrize(
    "labels, options, message",
    [
        ([0, 0, 1], {}, "at least 2 images of each class. Received: 1 of class 1"),
        ([0, 0], {}, r"`labels` to be integers of shape \(3,\)"),
        (None, {"pairs": 0}, "`pairs` to be an integer >= 1"),
        (None, {"scales": 3}, "`scales` <= 1 for images of 16 pixels"),
    ],
)
def test_bad_input(labels, options, message):
    with pytest.raises(ValueError, match=message):
        metrics.multiscale_ssim_diversity(images(3), labels, **options)

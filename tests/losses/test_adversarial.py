"""Oracles: closed forms at chosen logits, binary cross-entropy of Keras, optimal discriminators."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz

ZERO = np.zeros((4, 1), "float32")
REAL = np.array([[0.3], [-1.2], [2.0]], "float32")
FAKE = np.array([[-0.7], [0.4], [1.1]], "float32")


@pytest.mark.parametrize(
    ("name", "discriminator", "generator"),
    [
        ("minimax", 2 * np.log(2), -np.log(2)),
        ("non_saturating", 2 * np.log(2), np.log(2)),
        ("hinge", 2.0, 0.0),
        ("least_squares", 0.5, 0.5),
        ("wasserstein", 0.0, 0.0),
        ("relativistic_average", 2 * np.log(2), 2 * np.log(2)),
        ("relativistic_pairing", np.log(2), np.log(2)),
    ],
)
def test_values_at_zero(name, discriminator, generator):
    loss = kgz.losses.get(name)
    assert float(loss.discriminator(ZERO, ZERO)) == pytest.approx(discriminator, rel=1e-6)
    assert float(loss.generator(ZERO, ZERO)) == pytest.approx(generator, rel=1e-6, abs=1e-7)


def sigmoid(x):
    return 1 / (1 + np.exp(-x.astype("float64")))


def test_values_by_the_papers_formulas():
    r, f = REAL.astype("float64"), FAKE.astype("float64")
    relative_real, relative_fake = sigmoid(r - f.mean()), sigmoid(f - r.mean())
    expected = {
        "minimax": (
            -np.log(sigmoid(r)).mean() - np.log(1 - sigmoid(f)).mean(),
            np.log(1 - sigmoid(f)).mean(),
        ),
        "non_saturating": (
            -np.log(sigmoid(r)).mean() - np.log(1 - sigmoid(f)).mean(),
            -np.log(sigmoid(f)).mean(),
        ),
        "least_squares": (
            0.5 * ((r - 1) ** 2).mean() + 0.5 * (f**2).mean(),
            0.5 * ((f - 1) ** 2).mean(),
        ),
        "hinge": (np.maximum(0, 1 - r).mean() + np.maximum(0, 1 + f).mean(), -f.mean()),
        "wasserstein": (f.mean() - r.mean(), -f.mean()),
        "relativistic_average": (
            -np.log(relative_real).mean() - np.log(1 - relative_fake).mean(),
            -np.log(relative_fake).mean() - np.log(1 - relative_real).mean(),
        ),
        "relativistic_pairing": (
            -np.log(sigmoid(r - f)).mean(),
            -np.log(sigmoid(f - r)).mean(),
        ),
    }
    assert set(expected) == set(kgz.losses.adversarial.LOSSES)
    for name, (discriminator, generator) in expected.items():
        loss = kgz.losses.get(name)
        assert float(loss.discriminator(REAL, FAKE)) == pytest.approx(discriminator, rel=1e-5), name
        assert float(loss.generator(FAKE, REAL)) == pytest.approx(generator, rel=1e-5), name


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.3])
def test_one_sided_smoothing_equals_cross_entropy_with_soft_targets(smoothing):
    loss = kgz.losses.get("non_saturating", label_smoothing=smoothing)
    entropy = keras.losses.BinaryCrossentropy(from_logits=True)
    expected = entropy(np.full_like(REAL, 1 - smoothing), REAL) + entropy(np.zeros_like(FAKE), FAKE)
    assert float(loss.discriminator(REAL, FAKE)) == pytest.approx(float(expected), rel=1e-5)


def test_least_squares_smoothing():
    loss = kgz.losses.get("least_squares", label_smoothing=0.1)
    expected = 0.5 * ((REAL - 0.9) ** 2).mean() + 0.5 * (FAKE**2).mean()
    assert float(loss.discriminator(REAL, FAKE)) == pytest.approx(float(expected), rel=1e-5)


def test_only_the_minimax_generator_saturates():
    """At logit -10 the gradients are -s(-10) = -4.54e-5 and -(1 - s(-10)) = -0.99995."""
    logits = tf.constant([[-10.0]])
    for name, expected in (("minimax", -4.539787e-5), ("non_saturating", -0.9999546)):
        with tf.GradientTape() as tape:
            tape.watch(logits)
            value = kgz.losses.get(name).generator(logits)
        assert float(tape.gradient(value, logits)[0, 0]) == pytest.approx(expected, rel=1e-5)


def test_pairs_are_those_of_the_rows():
    """Another order of the fakes is another loss, and only as many logits make pairs."""
    loss = kgz.losses.get("relativistic_pairing")
    here = np.array([[3.0], [-3.0]], "float32")
    assert float(loss.discriminator(here, here)) == pytest.approx(np.log(2))
    expected = 0.5 * (np.log1p(np.exp(-6.0)) + np.log1p(np.exp(6.0)))
    assert float(loss.discriminator(here, here[::-1])) == pytest.approx(expected)
    with pytest.raises(ValueError, match=r"pair by pair. Received: shapes \(2, 1\) and \(1, 1\)"):
        loss.discriminator(here, here[:1])


@pytest.mark.parametrize("name", kgz.losses.adversarial.LOSSES)
def test_extreme_logits_stay_finite(name):
    loss = kgz.losses.get(name)
    huge = np.array([[1e4], [-1e4]], "float32")
    assert np.isfinite(loss.discriminator(huge, huge)) and np.isfinite(loss.generator(huge, huge))


def test_the_optimal_discriminator_between_two_gaussians():
    """For N(0, 1) against N(1, 1), D* has logit 1/2 - x and loss log 4 - 2 JS = 1.163451."""
    random = np.random.default_rng(0)
    real, fake = random.standard_normal(400_000), 1.0 + random.standard_normal(400_000)
    loss = kgz.losses.get("minimax")
    value = float(loss.discriminator((0.5 - real)[:, None], (0.5 - fake)[:, None]))
    assert value == pytest.approx(1.163451, abs=2e-3)


@pytest.mark.parametrize("name", kgz.losses.adversarial.LOSSES)
def test_losses_serialise(name):
    loss = kgz.losses.get(name)
    config = keras.saving.serialize_keras_object(loss)
    twin = keras.saving.deserialize_keras_object(config)
    assert type(twin) is type(loss) and twin.get_config() == loss.get_config()


def test_bad_input():
    with pytest.raises(ValueError, match="Did you mean 'hinge'"):
        kgz.losses.get("hinged")
    with pytest.raises(ValueError, match="options"):
        kgz.losses.get("hinge", label_smoothing=0.1)
    with pytest.raises(ValueError, match=r"label_smoothing.*Received: 1.5"):
        kgz.losses.get("minimax", label_smoothing=1.5)
    for name in ("relativistic_average", "relativistic_pairing"):
        with pytest.raises(ValueError, match="real_logits"):
            kgz.losses.get(name).generator(FAKE)
    with pytest.raises(ValueError, match="Received: 3"):
        kgz.losses.get(3)


def test_gaussian_kl_against_numerical_integration():
    mean, log_var = 0.7, np.log(0.3)
    x = np.linspace(-12, 12, 200_001)
    density = np.exp(-0.5 * (x - mean) ** 2 / 0.3) / np.sqrt(2 * np.pi * 0.3)
    prior = np.exp(-0.5 * x**2) / np.sqrt(2 * np.pi)
    expected = np.trapezoid(density * (np.log(density + 1e-300) - np.log(prior)), x)
    value = kgz.losses.gaussian_kl(np.full((1, 3), mean), np.full((1, 3), log_var))
    assert value.shape == (1,)
    assert float(value[0]) == pytest.approx(3 * expected, rel=1e-5)

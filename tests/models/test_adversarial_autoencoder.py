"""The adversarial autoencoder and its priors.

Oracles: moments and geometry of the priors; the losses by their definitions; a normality test of
the latents that a trained encoder gives.
"""

import keras
import numpy as np
import pytest
import scipy.stats

import keras_gan_zoo as kgz
from keras_gan_zoo.families.priors import MODES, PRIORS


def test_the_mixture_has_ten_long_narrow_modes():
    labels = np.repeat(np.arange(MODES), 4000)
    points = np.array(PRIORS["mixture"]((len(labels), 2), 1, labels))
    for mode in range(MODES):
        own = points[labels == mode]
        angle = 2 * np.pi * mode / MODES
        along = own @ [np.cos(angle), np.sin(angle)]
        across = own @ [-np.sin(angle), np.cos(angle)]
        assert along.mean() == pytest.approx(1.4, abs=0.03)
        assert along.std() == pytest.approx(0.5, rel=0.05)
        assert across.mean() == pytest.approx(0.0, abs=0.01)
        assert across.std() == pytest.approx(0.1, rel=0.05)


def test_the_swiss_roll_is_a_spiral_whose_labels_follow_it():
    labels = np.repeat(np.arange(MODES), 500)
    points = np.array(PRIORS["swiss_roll"]((len(labels), 2), 1, labels))
    radius = np.linalg.norm(points, axis=1)
    angle = np.arctan2(points[:, 1], points[:, 0])
    np.testing.assert_allclose(np.exp(1j * angle), np.exp(4j * np.pi * radius / 3), atol=1e-4)
    ends = [(radius[labels == mode].min(), radius[labels == mode].max()) for mode in range(MODES)]
    for mode, (least, most) in enumerate(ends):
        assert 3 * np.sqrt(mode / MODES) <= least + 1e-5
        assert most <= 3 * np.sqrt((mode + 1) / MODES) + 1e-5


@pytest.mark.parametrize("name", ["mixture", "swiss_roll"])
def test_unknown_labels_go_anywhere_and_pairs_are_independent(name):
    points = np.array(PRIORS[name]((20_000, 4), 3, np.full(20_000, -1)))
    mixed = np.array(PRIORS[name]((20_000, 4), 4))
    for axis in range(4):
        assert scipy.stats.ks_2samp(points[:, axis], mixed[:, axis]).pvalue > 1e-3
    assert abs(np.corrcoef(points[:, 0], points[:, 2])[0, 1]) < 0.03


def test_latents_of_an_encoder_that_learns_look_like_the_prior():
    samples = np.random.default_rng(0).uniform(-1, 1, (2000, 2, 2, 1)).astype("float32")
    keras.utils.set_random_seed(0)
    model = kgz.models.AdversarialAutoencoder((2, 2, 1), 2, units=32, seed=0)
    model.compile(
        {
            "autoencoder": keras.optimizers.Adam(1e-3),
            "discriminator": keras.optimizers.Adam(1e-3, beta_1=0.5),
            "generator": keras.optimizers.Adam(1e-3, beta_1=0.5),
        }
    )
    before = np.array(model.encode(samples))
    model.fit(samples, batch_size=100, epochs=40, verbose=0)
    after = np.array(model.encode(samples))
    prior = np.random.default_rng(1).normal(size=(2000, 2))
    distances = [
        max(scipy.stats.ks_2samp(codes[:, axis], prior[:, axis]).statistic for axis in range(2))
        for codes in (before, after)
    ]
    assert distances[1] < 0.15 < distances[0]


def test_label_information_reaches_the_discriminator():
    model = kgz.models.AdversarialAutoencoder(
        (4, 4, 1), 2, prior="mixture", informed_by_labels=True, units=8, seed=0
    )
    model.compile()
    samples = np.random.default_rng(0).uniform(-1, 1, (12, 4, 4, 1)).astype("float32")
    labels = np.arange(12) % 11 - 1
    history = model.fit(samples, labels, batch_size=6, verbose=0).history
    assert np.isfinite(list(history.values())).all()
    latents = np.ones((2, 2), "float32")
    judged = np.array(model.judge_latents(latents, np.array([3, -1])))
    assert judged[0] != judged[1]
    with pytest.raises(ValueError, match=r"\[-1, 10\).*Received"):
        model.fit(samples, labels - 1, verbose=0)


def test_bad_arguments_are_refused():
    make = kgz.models.AdversarialAutoencoder
    with pytest.raises(ValueError, match="prior"):
        make((4, 4, 1), 2, prior="torus")
    with pytest.raises(ValueError, match="even `latent_dim`.*Received: 3"):
        make((4, 4, 1), 3, prior="swiss_roll")
    with pytest.raises(ValueError, match="informed_by_labels.*Received: 'normal'"):
        make((4, 4, 1), 2, informed_by_labels=True)
    with pytest.raises(ValueError, match="`prior_scale`.*> 0.*Received: 0"):
        make((4, 4, 1), 2, prior_scale=0)


def test_networks_that_were_given_are_recorded_and_shipped(tmp_path):
    given = {
        "encoder": kgz.networks.mlp_encoder((4, 4, 1), 2, (5,)),
        "discriminator": kgz.networks.mlp_encoder((2,), 1, (7,)),
    }
    model = kgz.models.AdversarialAutoencoder((4, 4, 1), 2, units=3, **given)
    twin = kgz.models.AdversarialAutoencoder.from_config(model.get_config())
    shapes = [[weight.shape for weight in one.weights] for one in (model, twin)]
    assert shapes[0] == shapes[1] and (2, 7) in shapes[0]
    model.save_to_preset(tmp_path / "preset", {"data": "random"})
    loaded = kgz.models.from_preset(str(tmp_path / "preset"))
    latents = np.ones((3, 2), "float32")
    np.testing.assert_array_equal(loaded.judge_latents(latents), model.judge_latents(latents))

"""The semi-supervised adversarial autoencoder.

Oracles: closed forms in numpy; the cross-entropy of K equal classes.
"""

import numpy as np
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz

SHAPE = (4, 4, 1)


def make(**options):
    options = {"units": 8, "seed": 0, **options}
    model = kgz.models.SemiSupervisedAAE(SHAPE, 2, 3, **options)
    model.compile()
    return model


def images(count=6):
    return np.random.default_rng(0).uniform(-1, 1, (count, *SHAPE)).astype("float32")


def test_latents_are_probabilities_and_a_style():
    model = make()
    latents = np.array(model.encode(images()))
    logits, style = (np.array(one) for one in model.encoder(images()))
    expected = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    expected_latents = np.concatenate([expected, style], axis=1)
    np.testing.assert_allclose(latents, expected_latents, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(model.classify(images()), expected, rtol=1e-5)
    assert model.latent_dim == 5


def test_the_prior_of_latents():
    model = make(prior_scale=2.0)
    drawn = np.array(model.sample_latents(30_000, seed=1))
    classes, style = drawn[:, :3], drawn[:, 3:]
    assert set(np.unique(classes)) == {0.0, 1.0} and (classes.sum(axis=1) == 1).all()
    np.testing.assert_allclose(classes.mean(axis=0), 1 / 3, atol=0.01)
    np.testing.assert_allclose(style.std(axis=0), 2.0, atol=0.03)
    for wrong in ([0, 1, 99], [0, 1]):
        with pytest.raises(ValueError, match="Expected .*`labels`.*Received"):
            model.sample_latents(3, labels=np.array(wrong))
    chosen = np.array(model.sample_latents(4, seed=1, labels=np.array([2, 0, 1, 1])))
    np.testing.assert_array_equal(chosen[:, :3].argmax(axis=1), [2, 0, 1, 1])
    assert (np.array(model.sample_latents(4, seed=1, labels=2))[:, 2] == 1).all()


def test_the_autoencoder_descends_the_losses_of_both_games_and_of_classes():
    model = make(noise=0.0, reconstruction_weight=7.0)
    labels = tf.constant([0, 1, 2, 0, 1, 2])
    batch = {
        "real": tf.constant(images()),
        "labelled": tf.constant(images()),
        "label": labels,
    }
    # The decoder gives pixels of 1/2, and the classes are equal.
    model.decoder.set_weights([np.zeros_like(one) for one in model.decoder.get_weights()])
    model.class_logits = lambda samples: tf.zeros((6, 3))
    model._judge_both = lambda latents: (tf.fill((6, 1), 0.5), tf.fill((6, 1), -1.0))
    softplus = lambda value: np.log1p(np.exp(value))  # noqa: E731
    expected = softplus(-0.5) + softplus(0.5) + softplus(1.0) + softplus(-1.0)
    received = model.discriminator_losses(batch)["discriminator_loss"]
    assert float(received) == pytest.approx(expected, rel=1e-5)
    received = {name: float(one) for name, one in model.autoencoder_losses(batch).items()}
    assert received == pytest.approx(
        {
            "generator_loss": softplus(-0.5) + softplus(1.0),
            "supervised_loss": np.log(3.0),
            "reconstruction_loss": 7.0 * np.square(images() / 2.0).mean(),
        },
        rel=1e-5,
    )


def test_discriminators_see_latents_through_noise_in_training():
    model = make(latent_noise=0.3)
    seen = []
    model.judge_latents = seen.append
    model.class_critic.criticize = seen.append
    latents = tf.zeros((20_000, 5))
    with model._mode(training=True):
        model._judge_both(latents)
    noise = np.concatenate(seen, axis=1)
    assert noise.shape == (20_000, 5)
    np.testing.assert_allclose(noise.std(axis=0), 0.3, rtol=0.03)
    model._judge_both(latents)
    assert not np.any(seen[-1]) and not np.any(seen[-2])


def test_a_joint_discriminator_is_shown_the_classes_beside_the_style():
    latents = tf.constant(np.random.default_rng(0).normal(size=(4, 5)).astype("float32"))
    for joint, shown in ((False, latents[:, 3:]), (True, latents)):
        model = make(joint=joint)
        judged = model._judge_both(latents)
        for logits, network, seen in zip(
            judged,
            (model.class_discriminator, model.discriminator),
            (latents[:, :3], shown),
            strict=True,
        ):
            np.testing.assert_allclose(logits, network(seen), rtol=1e-5, atol=1e-6)


def test_noise_is_for_training_only():
    model = make(noise=0.5)
    samples = tf.constant(np.zeros((5_000, *SHAPE), "float32"))
    with model._mode(training=True):
        assert float(tf.math.reduce_std(model.shown(samples))) == pytest.approx(1.0, rel=0.01)
    np.testing.assert_array_equal(model.shown(samples), samples)


def test_classes_are_told_from_distorted_images_and_styles_from_the_images():
    model = make(noise=0.0, latent_noise=0.0, distortion=1.0)
    samples, seen, decoded = tf.constant(images()), [], model.decoded
    model.decoded = lambda latents: seen.append(np.array(latents)) or decoded(latents)
    batch = {"real": samples, "labelled": samples, "label": tf.constant([0, 1, 2, 0, 1, 2])}
    true = np.array(model.encode(samples))
    losses = []
    for training in (True, True, False):
        with model._mode(training=training):
            losses.append(model.autoencoder_losses(batch)["supervised_loss"])
    for shown in seen:
        np.testing.assert_allclose(shown[:, 3:], true[:, 3:], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(seen[2], true, rtol=1e-5, atol=1e-6)
    distances = [np.abs(one - other).max() for one, other in zip(seen, seen[1:], strict=False)]
    assert min(distances) > 0.01 and len(set(map(float, losses))) == 3


def test_it_learns_classes_from_few_labels():
    """Three patterns in noise, two labels each: unlabelled samples must do the rest."""
    random = np.random.default_rng(0)
    labels = np.arange(300) % 3
    patterns = random.choice([-0.6, 0.6], (3, *SHAPE))
    samples = np.clip(patterns[labels] + 0.25 * random.normal(size=(300, *SHAPE)), -1, 1)
    data = kgz.datasets.few_labels(
        samples.astype("float32"), labels, labels_per_class=2, batch_size=30
    )
    model = make(units=32)
    model.fit(data, epochs=30, verbose=0)
    guessed = np.array(model.classify(samples.astype("float32"))).argmax(axis=1)
    assert np.mean(guessed == labels) > 0.95


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="`num_classes`.*>= 2.*Received: 1"):
        kgz.models.SemiSupervisedAAE(SHAPE, 2, 1)
    for name in ("noise", "distortion", "latent_noise", "reconstruction_weight"):
        with pytest.raises(ValueError, match=f"`{name}`.*>= 0.*Received: -1"):
            make(**{name: -1})
    with pytest.raises(ValueError, match="no `informed_by_labels`"):
        make(prior="mixture", informed_by_labels=True)
    with pytest.raises(ValueError, match="integers of shape .* in \\[0, 3\\)"):
        make().fit(images(), np.array([0, 1, 2, 3, 0, 1]), verbose=0)
    with pytest.raises(ValueError, match="learns from images and labels.*Received: 1 of 2"):
        make().fit(images(), verbose=0)

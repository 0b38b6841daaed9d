"""VAE-GAN.

Oracles: closed forms in numpy; which loss reaches which network, by gradients of each loss; with
pixels as features, the Gaussian VAE.
"""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz

SHAPE = (4, 4, 1)
NETWORKS = ("encoder", "decoder", "discriminator")


def make(**options):
    model = kgz.models.VAEGAN(SHAPE, 3, filters=4, seed=0, **options)
    model.compile()
    return model


def images(count=6, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, (count, *SHAPE)).astype("float32")


def gradients(model, phase, network):
    """The gradient, in a network, of the losses of a phase; zeros where there is no path."""
    variables = [v.value for v in getattr(model, network).trainable_variables]
    with kgz.backend.noise(1), tf.GradientTape() as tape:
        losses = getattr(model, f"{phase}_losses")({"real": tf.constant(images())})
        total = sum(losses.values())
    return tape.gradient(total, variables, unconnected_gradients="zero")


def moved(model, phase, network, change):
    """Whether a change of the model changes a gradient."""
    before = gradients(model, phase, network)
    change(model)
    after = gradients(model, phase, network)
    return any(not np.allclose(a, b, atol=1e-7) for a, b in zip(before, after, strict=True))


def change_logits(model):
    """Another last layer of the discriminator: only the game sees it."""
    for weight in model.discriminator.get_layer("logits").weights:
        weight.assign_add(keras.random.normal(weight.shape, seed=3))


def change_weight(model):
    """Another weight of the similarity in the decoder."""
    model.similarity_weight *= 100.0


@pytest.mark.parametrize(
    ("phase", "change", "reaches"),
    [
        ("encoder", change_logits, False),  # no game in the encoder
        ("encoder", change_weight, False),  # nor a weight
        ("decoder", change_logits, True),
        ("decoder", change_weight, True),
        ("discriminator", change_logits, True),
        ("discriminator", change_weight, False),  # similarity does not form its features
    ],
)
def test_which_loss_reaches_which_network(phase, change, reaches):
    assert moved(make(similarity_weight=0.01), phase, phase, change) is reaches


def test_a_phase_moves_its_own_network_only():
    for model in [make(similarity_weight=1.0)]:
        assert [phase.networks for phase in model.phases()] == [
            (getattr(model, name),) for name in NETWORKS
        ]


def test_the_divergence_reaches_the_encoder_alone():
    model = make()
    latents, mean, log_variance = model.sampled_latents(tf.constant(images()), 0)
    expected = 0.5 * np.sum(np.exp(log_variance) + np.square(mean) - 1.0 - log_variance, axis=1)
    assert float(model.divergence(mean, log_variance)) == pytest.approx(expected.mean(), rel=1e-5)


def pixels_as_features():
    """A discriminator whose features are the pixels."""
    samples = keras.Input(SHAPE)
    flat = keras.layers.Flatten()(samples)
    return keras.Model(samples, [keras.layers.Dense(1)(flat), flat])


def test_with_pixels_as_features_the_encoder_is_that_of_a_gaussian_vae():
    model = make(discriminator=pixels_as_features())
    networks = {"encoder": model.encoder, "decoder": model.decoder}
    vae = kgz.models.VAE(SHAPE, 3, likelihood="gaussian", seed=0, **networks)
    vae.compile()
    batch = {"real": tf.constant(images())}
    with kgz.backend.noise(1):
        expected = vae.autoencoder_losses(batch)
    with kgz.backend.noise(1):
        received = model.encoder_losses(batch)
    for name in expected:
        assert float(received[name]) == pytest.approx(float(expected[name]), rel=1e-5)


def test_each_group_is_normalised_by_its_own_statistics():
    """In numpy: with the statistics of all, this recipe's images collapsed."""
    samples = keras.Input(SHAPE)
    flat = keras.layers.Flatten()(kgz.layers.BatchNormalization(epsilon=1e-3)(samples))
    model = make(discriminator=keras.Model(samples, [keras.layers.Dense(1)(flat), flat]))
    model.in_training = True
    groups = images(5, seed=1), images(5, seed=2) + 3.0, images(5, seed=3) - 2.0
    decoded = map(tf.constant, groups[1:])
    model.decoded = lambda latents: next(decoded)
    judged = model._judged({"real": tf.constant(groups[0])})
    for group, one in zip(groups, judged, strict=True):
        expected = (group - group.mean()) / np.sqrt(group.var() + 1e-3)
        np.testing.assert_allclose(one["features"], expected.reshape(5, -1), atol=1e-5)


def test_the_similarity_of_a_perfect_reconstruction_is_its_constant():
    model = make()
    features = tf.constant(np.random.default_rng(0).normal(size=(5, 7)).astype("float32"))
    with tf.GradientTape() as tape:
        tape.watch(features)
        value = model.similarity(tf.stop_gradient(features), features)
    assert float(value) == pytest.approx(7 * 0.5 * np.log(2.0 * np.pi), rel=1e-5)
    np.testing.assert_array_equal(tape.gradient(value, features), 0.0)


def logits_of(on_real, on_fake):
    """Logits of real and fake images with these cross-entropies."""
    real, fake = -np.log(np.expm1(on_real)), np.log(np.expm1(on_fake))
    values = (tf.fill((2, 1), tf.constant(one, tf.float32)) for one in (real, fake, fake))
    return [{"logits": logits} for logits in values]


@pytest.mark.parametrize(
    ("on_real", "on_fake", "decoder_waits", "discriminator_waits"),
    [
        (0.6, 0.7, False, False),
        (0.1, 0.7, False, True),
        (0.7, 1.2, True, False),
        (0.1, 1.2, False, False),
    ],
)
def test_who_waits(on_real, on_fake, decoder_waits, discriminator_waits):
    model = make()
    with model._mode(training=True):
        received = model._who_waits(*logits_of(on_real, on_fake))
    assert tuple(map(bool, received)) == (decoder_waits, discriminator_waits)
    model = make(margin=None)
    with model._mode(training=True):
        assert model._who_waits(*logits_of(on_real, on_fake)) == (False, False)


@pytest.mark.parametrize(("equilibrium", "waiting"), [(5.0, "discriminator"), (0.01, "decoder")])
def test_neither_a_player_that_waits_moves_nor_its_optimizer(equilibrium, waiting):
    model = make(equilibrium=equilibrium, margin=0.009)
    states = {}
    for phase in model.phases():
        optimizer = model.optimizers[phase.name]
        for variable in optimizer.variables[2:]:  # the mean squares, which an update of 0 lowers
            variable.assign(keras.ops.ones_like(variable))
        variables = [*phase.trainable_variables, *optimizer.variables]
        states[phase.name] = variables, [np.array(variable) for variable in variables]
    model.train_on_batch(images())
    for name, (variables, before) in states.items():
        moved = any((one != np.array(v)).any() for one, v in zip(before, variables, strict=True))
        assert moved is (name != waiting), name


def test_the_game_is_half_real_and_half_fake():
    model = make(margin=None)
    batch = {"real": tf.constant(images())}
    logits = (np.full((6, 1), value, "float32") for value in (0.3, -0.2, 0.9))
    judged = [{"logits": one, "features": None} for one in logits]
    model._judged = lambda _: judged
    softplus = np.log1p(np.exp([-0.3, -0.2, 0.9]))
    received = model.discriminator_losses(batch)["discriminator_loss"]
    assert float(received) == pytest.approx(softplus @ (0.5, 0.25, 0.25), rel=1e-5)
    model.similarity = lambda *_: 2.0
    received = model.decoder_losses(batch)
    assert float(received["generator_loss"]) == pytest.approx(-softplus[1:].sum(), rel=1e-5)
    assert float(received["similarity_loss"]) == pytest.approx(2e-6)


@pytest.mark.parametrize(
    ("shape", "options", "message"),
    [
        ((5, 4, 1), {}, "even sides.*Received: \\(5, 4, 1\\)"),
        (SHAPE, {"similarity_weight": -1.0}, "`similarity_weight`.*>= 0.*-1.0"),
        (SHAPE, {"margin": 0.0}, "`margin`.*> 0 or None.*0.0"),
    ],
)
def test_bad_arguments_are_refused(shape, options, message):
    with pytest.raises(ValueError, match=message):
        kgz.models.VAEGAN(shape, 2, filters=4, **options)

"""pix2pix and CycleGAN: their losses by hand, and what reaches which network."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz

SHAPE = (16, 16, 1)


def images(count=4, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, (count, *SHAPE)).astype("float32")


def pix2pix(**arguments):
    options = {"filters": 2, "discriminator_filters": 4, "patch": 16, "seed": 0}
    return kgz.models.Pix2Pix(SHAPE, 1, **{**options, **arguments})


def cycle_gan(**arguments):
    options = {"filters": 2, "discriminator_filters": 4, "blocks": 1, "patch": 16, "seed": 0}
    return kgz.models.CycleGAN(SHAPE, **{**options, **arguments})


def constant(value):
    """A network that gives one value everywhere."""
    image = keras.Input(SHAPE)
    return keras.Model(image, keras.layers.Lambda(lambda x: 0.0 * x + value)(image))


def adding(value):
    image = keras.Input(SHAPE)
    return keras.Model(image, keras.layers.Lambda(lambda x: x + value)(image))


def test_the_losses_of_pix2pix_by_hand():
    """Logits of 0: ln 2 for each term, the discriminator's halved; 100 times 0.5 is 50."""
    model = pix2pix(generator=constant(0.0))
    for layer in model.discriminator.layers[-2:]:
        layer.set_weights([np.zeros(weight.shape) for weight in layer.weights])
    half = tf.fill((2, *SHAPE), 0.5)
    batch = {"source": tf.constant(images(2)), "target": half}
    generator, discriminator = model.generator_losses(batch), model.discriminator_losses(batch)
    assert float(generator["l1_loss"]) == pytest.approx(50.0)
    assert float(generator["generator_loss"]) == pytest.approx(np.log(2.0))
    assert float(discriminator["discriminator_loss"]) == pytest.approx(np.log(2.0))


def test_the_discriminator_judges_pairs():
    model = pix2pix()
    sources, targets = tf.constant(images(3)), tf.constant(images(3, seed=1))
    judged = model.critic.criticize(targets, sources)
    other = model.critic.criticize(targets, sources[::-1])
    assert np.abs(judged - other).max() > 1e-6
    first = next(one for one in model.discriminator.layers if hasattr(one, "kernel"))
    assert first.kernel.shape[2] == 2
    assert len(pix2pix(conditional=False).discriminator.inputs) == 1


def test_without_an_adversary_the_distance_alone_is_descended():
    model = pix2pix(adversarial=False)
    model.compile()
    before = [np.array(weight) for weight in model.discriminator.weights]
    history = model.fit(images(), images(seed=1), verbose=0).history
    assert set(history) == {"l1_loss", "loss"}
    for one, other in zip(before, model.discriminator.weights, strict=True):
        np.testing.assert_array_equal(one, other)


def test_dropout_is_the_noise():
    model = pix2pix()
    for layer in model.generator.layers:  # small weights hide it
        if isinstance(layer, keras.layers.Conv2DTranspose):
            layer.kernel.assign(tf.random.stateless_normal(layer.kernel.shape, (0, 1)))
    sources = images()
    np.testing.assert_array_equal(model.translate(sources), model.translate(sources))
    one, again, other = (model.translate(sources, stochastic=True, seed=s) for s in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert np.abs(one - other).max() > 1e-3
    anew = [model.translate(sources, stochastic=True) for _ in range(2)]
    assert np.abs(anew[0] - anew[1]).max() > 1e-3


def test_a_mirrored_pair_stays_a_pair():
    """Training on y = x leads to y = x: the batch keeps sources with their targets."""
    model = pix2pix(adversarial=False, filters=8, dropout=0.0)
    model.compile(keras.optimizers.Adam(0.01))
    rows = images(16)
    before = float(np.abs(model.translate(rows) - rows).mean())
    model.fit(rows, rows, batch_size=8, epochs=20, verbose=0)
    assert float(np.abs(model.translate(rows) - rows).mean()) < 0.75 * before


def test_the_losses_of_cycle_gan_by_hand():
    """Off by 0.1 on both ways: 10 * 0.1 twice. Logits of 0.5: 1/4 for each, unhalved twice."""
    model = cycle_gan(a_to_b=adding(0.1), b_to_a=adding(0.0), identity_weight=0.5)
    for critic in (model.critic_a, model.critic_b):
        critic.criticize = lambda *_: tf.fill((2, 14, 14, 1), 0.5)
    batch = {"a": tf.constant(images(2)), "b": tf.constant(images(2, seed=1))}
    generators, discriminators = model.generators_losses(batch), model.discriminators_losses(batch)
    assert float(generators["cycle_loss"]) == pytest.approx(2.0, rel=1e-5)
    assert float(generators["generator_loss"]) == pytest.approx(0.5)
    assert float(generators["identity_loss"]) == pytest.approx(10 * 0.5 * 0.1, rel=1e-5)
    assert float(discriminators["discriminator_a_loss"]) == pytest.approx(0.25)
    assert float(discriminators["discriminator_b_loss"]) == pytest.approx(0.25)


def test_identities_lose_nothing():
    model = cycle_gan(a_to_b=adding(0.0), b_to_a=adding(0.0), identity_weight=0.5)
    batch = {"a": tf.constant(images(2)), "b": tf.constant(images(2, seed=1))}
    losses = model.generators_losses(batch)
    assert float(losses["cycle_loss"]) == float(losses["identity_loss"]) == 0.0


def test_discriminators_see_the_translations_of_before_the_generators_update():
    """And once in a step, though both phases ask for them."""
    model = cycle_gan(replay=0)
    model.compile()
    seen = []
    judged = model.critic_a.losses
    model.critic_a.losses = lambda real, fake: seen.append(fake[0]) or judged(real, fake)
    model.run_eagerly = True
    a, b = images(2), images(2, seed=1)
    before = model.translate(b, direction="b_to_a")
    model.train_on_batch({"a": a, "b": b})
    np.testing.assert_allclose(seen[0], before, atol=1e-5)
    assert np.abs(seen[0] - model.translate(b, direction="b_to_a")).max() > 1e-5


def test_the_store_holds_fifty():
    model = cycle_gan()
    assert model.critic_a.replay.capacity == model.critic_b.replay.capacity == 50
    model.compile()
    model.fit({"a": images(4), "b": images(4, seed=1)}, batch_size=2, verbose=0)
    assert int(model.critic_a.replay.count.value) == 4


@pytest.mark.parametrize("direction", ["a", None])
def test_unknown_directions_are_refused(direction):
    with pytest.raises(ValueError, match="direction.*Received"):
        cycle_gan().translate(images(), direction=direction)


def test_pairs_of_different_sizes_are_refused():
    model = pix2pix()
    model.compile()
    with pytest.raises(ValueError, match="one length. Received: lengths .3, 4."):
        model.fit(images(4), images(3), verbose=0)
    with pytest.raises(ValueError, match="`targets`.*Received: shape"):
        model.fit(images(4), images(4)[:, ::2, ::2], verbose=0)

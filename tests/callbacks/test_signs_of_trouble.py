"""Trainings that are made to fail, and what is said of them.

Oracles: generators that can do one thing only, NumPy, and sizes that are counted.
"""

import functools
import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

import keras_gan_zoo as kgz
from keras_gan_zoo.training.memory import least_memory
from tests.resuming import Kill, assert_same_state

DIM = 24
SIGNS = functools.partial(kgz.callbacks.SignsOfTrouble, warm_up=0)


def normal(count, seed, mean=0.0):
    points = np.random.default_rng(seed).normal(mean, size=(count, DIM))
    return points.astype("float32")


def gan(*before, discriminator_rate=0.0, loss="non_saturating", hidden=64):
    """A generator that stays at the standard normal distribution; its latents are scaled before."""
    keras.utils.set_random_seed(0)
    generator = [*before, layers.Dense(DIM, kernel_initializer="identity")]
    judge = [layers.Dense(hidden, "relu"), layers.Dense(1)]
    model = kgz.families.AdversarialModel(
        keras.Sequential([keras.Input((DIM,)), *generator]),
        keras.Sequential([keras.Input((DIM,)), *judge]),
        latent_dim=DIM,
        adversarial_loss=loss,
        seed=0,
    )
    rates = {"discriminator": discriminator_rate, "generator": 0.0}
    model.compile({name: keras.optimizers.Adam(rate) for name, rate in rates.items()})
    return model


def said(model, data, signs, epochs=6, **options):
    """What is said, each time a sentence."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(data, batch_size=32, epochs=epochs, verbose=0, callbacks=[signs], **options)
    ours = ("The discriminator", "Samples have", "Memory will")
    return [str(one.message) for one in caught if str(one.message).startswith(ours)]


def test_nothing_is_said_of_a_game_that_goes_well():
    signs = SIGNS(normal(256, 0), held_out=normal(256, 1), patience=1)
    assert said(gan(), normal(256, 0), signs, epochs=2) == []
    assert signs.seen["distance"] == pytest.approx(1.0, abs=0.03)
    assert signs.seen["near_pairs"] == pytest.approx(0.01, abs=0.005)
    assert signs.seen["told_apart"] == pytest.approx(0.5, abs=0.1)


def test_a_discriminator_that_has_won():
    """The data lie far from where the generator stays."""
    signs = SIGNS(normal(256, 0, mean=2.0), patience=3)
    messages = said(gan(discriminator_rate=0.02), normal(256, 0, mean=2.0), signs)
    (message,) = messages
    assert message.startswith("The discriminator has won: at 3 looks in a row, the last after")
    assert "told 100.0% of the pairs" in message and "cannot tell has 1.4" in message
    assert signs.seen["told_apart"] == 1.0 and signs.seen["discriminator_loss"] < 0.07
    assert said(gan(discriminator_rate=0.02), normal(256, 0, mean=2.0), signs) == []  # once


def test_a_critic_is_meant_to_win():
    signs = SIGNS(normal(256, 0, mean=2.0), patience=1)
    model = gan(discriminator_rate=0.02, loss="wasserstein")
    assert said(model, normal(256, 0, mean=2.0), signs) == []
    assert signs.seen["told_apart"] == 1.0


def test_samples_without_variety():
    """The generator can make one point only."""
    signs = SIGNS(normal(256, 0), patience=2)
    (message,) = said(gan(layers.Rescaling(0.0)), normal(256, 0), signs, epochs=3)
    assert message.startswith("Samples have lost their variety: at 2 looks in a row, the last aft")
    assert "epoch 2," in message and "0% of that of the data, and 100% of their pairs" in message


def test_what_is_seen_in_the_warm_up_may_pass():
    """Eight updates in an epoch: the first look is after the third."""
    signs = SIGNS(normal(256, 0), patience=1, warm_up=20)
    (message,) = said(gan(layers.Rescaling(0.0)), normal(256, 0), signs, epochs=4)
    assert "the last after epoch 3," in message


def test_a_few_points_that_are_far_apart_are_no_variety_either():
    """Of k equally frequent points a share 1/k of pairs are the same one."""
    points = normal(4, 5)

    @keras.saving.register_keras_serializable("tests")
    class FourPoints(layers.Layer):
        def call(self, latents):
            which = keras.ops.cast(latents[:, :2] > 0, "int32") @ keras.ops.array([[2], [1]])
            return keras.ops.take(keras.ops.convert_to_tensor(points), which[:, 0], axis=0)

    signs = SIGNS(normal(256, 0), patience=1)
    (message,) = said(gan(FourPoints()), normal(256, 0), signs, epochs=1)
    assert signs.seen["near_pairs"] == pytest.approx(0.25, abs=0.04)
    assert signs.seen["distance"] > 0.5


def test_a_discriminator_that_remembers():
    """Data and samples have one distribution: only by heart they can be told apart."""
    train, held_out = normal(48, 0), normal(256, 1)
    signs = SIGNS(train, held_out, patience=2)
    model = gan(discriminator_rate=0.01, hidden=256)
    (message,) = said(model, train, signs, epochs=60)
    assert message.startswith("The discriminator remembers its training set: at 2 looks in a row")
    judged = [
        np.mean(model.discriminate(part), dtype="float64")
        for part in (train, held_out, model.generate(48, seed=0, ema=False))
    ]
    expected = (judged[0] - judged[1]) / (judged[0] - judged[2])
    assert signs.seen["remembered"] == pytest.approx(expected, abs=1e-4) and expected > 0.5


def test_many_samples_cannot_be_learnt_by_heart():
    signs = SIGNS(normal(2000, 0), normal(256, 1), patience=1)
    assert said(gan(discriminator_rate=1e-3), normal(2000, 0), signs, epochs=3) == []


class Stop(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        raise KeyboardInterrupt


def test_memory_that_will_not_suffice_is_said_before_the_first_step():
    """A batch of 10**9, for each of which layers give 89 numbers."""
    data = tf.data.Dataset.from_tensors(tf.zeros((DIM,))).repeat(10**9).batch(10**9)
    with (
        pytest.warns(UserWarning, match=r"Memory will not.*at least 332 GiB.*accumulation_steps="),
        pytest.raises(KeyboardInterrupt),
    ):
        gan().fit(data, callbacks=[SIGNS(normal(16, 0)), Stop()])


def test_the_memory_of_a_step_is_that_of_gradients_and_layers():
    model = gan(hidden=10)
    data = kgz.datasets.from_arrays(normal(64, 0), batch_size=32)
    gradients = max(DIM * DIM + DIM, DIM * 10 + 10 + 10 + 1)
    layers_give = DIM + 10 + 1
    assert least_memory(model, data) == 4 * (gradients + 32 * layers_give)
    model.compile(accumulation_steps=4)
    assert least_memory(model, data) == 4 * (gradients + 8 * layers_give)
    assert least_memory(model, normal(64, 0)) is None


def test_looking_changes_nothing_and_a_killed_run_ends_in_the_same_bits(tmp_path):
    train, held_out = normal(64, 0), normal(64, 1)

    def run(*callbacks, looks=True):
        model = gan(layers.GaussianNoise(0.1), discriminator_rate=0.01)
        signs = [SIGNS(train, held_out)] * looks
        model.fit(train, batch_size=16, epochs=3, verbose=0, callbacks=[*signs, *callbacks])
        return model

    whole = run(looks=False)
    assert_same_state(run(), whole)
    with pytest.raises(KeyboardInterrupt):
        run(kgz.callbacks.ExactResume(tmp_path, every=1), Kill(6))
    assert_same_state(run(kgz.callbacks.ExactResume(tmp_path)), whole)


def conditional(size, outputs):
    inputs = [keras.Input((size,)), keras.Input((3,))]
    return keras.Model(inputs, layers.Dense(outputs)(layers.Concatenate()(inputs)))


def test_conditions_are_those_of_the_data():
    model = kgz.families.AdversarialModel(
        conditional(4, DIM), conditional(DIM, 1), latent_dim=4, num_classes=3
    )
    model.compile()
    points, labels = normal(32, 0), np.arange(32) % 3
    signs = SIGNS(kgz.datasets.from_arrays(points, labels), (points, labels), num_samples=20)
    model.fit(points, labels, batch_size=16, verbose=0, callbacks=[signs])
    real, conditions = signs._real
    rows = [np.flatnonzero((points == one).all(axis=1)).item() for one in real]
    assert conditions.tolist() == labels[rows].tolist() and len(rows) == 20
    made = np.array(model.generate(labels=conditions, seed=0), "float64")
    means = [
        np.mean([np.linalg.norm(some[i] - some[j]) for i in range(20) for j in range(i)])
        for some in (made, real.astype("float64"))
    ]
    assert signs.seen["distance"] == pytest.approx(means[0] / means[1], rel=1e-4)
    fake = model.generate(labels=conditions, seed=0, ema=False)
    judged = [np.array(model.discriminate(one, conditions)) for one in (real, fake)]
    pairs = [a > b for a in judged[0].ravel() for b in judged[1].ravel()]
    assert signs.seen["told_apart"] == pytest.approx(np.mean(pairs))


def test_what_generates_nothing_is_only_looked_at_for_memory():
    model = kgz.models.Autoencoder((8, 8, 1), 2)
    model.compile()
    images = np.zeros((16, 8, 8, 1), "float32")
    signs = SIGNS(images)
    assert said(model, images, signs, epochs=1) == [] and signs.seen == {}


def test_what_cannot_be_looked_at_is_refused():
    data = kgz.datasets.from_arrays(normal(32, 0))
    with pytest.raises(ValueError, match="`data` to be arrays, or a data set of its own.*of `fit`"):
        gan().fit(data, verbose=0, callbacks=[SIGNS(data)])
    with pytest.raises(ValueError, match="at least 16 samples in `held_out`.*Received: 3"):
        gan().fit(normal(32, 0), verbose=0, callbacks=[SIGNS(normal(32, 0), normal(3, 0))])
    with pytest.raises(ValueError, match="Expected `data` to be a float batch.*Received: dtype in"):
        gan().fit(normal(32, 0), verbose=0, callbacks=[SIGNS(np.zeros((32, DIM), "int32"))])
    for options in ({"every": 0}, {"patience": 0}, {"num_samples": 15}, {"warm_up": -1}):
        (name,) = options
        with pytest.raises(ValueError, match=f"Expected `{name}` to be .*Received"):
            SIGNS(normal(32, 0), **options)

"""The restricted Boltzmann machine.

Oracle: all states of a machine of 4 visible and 3 hidden units, enumerated in numpy in float64:
energies, the partition function, probabilities, and the gradient of the likelihood.
"""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz

VISIBLE = np.array(list(itertools.product([0.0, 1.0], repeat=4)))
HIDDEN = np.array(list(itertools.product([0.0, 1.0], repeat=3)))


def make(scale=1.0, **options):
    model = kgz.models.RestrictedBoltzmannMachine((2, 2, 1), 3, seed=0, **options)
    model.compile()
    random = np.random.default_rng(0)
    for weight in (model.units.kernel, model.units.visible_bias, model.units.hidden_bias):
        weight.assign(scale * random.normal(size=weight.shape))
    return model


def parameters(model):
    units = model.units
    return [np.array(w, "float64") for w in (units.kernel, units.visible_bias, units.hidden_bias)]


def joint(model):
    """`-E(v, h)` of all pairs of states."""
    kernel, visible_bias, hidden_bias = parameters(model)
    return VISIBLE @ kernel @ HIDDEN.T + (VISIBLE @ visible_bias)[:, None] + (HIDDEN @ hidden_bias)


def probabilities(model):
    """`p(v)` of all visible states."""
    weights = np.exp(joint(model)).sum(axis=1)
    return weights / weights.sum()


def as_images(visible):
    return (2.0 * visible - 1.0).reshape(-1, 2, 2, 1).astype("float32")


def test_free_energy_is_the_energy_without_hidden_units():
    model = make()
    expected = -np.log(np.exp(joint(model)).sum(axis=1))
    np.testing.assert_allclose(model.free_energy(as_images(VISIBLE)), expected, rtol=1e-5)


def test_without_weights_pixels_are_independent():
    model = make()
    model.units.kernel.assign(np.zeros((4, 3)))
    on = 1.0 / (1.0 + np.exp(-parameters(model)[1]))
    expected = np.prod(np.where(VISIBLE == 1.0, on, 1.0 - on), axis=1)
    energy = np.array(model.free_energy(as_images(VISIBLE)), "float64")
    np.testing.assert_allclose(np.exp(-energy) / np.exp(-energy).sum(), expected, rtol=1e-5)


def counted(model, visible):
    """How often each visible state was drawn."""
    numbers = np.array(visible).reshape(-1, 4) @ [8, 4, 2, 1]
    return np.bincount(numbers.astype(int), minlength=16) / len(numbers)


def test_gibbs_sampling_reaches_the_model_distribution():
    model = make()
    drawn = model.gibbs(as_images(np.zeros((20_000, 4))), steps=50, seed=1)
    assert set(np.unique(drawn)) == {-1.0, 1.0}
    np.testing.assert_allclose(counted(model, (drawn + 1.0) / 2.0), probabilities(model), atol=0.01)


def test_generated_images_have_the_means_of_the_model():
    model = make(sampling_steps=50)
    received = np.array(model.generate(20_000, seed=2)).reshape(-1, 4).mean(axis=0)
    np.testing.assert_allclose((received + 1) / 2, probabilities(model) @ VISIBLE, atol=0.01)


@pytest.mark.parametrize("chains", [0, 20_000])
def test_a_long_chain_gives_the_gradient_of_the_likelihood(chains):
    model = make(gibbs_steps=50, chains=chains)
    data = VISIBLE[[3, 3, 5, 12, 15]]
    kernel, _, hidden_bias = parameters(model)
    given = 1.0 / (1.0 + np.exp(-(VISIBLE @ kernel + hidden_bias)))
    weight = np.array([np.mean((data == one).all(axis=1)) for one in VISIBLE])
    gap = probabilities(model) - weight  # of the model and the data
    expected = [VISIBLE.T @ (gap[:, None] * given), gap @ VISIBLE, gap @ given]
    rows = tf.constant(as_images(np.repeat(data, 4_000, axis=0)))
    units = model.units
    variables = [w.value for w in (units.kernel, units.visible_bias, units.hidden_bias)]
    with tf.GradientTape() as tape:
        loss = model.machine_losses({"real": rows})["contrastive_loss"]
    for one, other in zip(tape.gradient(loss, variables), expected, strict=True):
        np.testing.assert_allclose(one, other, atol=0.015)


def test_contrastive_divergence_of_data_from_the_model_vanishes():
    model = make()
    numbers = np.random.default_rng(0).choice(16, 40_000, p=probabilities(model))
    with tf.GradientTape() as tape:
        batch = {"real": tf.constant(as_images(VISIBLE[numbers]))}
        loss = model.machine_losses(batch)["contrastive_loss"]
    (gradient,) = tape.gradient(loss, [model.units.kernel.value])
    np.testing.assert_allclose(gradient, 0.0, atol=0.015)


@pytest.mark.parametrize("chains", [0, 200])
def test_training_raises_the_likelihood(chains):
    model = make(scale=0.1, chains=chains)
    data = np.repeat(VISIBLE[[3, 7]], 20, axis=0)

    def mean_log_likelihood():
        return np.log(probabilities(model)[[3, 7]]).mean()

    before = mean_log_likelihood()
    model.compile({"machine": keras.optimizers.SGD(0.3)})
    model.fit(as_images(data), batch_size=40, epochs=400, verbose=0)
    assert before < -2.5 and mean_log_likelihood() > -1.2  # the best is -0.69


def test_persistent_chains_go_on_where_they_were():
    model = make(chains=8)
    before = np.array(model.chains)
    model.train_on_batch(as_images(VISIBLE))
    after = np.array(model.chains)
    assert not np.array_equal(before, after) and set(np.unique(after)) <= {0.0, 1.0}
    model.evaluate(as_images(VISIBLE), verbose=0)
    np.testing.assert_array_equal(model.chains, after)


def test_biases_begin_at_the_means_of_the_data():
    model = make()
    data = np.array([[0, 1, 0.25, 1], [0, 1, 0.25, 0]])
    model.initialize_from_data(as_images(data))
    expected = np.array([0.01, 0.99, 0.25, 0.5])
    on = 1.0 / (1.0 + np.exp(-np.array(model.units.visible_bias)))
    np.testing.assert_allclose(on, expected, rtol=1e-5)


def test_counts_and_bad_input():
    model = kgz.models.RestrictedBoltzmannMachine()
    assert model.count_params() == 393_284
    with pytest.raises(ValueError, match="values in \\[-1, 1\\]"):
        model.encode(np.full((1, 28, 28, 1), 1.5, "float32"))
    for name in ("hidden_units", "gibbs_steps", "sampling_steps"):
        with pytest.raises(ValueError, match=f"`{name}`.*>= 1.*Received: 0"):
            kgz.models.RestrictedBoltzmannMachine((2, 2, 1), **{name: 0})


def test_sampling_is_traced_once(monkeypatch):
    """A thousand steps of Gibbs sampling are one graph, whatever the seed and the number."""
    model = kgz.models.RestrictedBoltzmannMachine((4, 4, 1), 3, sampling_steps=1000)
    traced = []
    units = kgz.layers.BoltzmannUnits
    up = units.hidden_probabilities
    monkeypatch.setattr(
        units,
        "hidden_probabilities",
        lambda self, visible: traced.append(visible) or up(self, visible),
    )
    first = np.array(model.generate(5, seed=0))
    count = len(traced)
    assert count <= 4
    for seed, number in ((1, 5), (2, 7)):
        model.generate(number, seed=seed)
    assert len(traced) <= count + 6  # once more for a batch of any size, and after each walk
    np.testing.assert_array_equal(first, model.generate(5, seed=0))

"""The controller of World Models, which is evolved: its own promises.

Oracles: the parameter counts that the paper prints; NumPy's matrix product.
"""

import inspect
import re

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz

RANDOM = np.random.default_rng(0)
TINY = {"latent_dim": 3, "units": 2, "action_dim": 2, "seed": 0}


def controller(**options):
    return kgz.models.LinearController(**{**TINY, **options})


def seen(*shape):
    sizes = {"latents": 3, "hidden": 2, "cell": 2}
    return {k: RANDOM.standard_normal((*shape, size), "float32") for k, size in sizes.items()}


@pytest.mark.parametrize(
    ("options", "parameters"),
    [
        ({"variant": "doom"}, 1_088),
        ({"variant": "car_racing"}, 867),
        ({"variant": "car_racing", "state": "none"}, 99),
        ({"variant": "doom", "state": "hidden"}, 576),
        ({"variant": "doom", "use_bias": True}, 1_089),
    ],
)
def test_the_parameters_are_as_many_as_the_papers(options, parameters):
    model = kgz.models.LinearController(**options)
    assert model.count_params() == len(model.parameters()) == parameters


def test_an_action_is_the_tangent_of_a_linear_map():
    model = controller(use_bias=True)
    weights, bias = RANDOM.standard_normal((7, 2)), RANDOM.standard_normal(2)
    model.set_parameters(np.concatenate([np.ravel(weights), bias]))
    given = seen(5)
    features = np.concatenate([given["latents"], given["hidden"], given["cell"]], axis=1)
    expected = np.tanh(features @ weights + bias)
    np.testing.assert_allclose(model.act(**given), expected, atol=1e-6)


@pytest.mark.parametrize("options", [{}, {"state": "hidden", "use_bias": True}, {"state": "none"}])
def test_each_of_a_population_acts_as_it_would_alone(options):
    model, given = controller(**options), seen(4, 5)
    population = RANDOM.standard_normal((4, model.count_params()), "float32")
    together = model.act_each(population, **given)
    for index, parameters in enumerate(population):
        model.set_parameters(parameters)
        np.testing.assert_array_equal(model.parameters(), parameters)
        alone = model.act(**{name: part[index] for name, part in given.items()})
        np.testing.assert_allclose(together[index], alone, atol=1e-6)


def test_what_it_does_not_see_changes_nothing():
    model, given = controller(state="hidden"), seen(5)
    np.testing.assert_array_equal(model.act(**given), model.act(given["latents"], given["hidden"]))


def test_configs_files_presets_and_exports_keep_the_actions(tmp_path):
    model, given = controller(), seen(5)
    expected = model.act(**given)
    config = model.get_config()
    twin = kgz.models.LinearController.from_config(config)
    assert twin.get_config() == config
    np.testing.assert_array_equal(twin.parameters(), model.parameters())  # of one seed
    model.set_parameters(2.0 * model.parameters())
    expected = model.act(**given)
    model.save(tmp_path / "model.keras")
    model.save_to_preset(tmp_path / "preset", {"data": "dreams"})
    for other in (
        keras.models.load_model(tmp_path / "model.keras"),
        kgz.models.LinearController.from_preset(str(tmp_path / "preset")),
    ):
        np.testing.assert_array_equal(other.act(**given), expected)
    model.export(tmp_path / "exported")
    signatures = tf.saved_model.load(str(tmp_path / "exported")).signatures
    assert set(signatures) == {"serving_default"}
    found = signatures["serving_default"](**{k: tf.constant(v) for k, v in given.items()})
    np.testing.assert_allclose(found["actions"], expected, atol=1e-6)


def test_it_is_evolved_and_says_so():
    for call in (
        lambda model: model.compile(),
        lambda model: model.fit(np.zeros((2, 3))),
        lambda model: model.evaluate(np.zeros((2, 3))),
        lambda model: model.train_on_batch(np.zeros((2, 3))),
    ):
        with pytest.raises(TypeError, match="trained by gradient.*evolved.*set_parameters"):
            call(controller())


def test_bad_input_is_refused():
    model, given = controller(), seen(5)
    with pytest.raises(ValueError, match="Expected latents, hidden, cell.*Received: no cell"):
        model.act(given["latents"], given["hidden"])
    with pytest.raises(ValueError, match=r"Expected `hidden.*Received: "):
        model.act(given["latents"], given["latents"], given["cell"])
    with pytest.raises(ValueError, match=r"Expected `latents.*Received: "):
        model.act(np.full((5, 3), np.nan, "float32"), given["hidden"], given["cell"])
    for bad in (np.zeros(13), np.zeros((14, 1)), np.full(14, np.nan)):
        with pytest.raises(ValueError, match=r"vector of 14 finite numbers. Received: shape"):
            model.set_parameters(bad)
    with pytest.raises(ValueError, match="`state` to be one of .*Received: 'all'"):
        controller(state="all")
    with pytest.raises(ValueError, match="no_such_argument"):
        controller(no_such_argument=1)


def test_only_the_memory_that_it_knows():
    memory = kgz.models.MDNRNN(latent_dim=3, units=2, action_dim=2, steps=5, seed=0)
    other = kgz.models.MDNRNN(latent_dim=3, units=2, action_dim=2, steps=5, seed=1)
    for model in (controller(), controller(memory_sha256=kgz.weight_files.sha256_of(memory))):
        model.check_memory(memory)
    with pytest.raises(ValueError, match="memory with which the controller was evolved.*Received"):
        model.check_memory(other)
    with pytest.raises(
        ValueError, match=r"Expected a memory of \(3, 2, 2\).*Received.*\(3, 4, 2\)"
    ):
        model.check_memory(kgz.models.MDNRNN(latent_dim=3, units=4, action_dim=2, steps=5))


def test_the_docstring_names_the_paper_and_has_an_example():
    doc = inspect.getdoc(kgz.models.LinearController)
    assert all(one in doc for one in ("Args:", "Example:", "References:", ">>> "))
    assert re.search(r"arXiv\s+\d{4}\.\d{4,5}", doc)

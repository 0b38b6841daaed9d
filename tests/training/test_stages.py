"""Training in stages: what plays, what begins anew, and that no kill changes a bit."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz
from keras_gan_zoo.training import state as training_state
from tests.resuming import Kill, assert_same_state
from tests.training.staged_models import Growing, Pretrained

POINTS = np.random.default_rng(0).normal(size=(12, 2)).astype("float32")
SIDES = (4, 8, 16)


def pretrained(optimizer=None, **options):
    keras.utils.set_random_seed(0)
    model = Pretrained(seed=0, **options)
    model.compile(optimizer)
    return model


def values(variables):
    return [np.array(variable) for variable in variables]


def same(first, second):
    return all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


def test_only_the_phases_of_the_stage_move_and_report():
    model = pretrained()
    assert model.stage.name == "pretraining" and int(model.steps_in_stage) == 0
    critic = values(model.critic.weights)
    others = values(model.optimizers["critic"].variables + model.optimizers["fooling"].variables)
    history = model.fit(POINTS, epochs=2, verbose=0).history
    assert set(history) == {"distance"} == set(model.evaluate(POINTS, verbose=0))
    assert int(model.steps_in_stage) == 6  # batches of 4, as the stage says
    # Two updates in a step, each on half of the batch: no phase that does not play takes a slice.
    assert int(model.optimizers["distance"].iterations) == 12
    assert same(critic, values(model.critic.weights))
    assert same(
        others,
        values(model.optimizers["critic"].variables + model.optimizers["fooling"].variables),
    )
    model.begin_stage("adversarial")
    distance = values(model.optimizers["distance"].variables)
    history = model.fit(POINTS, epochs=3, verbose=0).history
    assert (
        set(history) == {"critic", "penalty", "fooling"} == set(model.evaluate(POINTS, verbose=0))
    )
    assert int(model.steps_in_stage) == 6
    assert not same(critic, values(model.critic.weights))
    assert same(distance, values(model.optimizers["distance"].variables))
    model.begin_stage(2)
    assert set(model.evaluate(POINTS, verbose=0)) == {"distance", "critic", "penalty", "fooling"}


@pytest.mark.parametrize("name", ["adam", "loss scale", "adagrad"])
def test_a_stage_resets_what_it_says_and_nothing_else(name):
    optimizer = {
        "adam": keras.optimizers.Adam(0.01),
        "loss scale": keras.optimizers.LossScaleOptimizer(
            keras.optimizers.Adam(0.01), dynamic_growth_steps=2
        ),
        "adagrad": keras.optimizers.Adagrad(0.01),  # whose slots do not start at zero
    }[name]
    model = pretrained(optimizer)
    start = values(model.optimizers["distance"].variables)
    model.fit(POINTS, epochs=2, verbose=0)
    before = training_state.capture(model)
    network, average = values(model.generator.weights), values(model.average.weights)
    assert not same(network, average)
    assert not same(start, values(model.optimizers["distance"].variables))
    model.begin_stage("adversarial")
    assert same(start, values(model.optimizers["distance"].variables))
    assert same(network, values(model.average.weights))
    after = training_state.capture(model)
    changed = {key for key in after if not np.array_equal(before[key], after[key])}
    expected = {id(v) for v in model.optimizers["distance"].variables + model.average.weights}
    expected.add(id(model._progress))
    variables = training_state.variables(model)
    assert {id(variables[key]) for key in changed} <= expected

    untouched = pretrained(optimizer.from_config(optimizer.get_config()), resets=())
    untouched.fit(POINTS, epochs=2, verbose=0)
    before = training_state.capture(untouched)
    untouched.begin_stage("adversarial")
    after = training_state.capture(untouched)
    changed = [key for key in after if not np.array_equal(before[key], after[key])]
    assert len(changed) == 1  # the number of the stage


def script(folder, kill=None, stages=("pretraining", "adversarial", "together"), reuse=True):
    """A program that trains stages of 6, 4 and 2 steps, on one data set or on one for each."""
    model = pretrained()
    whole = kgz.datasets.from_arrays(POINTS, batch_size=6, seed=3)
    histories = []
    for stage, epochs in zip(stages, (3, 2, 1), strict=True):
        data = whole if reuse else kgz.datasets.from_arrays(POINTS, batch_size=6, seed=3)
        model.begin_stage(stage)
        callbacks = [] if folder is None else [kgz.callbacks.ExactResume(folder, every=1)]
        callbacks += [kill] if kill is not None else []
        histories.append(model.fit(data, epochs=epochs, verbose=0, callbacks=callbacks).history)
    return model, histories


@pytest.fixture(scope="module")
def uninterrupted():
    return script(None)[0]


@pytest.mark.parametrize(
    ("step", "moment"),
    [(3, "step"), (6, "step"), (7, "step"), (11, "step"), (1, "end"), (2, "begin"), (3, "end")],
)
def test_a_killed_program_ends_in_the_same_bits(step, moment, uninterrupted, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        script(tmp_path, Kill(step, moment))
    resumed, histories = script(tmp_path)
    assert_same_state(resumed, uninterrupted)
    assert any(histories) == (moment != "end" or step < 3)  # a finished program has nothing to do


def test_a_program_that_is_killed_again_and_again_with_data_for_each_stage(tmp_path):
    """The callback itself changes nothing, either."""
    whole, expected = script(tmp_path / "whole", reuse=False)
    assert_same_state(script(None, reuse=False)[0], whole)
    for _ in range(4):
        with pytest.raises(KeyboardInterrupt):
            script(tmp_path / "killed", Kill(3), reuse=False)
    resumed, histories = script(tmp_path / "killed", reuse=False)
    assert_same_state(resumed, whole)
    assert histories[-1] == expected[-1]


def test_more_epochs_in_a_second_fit_go_on_and_fewer_have_nothing_to_do(tmp_path):
    def program(folder, kill=None):
        keras.utils.set_random_seed(0)
        model = kgz.models.GAN((2,), latent_dim=3, hidden_units=10, seed=0)
        model.compile()
        data = kgz.datasets.from_arrays(POINTS, batch_size=4, seed=3)
        lengths = []
        for epochs in (2, 4, 3):
            callbacks = [kgz.callbacks.ExactResume(folder, every=1)] + [kill] * bool(kill)
            history = model.fit(data, epochs=epochs, verbose=0, callbacks=callbacks).history
            lengths.append(len(history.get("generator_loss", ())))
        return model, lengths

    whole, lengths = program(tmp_path / "whole")
    assert lengths == [2, 2, 0] and int(whole.optimizers["generator"].iterations) == 12
    for step in (2, 6):
        folder = tmp_path / str(step)
        with pytest.raises(KeyboardInterrupt):
            program(folder, Kill(step))
        assert_same_state(program(folder)[0], whole)


def test_a_saved_model_goes_on_in_its_stage(tmp_path):
    whole = pretrained()
    whole.fit(POINTS, epochs=2, verbose=0)
    whole.begin_stage("adversarial")
    whole.fit(POINTS, epochs=1, verbose=0)
    whole.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert loaded.stage.name == "adversarial" and int(loaded.steps_in_stage) == 2
    for model in (whole, loaded):
        model.fit(POINTS, epochs=2, verbose=0)
        model.begin_stage("together")
        model.fit(POINTS, epochs=1, batch_size=6, verbose=0)
    assert_same_state(loaded, whole)


def test_a_preset_is_in_the_stage_it_was_saved_in(tmp_path):
    model = Growing(seed=0)
    model.compile()
    model.begin_stage("8x8")
    model.save_to_preset(tmp_path / "preset")
    loaded = kgz.models.from_preset(tmp_path / "preset")
    assert loaded.stage.name == "8x8" and loaded(np.ones((1, 3))).shape == (1, 8, 8, 1)


def grow(strategy=None, folder=None, kill=None):
    with kgz.distribute(strategy or tf.distribute.get_strategy()):
        keras.utils.set_random_seed(0)
        model = Growing(seed=0)
        model.compile(keras.optimizers.SGD(0.1))
    seen = []
    for side in SIDES:
        model.begin_stage(f"{side}x{side}")
        images = np.random.default_rng(side).uniform(-1, 1, (8, side, side, 1)).astype("float32")
        data = kgz.datasets.from_arrays(images, batch_size=4, seed=1)
        callbacks = [kgz.callbacks.ExactResume(folder, every=1)] if folder else []
        callbacks += [kill] if kill else []
        history = model.fit(data, epochs=3, verbose=0, callbacks=callbacks).history
        seen.append(history.get("steps"))
    return model, seen


def test_a_growing_model_fades_in_by_the_steps_of_the_stage(tmp_path):
    whole, seen = grow()
    # Means over the steps 0 and 1, 2 and 3, 4 and 5 of each stage.
    assert seen == [[0.5, 2.5, 4.5]] * 3 and int(whole.steps_in_stage) == 6
    for step in (6, 15):
        folder = tmp_path / str(step)
        with pytest.raises(KeyboardInterrupt):
            grow(None, folder, Kill(step))
        assert_same_state(grow(None, folder)[0], whole)
    latents = np.ones((2, 3), "float32")
    whole._progress.assign([2, 0])
    small = whole.generator(latents)[1]
    np.testing.assert_array_equal(whole(latents), np.array(small).repeat(2, 1).repeat(2, 2))
    whole._progress.assign([2, 4])
    np.testing.assert_array_equal(whole(latents), whole.generator(latents)[2])


@pytest.mark.parametrize("make", [grow, "pretrained"])
def test_two_replicas_equal_one_across_the_stages(make, tmp_path):
    def train(strategy, folder=None, kill=None):
        if make is grow:
            return grow(strategy, folder, kill)[0]
        with kgz.distribute(strategy or tf.distribute.get_strategy()):
            model = pretrained(keras.optimizers.SGD(0.05))
        data = kgz.datasets.from_arrays(POINTS, batch_size=4, seed=3)
        for stage in ("pretraining", "adversarial"):
            model.begin_stage(stage)
            callbacks = [kgz.callbacks.ExactResume(folder, every=1)] if folder else []
            callbacks += [kill] if kill else []
            model.fit(data, epochs=2, verbose=0, callbacks=callbacks)
        return model

    single, double = train(None), train("mirrored")
    assert double._progress.value.values and double.stage == single.stage
    for one, other in zip(single.weights, double.weights, strict=True):
        np.testing.assert_allclose(np.array(other), np.array(one), rtol=1e-4, atol=1e-5)
    with pytest.raises(KeyboardInterrupt):
        train("mirrored", tmp_path, Kill(8))
    resumed = train("mirrored", tmp_path)
    for one, other in zip(double.weights, resumed.weights, strict=True):
        np.testing.assert_allclose(np.array(other), np.array(one), rtol=1e-5, atol=1e-6)


def test_lazy_terms_count_the_steps_of_the_stage():
    """The odd number of steps before would move the penalty to the other steps."""
    model = pretrained()
    model.fit(POINTS[:4], epochs=3, verbose=0)
    model.begin_stage("adversarial")
    history = model.fit(POINTS[:6], epochs=4, verbose=0).history
    assert [value != 0.0 for value in history["penalty"]] == [True, False, True, False]
    model.begin_stage("together")
    history = model.fit(POINTS[:6], epochs=2, verbose=0).history
    assert [value != 0.0 for value in history["penalty"]] == [True, False]


def test_errors_at_the_door():
    model = pretrained()
    with pytest.raises(ValueError, match="Did you mean 'adversarial'.*Received: 'adversial'"):
        model.begin_stage("adversial")
    for wrong in (3, -1, True, None):
        with pytest.raises(ValueError, match=f"Unknown stage: {wrong}"):
            model.begin_stage(wrong)
    model.begin_stage(1)
    with pytest.raises(ValueError, match="from 'adversarial' on.*Received: 'pretraining'"):
        model.begin_stage("pretraining")
    with pytest.raises(ValueError, match="Did you mean 'average'"):
        pretrained(resets=("averag",))
    plain = kgz.models.GAN((2,), latent_dim=3, hidden_units=10)
    assert plain.stage.name == "" and plain.stage.phases is None
    with pytest.raises(ValueError, match=r"defines `stages\(\)`.*Received: GAN"):
        plain.begin_stage("first")
    with pytest.raises(ValueError, match=r"defines `stages\(\)`.*Received: GAN"):
        plain.steps_in_stage  # noqa: B018


def test_a_fit_of_a_stage_that_is_over_needs_the_callback(tmp_path):
    script(tmp_path)
    model = pretrained()
    callbacks = [kgz.callbacks.ExactResume(tmp_path)]
    assert model.fit(POINTS, epochs=3, verbose=0, callbacks=callbacks).history == {}
    assert model.stage.name == "together"
    model.begin_stage("adversarial")
    with pytest.raises(ValueError, match="`ExactResume` in each `fit`.*'adversarial' is over"):
        model.fit(POINTS, epochs=2, verbose=0)

"""The twelve promises, kept by every public model."""

import inspect
import re

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz
from keras_gan_zoo.training.updates import sharing
from tests.conformance.spec import EVOLVED, GUESTS, SPECS, one_of_each_family

PUBLIC = [one for one in map(kgz.models.__dict__.get, kgz.models.__all__) if inspect.isclass(one)]


def with_specs(chosen, specs=SPECS):
    """All models, of which `make test` tries the chosen and `make test-long` the others.

    Where a promise is dear, these are one of each kind; where it is dearest, one of each family.
    """
    specs = [
        pytest.param(spec, marks=() if spec in chosen else pytest.mark.long, id=spec.model.__name__)
        for spec in specs
    ]
    # Tests of one spec come together, and share its model.
    return pytest.mark.parametrize("spec", specs, scope="session")


EVERYONE = (*SPECS, *GUESTS)
every_model = with_specs(EVERYONE, EVERYONE)
public_models = with_specs(SPECS)
one_of_each_kind = with_specs([spec for spec in EVERYONE if spec.thorough], EVERYONE)
one_per_family = with_specs(one_of_each_family())


def train(model, data, steps=3, batch_size=6):
    """A few steps on fixed batches, with their mean losses."""
    some = rows(data, np.arange(steps * batch_size) % count_of(data))
    options = {"batch_size": batch_size, "shuffle": False, "verbose": 0}
    history = model.fit(some, **options).history
    return {name: values[-1] for name, values in history.items()}


def rows(data, index):
    """Some rows of data."""
    return tf.nest.map_structure(lambda part: part[index], data)


def count_of(data):
    return len(tf.nest.flatten(data)[0])


def leave_the_start(model, seed=1):
    """Moves the weights: tiny initial ones give gradients of zero. Singular vectors follow."""
    for index, variable in enumerate(model.trainable_variables):
        seeds = keras.random.SeedGenerator(1000 * seed + index)
        variable.assign_add(keras.random.normal(variable.shape, stddev=0.1, seed=seeds))
    for layer in model._flatten_layers():
        if isinstance(layer, kgz.layers.SpectralNormalization):
            matrix = layer._as_matrix(layer._kernel().value)
            u, _, v = np.linalg.svd(matrix, full_matrices=False)
            layer.u.assign(u[:, 0])
            layer.v.assign(v[0])
    for part in model._attached:  # weights that are clipped have been before
        part.before_update()


def abilities(model, count):
    """What the model can do with `count` samples, each with what it is given."""
    return [
        (one, {name: kind.examples(count, seed=7) for name, kind in one.takes.items()})
        for one in model.abilities()
    ]


def use(model, ability, given, count):
    """What the method of an ability gives."""
    return ability.use(model, given or {"num_samples": count}, seed=5)


def assert_same_abilities(model, other, count=5):
    for ability, given in abilities(model, count):
        outputs = [use(one, ability, given, count) for one in (model, other)]
        np.testing.assert_array_equal(*outputs, err_msg=ability.name)


def values(variables):
    return [np.array(variable) for variable in variables]


def assert_equal(first, second):
    for one, other in zip(values(first), values(second), strict=True):
        np.testing.assert_array_equal(one, other)


def all_state(model):
    return list(kgz.training.state.variables(model).values())


def test_every_public_model_has_a_spec():
    assert {spec.model for spec in SPECS} == set(PUBLIC) - set(EVOLVED)


def test_the_thoroughly_tried_have_all_features():
    tried = set().union(*(spec.features for spec in EVERYONE if spec.thorough))
    for spec in EVERYONE:
        assert spec.features <= tried, f"{spec.model.__name__} wants `thorough=True`"


@every_model
def test_01_config_round_trips(spec):
    model = spec.shared()
    config = model.get_config()
    twin = spec.model.from_config(config)
    assert twin.get_config() == config
    assert [v.shape for v in twin.weights] == [v.shape for v in model.weights]
    accepted = set()
    for owner in spec.model.__mro__:
        if "__init__" in owner.__dict__:
            accepted |= set(inspect.signature(owner.__init__).parameters)
    assert not set(config) - accepted - {"name", "dtype"}


@every_model
def test_02_output_shape_type_and_range(spec):
    model = spec.shared()
    for count in (1, 5):
        for ability, given in abilities(model, count):
            outputs, kind = use(model, ability, given, count), ability.given
            shape = tf.TensorShape((count, *kind.shape))
            assert shape.is_compatible_with(outputs.shape), ability.name
            assert outputs.dtype == kind.dtype and np.isfinite(outputs).all(), ability.name
            if kind.bounded:
                assert np.abs(outputs).max() <= 1.0, ability.name
            np.testing.assert_array_equal(outputs, use(model, ability, given, count))


@every_model
def test_03_fit_with_a_partial_last_batch(spec):
    model = spec.shared()
    for count in (7, 5):  # of three samples, and of one
        data = spec.data(count)
        history = model.fit(data, batch_size=4, epochs=2, verbose=0)
        assert set(history.history) == set(spec.losses)
        assert np.isfinite(list(history.history.values())).all()
        evaluated = model.evaluate(data, batch_size=4, verbose=0)
        assert set(evaluated) == set(spec.losses)


@one_of_each_kind
def test_03_fit_on_a_dataset(spec):
    """Parts in their order or by name; those that a model does not learn from do no harm."""
    model = spec.shared()
    named, more = spec.data(7), np.arange(7)
    in_order = tuple(named.values())
    expected = model.evaluate(named, batch_size=4, verbose=0)
    for parts in (in_order, (*in_order, more), {**named, "more": more}):
        dataset = tf.data.Dataset.from_tensor_slices(parts).batch(4)
        assert model.evaluate(dataset, verbose=0) == expected
    history = model.fit(dataset, epochs=2, verbose=0)
    assert set(history.history) == set(spec.losses)
    assert np.isfinite(list(history.history.values())).all()


@every_model
def test_04_each_phase_moves_its_networks_and_no_other(spec):
    for moving in [phase.name for phase in spec.shared().phases()]:
        own = {id(v): v for v in spec.shared().phase(moving).trainable_variables}
        waiting = {key: v.path for key, v in own.items() if not spec.is_exempt(moving, v)}
        # In networks as small as these a gradient may cancel or die by chance: at one place out of
        # several it must not.
        for place in range(1, 5):
            model = spec.shared()
            leave_the_start(model, place)
            before = {id(v): np.array(v) for v in model.trainable_variables}
            update(model, moving, spec.data(8, place))
            for variable in model.trainable_variables:
                if not np.array_equal(before[id(variable)], np.array(variable)):
                    assert id(variable) in own, f"{moving} moved {variable.path}"
                    waiting.pop(id(variable), None)
            if not waiting:
                break
        assert not waiting, f"{moving} did not move {list(waiting.values())}"


def update(model, name, data):
    """A training step of one phase alone."""
    batch, share, samples = model._received(data)
    with model._mode(training=True), sharing(), kgz.backend.noise(0) as step:
        for turn, (phase, index, part) in enumerate(model._turns(batch), start=1):
            if phase.name == name:
                model._update_phase(phase, index, part, share, samples, step.seed, turn)


@every_model
def test_04_each_phase_descends_what_it_reports(spec):
    """Its gradient, along itself, against central differences.

    Rectifiers want small steps, and rounding large ones: the best of three counts, at one place out
    of several, since a kink may lie close to any. A plan that is a constant of the gradient, and
    has not converged, may cost a twentieth.
    """
    model = spec.shared()
    batch = model.prepare_batch(spec.data(8))
    for phase in model.phases():
        for place in range(1, 5):
            model = spec.shared()
            leave_the_start(model, place)
            length, slopes = slopes_along_the_gradient(model, phase, batch)
            if min(abs(slope - length) for slope in slopes) < 0.05 * length:
                break
        else:
            pytest.fail(f"{phase.name}: {slopes} instead of {length}")


def slopes_along_the_gradient(model, phase, batch):
    """The length of a phase's gradient, and the slope of its losses along it, by three steps."""
    start, weights = values(model.variables), phase.trainable_variables

    def total(directions=(), by=0.0):
        """What the phase reports at `start`, moved; the noise is always the same."""
        for variable, value in zip(model.variables, start, strict=True):
            variable.assign(value)
        for weight, direction in zip(weights, directions, strict=False):
            weight.assign_add(by * direction)
        with model._mode(training=True), kgz.backend.noise(0):
            return sum(model._phase_losses(phase, batch).values())

    tensors = [weight.value for weight in weights]
    with tf.GradientTape() as tape:
        loss = total()
    gradients = tape.gradient(loss, tensors, unconnected_gradients="zero")
    length = float(tf.linalg.global_norm(gradients))
    directions = [gradient / max(length, 1e-30) for gradient in gradients]
    return length, [
        float(total(directions, step) - total(directions, -step)) / (2 * step)
        for step in (1e-2, 1e-3, 1e-4)
    ]


@every_model
def test_05_same_seed_same_result_whatever_else_is_drawn_or_looked_at(spec):
    data = spec.data(12)
    model = spec.shared()
    train(model, data)
    expected = values(model.trainable_variables)
    model = spec.shared()
    keras.utils.set_random_seed(99)
    for first in (0, 6, 0):  # as `train` does
        keras.random.normal((3,))
        look(spec, model)
        train(model, rows(data, slice(first, first + 6)), steps=1)
    assert_equal(model.trainable_variables, expected)
    if spec.noisy:
        model = spec.shared()
        model._training_noise.state.assign([1, 0])
        train(model, data)
        after = values(model.trainable_variables)
        assert any(not np.array_equal(a, b) for a, b in zip(expected, after, strict=True))


@every_model
def test_05_the_seed_alone_decides_weights_order_and_noise(spec):
    """What a graph holds since it was traced, a graph of a loaded model would have to hold, too."""

    def trained(seed):
        model = spec.shared()
        keras.utils.set_random_seed(seed)
        model.fit(spec.data(12), batch_size=6, verbose=0)
        return values(all_state(model))

    start = values(all_state(spec.shared()))
    # Of networks that are passed, the weights are whoever made them's.
    keras.utils.set_random_seed(0 if spec.passes_networks else 1)
    assert_equal(all_state(spec.make()), start)
    assert_equal(trained(1), trained(2))


def look(spec, model):
    """Uses a model in training, twice, to the same effect."""
    assert_same_abilities(model, model, 3)
    seen = [model.evaluate(spec.data(4), verbose=0) for _ in range(2)]
    assert seen[0] == seen[1]


@pytest.mark.parametrize(
    "spec",
    [spec for spec in SPECS if hasattr(spec.model, "sample_latents")],
    ids=lambda spec: spec.model.__name__,
    scope="session",
)
def test_05_replicas_draw_the_rows_of_one_global_draw(spec):
    with kgz.distribute("mirrored") as strategy:
        model = spec.make()

    @tf.function
    def draw():
        return strategy.run(lambda: model.sample_latents(3, seed=5))

    parts = strategy.experimental_local_results(draw())
    assert not np.array_equal(*parts)
    single = spec.shared()
    np.testing.assert_array_equal(np.concatenate(parts), single.sample_latents(6, seed=5))


@every_model
def test_06_a_loaded_model_goes_on_to_the_bit(spec, tmp_path):
    data = spec.data(24)
    whole = spec.shared()
    train(whole, rows(data, slice(12)), steps=2)
    whole.save(tmp_path / "model.keras")
    train(whole, rows(data, slice(12, None)), steps=2)
    keras.utils.set_random_seed(99)
    resumed = keras.models.load_model(tmp_path / "model.keras")
    train(resumed, rows(data, slice(12, None)), steps=2)
    assert_equal(all_state(resumed), all_state(whole))
    assert_same_abilities(whole, resumed)


@one_of_each_kind
def test_06_a_stopped_fit_resumes_to_the_bit_in_the_middle_of_an_epoch(spec, tmp_path):
    class Stop(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            phase = self.model.phases()[-1]
            if int(self.model.optimizers[phase.name].iterations) == 9 * phase.steps:
                raise KeyboardInterrupt

    def run(model, *callbacks):
        data = kgz.datasets.from_arrays(spec.data(23), batch_size=4, seed=3)
        return model.fit(data, epochs=3, verbose=0, callbacks=list(callbacks)).history

    whole = spec.shared()
    expected, after = run(whole), values(all_state(whole))
    with pytest.raises(KeyboardInterrupt):
        run(spec.shared(), kgz.callbacks.ExactResume(tmp_path, every=2), Stop())
    assert len(list(tmp_path.glob("state-*.zip"))) == 2
    keras.utils.set_random_seed(99)
    resumed = spec.make()
    history = run(resumed, kgz.callbacks.ExactResume(tmp_path, every=2))
    assert_equal(all_state(resumed), after)
    for name, losses in history.items():
        assert losses == expected[name][-len(losses) :]


def as_other_programs(part):
    """A tensor; integers of a batch are int64."""
    is_batch = getattr(part, "ndim", 0) > 0
    return tf.constant(part, tf.int64 if is_batch and part.dtype == "int32" else None)


@one_of_each_kind
def test_07_the_saved_model_gives_the_same_numbers(spec, tmp_path):
    model = spec.shared()
    train(model, spec.data(6))
    model.export(tmp_path / "exported")
    signatures = tf.saved_model.load(str(tmp_path / "exported")).signatures
    assert set(signatures) == set(model.signatures())
    for count in (1, 7):
        for ability, given in abilities(model, count):
            if not ability.exported:
                continue
            name = ability.signature or ability.name
            inputs = given or {"num_samples": np.int32(count)}
            inputs = {key: as_other_programs(part) for key, part in inputs.items()}
            if "seed" in signatures[name].structured_input_signature[1]:
                inputs["seed"] = tf.constant(5)
            outputs, expected = signatures[name](**inputs), use(model, ability, given, count)
            message = f"{name}, {count}"
            np.testing.assert_allclose(
                outputs[next(iter(ability.gives))], expected, 1e-5, 1e-5, err_msg=message
            )


@one_of_each_kind
@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_08_mixed_precision_trains(spec, policy):
    keras.config.set_dtype_policy(policy)
    model = spec.make()
    assert model.dtype_policy.name == policy
    before = values(model.trainable_variables)
    # Under float16 the first steps are skipped until the scale of the loss fits.
    logs = train(model, spec.data(6), steps=16 if policy == "mixed_float16" else 3)
    assert all(np.isfinite(value) for value in logs.values())
    scaled = [
        isinstance(one, keras.optimizers.LossScaleOptimizer) for one in model.optimizers.values()
    ]
    assert all(scaled) if policy == "mixed_float16" else not any(scaled)
    assert any(
        not np.array_equal(a, b)
        for a, b in zip(before, values(model.trainable_variables), strict=True)
    )
    for ability, given in abilities(model, 2):
        assert use(model, ability, given, 2).dtype == ability.given.dtype, ability.name


@one_of_each_kind
def test_09_two_replicas_equal_one(spec):
    """One global batch, and a last batch that leaves a replica with nothing."""
    data = spec.data(9)
    order = {"batch_size": 8, "shuffle": False}

    def run():
        keras.utils.set_random_seed(0)
        model = spec.make()
        # Plain gradient descent: adaptive optimizers turn rounding into steps of full size.
        model.compile({phase.name: keras.optimizers.SGD(0.05) for phase in model.phases()})
        start = values(model.trainable_variables)
        dataset = kgz.datasets.from_arrays(rows(data, slice(8)), **order)
        history = model.fit(dataset, epochs=2, verbose=0).history
        return model, start, history

    single, start, expected = run()
    with kgz.distribute("mirrored"):
        double, double_start, history = run()
        assert_equal(start, double_start)
        for name in expected:
            np.testing.assert_allclose(history[name], expected[name], rtol=1e-4, atol=1e-4)
        for one, other in zip(single.weights, double.weights, strict=True):
            np.testing.assert_allclose(np.array(one), np.array(other), rtol=1e-4, atol=1e-4)
        partial = kgz.datasets.from_arrays(data, **order)
        history = double.fit(partial, verbose=0).history
        assert np.isfinite(list(history.values())).all()
    assert all(np.isfinite(np.array(v)).all() for v in double.weights)


@every_model
def test_10_bad_input_is_refused_at_the_door(spec, tmp_path):
    model = spec.shared()
    before = values(model.weights)
    kind, (name, good) = spec.sample_kind, next(iter(spec.data(4).items()))
    bad = {
        "rank": good[0],
        "size": np.concatenate([good, good], axis=1),
        "integers": (good * 127.5 + 127.5).astype("uint8"),
        "not a number": np.where(
            np.arange(4).reshape(-1, *[1] * (good.ndim - 1)) == 2, np.nan, good
        ),
        "infinite": np.full_like(good, np.inf),
    }
    if kind.bounded:
        bad["bytes as floats"] = good * 127.5 + 127.5
        bad["channels"] = np.repeat(good, 2, axis=-1)
    for what, samples in bad.items():
        samples = np.asarray(samples, None if what == "integers" else "float32")
        calls = [lambda x: model.fit({**spec.data(len(x)), name: x}, verbose=0)]
        for ability, given in abilities(model, len(samples)):
            calls += [
                lambda x, able=ability, rest=given, key=key: use(model, able, {**rest, key: x}, 4)
                for key, taken in ability.takes.items()
                if taken == kind
            ]
        for call in calls:
            with pytest.raises(ValueError, match=r"Expected `.*Received: ") as error:
                call(samples)
            assert "Traceback" not in str(error.value) and len(str(error.value)) < 600, what
    latent_dim = getattr(model, "latent_dim", 0)
    wrong_latents = np.zeros((3, latent_dim + 1), "float32")
    if hasattr(model, "decode"):
        with pytest.raises(ValueError, match=r"Expected `latents.*Received: "):
            model.decode(wrong_latents)
    for arguments in (
        {"num_samples": 0},
        {"num_samples": 2.5},
        {},
        {"num_samples": 2, "seed": -1},
        {"num_samples": 2, "seed": 2**32 + 1},
        {"num_samples": 2, "latents": np.zeros((3, latent_dim), "float32")},
        {"latents": wrong_latents},
    ):
        if hasattr(model, "generate"):
            with pytest.raises(ValueError, match=r"Expected .*Received"):
                model.generate(**arguments)
    with pytest.raises(ValueError, match="no_such_argument.*Expected one of: .*seed.*Received"):
        spec.make(no_such_argument=1)
    with pytest.raises(ValueError, match="no_such_phase.*Received"):
        model.compile({"no_such_phase": "adam"})
    (tmp_path / "taken").mkdir()
    for write in (model.export, model.save_to_preset):
        with pytest.raises(FileExistsError, match="Received"):
            write(tmp_path / "taken")
    assert list(tmp_path.iterdir()) == [tmp_path / "taken"]
    assert_equal(before, model.weights)


@every_model
def test_10_labels_are_taken_or_refused(spec):
    model = spec.shared()
    samples, *labels = spec.data(4).values()
    if labels and [*spec.kinds][1:] != ["label"]:
        parts = f"Received: 1 of {len(spec.kinds)}"
        with pytest.raises(ValueError, match=f"learns from .* and .*{parts}"):
            model.fit(samples, verbose=0)
        return
    if not labels:
        with pytest.raises(ValueError, match="labels.*Received"):
            model.fit(samples, np.zeros(4), verbose=0)
    else:
        (labels,) = labels
        wide = labels.astype("int64") + 2**32
        for bad in (None, labels + 90, wide, labels.astype("float32"), labels[:, None]):
            with pytest.raises(ValueError, match="labels.*Received"):
                model.fit(samples, bad, verbose=0)
    if not getattr(getattr(model, "condition", None), "num_classes", None):
        if hasattr(model, "generate"):
            with pytest.raises(ValueError, match="labels.*Received"):
                model.generate(3, labels=[0, 1])
        if hasattr(model, "morph") and model.condition.kind is None:
            with pytest.raises(ValueError, match="morph.*Received"):
                model.morph(0, 1)
        return
    for bad in ([0, 99], [0, -1], [0, 2**32], [0.5, 1.0], [0, 1, 2]):
        with pytest.raises(ValueError, match="labels.*Received"):
            model.generate(2, labels=bad)
    latents = model.sample_latents(4, seed=1)
    by_class = [model.generate(latents=latents, labels=label) for label in (0, 1)]
    path = model.morph(0, 1, steps=3, latents=latents)
    assert path.shape == (4, 3, *spec.sample_kind.shape)
    np.testing.assert_allclose(path[:, 0], by_class[0], atol=1e-5)
    np.testing.assert_allclose(path[:, -1], by_class[1], atol=1e-5)


@every_model
def test_11_presets_keep_the_outputs(spec, tmp_path):
    model = spec.shared()
    train(model, spec.data(6))
    model.save_to_preset(tmp_path / "tiny", {"data": "random"})
    loaded = spec.model.from_preset(str(tmp_path / "tiny"))
    assert_same_abilities(model, loaded)
    if hasattr(model, "discriminate"):  # what was averaged is what goes on training
        kind = loaded.condition.kind
        given = {"num_samples": 5, "seed": 1, **({"labels": kind.examples(5)} if kind else {})}
        np.testing.assert_array_equal(loaded.generate(**given, ema=False), loaded.generate(**given))
    wrong = next(other.model for other in SPECS if other.model is not spec.model)
    with pytest.raises(ValueError, match=f"{wrong.__name__}.*{spec.model.__name__}"):
        wrong.from_preset(str(tmp_path / "tiny"))


@public_models
def test_12_the_docstring_names_the_paper_and_has_an_example(spec):
    doc = inspect.getdoc(spec.model)
    for section in ("Args:", "Example:", "References:"):
        assert section in doc
    assert re.search(r"arXiv\s+\d{4}\.\d{4,5}", doc)
    assert ">>> " in doc  # run by pytest --doctest-modules


@one_per_family
def test_compiles_with_xla(spec, monkeypatch):
    def fixed(draw, shape, seed=None):  # XLA draws other numbers from the same seed
        return tf.reshape(tf.cast(tf.range(tf.reduce_prod(shape)) % 7, "float32") / 7.0, shape)

    monkeypatch.setattr(kgz.backend, "_own_noise", fixed)
    keras.utils.set_random_seed(0)
    plain = spec.make()
    keras.utils.set_random_seed(0)
    compiled = spec.make()
    # Plain gradient descent: adaptive optimizers turn rounding into steps of full size.
    for model, jit in ((plain, False), (compiled, True)):
        model.compile(
            {phase.name: keras.optimizers.SGD(0.05) for phase in model.phases()}, jit_compile=jit
        )
    expected = train(plain, spec.data(12), steps=2)
    received = train(compiled, spec.data(12), steps=2)
    for name, value in expected.items():
        np.testing.assert_allclose(received[name], value, rtol=1e-3, atol=1e-4)

"""What `fit` and its relatives are given: the same is checked at every entrance."""

import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz

RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.uniform(-1, 1, (12, 8, 8, 1))
POINTS = RANDOM.normal(size=(12, 2)).astype("float32")


def gan(shape=(8, 8, 1), **options):
    model = kgz.models.GAN(shape, 4, hidden_units=10, seed=0, **options)
    model.compile()
    return model


def count_of(variables):
    return sum(int(np.prod(one.shape)) for one in variables)


def dataset(x, batch_size=4):
    return tf.data.Dataset.from_tensor_slices(x).batch(batch_size)


ENTRANCES = {
    "fit, array": lambda model, x: model.fit(x, batch_size=4, verbose=0),
    "fit, data set": lambda model, x: model.fit(dataset(x), verbose=0),
    "fit, list": lambda model, x: model.fit(x.tolist(), batch_size=4, verbose=0),
    "validation, array": lambda model, x: model.fit(IMAGES, validation_data=x, verbose=0),
    "validation, data set": lambda model, x: model.fit(
        IMAGES, validation_data=dataset(x), verbose=0
    ),
    "evaluate, array": lambda model, x: model.evaluate(x, verbose=0),
    "evaluate, data set": lambda model, x: model.evaluate(dataset(x), verbose=0),
    "train_on_batch": lambda model, x: model.train_on_batch(x),
    "test_on_batch": lambda model, x: model.test_on_batch(x),
}


@pytest.mark.parametrize("entrance", ENTRANCES)
def test_every_entrance_checks_the_same(entrance):
    model, enter = gan(), ENTRANCES[entrance]
    enter(model, IMAGES)  # in double precision
    with pytest.warns(UserWarning, match=r"All pixels are between.*Use 2 \* x - 1"):
        enter(model, (IMAGES + 1) / 2)
    weights = [np.array(one) for one in model.trainable_weights]
    bad = np.where(np.arange(IMAGES.size).reshape(IMAGES.shape) == 5, np.nan, IMAGES)
    for x, sentence in (
        (bad, "Expected `x` to be a float batch.*Received: 1 of "),
        (127.5 * IMAGES, "Expected `x` to be a float batch.*Received: "),
        (IMAGES[:, :4], r"Expected `x` to be a float batch.*Received: shape \(.*, 4, 8, 1\)"),
        (IMAGES[:0], "Expected .*Received: "),
    ):
        with pytest.raises(ValueError, match=sentence) as error:
            enter(model, x)
        assert len(str(error.value)) < 300
    if "fit" not in entrance and "train" not in entrance and "validation" not in entrance:
        for one, other in zip(weights, model.trainable_weights, strict=True):
            np.testing.assert_array_equal(one, np.array(other))


def test_looking_at_a_data_set_does_not_move_its_order():
    def orders(x):
        seen = []
        data = tf.data.Dataset.from_tensor_slices(x).shuffle(12, seed=3).batch(4)
        model = gan((2,))
        model.compile(run_eagerly=True)
        prepare = model.prepare_batch

        def see(batch):
            if tf.executing_eagerly():
                seen.append(np.array(batch))
            return prepare(batch)

        model.prepare_batch = see
        model.fit(data, epochs=2, verbose=0)
        return np.concatenate(seen)

    expected = np.concatenate(
        [
            np.concatenate(list(epoch))
            for data in [tf.data.Dataset.from_tensor_slices(POINTS).shuffle(12, seed=3).batch(4)]
            for epoch in (data.as_numpy_iterator(), data.as_numpy_iterator())
        ]
    )
    np.testing.assert_array_equal(orders(POINTS), expected)


def test_hints_for_data_sets():
    model = gan()
    with pytest.raises(ValueError, match=r"Batch the data set: data.batch\(32\). Stack a l"):
        model.fit(tf.data.Dataset.from_tensor_slices(IMAGES))
    unknown = dataset(IMAGES).map(lambda x: tf.py_function(lambda a: a, [x], tf.float64))
    with pytest.raises(ValueError, match=r"ensure_shape\(x, \(None, 8, 8, 1\)\)\). Received"):
        model.fit(unknown)
    later = tf.data.Dataset.from_generator(
        lambda: [IMAGES[:4], IMAGES[:4, :4]], output_signature=tf.TensorSpec((None,) * 3 + (1,))
    )
    with pytest.raises(ValueError, match=r"^Expected batches of shape .*Received: .*4,4,8,1\]$"):
        model.fit(later, verbose=0)


@pytest.mark.parametrize(
    "options",
    [
        {"batch_size": 0},
        {"epochs": -1},
        {"epochs": 1.5},
        {"steps_per_epoch": -1},
        {"steps_per_epoch": 0},
        {"validation_split": 1.5},
        {"validation_split": float("nan")},
        {"validation_steps": 0},
        {"initial_epoch": -1},
    ],
    ids=str,
)
def test_numbers_of_fit(options):
    (name,) = options
    with pytest.raises(ValueError, match=f"Expected `{name}` .*Received: "):
        gan((2,)).fit(POINTS, verbose=0, **options)


def test_data_without_batches_are_refused():
    model = gan((2,))
    weights = [np.array(one) for one in model.weights]
    nothing = dataset(POINTS).filter(lambda x: False)
    for call in (model.fit, model.evaluate):
        with pytest.raises(ValueError, match="Expected `x` to hold data. Received"):
            call(nothing, verbose=0)
    rows = tf.data.Dataset.from_tensors(POINTS[:0]).map(
        lambda x: tf.ensure_shape(tf.gather(x, tf.range(tf.shape(x)[0])), (None, 2))
    )
    with pytest.raises(ValueError, match="Expected batches with samples. Received: a batch of 0"):
        model.fit(rows, verbose=0)
    for one, other in zip(weights, model.weights, strict=True):
        np.testing.assert_array_equal(one, np.array(other))


def test_swapped_inputs_are_named_as_the_model_names_them():
    model = kgz.models.ConditionalGAN((8, 8, 1), 4, num_classes=3, filters=4)
    model.compile()
    images, labels = IMAGES.astype("float32"), np.arange(12) % 3
    for wrong in (labels, labels.astype("float32")):
        for enter in (lambda x: model.fit(*x), lambda x: model.evaluate(dataset(x))):
            with pytest.raises(
                ValueError, match="Expected `images`.*`images` and `labels` swapped"
            ):
                enter((wrong, images))
    with pytest.raises(ValueError, match="Expected `images`.*Are `images` and `labels` swapped"):
        model.fit(labels, np.zeros((12, 8, 8, 1), "uint8"))
    with pytest.raises(ValueError, match="`image`.*Are `image` and `label` swapped"):
        model.train_on_batch({"image": labels, "label": images})
    with pytest.raises(ValueError, match=r"`images`.*Received: shape \(None, 4, 8, 1\)$"):
        model.fit(images[:, :4], labels)
    pix2pix = kgz.models.Pix2Pix((8, 8, 1), 3, filters=2, discriminator_filters=2, patch=16)
    pix2pix.compile()
    pairs = np.zeros((4, 8, 8, 3), "float32"), np.zeros((4, 8, 8, 1), "float32")
    with pytest.raises(ValueError, match="Expected `sources`.*Are `sources` and `targets` swapped"):
        pix2pix.fit(*pairs)


def test_lists_of_samples_of_differing_shapes_are_refused():
    model = kgz.models.MDNRNN(latent_dim=2, units=3, steps=4, restarts=False)
    model.compile()
    data = {"mean": np.zeros((3, 4, 2), "float32"), "action": np.zeros((3, 4, 1), "float32")}
    data["log_variance"] = [np.zeros((length, 2), "float32") for length in (3, 4, 5)]
    with pytest.raises(ValueError, match="`log_variance` to be an array.*Received: a list of 3"):
        model.fit(data)
    gan = kgz.models.GAN((2,), 2)
    gan.compile()
    with pytest.raises(ValueError, match=r"one length. Stack.*Received: lengths \[2, 3\]"):
        gan.fit([np.zeros((length, 2), "float32") for length in (2, 3, 3)])


@pytest.mark.parametrize("value", [np.nan, 255.0])
def test_bad_values_of_arrays_are_found_before_a_step_is_traced(value, monkeypatch):
    model, images = gan(), IMAGES.copy()
    images[3] = value
    monkeypatch.setattr(model, "_phase_losses", None)
    with pytest.raises(ValueError, match="in \\[-1, 1\\]"):
        model.fit(images, batch_size=4, verbose=0)


def test_arrays_of_objects_are_refused():
    for enter in (gan((2,)).fit, gan((2,)).evaluate, gan((2,)).predict):
        with pytest.raises(ValueError, match=r"numbers; x.astype.*Received: dtype object"):
            enter(POINTS.astype(object), verbose=0)


@pytest.mark.parametrize("entrance", ["fit, array", "fit, data set", *[*ENTRANCES][3:]])
def test_weights_of_samples_are_refused(entrance):
    """As the third part of data, wherever these come in."""
    with pytest.raises(ValueError, match=r"no weights.*weights: \(x, y\)\).*Received: .*third.*\("):
        ENTRANCES[entrance](gan(), (IMAGES, np.zeros(12), np.ones(12)))


WRONG_LATENTS = {
    "width": (POINTS[:, :1], r"Received: shape \(12, 1\)$"),
    "rank": (np.zeros((12, 2, 3)), r"Received: shape \(12, 2, 3\)$"),
    "one": (POINTS[0], r"Received: shape \(2,\)$"),
    "none": (POINTS[:0], r"Received: shape \(0, 2\)$"),
    "nothing": (None, "Received: None$"),
    "text": (POINTS.astype(str), "Received: array"),
    "two": ([POINTS, POINTS], r"Received: shape \(12, 2\), shape \(12, 2\)$"),
    "data set": (dataset(POINTS[:, :1]), r"Received: shape \(None, 1\)$"),
}


@pytest.mark.parametrize("wrong", WRONG_LATENTS)
def test_predict_says_what_the_network_takes(wrong):
    model = kgz.models.GAN((3,), 2, hidden_units=4)
    x, received = WRONG_LATENTS[wrong]
    message = rf"^Expected `x` as `generator` takes it, numbers of shape \(batch, 2\)\. {received}"
    with pytest.raises(ValueError, match=message) as error:
        model.predict(x, verbose=0)
    assert error.value.__suppress_context__
    if wrong not in ("data set", "none"):
        with pytest.raises(ValueError, match=message):
            model.predict_on_batch(x)


def test_predict_is_what_call_makes():
    model = kgz.models.GAN((3,), 2, hidden_units=4)
    for x in (POINTS, POINTS.tolist(), dataset(POINTS), (batch for batch in [POINTS])):
        np.testing.assert_allclose(model.predict(x, verbose=0), model(POINTS), atol=1e-6)
    with pytest.raises(ValueError, match="kgz.datasets.load"):
        model.predict("folder:latents")
    pixel_da = kgz.models.PixelDA((8, 8, 3), 1, filters=2, discriminator_filters=2, blocks=1)
    with pytest.raises(ValueError, match=r"`target_layers` takes it.*\(batch, 8, 8, 1\)"):
        pixel_da.predict(np.zeros((2, 8, 8, 3)), verbose=0)


REFUSED = {
    "Expected `steps_per_epoch`": {"x": dataset(POINTS).repeat()},
    "Expected `kgz.callbacks.StopOnNaN": {"callbacks": [keras.callbacks.TerminateOnNaN()]},
    "Unknown number to monitor": {
        "callbacks": [keras.callbacks.EarlyStopping("val_discriminator")]
    },
}


@pytest.mark.parametrize("message", REFUSED)
def test_a_fit_that_is_refused_leaves_the_model_as_it_was(message):
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    model = kgz.models.GAN((2,), 4, hidden_units=10, seed=0)
    model.compile(optimizer=keras.optimizers.SGD(schedule))
    rates = keras.callbacks.LearningRateScheduler(lambda epoch: 0.1)
    options = {"x": POINTS, "verbose": 0, **REFUSED[message]}
    before = {**vars(model)}
    with pytest.raises(ValueError, match=message):
        model.fit(**{**options, "callbacks": [rates, *options.get("callbacks", ())]})
    assert {name: vars(model)[name] for name in before} == before
    assert model.optimizers["generator"].get_config()["learning_rate"]["class_name"] == (
        "ExponentialDecay"
    )
    model.fit(POINTS, callbacks=[rates], verbose=0)
    assert model.data_order is None


def test_slices_of_a_batch_that_is_too_small_are_refused():
    model = gan((2,))
    model.compile(accumulation_steps=8)
    for data in (POINTS, dataset(POINTS)):
        with pytest.raises(ValueError, match="at least `accumulation_steps` samples, 8.*of 4"):
            model.fit(data, batch_size=4 if data is POINTS else None, verbose=0)


def test_a_validation_split_is_the_last_samples_whatever_is_drawn_elsewhere():
    def run(seed):
        keras.utils.set_random_seed(seed)
        model = gan((2,))
        history = model.fit(POINTS, batch_size=3, epochs=2, validation_split=0.25, verbose=0)
        return model, history.history

    model, history = run(0)
    other, same = run(99)
    assert "val_generator_loss" in history
    for name, losses in history.items():  # sums over several threads
        assert same[name] == pytest.approx(losses, rel=1e-5)
    for one, two in zip(model.weights, other.weights, strict=True):
        np.testing.assert_allclose(np.array(one), np.array(two), rtol=1e-5, atol=1e-6)
    told = gan((2,)).fit(POINTS[:9], batch_size=3, epochs=2, validation_data=POINTS[9:], verbose=0)
    assert told.history["val_generator_loss"] == pytest.approx(history["val_generator_loss"])
    with pytest.raises(ValueError, match="leaves samples on both sides"):
        gan((2,)).fit(POINTS, validation_split=0.99)
    with pytest.raises(ValueError, match="Expected arrays with `validation_split`"):
        gan((2,)).fit(dataset(POINTS), validation_split=0.5)


def test_layers_of_keras_draw_as_the_seed_of_the_model_decides():
    def run(seed):
        keras.utils.set_random_seed(0)
        layers = [keras.layers.Dense(8, "relu"), keras.layers.Dropout(0.5), keras.layers.Dense(1)]
        network = keras.Sequential([keras.Input((2,)), *layers])
        keras.utils.set_random_seed(seed)
        for _ in range(seed):
            keras.layers.Dropout(0.5)
        network.layers[1].seed_generator.state.assign([seed, seed])
        model = gan((2,), discriminator=network)
        return model.fit(POINTS, batch_size=4, epochs=2, verbose=0).history

    assert run(1) == run(2)


def test_channels_first_in_the_configuration_of_keras_changes_nothing():
    def images():
        model = kgz.models.SAGAN((16, 16, 1), 4, filters=8, discriminator_filters=8, seed=0)
        network = kgz.networks.dcgan_discriminator((16, 16, 1), 4)
        assert network.layers[1].output.shape[-1] == 4
        return np.array(model.generate(2, seed=0))

    expected = images()
    keras.config.set_image_data_format("channels_first")
    try:
        np.testing.assert_array_equal(images(), expected)
    finally:
        keras.config.set_image_data_format("channels_last")


def test_weights_that_are_not_numbers_are_warned_of_when_they_are_loaded(tmp_path):
    model = gan((2,))
    model.save(tmp_path / "good.keras")
    weight = model.generator.weights[0]
    weight.assign(np.full(weight.shape, np.nan))
    model.save(tmp_path / "bad.keras")
    model.save_weights(tmp_path / "bad.weights.h5")
    keras.models.load_model(tmp_path / "good.keras")
    with pytest.warns(UserWarning, match="Weights that are NaN or infinite were loaded: .*gen"):
        keras.models.load_model(tmp_path / "bad.keras")
    with pytest.warns(UserWarning, match="Weights that are NaN or infinite"):
        gan((2,)).load_weights(tmp_path / "bad.weights.h5")
    kgz.weight_files.save_weights(tmp_path / "w.h5", {"generator": model.generator})
    with pytest.warns(UserWarning, match="were loaded: generator/0"):
        kgz.weight_files.load_weights(tmp_path / "w.h5", {"generator": model.generator})


@pytest.mark.parametrize(
    ("updates", "size", "warned"), [(2, 12, True), (2, 32, False), (1, 4, False)]
)
def test_small_parts_of_a_batch_are_warned_of(updates, size, warned):
    model = gan((2,), discriminator_steps=updates)
    points = np.zeros((size, 2), "float32")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(points, batch_size=size, verbose=0)
    said = [str(one.message) for one in caught if "updates of a training step" in str(one.message)]
    assert bool(said) is warned
    assert not warned or "batch_size=128" in said[0]


def test_what_keras_offers_and_a_model_of_several_players_cannot_do(tmp_path):
    model = gan((2,))
    model.fit(POINTS, verbose=0)
    lines = []
    model.summary(print_fn=lambda line, **_: lines.append(line))
    assert f"Optimizer params: {count_of(model.optimizer.variables):,}" in "".join(lines)
    for refused, sentence in (
        (lambda: model.compile(loss="mse"), "Expected no `loss`.*Received: loss='mse'"),
        (lambda: model.compile("adam", "mse"), "Expected no `loss`"),
        (lambda: model.compile(loss_weights=[1, 2]), "Expected no `loss_weights`"),
        (lambda: model.save(tmp_path / "model.h5"), "ends in .keras"),
        (lambda: model.fit(dataset(POINTS).repeat()), "Expected `steps_per_epoch`"),
        (lambda: model.export(tmp_path / "one", format="onnx"), "`format`.*'onnx'"),
        (lambda: model.fit("folder:photos"), r"kgz.datasets.load\('folder:photos'\)"),
        (lambda: gan().fit(np.moveaxis(IMAGES, -1, 1)), r"Channels come last: np.moveaxis"),
    ):
        with pytest.raises(ValueError, match=sentence):
            refused()
    model.fit((POINTS[:4] for _ in range(3)), verbose=0)  # a generator of batches
    with pytest.raises(ValueError, match="Expected a compiled model"):
        kgz.models.GAN((2,), 4).fit(POINTS, callbacks=[kgz.callbacks.ExactResume(tmp_path)])
    with pytest.raises(NotImplementedError, match="int8"):
        model.quantize("int8")
    assert not list(tmp_path.iterdir())

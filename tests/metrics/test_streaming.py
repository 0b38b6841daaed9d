import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_gan_zoo import metrics


def correlated(random, samples, dimensions=6):
    mixing = random.standard_normal((dimensions, dimensions))
    return random.standard_normal((samples, dimensions)) @ mixing + 3.0


def chunks(random, samples):
    """Random cuts of `range(samples)` into consecutive slices, some of them empty."""
    cuts = np.sort(random.integers(0, samples + 1, 4)).tolist()
    return [slice(a, b) for a, b in zip([0, *cuts], [*cuts, samples], strict=True)]


def probabilities(random, samples, classes=5):
    return random.dirichlet(np.full(classes, 0.3), size=samples)


def value(metric):
    return float(metric.result())


# One pass, in any chunks, equals the function on all samples ------------------------------


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6))
def test_frechet_equals_the_function(seed):
    random = np.random.default_rng(seed)
    real, fake = correlated(random, 40), correlated(random, 50)
    metric = metrics.FrechetDistance(6)
    for part in chunks(random, 40):
        metric.update_state(real[part], fake[part])
    metric.update_state(fake=fake[40:])
    expected = metrics.frechet_distance_from_features(real, fake)
    assert value(metric) == pytest.approx(expected, rel=1e-6)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 20))
def test_kernel_equals_the_mean_over_full_blocks(seed, size):
    random = np.random.default_rng(seed)
    real, fake = correlated(random, 45) / 3, correlated(random, 45) / 3
    metric = metrics.KernelDistance(6, block_size=size)
    for part in chunks(random, 45):
        metric.update_state(real[part], fake[part])
    blocks = [
        metrics.kernel_distance(real[i : i + size], fake[i : i + size], size)[0]
        for i in range(0, 45 - size + 1, size)
    ]
    assert value(metric) == pytest.approx(np.mean(blocks), rel=1e-5, abs=1e-5)
    assert float(metric.deviation()) == pytest.approx(np.std(blocks), rel=1e-4, abs=1e-4)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 6))
def test_inception_score_equals_the_function(seed, splits):
    random = np.random.default_rng(seed)
    rows = probabilities(random, 30)
    metric = metrics.InceptionScore(5, splits=splits)
    for part in chunks(random, 30):
        metric.update_state(rows[part])
    scores = [metrics.inception_score(rows[i::splits], splits=1)[0] for i in range(splits)]
    assert value(metric) == pytest.approx(np.mean(scores), rel=1e-5)
    assert float(metric.deviation()) == pytest.approx(np.std(scores), rel=1e-4, abs=1e-6)


# Merging equals one pass --------------------------------------------------------------------

MAKERS = {
    "frechet": lambda: metrics.FrechetDistance(6),
    "kernel": lambda: metrics.KernelDistance(6, block_size=10),
    "inception": lambda: metrics.InceptionScore(6, splits=1),
}


def inputs(name, random, samples):
    if name == "inception":
        rows = probabilities(random, samples, 6)
        return rows, rows
    return correlated(random, samples), correlated(random, samples)


@pytest.mark.parametrize("name", MAKERS)
def test_merged_metrics_equal_one_pass(name):
    random = np.random.default_rng(0)
    real, fake = inputs(name, random, 60)
    one, parts = MAKERS[name](), [MAKERS[name]() for _ in range(3)]
    one.update_state(real, fake)
    # Sizes that leave half a block waiting in two of the metrics.
    for metric, part in zip(parts, (slice(20), slice(20, 35), slice(35, 60)), strict=True):
        metric.update_state(real[part], fake[part])
    parts[0].merge_state(parts[1:])
    if name == "kernel":
        # What waits in two of them makes one more block.
        assert float(parts[0].blocks) == 6.0
        order = np.r_[0:35, 55:60, 35:55]
        one.reset_state()
        one.update_state(real[order], fake[order])
    assert value(parts[0]) == pytest.approx(value(one), rel=1e-6)
    with pytest.raises(ValueError, match="instances of the same sizes"):
        parts[0].merge_state([keras.metrics.Mean()])


@pytest.mark.parametrize("name", MAKERS)
def test_replicas_equal_one_pass(name):
    random = np.random.default_rng(1)
    real, fake = inputs(name, random, 80)
    strategy = tf.distribute.MirroredStrategy(
        ["CPU:0", "CPU:1"], cross_device_ops=tf.distribute.ReductionToOneDevice()
    )
    with strategy.scope():
        metric = MAKERS[name]()

    @tf.function
    def step(real, fake):
        strategy.run(metric.update_state, args=(real, fake))

    # Each replica sees every other batch of 10: for blocks of 10, the same blocks as one pass.
    for start in range(0, 80, 20):
        batches = [
            strategy.experimental_distribute_values_from_function(
                lambda context, x=x, start=start: tf.constant(
                    x[start + 10 * context.replica_id_in_sync_group :][:10]
                )
            )
            for x in (real, fake)
        ]
        step(*batches)
    one = MAKERS[name]()
    one.update_state(real, fake)
    assert value(metric) == pytest.approx(value(one), rel=1e-5)
    metric.reset_state()
    step(*batches)
    one.reset_state()
    one.update_state(real[60:], fake[60:])
    assert value(metric) == pytest.approx(value(one), rel=1e-5)


# In Keras's own loops -----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["frechet", "kernel"])
def test_in_evaluate(name):
    random = np.random.default_rng(2)
    real, fake = (x.astype("float32") for x in inputs(name, random, 50))
    model = keras.Sequential([keras.Input((6,)), keras.layers.Identity()])
    model.compile(loss="mse", metrics=[MAKERS[name]()])
    logs = model.evaluate(fake, real, batch_size=16, verbose=0, return_dict=True)
    one = MAKERS[name]()
    one.update_state(real, fake)
    assert logs[one.name] == pytest.approx(value(one), rel=1e-5)


def test_in_fit_every_value_of_a_step_is_finite():
    random = np.random.default_rng(3)
    real, fake = (x.astype("float32") for x in inputs("frechet", random, 64))
    seen = []

    class Watch(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(logs["frechet_distance"])

    # A rate of zero: the predictions of every batch are the inputs.
    model = keras.Sequential(
        [keras.Input((6,)), keras.layers.Dense(6, "linear", False, "identity")]
    )
    model.compile(
        optimizer=keras.optimizers.SGD(0.0), loss="mse", metrics=[metrics.FrechetDistance(6)]
    )
    history = model.fit(fake, real, batch_size=32, verbose=0, callbacks=[Watch()])
    assert seen == [-1.0, -1.0]
    expected = metrics.frechet_distance_from_features(real, fake)
    assert history.history["frechet_distance"][0] == pytest.approx(expected, rel=1e-5)


def test_extractor_names_the_metric_and_survives_a_round_trip():
    extractor = keras.Sequential(
        [keras.Input((4, 4, 1)), keras.layers.Flatten(), keras.layers.Dense(3)], name="tiny"
    )
    metric = metrics.FrechetDistance(3, feature_extractor=extractor)
    assert metric.name == "fid[tiny]"
    real, fake = np.random.default_rng(4).standard_normal((2, 20, 4, 4, 1)).astype("float32")
    metric.update_state(real, fake)
    features = [extractor.predict(x, verbose=0) for x in (real, fake)]
    expected = metrics.frechet_distance_from_features(*features)
    assert value(metric) == pytest.approx(expected, rel=1e-5)
    copy = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(metric))
    assert (copy.dimensions, copy.name) == (3, metric.name)
    assert [layer.name for layer in copy.feature_extractor.network.layers] == [
        layer.name for layer in extractor.layers
    ]


@pytest.mark.parametrize("name", MAKERS)
def test_config_round_trip(name):
    metric = MAKERS[name]()
    copy = type(metric).from_config(metric.get_config())
    assert copy.get_config() == metric.get_config()
    assert [v.shape for v in copy.variables] == [v.shape for v in metric.variables]


def test_many_samples_far_from_the_origin_keep_their_digits():
    random = np.random.default_rng(5)
    metric, shift = metrics.FrechetDistance(2), 3000.0
    real, fake = random.standard_normal((2, 200_000, 2))
    fake *= [1.0, 2.0]
    for start in range(0, 200_000, 50_000):
        part = slice(start, start + 50_000)
        metric.update_state(real[part] + shift, fake[part] + shift)
    expected = metrics.frechet_distance_from_features(real, fake)
    assert value(metric) == pytest.approx(expected, rel=1e-6)
    assert sum(v.numpy().size for v in metric.variables) == 2 * (4 + 2 + 1)


def test_no_value_before_samples():
    assert value(metrics.FrechetDistance(2)) == -1.0
    assert value(metrics.KernelDistance(2)) == 0.0
    assert value(metrics.InceptionScore(2)) == 0.0
    metric = metrics.FrechetDistance(2)
    metric.update_state(np.ones((2, 2)), np.ones((1, 2)))
    assert value(metric) == -1.0


# Bad input ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name, real, fake, message",
    [
        ("frechet", np.ones((4, 5)), None, r"`real` to be of shape \(batch, 6\).*\(4, 5\)"),
        ("frechet", np.ones((4, 6)), np.full((4, 6), np.nan), "`fake` to hold finite"),
        ("kernel", np.ones((4, 6)), np.ones((5, 6)), "same number of samples.*4 and 5"),
        ("inception", np.ones((4, 6)), None, "sums from 6 to 6"),
    ],
)
def test_bad_batches(name, real, fake, message):
    with pytest.raises(ValueError, match=message):
        MAKERS[name]().update_state(real, fake)


def test_bad_features_of_a_compiled_step_are_named_by_the_result():
    metric = metrics.FrechetDistance(2)
    compiled = tf.function(lambda x: metric.update_state(fake=x))
    compiled(tf.constant([[np.nan, 1.0], [0.0, 1.0]]))
    with pytest.raises(ValueError, match="NaN or infinite values in fake_sum, fake_products"):
        metric.result()


def test_sample_weights_and_few_samples():
    metric = metrics.FrechetDistance(6)
    with pytest.raises(ValueError, match="no `sample_weight`"):
        metric.update_state(np.ones((3, 6)), np.ones((3, 6)), np.ones(3))
    metric.update_state(*np.random.default_rng(6).standard_normal((2, 3, 6)))
    with pytest.warns(UserWarning, match="3 real, 3 fake samples for 6 dimensions"):
        metric.result()


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: metrics.FrechetDistance(0), "`dimensions` to be an integer >= 1"),
        (lambda: metrics.KernelDistance(3, block_size=1), "`block_size` to be an integer >= 2"),
        (lambda: metrics.InceptionScore(3, splits=0), "`splits` to be an integer >= 1"),
        (lambda: metrics.FrechetDistance(3, "inception"), "Did you mean 'inception_2015'"),
        (lambda: metrics.FrechetDistance(3, 7), "Expected a feature extractor"),
    ],
)
def test_bad_options(make, message):
    with pytest.raises(ValueError, match=message):
        make()

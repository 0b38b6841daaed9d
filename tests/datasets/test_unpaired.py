"""Two sets side by side: which samples a batch holds, in whatever process."""

import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz
from keras_gan_zoo.datasets.pipeline import DataOrder, why_not_repeatable

module = sys.modules["keras_gan_zoo.datasets.unpaired"]  # not the function of this name

A, B = np.arange(7), 100 + np.arange(12)


def unpaired(a=A, b=B, **options):
    return kgz.datasets.unpaired(a, b, **{"batch_size": 2, "seed": 3, **options})


def epochs(data, count=1):
    """All samples of `a` and of `b`, in order."""
    batches = [pair for _ in range(count) for pair in data.as_numpy_iterator()]
    return [np.concatenate(one) for one in zip(*batches, strict=True)]


def order(which, length, rounds, seed=3):
    """As the docstring says: of the seed, the set and the number of the round alone."""
    draws = [np.random.default_rng([seed, which, n]).permutation(length) for n in range(rounds)]
    return np.concatenate(draws)


def test_the_longer_set_is_an_epoch_and_the_shorter_one_goes_round():
    a, b = epochs(unpaired(), 7)  # 84 samples of each: 12 rounds of the one, 7 of the other
    np.testing.assert_array_equal(np.sort(a.reshape(12, 7)), np.tile(A, (12, 1)))
    np.testing.assert_array_equal(np.sort(b.reshape(7, 12)), np.tile(B, (7, 1)))
    assert len({tuple(one) for one in a.reshape(12, 7)}) == 12  # each in its own order
    np.testing.assert_array_equal(a, order(0, 7, 12))
    np.testing.assert_array_equal(b, 100 + order(1, 12, 7))


def test_the_seed_and_nothing_else_decides():
    first = np.stack(epochs(unpaired()))
    tf.random.set_seed(5)
    np.testing.assert_array_equal(np.stack(epochs(unpaired())), first)
    assert not np.array_equal(np.stack(epochs(unpaired(seed=4))), first)
    both = epochs(unpaired(b=A))
    assert not np.array_equal(*both)  # each set has its own order
    swapped = epochs(unpaired(B, A))
    np.testing.assert_array_equal(np.sort(swapped[0]), B)


def test_the_nth_opening_is_the_nth_epoch_though_nobody_read_those_before():
    data = unpaired().map(lambda a, b: (a, b)).prefetch(2)
    for _ in range(4):
        iter(data)
    a, b = epochs(data)
    np.testing.assert_array_equal(b, 100 + order(1, 12, 5)[4 * 12 :])
    np.testing.assert_array_equal(a, order(0, 7, 9)[4 * 12 :][:12])
    many = module.BLOCK + 5  # more than are looked through at once
    numbers = module._epoch(seed=1).repeat(many)
    assert [int(number) for number in numbers] == [*range(many)]


@pytest.mark.parametrize("drop", [False, True])
def test_the_last_partial_batch(drop):
    data = unpaired(batch_size=5, drop_remainder=drop)
    sizes = [(len(a), len(b)) for a, b in data]
    assert sizes == [(5, 5)] * 2 + ([] if drop else [(2, 2)])
    assert int(data.cardinality()) == len(sizes)


def test_data_sets_and_structures_are_as_arrays():
    expected = epochs(unpaired())
    sets = [tf.data.Dataset.from_tensor_slices(one) for one in (A, B)]
    np.testing.assert_array_equal(epochs(unpaired(*sets)), expected)
    batched = sets[0].batch(4).unbatch()  # whose length TensorFlow does not know
    np.testing.assert_array_equal(epochs(unpaired(batched, B)), expected)
    (images, labels), named = next(iter(unpaired((A * 1.0, A), {"x": B})))
    np.testing.assert_array_equal(labels, expected[0][:2])
    np.testing.assert_array_equal(images, labels)
    assert images.dtype == tf.float32  # doubles, as by `from_arrays`
    np.testing.assert_array_equal(named["x"], expected[1][:2])


def test_unshuffled_and_prepared():
    data = unpaired(shuffle=False, prepare=lambda pair: (pair[0] + 1, pair[1] - 100))
    a, b = epochs(data, 2)
    np.testing.assert_array_equal(a, np.arange(24) % 7 + 1)
    np.testing.assert_array_equal(b, np.arange(24) % 12)


class Remembers(kgz.training.PhasedModel):
    """A model that keeps the batches it was trained on."""

    def __init__(self):
        super().__init__(seed=0)
        self.layer = keras.layers.Dense(1)
        self.layer.build((None, 1))
        self.batches = []
        self.built = True

    def phases(self):
        return (kgz.training.Phase("fit", (self.layer,)),)

    def inputs(self):
        return dict.fromkeys("ab", kgz.kinds.Vector((None,)))

    def prepare_batch(self, data):
        return dict(zip("ab", data, strict=True))

    def default_optimizers(self):
        return {"fit": keras.optimizers.SGD(0.1)}

    def fit_losses(self, batch):
        self.batches.append([part.numpy().tolist() for part in batch.values()])
        return {"loss": tf.reduce_sum(self.layer(tf.ones((1, 1))))}


class Kill(keras.callbacks.Callback):
    """Stands for SIGKILL: no callback is told that training ended."""

    def __init__(self, step):
        super().__init__()
        self.step = step

    def on_train_batch_end(self, batch, logs=None):
        if len(self.model.batches) == self.step:
            raise KeyboardInterrupt


def run(folder, data, step=None):
    model = Remembers()
    model.compile(run_eagerly=True)
    callbacks = [kgz.callbacks.ExactResume(folder, every=1)]
    try:
        model.fit(data, epochs=3, verbose=0, callbacks=callbacks + ([Kill(step)] if step else []))
    except KeyboardInterrupt:
        assert step
    return model.batches


@pytest.mark.filterwarnings("error:A resumed run may")
def test_a_killed_run_sees_the_batches_of_an_uninterrupted_one(tmp_path):
    """The smallest case: 7 and 12 samples, six steps an epoch, killed in the second and third."""
    whole = run(tmp_path / "whole", unpaired())
    parts = run(tmp_path / "parts", unpaired(), step=9)
    assert parts == whole[:9]
    parts += run(tmp_path / "parts", unpaired(), step=6)
    assert len(parts) == 15
    parts += run(tmp_path / "parts", unpaired())
    assert parts == whole
    a, b = (np.concatenate([pair[which] for pair in whole]) for which in (0, 1))
    np.testing.assert_array_equal(a, order(0, 7, 6)[:36])
    np.testing.assert_array_equal(b, 100 + order(1, 12, 3))


def test_two_replicas_share_the_batches():
    with kgz.distribute("mirrored") as strategy:
        distributed = iter(strategy.experimental_distribute_dataset(unpaired().repeat()))
    pairs = [next(distributed) for _ in range(12)]
    parts = [part for _, b in pairs for part in strategy.experimental_local_results(b)]
    assert [len(part) for part in parts] == [1] * 24
    np.testing.assert_array_equal(np.concatenate(parts), 100 + order(1, 12, 2))


def test_bad_input_is_refused(monkeypatch):
    tf.random.set_seed(None)
    samples = tf.data.Dataset.from_tensor_slices(np.zeros((4, 2)))
    for wrong, message in (
        ([], "array, a structure of arrays, or a tf.data.Dataset.*Received: list"),
        (np.zeros((0, 2)), r"`a` to hold samples.*Received: lengths \[0\]"),
        ((np.zeros(2), np.zeros(3)), r"arrays of one length.*Received: lengths \[2, 3\]"),
        (samples.batch(3), r"not of batches; `a.unbatch\(\)`.*\(None, 2\)|\[None, 2\]"),
        (samples.repeat(), r"with an end.*endless one; leave out `repeat\(\)`"),
        (samples.shuffle(4), "same order each time.*Received: a `shuffle` without a seed"),
        (samples.take(0), "Received: an empty one"),
    ):
        with pytest.raises(ValueError, match=message):
            unpaired(wrong)
    with pytest.raises(ValueError, match="`b` to hold samples"):
        unpaired(b=np.zeros(0))
    for name, value in (("batch_size", 0), ("batch_size", 2.0), ("seed", -1), ("seed", None)):
        with pytest.raises(ValueError, match=f"`{name}` to be an integer.*Received: {value}"):
            unpaired(**{name: value})
    with pytest.raises(ValueError, match="`batch_size` <= 12.*`drop_remainder`. Received: 13"):
        unpaired(batch_size=13, drop_remainder=True)
    monkeypatch.setattr(module, "LARGEST_IN_MEMORY", 10)
    with pytest.raises(ValueError, match="at most 10 bytes of memory.*names of the files"):
        unpaired(samples)


def zipped(*parts):
    return tf.data.Dataset.zip(*parts)


def steps():
    return tf.data.Dataset.range(12)


def shuffled(**options):
    return steps().shuffle(12, seed=1, **options)


def generated():
    signature = tf.TensorSpec((), tf.int64)
    return tf.data.Dataset.from_generator(lambda: iter(range(3)), output_signature=signature)


@pytest.mark.parametrize(
    "build",
    [
        unpaired,
        lambda: kgz.datasets.from_arrays(A),
        lambda: kgz.datasets.load("fashion_mnist_mini"),
        lambda: kgz.datasets.load("fashion_mnist_mini", labels_per_class=1),
        lambda: steps().cache().shuffle(4, seed=0).map(tf.abs, num_parallel_calls=2).batch(4),
        lambda: shuffled().batch(4).repeat(),
        lambda: zipped(shuffled(), steps().shuffle(5, seed=2)),
        lambda: zipped(steps().repeat(), steps()),
        lambda: shuffled(reshuffle_each_iteration=False).repeat(2),
        lambda: steps().interleave(tf.data.Dataset.range, num_parallel_calls=2),
        lambda: tf.data.Dataset.sample_from_datasets([steps(), steps()], seed=1),
        lambda: steps().map(lambda n: tf.random.stateless_uniform((), (1, n))),
        lambda: steps().map(lambda n: tf.random.uniform((), seed=1)).repeat(),
    ],
)
def test_no_false_alarm(build):
    tf.random.set_seed(None)
    assert DataOrder(build()).inexact is None


@pytest.mark.parametrize(
    ("build", "cause"),
    [
        (lambda: zipped(shuffled().repeat(), steps()), "`shuffle` below a `repeat`"),
        (lambda: shuffled().repeat(3).batch(2), "`shuffle` below a `repeat`"),
        (lambda: shuffled().cache(), "`shuffle` below a `cache`"),
        (lambda: steps().shuffle(12).batch(2), "`shuffle` without a seed"),
        (lambda: steps().shuffle(12).repeat(), "`shuffle` without a seed"),
        (lambda: tf.data.Dataset.sample_from_datasets([steps(), steps()]), "random data set wi"),
        (generated, "from_generator"),
        (lambda: steps().map(lambda n: tf.random.uniform((), seed=1)), "RandomUniform"),
        (lambda: steps().map(tf.abs, num_parallel_calls=2, deterministic=False), "determinist"),
    ],
)
def test_what_cannot_be_found_again_is_named(build, cause):
    tf.random.set_seed(None)
    assert cause in DataOrder(build()).inexact


def test_a_zip_of_repeats_is_warned_of_before_it_trains(tmp_path):
    """Why: as a resumed run opens it, the shorter set comes in another order."""
    sets = [
        tf.data.Dataset.from_tensor_slices(one).shuffle(len(one), seed=1).batch(1) for one in (A, B)
    ]
    data = zipped(sets[0].repeat(), sets[1])
    with pytest.warns(UserWarning, match=r"other batches, because of a `shuffle` below a `repeat`"):
        run(tmp_path, data, step=1)
    with pytest.warns(UserWarning, match=r"use `kgz.datasets.unpaired`"):
        run(tmp_path, data, step=1)
    assert why_not_repeatable(data, openings=False) is None  # were it read from the start

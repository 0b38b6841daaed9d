"""Few labels: which samples keep theirs, and what a batch holds."""

import numpy as np
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo.datasets.few_labels import choose

LABELS = np.repeat(np.arange(5), 40)
SAMPLES = np.arange(200, dtype="float32")[:, None]


def epoch(data):
    batches = list(data.as_numpy_iterator())
    return {key: np.concatenate([batch[key] for batch in batches]) for key in batches[0]}


def test_each_class_keeps_as_many_labels_and_the_seed_decides_which():
    chosen = choose(LABELS, 3, seed=1)
    assert len(set(chosen)) == 15
    assert np.bincount(LABELS[chosen]).tolist() == [3] * 5
    np.testing.assert_array_equal(chosen, choose(LABELS, 3, seed=1))
    assert set(chosen) != set(choose(LABELS, 3, seed=2))


def test_an_epoch_holds_every_sample_once_and_labels_of_the_chosen_only():
    data = kgz.datasets.few_labels(SAMPLES, LABELS, 3, batch_size=20, labels_seed=1)
    parts = epoch(data)
    np.testing.assert_array_equal(np.sort(parts["image"], axis=0), SAMPLES)
    few = choose(LABELS, 3, seed=1)
    assert set(parts["labelled_image"].ravel().astype(int)) == set(few)
    np.testing.assert_array_equal(
        LABELS[parts["labelled_image"].ravel().astype(int)], parts["label"]
    )


def test_each_batch_holds_each_labelled_sample_equally_often_in_its_own_order():
    data = kgz.datasets.few_labels(SAMPLES, LABELS, 2, batch_size=20, labels_seed=1)
    batches = [batch["labelled_image"].ravel() for batch in data.as_numpy_iterator()]
    for batch in batches:
        assert set(np.unique(batch, return_counts=True)[1]) == {2}
    assert not np.array_equal(batches[0], batches[1])
    again = kgz.datasets.few_labels(SAMPLES, LABELS, 2, batch_size=20, labels_seed=1)
    for one, other in zip(batches, again.as_numpy_iterator(), strict=True):
        np.testing.assert_array_equal(one, other["labelled_image"].ravel())


def test_load_gives_few_labels_of_a_builtin_data_set():
    data = kgz.datasets.load("fashion_mnist_mini", batch_size=50, labels_per_class=1)
    batch = next(data.as_numpy_iterator())
    assert batch["image"].shape == batch["labelled_image"].shape == (50, 28, 28, 1)
    assert batch["image"].min() == -1.0 and np.bincount(batch["label"]).tolist() == [5] * 10


def test_bad_input_is_refused():
    for count in (0, 41):
        with pytest.raises(ValueError, match=f"40 samples of class 0.*Received: {count}"):
            kgz.datasets.few_labels(SAMPLES, LABELS, count)
    with pytest.raises(ValueError, match="one length.*199 and 200"):
        kgz.datasets.few_labels(SAMPLES[1:], LABELS, 2)
    for wrong, mend in (
        (np.eye(10)[LABELS], r"argmax\(axis=-1\). Received: dtype float"),
        (LABELS.astype("float32"), r"y.astype\('int64'\). Received: dtype float"),
        (LABELS[:, None], r"y\[:, 0\]. Received: dtype int"),
    ):
        with pytest.raises(ValueError, match=mend):
            kgz.datasets.few_labels(SAMPLES, wrong, 2)
    with pytest.raises(ValueError, match="few_labels.*Received: 'folder:x'"):
        kgz.datasets.load("folder:x", labels_per_class=1)

"""Sizes and augmentation of batches; a resumed run sees those of an uninterrupted one."""

import keras
import numpy as np
import PIL.Image
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz
from keras_gan_zoo import image_files
from keras_gan_zoo.datasets import pipeline
from keras_gan_zoo.datasets.preparation import fitted, scaled
from tests.resuming import Kill


@pytest.fixture
def folder(tmp_path):
    """40 images, each with its number as red, its columns as green and its rows as blue."""
    path = tmp_path / "images"
    path.mkdir()
    rows, columns = np.indices((10, 10))
    for number in range(40):
        image = np.stack([np.full((10, 10), number), 10 * columns, 10 * rows], axis=-1)
        PIL.Image.fromarray(image.astype("uint8")).save(path / f"{number}.png")
    return path


def epoch(data):
    return np.concatenate([np.rint((one + 1.0) * 127.5) for one in data.as_numpy_iterator()])


def load(folder, **options):
    return kgz.datasets.load(f"folder:{folder}", **{"batch_size": 8, "seed": 3, **options})


@pytest.mark.parametrize(
    ("flip", "axes"), [("horizontal", [1]), ("vertical", [2]), ("both", [1, 2])]
)
def test_half_of_the_images_are_mirrored(folder, flip, axes):
    data = load(folder, flip=flip)
    epochs = [epoch(data) for _ in range(3)]
    for axis in (1, 2):
        mirrored = np.concatenate([one[:, 0, 0, axis] == 90 for one in epochs])
        assert (0.3 < mirrored.mean() < 0.7) if axis in axes else not mirrored.any()
    for one in epochs:  # nothing else is changed
        straight = one[..., 1:].copy()
        straight[one[:, 0, 0, 1] == 90] = straight[one[:, 0, 0, 1] == 90][:, :, ::-1]
        straight[one[:, 0, 0, 2] == 90] = straight[one[:, 0, 0, 2] == 90][:, ::-1]
        assert (straight == straight[:1]).all() and sorted(one[:, 0, 0, 0]) == list(range(40))
    by_number = [one[np.argsort(one[:, 0, 0, 0])] for one in epochs]
    assert not np.array_equal(by_number[0], by_number[1])  # anew in each epoch
    again = load(folder, flip=flip)
    np.testing.assert_array_equal(epochs, [epoch(again) for _ in range(3)])
    other = epoch(load(folder, flip=flip, seed=4))
    assert not np.array_equal(by_number[0], other[np.argsort(other[:, 0, 0, 0])])
    assert pipeline.why_not_repeatable(data) is None


def test_augmentation_leaves_the_order_as_it_is(folder):
    plain, flipped = epoch(load(folder)), epoch(load(folder, flip="horizontal"))
    np.testing.assert_array_equal(plain[:, 0, 0, 0], flipped[:, 0, 0, 0])


def test_crops_come_from_everywhere(folder):
    data = load(folder, image_size=8, random_crop=0.8)
    assert data.element_spec.shape == (None, 8, 8, 3)
    images = np.concatenate([epoch(data) for _ in range(4)])
    for axis in (1, 2):
        starts, counts = np.unique(images[:, 0, 0, axis], return_counts=True)
        assert starts.tolist() == [0, 10, 20] and counts.min() > 25  # of 160
    np.testing.assert_array_equal(images[:, 7, 7, 1:] - images[:, 0, 0, 1:], 70)
    same = np.corrcoef(images[:, 0, 0, 1], images[:, 0, 0, 2])[0, 1]
    assert abs(same) < 0.3


def test_the_builtin_sets_are_augmented_too():
    plain = kgz.datasets.load("fashion_mnist_mini", "test", batch_size=2000)
    flipped = kgz.datasets.load("fashion_mnist_mini", "test", batch_size=2000, flip="horizontal")
    (a, labels), (b, same) = next(iter(plain)), next(iter(flipped))
    np.testing.assert_array_equal(labels, same)
    a, b = a.numpy(), b.numpy()
    mirrored = (b == a[:, :, ::-1]).all(axis=(1, 2, 3))
    assert 0.4 < mirrored.mean() < 0.6 and (mirrored | (b == a).all(axis=(1, 2, 3))).all()
    assert plain.class_names == kgz.datasets.builtin.FASHION_MNIST_CLASSES


@pytest.mark.parametrize("step", [1, 4, 7, 10])
def test_an_augmented_training_resumes_to_the_bit(folder, tmp_path, step):
    def run(where, *callbacks):
        keras.utils.set_random_seed(0)
        model = kgz.models.DCGAN((8, 8, 3), 4, filters=4, seed=0)
        model.compile()
        data = load(folder, image_size=8, flip="horizontal", random_crop=0.8)
        resume = kgz.callbacks.ExactResume(where, every=1)
        model.fit(data, epochs=3, verbose=0, callbacks=[resume, *callbacks])
        return np.concatenate([np.ravel(one) for one in model.get_weights()])

    whole = run(tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "parts", Kill(step))
    np.testing.assert_array_equal(run(tmp_path / "parts"), whole)


@pytest.mark.parametrize("resize", image_files.RESIZE)
@pytest.mark.parametrize("size", [(20, 30), (31, 17), (12, 12)])
def test_data_sets_are_resized_as_files_are(resize, size, tmp_path):
    """Up to the rounding of bytes."""
    noise = np.random.default_rng(0).integers(0, 255, (*size, 3), "uint8")
    PIL.Image.fromarray(noise).save(tmp_path / "a.png")
    expected = image_files.read(tmp_path / "a.png", (12, 12), 3, resize) / 127.5 - 1.0
    found = fitted(scaled(tf.constant(noise)), (12, 12), resize)
    np.testing.assert_allclose(found, expected, atol=1.1 / 127.5)
    unknown = tf.function(
        lambda x: fitted(scaled(x), (12, 12), resize),
        input_signature=[tf.TensorSpec((None, None, 3), tf.uint8)],
    )
    np.testing.assert_allclose(unknown(noise), found, atol=1e-6)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"flip": "sideways"}, "`flip` to be one of 'horizontal', 'vertical', 'both'"),
        ({"random_crop": 1.5, "image_size": 8}, "`random_crop` between 0 and 1.*Received: 1.5"),
        ({"random_crop": 0.5}, "`image_size` with `random_crop`"),
        ({"flip": "both", "labels_per_class": 1}, "no `flip`.*with `labels_per_class`"),
        ({"shuffle": "twice"}, "`shuffle` to be True, False or 'once'"),
    ],
)
def test_bad_options(options, message):
    with pytest.raises(ValueError, match=message):
        kgz.datasets.load("fashion_mnist_mini", **options)
    with pytest.raises(ValueError, match="Expected images for `flip`"):
        kgz.datasets.load("ring_of_gaussians", flip="horizontal")

"""Extractors by name, of models and of functions; what they take and what they refuse."""

import json
import pathlib

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz
from keras_gan_zoo.extractors import FeatureExtractor, feature_extractor

WEIGHTS = pathlib.Path(feature_extractor.__file__).parent / "weights"


def accuracy(name, data):
    extractor = FeatureExtractor.get(name)
    right = [
        np.argmax(extractor.probabilities(images), axis=1) == labels
        for images, labels in kgz.datasets.load(data, "test", batch_size=500).as_numpy_iterator()
    ]
    return np.mean(np.concatenate(right))


def test_fashion_mnist_classifies_2000_test_images():
    assert accuracy("fashion_mnist", "fashion_mnist_mini") >= 0.92


@pytest.mark.parametrize(("name", "least"), [("fashion_mnist", 0.92), ("mnist", 0.992)])
def test_small_classifiers_reach_what_their_facts_say(name, least):
    facts = json.loads((WEIGHTS / f"{name}.json").read_text())
    assert facts["test_accuracy"] >= least
    assert kgz.weight_files.sha256(WEIGHTS / f"{name}.h5") == facts["sha256"]
    try:
        measured = accuracy(name, name)
    except FileNotFoundError as error:
        pytest.skip(str(error))
    assert measured == pytest.approx(facts["test_accuracy"], abs=2e-4)


def test_features_and_probabilities_of_one_pass():
    extractor = FeatureExtractor.get("fashion_mnist")
    images = np.random.default_rng(0).uniform(-1, 1, (3, 28, 28, 1)).astype("float32")
    features, probabilities = extractor.features_and_probabilities(images)
    assert features.shape == (3, 128) == (3, extractor.dimensions)
    assert probabilities.shape == (3, 10) == (3, extractor.classes)
    np.testing.assert_array_equal(features, extractor(images))
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0, rtol=1e-5)
    assert extractor is FeatureExtractor.get("fashion_mnist") is FeatureExtractor.get(extractor)


def test_images_go_through_a_network_a_few_at_a_time():
    seen = []

    def mean(images):
        seen.append(len(images))
        return keras.ops.mean(images, axis=(1, 2))

    images = np.random.default_rng(0).uniform(-1, 1, (20, 4, 4, 3)).astype("float32")
    extractor = FeatureExtractor.get(mean)
    for run in (extractor, lambda some: extractor.features_and_probabilities(some)[0]):
        np.testing.assert_allclose(run(images), images.mean(axis=(1, 2)), atol=1e-6)
        assert seen == [8, 8, 4]
        seen.clear()
    extractor(tf.constant(images))  # with a gradient, as one
    assert seen == [20]


def test_other_sizes_are_resized_as_the_protocol_says():
    extractor = FeatureExtractor.get("fashion_mnist")
    flat = np.full((1, 40, 56, 1), 0.25, "float32")
    np.testing.assert_allclose(extractor(flat), extractor(flat[:, :28, :28]), rtol=1e-4, atol=1e-5)
    assert extractor.describe()["resize"] == "bilinear, antialiased, to 28x28"


def test_grey_images_are_repeated_for_networks_of_three_channels():
    extractor = FeatureExtractor.get("mobilenet_v2")
    grey = np.random.default_rng(0).uniform(-1, 1, (2, 16, 16, 1)).astype("float32")
    np.testing.assert_array_equal(extractor(grey), extractor(np.repeat(grey, 3, axis=-1)))
    assert (extractor.dimensions, extractor.classes) == (1280, 1000)


def test_grey_and_coloured_images_go_through_one_extractor():
    """A graph that is traced anew for another number of channels would take any number of them."""
    layers = [keras.Input((None, None, 3)), keras.layers.GlobalAveragePooling2D()]
    extractor = FeatureExtractor.get(keras.Sequential(layers))
    random = np.random.default_rng(0)
    for channels in (1, 3, 1):
        images = random.uniform(-1, 1, (2, 4, 4, channels)).astype("float32")
        features, _ = extractor.features_and_probabilities(images)
        means = np.broadcast_to(images.mean(axis=(1, 2)), (2, 3))
        np.testing.assert_allclose(features, means, atol=1e-6)
    with pytest.raises(ValueError, match=r"Received: shape \(2, 4, 4, 2\)"):
        extractor.features_and_probabilities(images.repeat(2, axis=-1))


def test_models_and_functions():
    model = keras.Sequential(
        [keras.Input((4, 4, 1)), keras.layers.Flatten(), keras.layers.Dense(3)], name="tiny"
    )
    extractor = FeatureExtractor.get(model)
    images = np.ones((2, 4, 4, 1), "float32")
    np.testing.assert_allclose(extractor(images), model(images), rtol=1e-5, atol=1e-6)
    assert (extractor.name, extractor.dimensions) == ("tiny", 3)

    def means(images):
        return keras.ops.mean(images, axis=(1, 2))

    assert FeatureExtractor.get(means).name == "means"
    assert FeatureExtractor.get(means)(images).shape == (2, 1)
    for call in (extractor.probabilities, lambda _: extractor.classes):
        with pytest.raises(ValueError, match="Expected an extractor that classifies.*'tiny'"):
            call(images)


@pytest.mark.parametrize("source", ["fashion_mnist", "tiny"])
def test_configs_round_trip(source):
    if source == "tiny":
        source = keras.Sequential([keras.Input((4, 4, 1)), keras.layers.Flatten()], name="tiny")
    extractor = FeatureExtractor.get(source)
    config = keras.saving.serialize_keras_object(extractor)
    json.dumps(config)
    assert keras.saving.deserialize_keras_object(config).name == extractor.name


def test_a_failed_download_is_one_error_that_says_what_to_do(monkeypatch):
    def offline(network, source):
        raise Exception("URL fetch failure")  # as Keras does

    monkeypatch.setattr(feature_extractor, "load_inception_weights", offline)
    with pytest.raises(OSError, match="URL fetch failure.*KERAS_GAN_ZOO_INCEPTION_2015"):
        FeatureExtractor.get("inception_2015")


def test_bad_input():
    extractor = FeatureExtractor.get("fashion_mnist")
    good = np.zeros((2, 28, 28, 1), "float32")
    for images, message in (
        ((good + 128).astype("uint8"), r"floats in \[-1, 1\].*Received: uint8"),
        (good + 255.0, r"floats in \[-1, 1\].*Received: from 255 to 255"),
        (np.repeat(good, 3, axis=-1), r"\(batch, height, width, 1\).*Received: shape"),
        (good[0], r"\(batch, height, width, 1\).*Received: shape"),
        (good * np.nan, r"floats in \[-1, 1\].*Received: images with NaN"),
    ):
        with pytest.raises(ValueError, match=message):
            extractor(images)
    with pytest.raises(ValueError, match="Did you mean 'inception_2015'"):
        FeatureExtractor.get("inception_v3")
    with pytest.raises(ValueError, match=r"Expected a feature extractor.*Received: 7"):
        FeatureExtractor.get(7)
    with pytest.raises(ValueError, match="Expected no `weights`"):
        FeatureExtractor.get("mnist", weights="somewhere.h5")
    with pytest.raises(FileNotFoundError, match="nowhere.h5"):
        FeatureExtractor.get("inception_2015", weights="nowhere.h5")
    with pytest.raises(ValueError, match=r"features of shape \(batch, dimensions\)"):
        FeatureExtractor.get(lambda images: images)(good)

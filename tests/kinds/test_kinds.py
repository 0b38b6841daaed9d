"""What every kind promises as an object: examples, specs, configs, equality."""

import json
import pickle

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz
from tests.kinds.every import EVERY, NAMES

every = pytest.mark.parametrize("kind", EVERY, ids=NAMES)
kinds = kgz.kinds


@every
def test_examples_pass_their_own_check_and_fit_the_spec(kind):
    samples = kind.examples(3, seed=1)
    checked = kind.check("x", samples)
    tf.nest.map_structure(np.testing.assert_array_equal, checked, samples)
    for tensor, spec, dtype in zip(
        tf.nest.flatten(checked),
        tf.nest.flatten(kind.spec("x")),
        tf.nest.flatten(kind.dtype),
        strict=True,
    ):
        assert spec.is_compatible_with(tensor) and tensor.dtype == dtype
        assert spec.shape[0] is None
    again, others = kind.examples(3, seed=1), kind.examples(3, seed=2)
    same = [
        tf.nest.map_structure(lambda a, b: bool((a == b).all()), samples, x)
        for x in (again, others)
    ]
    assert all(tf.nest.flatten(same[0])) and not all(tf.nest.flatten(same[1]))


@every
def test_a_config_makes_an_equal_kind(kind):
    config = json.loads(json.dumps(keras.saving.serialize_keras_object(kind)))
    again = keras.saving.deserialize_keras_object(config)
    assert again == kind and hash(again) == hash(kind) and repr(again) == repr(kind)
    assert kinds.get(kind) is kind
    assert kinds.get(json.loads(json.dumps(keras.saving.serialize_keras_object(kind)))) == kind
    assert pickle.loads(pickle.dumps(kind)) == kind
    assert eval(repr(kind), vars(kinds)) == kind
    assert [other == kind for other in EVERY].count(True) == 1


def test_kinds_of_one_shape_differ():
    assert kinds.Sequence((8, 2)) != kinds.Points((8, 2))
    assert kinds.Image((8, 8, 1)) == kinds.Image([8, 8, np.int64(1)], largest=2)
    assert kinds.Image((8, 8, 1)) != kinds.Image((8, 8, 1), largest=4.0)
    assert kinds.Named(a=kinds.Label(2), b=kinds.Label(3)) != kinds.Named(
        b=kinds.Label(3), a=kinds.Label(2)
    )


def test_kinds_cannot_be_changed():
    with pytest.raises(AttributeError):
        kinds.Image((8, 8, 1)).shape = (1,)


@every
def test_names_for_exports_and_extractors(kind):
    names = "images vectors points voxels videos spectrograms audio tokens sequences label_maps"
    assert kind.plural in [*names.split(), "labels", "samples"]
    is_image = isinstance(kind, kinds.Image)
    assert bool(kind.extractors) == is_image
    for name in kind.extractors:
        extractor = kgz.extractors.FeatureExtractor.get(name) if name != "inception_2015" else None
        assert extractor is None or extractor.channels in (3, kind.shape[-1])
    assert kind.bounded == isinstance(kind, (kinds.Image, kinds.Voxels, kinds.Video, kinds.Audio))


def test_open_sizes():
    kind = kinds.Image((None, None, 3))
    assert kind.spec("x").shape.as_list() == [None, None, None, 3]
    assert kind.examples(2).shape == (2, 8, 8, 3)
    assert kind.check("x", np.zeros((1, 5, 7, 3), "float32")).shape == (1, 5, 7, 3)
    assert kinds.get(keras.saving.serialize_keras_object(kind)) == kind
    with pytest.raises(ValueError, match=r"\(batch, any, any, 3\).*Received"):
        kind.check("x", np.zeros((1, 5, 7, 1), "float32"))


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: kinds.Image((8, 8)), r"`shape` of Image to be \(height, width, channels\)"),
        (lambda: kinds.Image((8, 8, 0)), "`shape` of Image.*Received: .8, 8, 0."),
        (lambda: kinds.Image((8, 8.5, 1)), "`shape` of Image"),
        (lambda: kinds.Image(8), "`shape` of Image"),
        (lambda: kinds.Image((8, 8, 1), largest=0.5), "`largest` of Image to be at least 1"),
        (lambda: kinds.Image((8, 8, 1), largest="2"), "`largest` of Image to be a number > 0"),
        (lambda: kinds.Vector((8, 8)), r"\(dimensions,\)"),
        (lambda: kinds.Points((8, 4)), r"\(points, 2\) or \(points, 3\)"),
        (lambda: kinds.Audio((8, 1, 1)), r"`shape` of Audio to be \(samples,\)"),
        (lambda: kinds.Audio((8,), rate=0), "`rate` of Audio to be an integer >= 1"),
        (lambda: kinds.Spectrogram((8, 8), 100, 1.5), "`hop` of Spectrogram"),
        (lambda: kinds.Video((2, 8, 8, 1), fps=0.0), "`fps` of Video to be a number > 0"),
        (lambda: kinds.Label(1), "`classes` of Label to be an integer >= 2"),
        (lambda: kinds.Label(True), "`classes` of Label to be an integer >= 2"),
        (lambda: kinds.LabelMap((8, 8), 1), "`classes` of LabelMap to be an integer >= 2"),
        (lambda: kinds.Tokens((8,), 1), "`vocabulary` of Tokens to be an integer >= 2"),
        (lambda: kinds.Named(), "kinds of the parts by name"),
        (lambda: kinds.Named(a=(8, 8, 1)), "Expected a kind.*of_shape"),
        (lambda: kinds.get("image"), "Expected a kind.*Received: 'image'"),
        (lambda: kinds.get({"a": 1}), "Expected a kind.*Received"),
        (lambda: kinds.get({"class_name": "No", "config": {}}), "Expected.*Received"),
        (lambda: kinds.of_shape(()), "`Label`.*Received"),
        (lambda: kinds.of_shape((28, 28)), r"`Sequence`.*`LabelMap`.*\(height, width, 1\)"),
        (lambda: kinds.of_shape((8, 8, 8, 1)), "`Voxels` or a `Video`"),
        (lambda: kinds.of_shape(28), "Received: 28"),
    ],
)
def test_wrong_arguments(make, message):
    with pytest.raises(ValueError, match=f"{message}.*Received|{message}"):
        make()


def test_the_kind_of_a_shape():
    assert kinds.of_shape((2,)) == kinds.Vector((2,))
    assert kinds.of_shape([28, 28, 1]) == kinds.Image((28, 28, 1))
    assert kinds.of_shape(tf.TensorShape((28, 28, 1))) == kinds.Image((28, 28, 1))


def test_a_kind_of_ones_own():
    @keras.saving.register_keras_serializable("tests")
    class Face(kinds.Image):
        plural = "faces"

    face = Face((8, 8, 1))
    assert face != kinds.Image((8, 8, 1)) and repr(face).endswith(
        "Face(shape=(8, 8, 1), largest=2.0)"
    )
    assert kinds.get(keras.saving.serialize_keras_object(face)) == face

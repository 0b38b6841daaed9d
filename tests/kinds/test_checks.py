"""What batches a kind takes, and what it says of others."""

import re

import numpy as np
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz
from keras_gan_zoo.kinds import values

kinds = kgz.kinds
IMAGE, VECTOR = kinds.Image((8, 8, 1)), kinds.Vector((3,))
VOXELS, VIDEO = kinds.Voxels((4, 4, 4, 1)), kinds.Video((3, 8, 8, 1))
AUDIO, STEREO = kinds.Audio((50,)), kinds.Audio((50, 1))
POINTS, SEQUENCE = kinds.Points((9, 3)), kinds.Sequence((9, 1))
SPECTROGRAM = kinds.Spectrogram((9, 5), rate=100, hop=4)
TOKENS, MAP, LABEL = kinds.Tokens((6,), 50), kinds.LabelMap((4, 4), 3), kinds.Label(3)
SCALE = r" with values in \[-1, 1\]"


def ones(*shape, dtype="float32", scale=1):
    return np.full(shape, scale, dtype)


@pytest.mark.parametrize(
    "kind, samples, message",
    [
        # Types.
        (
            IMAGE,
            ones(2, 8, 8, 1, dtype="uint8"),
            "8-bit images. Use x / 127.5 - 1. Received: dtype uint8",
        ),
        (
            VIDEO,
            ones(2, 3, 8, 8, 1, dtype="uint8"),
            "8-bit videos. Use x / 127.5 - 1. Received: dtype",
        ),
        (VOXELS, ones(2, 4, 4, 4, 1, dtype="bool"), r"2.0 \* x - 1 for occupancies.*dtype bool"),
        (
            AUDIO,
            ones(2, 50, dtype="int16"),
            "16-bit sounds. Use x / 32768.0. Received: dtype int16",
        ),
        (POINTS, ones(2, 9, 3, dtype="int32"), r"Use x.astype\('float32'\). Received: dtype int32"),
        (VECTOR, ones(2, 3, dtype="int64"), r"shape \(batch, 3\). Received: dtype int64, shape"),
        (TOKENS, ones(2, 6), r"Whole numbers: x.astype\('int64'\). Received: dtype float32"),
        (LABEL, ones(2), r"Whole numbers: y.astype\('int64'\). Received: dtype float32"),
        # Shapes.
        (IMAGE, ones(8, 8, 1), r"A batch of one is x\[None\]. Received: shape \(8, 8, 1\)"),
        (IMAGE, ones(2, 8, 8), r"Grey images have a channel: x\[..., None\]. Received: shape"),
        (IMAGE, ones(2, 9, 8, 1), "Resize or convert the data.*Received: shape"),
        (VIDEO, ones(2, 3, 8, 8), r"Grey videos have a channel: x\[..., None\]. Received"),
        (VOXELS, ones(2, 4, 4, 4), r"Voxels have a channel: x\[..., None\]. Received"),
        (VOXELS, ones(4, 4, 4, 1), r"A batch of one is x\[None\]. Received"),
        (AUDIO, ones(2, 50, 1), r"x\[..., 0\]. Received"),
        (STEREO, ones(2, 50), r"an axis for it: x\[..., None\]. Received"),
        (POINTS, ones(2, 3, 9), r"last axis: np.swapaxes\(x, 1, 2\). Received"),
        (SPECTROGRAM, ones(2, 5, 9), r"Frames come first.*np.swapaxes\(x, 1, 2\). Received"),
        (SEQUENCE, ones(2, 9), r"an axis of features: x\[..., None\]. Received"),
        (SEQUENCE, ones(2, 1, 9), r"Steps come first.*np.swapaxes"),
        (VECTOR, ones(2, 4), r"shape \(batch, 3\). Received: shape \(2, 4\)|Received: shape"),
        (TOKENS, ones(2, 6, 50, dtype="int32"), r"One-hot vectors: x.argmax\(axis=-1\). Received"),
        (TOKENS, ones(6, dtype="int32"), r"A batch of one is x\[None\]. Received"),
        (MAP, ones(2, 4, 4, 3), r"One-hot vectors: x.argmax\(axis=-1\). Received: dtype float32"),
        (MAP, ones(2, 4, 4, 1).tolist(), r"x\[..., 0\]. Received"),
        (MAP, ones(4, 4, dtype="int32"), r"A batch of one is x\[None\]. Received"),
        (LABEL, ones(2, 1, dtype="int32"), r"Labels in a column: y\[:, 0\]. Received"),
        (LABEL, ones(2, 3, dtype="int32"), r"One-hot labels: y.argmax\(axis=-1\). Received"),
        # Values.
        (
            IMAGE,
            ones(2, 8, 8, 1, scale=255),
            rf"{SCALE} \(8-bit images: x / 127.5 - 1\). Received: 128",
        ),
        (VIDEO, ones(1, 3, 8, 8, 1, scale=255), r"\(8-bit videos: x / 127.5 - 1\).*maximum 255.0"),
        (VOXELS, ones(1, 4, 4, 4, 1, scale=255), r"\(8-bit voxels: x / 127.5 - 1.*64 of 64 values"),
        (AUDIO, ones(1, 50, scale=300), r"\(16-bit sounds: x / 32768.0\).*Received: 50 of 50"),
        (IMAGE, ones(1, 8, 8, 1, scale=np.nan), "Received: 64 of 64 values outside or not finite"),
        (VECTOR, ones(1, 3, scale=np.inf), "with finite values. Received: 3 of 3 values"),
        (VECTOR, ones(1, 3, dtype="float64", scale=1e300), "with finite values. Received: 3 of 3"),
        (SEQUENCE, ones(1, 9, 1, scale=np.nan), "with finite values. Received: 9 of 9 values"),
        (
            TOKENS,
            ones(1, 6, dtype="int32", scale=50),
            r"in \[0, 50\). Tokens are counted from 0. Rec",
        ),
        (TOKENS, ones(1, 6, dtype="int32", scale=-1), "Received: 6 of 6 values.*minimum -1"),
        (TOKENS, ones(1, 6, dtype="int64", scale=2**32 + 1), "Received: 6 of 6 values"),
        (MAP, ones(1, 4, 4, dtype="uint8", scale=255), "often 255.*Received: 16 of 16 values"),
        (LABEL, ones(1, dtype="int32", scale=3), r"in \[0, 3\). Received: 1 of 1 values"),
    ],
)
def test_bad_batches(kind, samples, message):
    with pytest.raises(ValueError, match=f"Expected `x` to be .*{message}"):
        kind.check("x", samples)


def test_a_batch_with_labels_is_no_batch():
    with pytest.raises(ValueError, match="take a batch.*Received: tuple"):
        IMAGE.check("x", (np.zeros((2, 8, 8, 1)), np.zeros(2)))
    assert LABEL.check("y", (0, 2)).numpy().tolist() == [0, 2]


@pytest.mark.parametrize("kind", [IMAGE, VECTOR, TOKENS, LABEL, MAP])
@pytest.mark.parametrize(
    "samples, message",
    [
        (None, "take a batch.*Received: NoneType"),
        (tf.data.Dataset.range(2), "take a batch.*Received: _RangeDataset"),
        ({"image": 1}, "Received: dict, which is no array"),
        ([[1.0], [1.0, 2.0]], "Received: list, which is no array"),
        (["a", "b"], "Received: dtype string"),
        (1.0, r"Received: .*shape \(\)"),
    ],
)
def test_what_is_no_batch(kind, samples, message):
    with pytest.raises(ValueError, match=f"Expected `x` to be .*{message}"):
        kind.check("x", samples)


def test_small_overshoot_is_taken_and_configured():
    assert IMAGE.check("x", ones(1, 8, 8, 1, scale=2)).dtype == "float32"
    with pytest.raises(ValueError, match="64 of 64"):
        IMAGE.check("x", ones(1, 8, 8, 1, scale=2.5))
    kinds.Image((8, 8, 1), largest=4.0).check("x", ones(1, 8, 8, 1, scale=2.5))


@pytest.mark.parametrize(
    "kind, shape, words",
    [
        (IMAGE, (2, 8, 8, 1), "All pixels.*Black is -1 here: are these images"),
        (VIDEO, (2, 3, 8, 8, 1), "All pixels.*Black is -1 here: are these videos"),
        (VOXELS, (2, 4, 4, 4, 1), "All values.*Empty is -1 here: are these voxels"),
    ],
)
def test_values_from_zero_are_warned_of(kind, shape, words):
    samples = np.zeros(shape, "float32")
    samples[0] = 1.0
    with pytest.warns(UserWarning, match=rf"{words} in \[0, 1\]\? Use 2 \* x - 1"):
        kind.check("x", samples)


def test_types_that_are_taken():
    assert IMAGE.check("x", ones(1, 8, 8, 1, dtype="float64")).dtype == "float32"
    assert VECTOR.check("x", tf.ones((1, 3), "bfloat16")).dtype == "float32"
    assert TOKENS.check("x", ones(1, 6, dtype="uint16")).dtype == "int32"
    assert LABEL.check("x", [0, 2]).numpy().tolist() == [0, 2]
    maps = np.arange(16).reshape(1, 4, 4, 1) % 3
    np.testing.assert_array_equal(MAP.check("x", maps), maps[..., 0])
    np.testing.assert_array_equal(MAP.check("x", tf.constant(maps[..., 0])), maps[..., 0])


def in_graph(kind, samples, spec):
    """What a compiled check says of samples whose batch size it does not know."""
    checked = tf.function(lambda x: kind.check("x", x), input_signature=[spec])
    checked(tf.nest.map_structure(np.zeros_like, samples))
    with pytest.raises(tf.errors.InvalidArgumentError) as error:
        checked(samples)
    return values.readable(error.value.message)


@pytest.mark.parametrize(
    "kind, samples",
    [
        (IMAGE, ones(2, 8, 8, 1, scale=3)),
        (VOXELS, ones(1, 4, 4, 4, 1, scale=255)),
        (VECTOR, ones(1, 3, scale=np.nan)),
        (TOKENS, ones(1, 6, dtype="int32", scale=50)),
        (MAP, ones(1, 4, 4, dtype="int32", scale=255)),
        (LABEL, ones(1, dtype="int32", scale=3)),
    ],
)
def test_graphs_say_the_same(kind, samples):
    with pytest.raises(ValueError, match="Expected") as error:
        kind.check("x", samples)
    said = in_graph(kind, samples, kind.spec("x"))
    number = re.compile(r"(\d+)\.0\b")  # a graph prints 3 for 3.0
    assert number.sub(r"\1", said) == number.sub(r"\1", str(error.value))


def test_shapes_unknown_to_a_graph():
    spec = tf.TensorSpec(None, "float32")
    with pytest.raises(ValueError, match="Received: shape <unknown>"):
        tf.function(lambda x: VECTOR.check("x", x), input_signature=[spec]).get_concrete_function()


class TestNamed:
    pair = kinds.Named(source=MAP, target=IMAGE)

    def test_keys(self):
        for samples in ({"source": 1}, {"source": 1, "target": 1, "more": 1}):
            with pytest.raises(ValueError, match=r"keys \['source', 'target'\]. Received: keys"):
                self.pair.check("x", samples)
        with pytest.raises(ValueError, match="Expected `x` to be a dict.*Received: tuple"):
            self.pair.check("x", (1, 2))

    def test_parts_are_checked_by_name(self):
        samples = self.pair.examples(2)
        with pytest.raises(ValueError, match=r"Expected `x\['target'\]` to be a float batch"):
            self.pair.check("x", {**samples, "target": samples["source"]})

    def test_batch_sizes(self):
        samples = self.pair.examples(2)
        with pytest.raises(
            ValueError, match="same batch size. Received: {'source': 1, 'target': 2}"
        ):
            self.pair.check("x", {**samples, "source": samples["source"][:1]})

    def test_graphs_say_the_same(self):
        samples = self.pair.examples(2)
        samples["source"][0, 0, 0] = 7
        said = in_graph(self.pair, samples, self.pair.spec("x"))
        assert said.startswith("Expected `x['source']` to be integers of shape (batch, 4, 4)")
        assert said.endswith("Received: 1 of 32 values outside or not finite; minimum 0, maximum 7")

    def test_specs_are_named_after_the_parts(self):
        assert {name: spec.name for name, spec in self.pair.spec("x").items()} == {
            "source": "source",
            "target": "target",
        }

    def test_the_order_is_that_of_the_parts(self):
        samples = dict(reversed(self.pair.examples(2).items()))
        assert list(self.pair.check("x", samples)) == ["source", "target"]


def test_labels_may_begin_below_zero():
    with pytest.raises(ValueError, match=r"integers of shape \(batch,\) in \[-1, 3\)"):
        values.check_labels("y", [3], 3, least=-1)

"""The export runs where this library cannot be imported. Its numbers are tested in conformance."""

import subprocess
import sys
import textwrap

import numpy as np
import pytest

import keras_gan_zoo as kgz
from tests.training.test_noise import noisy_gan

CLIENT = textwrap.dedent(
    """
    import sys

    class Block:
        def find_spec(self, name, path=None, target=None):
            if name.split(".")[0] == "keras_gan_zoo":
                raise ImportError(name)

    sys.meta_path.insert(0, Block())
    import numpy as np
    import tensorflow as tf

    model = tf.saved_model.load(sys.argv[1])
    calls = model.signatures
    images = calls["sample"](num_samples=tf.constant(5), seed=tf.constant(3))["images"]
    logits = calls["discriminate"](samples=images)["logits"]
    np.savez(sys.argv[2], images=images, logits=logits)
    """
)


def tiny():
    return kgz.models.DCGAN((16, 16, 1), latent_dim=4, filters=4, seed=0)


def test_loads_in_a_process_that_cannot_import_this_library(tmp_path):
    model = tiny()
    model.export(tmp_path / "model")
    command = [sys.executable, "-c", CLIENT, str(tmp_path / "model"), str(tmp_path / "out.npz")]
    subprocess.run(command, check=True, timeout=200)
    out = np.load(tmp_path / "out.npz")
    np.testing.assert_allclose(out["images"], model.generate(5, seed=3), atol=1e-5)
    np.testing.assert_allclose(out["logits"], model.discriminate(out["images"]), atol=1e-5)


def test_overwriting_is_asked_for(tmp_path, capsys):
    model = tiny()
    model.export(tmp_path / "deep" / "model", verbose=True)
    assert "serving_default, sample, discriminate" in capsys.readouterr().out
    before = (tmp_path / "deep" / "model" / "saved_model.pb").stat().st_mtime_ns
    with pytest.raises(FileExistsError, match="overwrite=True"):
        model.export(tmp_path / "deep" / "model")
    model.export(tmp_path / "deep" / "model", overwrite=True)
    assert (tmp_path / "deep" / "model" / "saved_model.pb").stat().st_mtime_ns > before


def test_a_failed_export_leaves_what_was_there(tmp_path, monkeypatch):
    model = tiny()
    model.export(tmp_path / "model")

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tensorflow.saved_model.save", full)
    with pytest.raises(OSError, match="No space"):
        model.export(tmp_path / "model", overwrite=True)
    assert [path.name for path in tmp_path.iterdir()] == ["model"]
    assert (tmp_path / "model" / "saved_model.pb").exists()


def test_the_moving_average_is_exported(tmp_path):
    import tensorflow as tf

    model = tiny()
    model.compile()
    model.fit(np.zeros((8, 16, 16, 1), "float32"), batch_size=4, verbose=0)
    model.export(tmp_path / "model")
    latents = model.sample_latents(2, seed=0)
    served = tf.saved_model.load(str(tmp_path / "model")).signatures["serving_default"]
    images = served(latents=latents)["images"]
    np.testing.assert_allclose(images, model.generate(latents=latents, ema=True), atol=1e-5)
    assert not np.allclose(images, model.generate(latents=latents, ema=False), atol=1e-4)


def conditional():
    sizes = {"latent_dim": 4, "filters": 4, "discriminator_filters": 4}
    return kgz.models.ConditionalGAN((16, 16, 1), num_classes=3, seed=0, **sizes)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """The signatures of a model of three classes, and the model."""
    import tensorflow as tf

    model, path = conditional(), tmp_path_factory.mktemp("export") / "model"
    model.export(path)
    loaded = tf.saved_model.load(str(path))
    served.kept = loaded  # signatures do not keep what they are of
    return loaded.signatures, model


def ask(signature, **inputs):
    import tensorflow as tf

    return signature(**{name: tf.constant(part) for name, part in inputs.items()})


LATENTS = np.zeros((2, 4), "float32")


def test_labels_are_int64(served):
    signatures, model = served
    for name in ("serving_default", "sample", "discriminate"):
        assert signatures[name].structured_input_signature[1]["labels"].dtype == "int64"
    made = ask(signatures["serving_default"], latents=LATENTS, labels=np.array([2, 0]))
    expected = model.generate(latents=LATENTS, labels=[2, 0])
    np.testing.assert_allclose(made["images"], expected, atol=1e-6)


@pytest.mark.parametrize("labels", [[7, 0], [-1, 0], [2**32 + 1, 0]])
def test_labels_that_are_no_class(labels, served):
    import tensorflow as tf

    said = r"Expected `labels` to be integers of shape \(batch,\) in \[0, 3\)\. Received:\] \[1\]"
    for name in ("serving_default", "sample"):
        inputs = {"latents": LATENTS} if name != "sample" else {"seed": np.int32(0)}
        with pytest.raises(tf.errors.InvalidArgumentError, match=said):
            ask(served[0][name], labels=np.array(labels), **inputs)


def test_one_label_is_not_for_two_latents(served):
    import tensorflow as tf

    with pytest.raises(
        tf.errors.InvalidArgumentError, match=r"one batch size.*sizes\] \[2\] \[1\]"
    ):
        ask(served[0]["serving_default"], latents=LATENTS, labels=np.array([1]))
    with pytest.raises(tf.errors.InvalidArgumentError, match="one batch size"):
        ask(
            served[0]["discriminate"],
            samples=np.zeros((1, 16, 16, 1), "float32"),
            labels=np.array([1, 2]),
        )


@pytest.mark.parametrize("value", [np.nan, 255.0, np.inf])
def test_values_that_are_no_sample(value, served):
    import tensorflow as tf

    samples = np.zeros((2, 16, 16, 1), "float32")
    samples[1, 0, 0, 0] = value
    with pytest.raises(tf.errors.InvalidArgumentError, match="Expected `samples` to be a float"):
        ask(served[0]["discriminate"], samples=samples, labels=np.array([1, 2]))
    if not value < 256.0:
        latents = np.where(np.arange(8).reshape(2, 4) == 3, np.float32(value), LATENTS)
        with pytest.raises(
            tf.errors.InvalidArgumentError, match="Expected `latents` to be a float"
        ):
            ask(served[0]["serving_default"], latents=latents, labels=np.array([1, 2]))


def test_samples_of_classes(served):
    """With one seed as the method makes them; with one for each as of each alone."""
    signatures, model = served
    made = ask(signatures["sample"], labels=np.array([2, 0, 2]), seed=np.int32(5))["images"]
    np.testing.assert_allclose(made, model.generate(labels=[2, 0, 2], seed=5), atol=1e-6)
    seeds = np.array([5, 6, 5], "int32")
    made = ask(signatures["sample"], labels=np.array([2, 0, 2]), seed=seeds)["images"]
    for index, seed in enumerate(seeds):
        alone = model.generate(labels=[[2, 0, 2][index]], seed=int(seed))
        np.testing.assert_allclose(made[index], alone[0], atol=1e-6)
    np.testing.assert_array_equal(made[0], made[2])


def test_requests_put_together_give_what_each_gives(served):
    """As batching servers do: inputs and outputs are joined and split along the first axis."""
    requests = [
        (np.array([1]), np.array([3], "int32")),
        (np.array([0, 2]), np.array([4, 5], "int32")),
    ]
    sample = served[0]["sample"]
    apart = [ask(sample, labels=labels, seed=seed)["images"] for labels, seed in requests]
    labels, seeds = map(np.concatenate, zip(*requests, strict=True))
    together = ask(sample, labels=labels, seed=seeds)["images"]
    np.testing.assert_allclose(together, np.concatenate(apart), atol=1e-6)


def test_seeds_that_are_not_as_many(served):
    import tensorflow as tf

    with pytest.raises(tf.errors.InvalidArgumentError, match="one for each sample"):
        ask(served[0]["sample"], labels=np.array([1, 2]), seed=np.array([1, 2, 3], "int32"))


def test_sampling_in_rows_and_its_limit(tmp_path):
    import tensorflow as tf

    model = kgz.models.VAE((8, 8, 1), latent_dim=3, seed=0)
    model.export(tmp_path / "model")
    loaded = tf.saved_model.load(str(tmp_path / "model"))
    sample = loaded.signatures["sample"]
    rows = ask(sample, num_samples=np.ones(3, "int32"), seed=np.array([7, 8, 7], "int32"))["images"]
    for row, seed in zip(rows, (7, 8, 7), strict=True):
        np.testing.assert_allclose(row, model.generate(1, seed=seed)[0], atol=1e-5)
    for count in (0, -1, 1025, 10**9):
        with pytest.raises(tf.errors.InvalidArgumentError, match="`num_samples` from 1 to 1024"):
            ask(sample, num_samples=np.int32(count), seed=np.int32(0))
    for count in ([2, 1], [1], [1, 1, 1]):
        with pytest.raises(tf.errors.InvalidArgumentError, match="as many ones"):
            ask(
                sample,
                num_samples=np.array(count, "int32"),
                seed=np.array([1, 2], "int32"),
            )


def test_seeds_of_rows_where_networks_draw_noise(tmp_path):
    """Each sample has the noise of its own seed, whatever else is in the batch."""
    import tensorflow as tf

    model = noisy_gan()
    model.export(tmp_path / "model")
    loaded = tf.saved_model.load(str(tmp_path / "model"))
    seeds, latents = np.array([4, 5, 4], "int32"), np.ones((3, 3), "float32")
    made = ask(loaded.signatures["serving_default"], latents=latents, seed=seeds)["vectors"]
    for row, seed in zip(made, seeds, strict=True):
        alone = model.generate(latents=latents[:1], seed=int(seed))
        np.testing.assert_allclose(row, alone[0], atol=1e-6)
    assert np.abs(made[0] - made[1]).max() > 1e-3
    ones = np.ones(3, "int32")
    made = ask(loaded.signatures["sample"], num_samples=ones, seed=seeds)["vectors"]
    for row, seed in zip(made, seeds, strict=True):
        np.testing.assert_allclose(row, model.generate(1, seed=int(seed))[0], atol=1e-6)


def test_what_tensorflow_says_of_a_disk_is_an_error_of_the_disk(tmp_path, monkeypatch):
    import tensorflow as tf

    def denied(*_, **__):
        raise tf.errors.PermissionDeniedError(None, None, "Read-only file system")

    monkeypatch.setattr("tensorflow.saved_model.save", denied)
    with pytest.raises(OSError, match="Could not write .*model: Read-only file system"):
        tiny().export(tmp_path / "model")
    assert not list(tmp_path.iterdir())

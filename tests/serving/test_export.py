"""The export runs where this library cannot be imported. Its numbers are tested in conformance."""

import subprocess
import sys
import textwrap

import numpy as np
import pytest

import keras_gan_zoo as kgz

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

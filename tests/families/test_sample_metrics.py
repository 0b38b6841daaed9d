"""Streaming metrics given to `compile`: what `evaluate` says of generated samples."""

import keras
import numpy as np
import pytest

import keras_gan_zoo as kgz


def tiny(**options):
    keras.utils.set_random_seed(0)
    model = kgz.models.GAN(sample_shape=(2,), latent_dim=2, hidden_units=8, seed=0)
    model.compile(metrics=[kgz.metrics.FrechetDistance(2)], **options)
    return model


def points(count):
    return np.random.default_rng(0).standard_normal((count, 2)).astype("float32")


def test_evaluate_compares_as_many_samples_as_there_are_real_ones():
    model, real = tiny(), points(50)
    result = model.evaluate(real, batch_size=16, verbose=0)
    assert set(result) == {"discriminator_loss", "generator_loss", "frechet_distance"}
    metric = model.sample_metrics[0]
    counts = {v.name: float(v.value) for v in metric.variables if v.name.endswith("count")}
    assert counts == {"real_count": 50.0, "fake_count": 50.0}
    many = model.generate(5000, seed=1)
    expected = kgz.metrics.frechet_distance_from_features(points(5000), many)
    assert result["frechet_distance"] == pytest.approx(expected, rel=0.5)


def test_fit_reports_them_for_validation_data_only():
    history = tiny().fit(points(32), validation_data=(points(20),), epochs=2, verbose=0).history
    assert len(history["val_frechet_distance"]) == 2 and "frechet_distance" not in history
    assert all(value >= 0.0 for value in history["val_frechet_distance"])


def test_replicas_with_nothing_do_not_count():
    with kgz.distribute("mirrored"):
        model = tiny()
    data = kgz.datasets.from_arrays(points(9), batch_size=8, shuffle=False)
    model.evaluate(data, verbose=0)
    total = model.sample_metrics[0]._finite_state()
    assert total["real_count"] == total["fake_count"] == 9.0


def test_a_loaded_model_has_them(tmp_path):
    tiny().save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert "frechet_distance" in loaded.evaluate(points(20), verbose=0)


def test_other_metrics_are_refused():
    with pytest.raises(ValueError, match="Expected `metrics` to be streaming metrics.*Received"):
        kgz.models.GAN(sample_shape=(2,), latent_dim=2).compile(metrics=["accuracy"])

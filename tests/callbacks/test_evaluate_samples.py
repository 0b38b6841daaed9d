"""Numbers in the history, the best networks kept, and resumed runs that remember them."""

import json

import numpy as np
import pytest

import keras_gan_zoo as kgz

RING = "ring_of_gaussians"


def model():
    result = kgz.models.GAN(sample_shape=(2,), latent_dim=2, hidden_units=8, seed=0)
    result.compile()
    return result


def fit(model, callback, epochs=3):
    data = kgz.datasets.load(RING, batch_size=1000)
    return model.fit(data, epochs=epochs, steps_per_epoch=2, verbose=0, callbacks=[callback])


def test_history_and_tensorboard(tmp_path):
    callback = kgz.callbacks.EvaluateSamples(
        RING, every=2, num_samples=200, log_dir=tmp_path / "logs", directory=tmp_path / "best"
    )
    history = fit(model(), callback, epochs=4).history
    assert len(history["reverse_kl"]) == 2 and len(history["generator_loss"]) == 4
    assert any((tmp_path / "logs").iterdir())
    best = json.loads((tmp_path / "best" / "best.json").read_text())
    assert best["epoch"] in (2, 4) and best["protocol"]["samples"] == 200


def test_the_best_is_kept_and_restored(tmp_path, monkeypatch):
    numbers = iter([5.0, 3.0, 4.0])
    monkeypatch.setattr(
        "keras_gan_zoo.evaluation.evaluate",
        lambda *args, **kwargs: {"metrics": {"fid[x]": next(numbers)}, "protocol": {}},
    )
    seen = []

    class Watch(kgz.callbacks.EvaluateSamples):
        def on_epoch_end(self, epoch, logs=None):
            super().on_epoch_end(epoch, logs)
            seen.append(np.array(self.model.generate(3, seed=0)))

    one = model()
    fit(one, Watch(RING, directory=tmp_path, restore_best=True))
    assert json.loads((tmp_path / "best.json").read_text())["epoch"] == 2
    np.testing.assert_array_equal(one.generate(3, seed=0), seen[1])
    assert not np.array_equal(seen[1], seen[2])
    # A rerun that has nothing left to do ends with the best, too.
    weights = one.generator.get_weights()
    one.generator.set_weights([0.0 * weight for weight in weights])
    one.ema_generator.set_weights([0.0 * weight for weight in weights])
    fit(one, kgz.callbacks.EvaluateSamples(RING, directory=tmp_path, restore_best=True), epochs=0)
    np.testing.assert_array_equal(one.generate(3, seed=0), seen[1])
    # The same run going on has to beat it; another run is refused.
    numbers = iter([3.5])
    fit(one, kgz.callbacks.EvaluateSamples(RING, directory=tmp_path), epochs=1)
    assert json.loads((tmp_path / "best.json").read_text())["metrics"] == {"fid[x]": 3.0}
    with pytest.raises(FileExistsError, match="best networks of another run"):
        fit(model(), kgz.callbacks.EvaluateSamples(RING, directory=tmp_path), epochs=1)
    with pytest.raises(ValueError, match=r"Unknown number to monitor: 'kid'"):
        fit(one, kgz.callbacks.EvaluateSamples(RING, directory=tmp_path, monitor="kid"), epochs=1)


@pytest.mark.parametrize("name", ["precision", "elbo"])
def test_for_some_numbers_more_is_better(name, monkeypatch):
    numbers = iter([-0.1, 0.3, 0.2])
    monkeypatch.setattr("keras_gan_zoo.evaluation.check_ahead", lambda *args, **kwargs: None)
    monkeypatch.setattr(
        "keras_gan_zoo.evaluation.evaluate",
        lambda *args, **kwargs: {"metrics": {f"{name}[x]": next(numbers)}, "protocol": {}},
    )
    rising = kgz.callbacks.EvaluateSamples(RING, monitor=name)
    fit(model(), rising)
    assert rising.best["epoch"] == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"every": 0}, "`every` to be an integer >= 1"),
        ({"restore_best": True}, "Expected `directory`"),
        ({"metrics": ["fid"]}, "to be 'modes'"),
        ({"num_sample": 10}, "Did you mean 'num_samples'"),
        ({"extractor": "inception"}, "Did you mean 'inception_2015'"),
    ],
)
def test_bad_options(options, message):
    with pytest.raises(ValueError, match=message):
        kgz.callbacks.EvaluateSamples(RING, **options)


def test_a_number_to_monitor_that_is_not_measured():
    callback = kgz.callbacks.EvaluateSamples(RING, monitor="reverse_lk", num_samples=100)
    with pytest.raises(ValueError, match="Did you mean 'reverse_kl'"):
        fit(model(), callback)

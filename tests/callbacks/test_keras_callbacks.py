"""Each callback of Keras, on a model with two optimizers and on one with one."""

import csv
import http.server
import threading

import keras
import numpy as np
import pytest

import keras_gan_zoo as kgz

POINTS = np.random.default_rng(0).normal(size=(16, 2)).astype("float32")
IMAGES = np.random.default_rng(0).uniform(-1, 1, (16, 8, 8, 1)).astype("float32")
KERAS = tuple(map(int, keras.__version__.split(".")[:2]))


def gan(optimizer=None, **options):
    model = kgz.models.GAN((2,), 4, hidden_units=8, seed=0, **options)
    model.compile(optimizer)
    return model


def autoencoder():
    model = kgz.models.Autoencoder((8, 8, 1), 2, seed=0)
    model.compile()
    return model


def fit(model, *callbacks, epochs=2, **options):
    data = POINTS if isinstance(model, kgz.models.GAN) else IMAGES
    options = {"epochs": epochs, "batch_size": 8, "verbose": 0, **options}
    return model.fit(data, callbacks=list(callbacks), **options).history


def rates(model):
    return {name: float(one.learning_rate) for name, one in model.optimizers.items()}


@pytest.mark.parametrize("policy", ["float32", "mixed_float16"])
def test_learning_rate_scheduler_acts_on_all_phases(policy):
    """GAN's own learning rates are schedules, which end where the callback begins."""
    model = gan(dtype=policy)
    before = rates(model)
    schedule = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.5)
    history = fit(model, schedule)
    for name, rate in rates(model).items():
        assert rate == pytest.approx(before[name] / 4)
        if KERAS >= (3, 15):  # older ones log that of the first phase
            assert history[f"learning_rate_{name}"] == pytest.approx([before[name] / 2, rate])


def test_leaving_a_schedule_keeps_the_state():
    model = gan()
    fit(model)
    old = {name: [np.array(v) for v in one.variables] for name, one in model.optimizers.items()}
    before = rates(model)
    model.leave_schedules(model.optimizers)
    for name, optimizer in model.optimizers.items():
        kept = [v for v in optimizer.variables if v is not optimizer.learning_rate]
        for one, other in zip(old[name], kept, strict=True):
            np.testing.assert_array_equal(one, np.array(other))
    assert rates(model) == pytest.approx(before)
    fit(model)


def test_a_scheduler_for_one_phase():
    """The schedule that the other phase was compiled with goes on."""
    model, plain = gan(), gan()
    start = rates(model)
    fit(plain)
    halve = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)
    history = fit(model, kgz.callbacks.ForPhase("discriminator", halve))
    assert history["learning_rate_discriminator"] == pytest.approx(
        [start["discriminator"] / 2, start["discriminator"] / 4]
    )
    assert "learning_rate_generator" not in history
    assert rates(model)["discriminator"] == pytest.approx(start["discriminator"] / 4)
    assert rates(model)["generator"] == rates(plain)["generator"] != start["generator"]


def test_a_rate_for_each_phase():
    model = gan("sgd")
    history = fit(
        model,
        *(
            kgz.callbacks.ForPhase(
                phase, keras.callbacks.ReduceLROnPlateau("generator_loss", factor, 1, min_delta=1e9)
            )
            for phase, factor in (("discriminator", 0.5), ("generator", 0.1))
        ),
        epochs=3,
    )
    assert rates(model) == pytest.approx({"discriminator": 0.0025, "generator": 0.0001})
    assert history["learning_rate_generator"] == pytest.approx([0.01, 0.01, 0.001])


def test_what_cannot_be_for_one_phase():
    halve = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)
    with pytest.raises(ValueError, match="Unknown phase: 'critic'.*discriminator, generator"):
        fit(gan(), kgz.callbacks.ForPhase("critic", halve))
    with pytest.raises(ValueError, match="Expected a `LearningRateScheduler`.*EarlyStopping"):
        kgz.callbacks.ForPhase("generator", keras.callbacks.EarlyStopping())
    with pytest.raises(ValueError, match="to monitor a loss that GAN reports"):
        fit(gan(), kgz.callbacks.ForPhase("generator", keras.callbacks.ReduceLROnPlateau()))


def test_reduce_on_plateau():
    model = gan("sgd")
    reduce = keras.callbacks.ReduceLROnPlateau("generator_loss", 0.5, 1, min_delta=1e9)
    fit(model, reduce, epochs=3)
    assert set(rates(model).values()) == {np.float32(0.0025)}
    one = autoencoder()
    start = rates(one)["autoencoder"]
    fit(
        one,
        keras.callbacks.ReduceLROnPlateau("val_loss", 0.5, 1, min_delta=1e9),
        validation_split=0.5,
    )
    assert rates(one)["autoencoder"] == pytest.approx(start / 2)


def test_early_stopping_and_checkpoints(tmp_path):
    model = autoencoder()
    stop = keras.callbacks.EarlyStopping(min_delta=1e9, patience=1, restore_best_weights=True)
    best = keras.callbacks.ModelCheckpoint(tmp_path / "best.keras", save_best_only=True)
    history = fit(model, stop, best, epochs=9, validation_split=0.5)
    assert len(history["val_loss"]) == 2
    assert history["loss"] == history["reconstruction_loss"]
    loaded = keras.models.load_model(tmp_path / "best.keras")
    assert isinstance(loaded, kgz.models.Autoencoder)
    stop = keras.callbacks.EarlyStopping("generator_loss", min_delta=1e9, patience=1)
    assert len(fit(gan(), stop, epochs=9)["generator_loss"]) == 2


@pytest.mark.parametrize(
    "make",
    [
        keras.callbacks.EarlyStopping,
        keras.callbacks.ReduceLROnPlateau,
        lambda: keras.callbacks.ModelCheckpoint("x.keras", save_best_only=True),
    ],
)
def test_players_have_no_common_loss(make):
    with pytest.raises(ValueError, match=r"to monitor a loss that GAN.*Received: .*'val_loss'"):
        fit(gan(), make())


def test_checkpoints_of_every_epoch(tmp_path):
    fit(gan(), keras.callbacks.ModelCheckpoint(tmp_path / "{epoch}.keras"))
    assert len(list(tmp_path.iterdir())) == 2


def test_logs(tmp_path, capsys):
    seen = []
    fit(
        gan(),
        keras.callbacks.CSVLogger(tmp_path / "log.csv"),
        keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(logs)),
        keras.callbacks.TensorBoard(
            tmp_path / "board", histogram_freq=1, write_steps_per_second=True
        ),
        keras.callbacks.ProgbarLogger(),
        validation_split=0.5,
    )
    rows = list(csv.DictReader((tmp_path / "log.csv").open()))
    assert len(rows) == len(seen) == 2 and "val_generator_loss" in rows[0]
    assert any((tmp_path / "board" / "train").iterdir())


def test_remote_monitor():
    received = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):  # noqa: N802
            received.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args):
            pass

    pytest.importorskip("requests")
    with http.server.HTTPServer(("localhost", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://localhost:{server.server_port}"
        fit(gan(), keras.callbacks.RemoteMonitor(address))
        server.shutdown()
    assert len(received) == 2 and b"generator_loss" in received[0]


def test_terminate_on_nan():
    with pytest.raises(ValueError, match="StopOnNaN.*Received: TerminateOnNaN for GAN"):
        fit(gan(), keras.callbacks.TerminateOnNaN())
    model = autoencoder()
    model.compile(keras.optimizers.SGD(1e30))
    history = fit(model, keras.callbacks.TerminateOnNaN(), epochs=9)
    assert len(history["loss"]) < 9


def test_backup_and_restore_goes_on_with_the_epoch(tmp_path):
    class Stop(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 1:
                raise KeyboardInterrupt

    def backup():
        return keras.callbacks.BackupAndRestore(tmp_path, delete_checkpoint=False)

    model = gan()
    with pytest.raises(KeyboardInterrupt):
        fit(model, backup(), Stop())
    again = gan()
    history = fit(again, backup(), epochs=3)
    assert len(history["generator_loss"]) == 2
    assert int(again.optimizers["generator"].iterations) == 6


def test_averages_of_optimizers_are_what_training_ends_with():
    class Follow(keras.callbacks.Callback):
        def weights(self):
            return np.array(self.model.decoder.trainable_variables[-1])

        def on_train_begin(self, logs=None):
            self.mean = None

        def on_train_batch_end(self, batch, logs=None):
            self.last = self.weights()
            before = self.last if self.mean is None else self.mean  # as Keras begins
            self.mean = 0.5 * before + 0.5 * self.last

    swaps = [[], [keras.callbacks.SwapEMAWeights()]]
    if KERAS < (3, 15):
        with pytest.raises(ValueError, match="Expected Keras 3.15"):
            fit(autoencoder(), *swaps.pop())
    for swap in swaps:
        model, follow = autoencoder(), Follow()
        model.compile(keras.optimizers.SGD(10.0, use_ema=True, ema_momentum=0.5))
        fit(model, follow, *swap, validation_split=0.5)
        final = np.array(model.decoder.trainable_variables[-1])
        np.testing.assert_allclose(final, follow.mean, rtol=1e-5, atol=1e-7)
        assert np.abs(final - follow.last).max() > 1e-4
    with pytest.raises(ValueError, match="use_ema" if len(swaps) > 1 else "Keras 3.15"):
        fit(gan(), keras.callbacks.SwapEMAWeights(), validation_split=0.5)

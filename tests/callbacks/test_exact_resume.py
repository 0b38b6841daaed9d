"""Kill, tear, fill the disk: nothing is lost. Every model's resume is tested in conformance."""

import errno
import hashlib
import os
import signal
import subprocess
import sys
import textwrap
import time
import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz
from keras_gan_zoo.training import state as training_state
from tests.conformance.spec import SPECS, one_of_each_family
from tests.resuming import Kill

FAMILIES = one_of_each_family()
TRAINING = textwrap.dedent(
    """
    import os, sys, time
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import hashlib, keras, numpy as np
    import keras_gan_zoo as kgz
    from tests.conformance.spec import SPECS
    from keras_gan_zoo.training import state

    name, folder, pause = sys.argv[1], sys.argv[2], float(sys.argv[3])
    spec = next(spec for spec in SPECS if spec.model.__name__ == name)
    keras.utils.set_random_seed(0)
    model = spec.make()
    data = kgz.datasets.from_arrays(spec.data(23), batch_size=4, seed=3)
    slow = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: time.sleep(pause))
    callbacks = [kgz.callbacks.ExactResume(folder, every=2), slow] if folder else []
    model.fit(data, epochs=4, verbose=0, callbacks=callbacks)
    digest = hashlib.sha256()
    for value in state.capture(model).values():
        digest.update(value.tobytes())
    print(digest.hexdigest())
    """
)


def start(name, folder, pause=0.0):
    return subprocess.Popen(
        [sys.executable, "-c", TRAINING, name, str(folder), str(pause)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=os.getcwd(),
    )


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(
            spec.model.__name__, marks=() if spec in one_of_each_family() else pytest.mark.long
        )
        for spec in SPECS
    ],
)
def test_a_killed_process_resumes_to_the_bit(name, tmp_path):
    """SIGKILL at a moment of chance in a real process, then the same program again."""
    whole = start(name, "")
    victim = start(name, tmp_path, pause=0.2)
    deadline = time.monotonic() + 200
    while len(list(tmp_path.glob("state-*.zip"))) < 2:
        assert victim.poll() is None and time.monotonic() < deadline
        time.sleep(0.05)
    victim.send_signal(signal.SIGKILL)
    assert victim.wait() == -signal.SIGKILL
    resumed = start(name, tmp_path)
    assert resumed.communicate(timeout=200)[0] == whole.communicate(timeout=200)[0]
    assert resumed.returncode == whole.returncode == 0


def small_model(seed=0, **options):
    keras.utils.set_random_seed(seed)
    options = {"sample_shape": (2,), "latent_dim": 3, "hidden_units": 10, **options}
    model = kgz.models.GAN(seed=0, **options)
    model.compile()
    return model


DATA = np.random.default_rng(0).standard_normal((12, 2)).astype("float32")


def fit(model, folder, epochs=2, **options):
    callbacks = [kgz.callbacks.ExactResume(folder, **options)]
    return model.fit(DATA, batch_size=4, epochs=epochs, verbose=0, callbacks=callbacks)


def digest(model):
    values = [value.tobytes() for value in training_state.capture(model).values()]
    return hashlib.sha256(b"".join(values)).hexdigest()


@pytest.mark.parametrize("damage", ["torn", "empty", "flipped", "not a zip"])
def test_a_damaged_file_falls_back_to_the_one_before_and_says_so(damage, tmp_path):
    fit(small_model(), tmp_path)
    whole = small_model()
    fit(whole, tmp_path / "whole", epochs=3)
    newest = max(tmp_path.glob("state-*.zip"))
    content = bytearray(newest.read_bytes())
    if damage == "torn":
        content = content[: len(content) // 2]
    elif damage == "empty":
        content = b""
    elif damage == "flipped":
        # In the middle of the largest array, where only a checksum can tell.
        content[len(content) // 3] ^= 0xFF
    else:
        content = b"something else"
    newest.write_bytes(content)
    model = small_model()
    with pytest.warns(UserWarning, match="torn or corrupt, falling back"):
        history = fit(model, tmp_path, epochs=3)
    assert len(history.history["generator_loss"]) == 2  # epoch 2 again, then epoch 3
    assert digest(model) == digest(whole)


def test_any_wrong_bit_of_a_state_is_found_or_does_not_matter(tmp_path):
    """Each bit of a small file in turn: the state is what was written, or is called broken."""
    path = tmp_path / "state-0000000001.zip"
    written = {"model/0": np.arange(3.0, dtype="float32")}
    training_state.write(path, written, {"steps": 1})
    content = path.read_bytes()
    broken = 0
    for bit in range(8 * len(content)):
        changed = bytearray(content)
        changed[bit // 8] ^= 1 << bit % 8
        path.write_bytes(changed)
        try:
            state, metadata = training_state.read(path)
        except training_state.BrokenStateError:
            broken += 1
            continue
        assert metadata == {"steps": 1} and state.keys() == written.keys(), bit
        assert state["model/0"].dtype == "float32", bit
        np.testing.assert_array_equal(state["model/0"], written["model/0"], err_msg=str(bit))
    assert broken > 4 * len(content)


def test_two_trainings_do_not_share_a_folder(tmp_path):
    """The second is told so at once, and the first goes on; then the folder is free again."""

    class Second(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            with pytest.raises(BlockingIOError, match="no other training uses now"):
                fit(small_model(), tmp_path)

    resume = kgz.callbacks.ExactResume(tmp_path)
    model = small_model()
    model.fit(DATA, batch_size=4, epochs=2, verbose=0, callbacks=[resume, Second()])
    assert digest(model) == digest(run_alone(tmp_path / "alone"))
    with pytest.raises(ValueError, match="state of this model"):
        fit(small_model(hidden_units=20), tmp_path)
    assert len(fit(small_model(), tmp_path, epochs=3).history["generator_loss"]) == 1


def run_alone(folder):
    model = small_model()
    fit(model, folder)
    return model


def test_a_full_disk_loses_nothing(tmp_path, monkeypatch):
    fit(small_model(), tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space left on device.*is intact"):
            fit(small_model(), tmp_path, epochs=3)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert len(fit(small_model(), tmp_path, epochs=3).history["generator_loss"]) == 1


def test_a_resumed_run_says_where_it_goes_on(tmp_path, capsys):
    fit(small_model(), tmp_path, epochs=2)
    capsys.readouterr()
    resume = [kgz.callbacks.ExactResume(tmp_path)]
    small_model().fit(DATA, batch_size=4, epochs=3, verbose=2, callbacks=resume)
    assert "Resuming from step 6, epoch 3." in capsys.readouterr().out


def test_a_run_killed_after_the_last_step_of_an_epoch_still_reports_it(tmp_path):
    expected = fit(small_model(), tmp_path / "whole").history
    callbacks = [kgz.callbacks.ExactResume(tmp_path / "killed", every=1), Kill(3)]
    with pytest.raises(KeyboardInterrupt):
        small_model().fit(DATA, batch_size=4, epochs=2, verbose=0, callbacks=callbacks)
    assert fit(small_model(), tmp_path / "killed").history == expected


def test_two_generations_are_kept_and_a_finished_run_has_nothing_to_do(tmp_path):
    model = small_model()
    fit(model, tmp_path, epochs=4, every=1)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["state-0000000011.zip", "state-0000000012.zip"]
    again = small_model()
    assert fit(again, tmp_path, epochs=4, every=1).history == {}
    assert digest(again) == digest(model)


def stops_at(step):
    """A callback that asks Keras to stop after so many steps."""

    class Stop(keras.callbacks.Callback):
        steps = 0

        def on_train_batch_end(self, batch, logs=None):
            self.steps += 1
            self.model.stop_training = self.steps == step

    return Stop()


@pytest.mark.parametrize("step", [5, 6])
def test_a_run_that_stops_within_an_epoch_finishes_it_later(step, tmp_path):
    whole, stopped, resumed = small_model(), small_model(), small_model()
    fit(whole, tmp_path / "whole", epochs=4)
    callbacks = [kgz.callbacks.ExactResume(tmp_path / "stopped"), stops_at(step)]
    stopped.fit(DATA, batch_size=4, epochs=4, verbose=0, callbacks=callbacks)
    assert int(stopped.optimizers["generator"].iterations) == step
    fit(resumed, tmp_path / "stopped", epochs=4)
    assert digest(resumed) == digest(whole)


def test_a_model_that_was_taken_back_is_not_saved_as_what_it_was(tmp_path):
    model = small_model()
    fit(model, tmp_path, epochs=1)
    before = {path.name for path in tmp_path.iterdir()}

    class Explode(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            variable = self.model.generator.trainable_variables[-1]
            variable.assign(np.full(variable.shape, np.nan))

    model = small_model()
    callbacks = [
        kgz.callbacks.ExactResume(tmp_path, every=1),
        Explode(),
        kgz.callbacks.StopOnNaN(),
    ]
    with pytest.warns(UserWarning, match="last good state"):
        model.fit(DATA, batch_size=4, epochs=3, verbose=0, callbacks=callbacks)
    assert {path.name for path in tmp_path.iterdir()} == before


def test_the_state_of_another_model_is_refused_and_kept(tmp_path):
    fit(small_model(), tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(ValueError, match="state of this model.*Received: .*shape"):
        fit(small_model(hidden_units=20), tmp_path)
    with pytest.raises(ValueError, match="state of this model.*Received: .*missing|left over"):
        model = small_model()
        model.compile({"generator": "adam"})
        fit(model, tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_state_with_nan_is_not_written(tmp_path):
    model = small_model()
    fit(model, tmp_path, epochs=1)
    model.generator.trainable_variables[0].assign(
        np.full(model.generator.trainable_variables[0].shape, np.nan)
    )
    (tmp_path / "other").mkdir()
    with pytest.warns(UserWarning, match="NaN.*not saved"):
        fit(model, tmp_path / "other", epochs=1)
    assert not list((tmp_path / "other").iterdir())


@pytest.mark.parametrize("source", ["array", "unshuffled array", "dataset", "endless", "partial"])
def test_every_kind_of_data_is_found_again(source, tmp_path):
    import tensorflow as tf

    def data():
        options = {"batch_size": 4} if "array" in source else {}
        options["shuffle"] = source != "unshuffled array"
        if "array" in source:
            return {"x": DATA, **options}
        dataset = tf.data.Dataset.from_tensor_slices(DATA).shuffle(12, seed=4)
        if source == "endless":
            return {"x": dataset.batch(4).repeat(), "steps_per_epoch": 4}
        if source == "partial":  # epochs that end inside the data
            return {"x": dataset.batch(5), "steps_per_epoch": 2}
        return {"x": dataset.batch(5)}

    def run(folder, epochs):
        model = small_model()
        resume = kgz.callbacks.ExactResume(folder, every=1)
        model.fit(**data(), epochs=epochs, verbose=0, callbacks=[resume])
        return digest(model)

    whole = run(tmp_path / "whole", 3)
    run(tmp_path / "parts", 2)
    max((tmp_path / "parts").glob("*.zip")).unlink()  # as if killed before the end of epoch 2
    assert run(tmp_path / "parts", 3) == whole


def test_data_of_unknown_length_warn():
    import tensorflow as tf

    data = tf.data.Dataset.from_tensor_slices(DATA).filter(lambda x: True).batch(4)
    order = kgz.datasets.pipeline.DataOrder(data)
    with pytest.warns(UserWarning, match="length of the data set is unknown"):
        order.move_to(6, 0)
    with pytest.raises(ValueError, match="empty"):
        kgz.datasets.pipeline.DataOrder(
            data.take(0).apply(tf.data.experimental.assert_cardinality(0))
        )


def test_bad_arguments(tmp_path):
    with pytest.raises(ValueError, match=r"keep.*Received: 1"):
        kgz.callbacks.ExactResume(tmp_path, keep=1)
    with pytest.raises(ValueError, match=r"every.*Received: 0"):
        kgz.callbacks.ExactResume(tmp_path, every=0)


def test_a_run_that_was_finished_leaves_the_model_as_it_is(tmp_path):
    """Of data without end, whose steps are replayed by the model's own training function."""
    points = tf.data.Dataset.from_tensors(np.zeros((4, 2), "float32")).repeat()

    def run():
        model = kgz.models.GAN((2,), latent_dim=3, hidden_units=10, seed=0)
        model.compile()
        resume = kgz.callbacks.ExactResume(tmp_path)
        model.fit(points, steps_per_epoch=3, epochs=2, verbose=0, callbacks=[resume])
        return model

    run()
    model = run()
    assert model.train_function.__name__ != "replay"
    model.fit(np.zeros((8, 2), "float32"), batch_size=4, verbose=0)
    assert int(model.optimizers["generator"].iterations) == 6 + 2


def test_what_is_asked_for_otherwise_is_named_and_holds(tmp_path):
    fit(small_model(), tmp_path, epochs=1)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        fit(small_model(), tmp_path, epochs=1)  # which is over
        fit(small_model(), tmp_path, epochs=2)  # as it was
    first = small_model()
    first.compile("sgd")
    fit(first, tmp_path / "sgd", epochs=1)
    second = small_model()
    second.compile(keras.optimizers.SGD(0.25))
    callbacks = [kgz.callbacks.ExactResume(tmp_path / "sgd")]
    with pytest.warns(
        UserWarning,
        match=r"goes on with what is asked for now.*learning_rate of 'discriminator', "
        r"0.0\d+ before and 0.25 now.*batches of the data set, 3 before and 2 now; "
        r"the batch size, 4 before and 6",
    ):
        second.fit(DATA, batch_size=6, epochs=2, verbose=0, callbacks=callbacks)
    assert {float(one.learning_rate) for one in second.optimizers.values()} == {0.25}


def test_a_rate_that_a_callback_set_is_no_other_wish(tmp_path):
    def run(epochs):
        model = small_model()
        model.compile("sgd")
        halve = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)
        callbacks = [kgz.callbacks.ExactResume(tmp_path), halve]
        model.fit(DATA, batch_size=4, epochs=epochs, verbose=0, callbacks=callbacks)
        return {float(one.learning_rate) for one in model.optimizers.values()}

    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        run(1)
        assert run(2) == {np.float32(0.0025)}

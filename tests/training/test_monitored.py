"""What callbacks monitor is asked for before training begins."""

import keras
import numpy as np
import pytest

import keras_gan_zoo as kgz

POINTS = np.random.default_rng(0).normal(size=(16, 2)).astype("float32")


class Never(keras.callbacks.Callback):
    """Fails if a step was made."""

    def on_train_batch_begin(self, batch, logs=None):
        raise AssertionError("a training step")


Never.__module__ = "keras"  # any other callback may report anything


def fit(*callbacks, **options):
    model = kgz.models.GAN((2,), 4, hidden_units=8, seed=0)
    model.compile()
    return model.fit(POINTS, batch_size=8, verbose=0, callbacks=list(callbacks), **options)


def stop(monitor):
    return keras.callbacks.EarlyStopping(monitor, mode="min")


@pytest.mark.parametrize(
    ("make", "meant"),
    [
        (lambda: stop("generater_loss"), "generator_loss"),
        (
            lambda: keras.callbacks.ModelCheckpoint(
                "x.keras", monitor="val_generator_los", save_best_only=True, mode="min"
            ),
            "generator_loss",
        ),
        (lambda: keras.callbacks.ModelCheckpoint("{epoch}-{gen_loss:.2f}.keras"), "generator_loss"),
    ],
)
def test_a_misspelt_loss_is_said_before_the_first_step(make, meant):
    with pytest.raises(ValueError, match=f"Unknown number to monitor for .*Did you mean '{meant}'"):
        fit(make(), Never())


def test_losses_of_validation_need_validation_data():
    with pytest.raises(
        ValueError, match="'val_generator_loss', and `fit` has no `validation_data`"
    ):
        fit(stop("val_generator_loss"), Never())
    fit(stop("val_generator_loss"), validation_data=POINTS)
    with pytest.raises(ValueError, match="Did you mean 'val_generator_loss'"):
        fit(stop("val_generatorloss"), Never(), validation_data=POINTS)


def test_what_other_callbacks_report_is_known_or_left_to_them():
    measure = kgz.callbacks.EvaluateSamples("ring_of_gaussians", every=5, num_samples=100)
    with pytest.raises(ValueError, match="monitor for EarlyStopping: 'mode'. Did you mean 'modes'"):
        fit(measure, stop("mode"), Never())
    fit(measure, stop("modes"), epochs=0)
    with pytest.raises(ValueError, match="monitor for EarlyStopping: 'modes'"):
        fit(stop("modes"), measure, Never())  # too late for it

    class Reports(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["mine"] = 0.0

    fit(Reports(), stop("mine"), epochs=0)


def test_a_run_that_is_traced_for_its_names_is_the_same_run():
    """Looking for names draws nothing and moves nothing."""
    assert fit(stop("generator_loss"), epochs=2).history == fit(epochs=2).history


def test_names_are_found_on_replicas():
    with kgz.distribute("mirrored"):
        with pytest.raises(ValueError, match="Did you mean 'generator_loss'"):
            fit(stop("generater_loss"), Never())
        fit(stop("generator_loss"))

"""Sample grids, stopping on NaN, time budgets."""

import time

import keras
import numpy as np
import PIL.Image
import pytest
import tensorflow as tf
from tensorflow.core.util import event_pb2

import keras_gan_zoo as kgz


def image_model():
    model = kgz.models.DCGAN((16, 16, 1), latent_dim=4, filters=4, seed=0)
    model.compile()
    return model


IMAGES = np.zeros((8, 16, 16, 1), "float32")


def test_sample_grid_draws_the_same_latents_each_epoch(tmp_path):
    model = image_model()
    grid = kgz.callbacks.SampleGrid(tmp_path / "grids", num_samples=9, seed=5)
    model.fit(IMAGES, epochs=2, verbose=0, callbacks=[grid])
    assert sorted(p.name for p in (tmp_path / "grids").iterdir()) == [
        "epoch-0001.png",
        "epoch-0002.png",
    ]
    picture = np.array(PIL.Image.open(tmp_path / "grids" / "epoch-0002.png"))
    assert picture.shape == (3 * 18 + 2, 3 * 18 + 2)
    expected = np.rint((np.array(model.generate(9, seed=5))[4, :, :, 0] + 1) * 127.5)
    np.testing.assert_array_equal(picture[20:36, 20:36], expected)
    assert (picture[:2] == 255).all()


def test_sample_grid_draws_reconstructions_beside_images(tmp_path):
    model = kgz.models.Autoencoder((8, 8, 1), 2)
    model.compile()
    images = np.random.default_rng(0).uniform(-1, 1, (8, 8, 8, 1)).astype("float32")
    grid = kgz.callbacks.SampleGrid(tmp_path, inputs=images)
    model.fit(images, verbose=0, callbacks=[grid])
    picture = np.array(PIL.Image.open(tmp_path / "epoch-0001.png"))
    assert picture.shape == (2 * 10 + 2, 8 * 10 + 2)
    expected = [images[5], np.array(model.reconstruct(images))[5]]
    for column, image in zip((22, 32), expected, strict=True):
        drawn = picture[12:20, column : column + 8]
        np.testing.assert_array_equal(drawn, np.rint((image[..., 0] + 1) * 127.5))


def test_sample_grid_draws_translations_between_source_and_target(tmp_path):
    options = {"filters": 2, "discriminator_filters": 2, "patch": 16}
    model = kgz.models.Pix2Pix((16, 16, 1), 1, **options)
    model.compile()
    random = np.random.default_rng(0)
    sources, targets = random.uniform(-1, 1, (2, 3, 16, 16, 1)).astype("float32")
    grids = {
        "pairs": (sources, targets),
        "named": {"source": sources, "target": targets},
        "sources": sources,
    }
    for name, inputs in grids.items():
        grid = kgz.callbacks.SampleGrid(tmp_path / name, inputs=inputs)
        model.fit(sources, targets, verbose=0, callbacks=[grid])
        picture = np.array(PIL.Image.open(tmp_path / name / "epoch-0001.png"))
        images = [sources[1], np.array(model.translate(sources))[1]]
        images += [targets[1]] * (name != "sources")
        left = len(images) * 18
        for place, image in enumerate(images):
            drawn = picture[2:18, left + place * 18 + 2 : left + place * 18 + 18]
            np.testing.assert_array_equal(drawn, np.rint((image[..., 0] + 1) * 127.5))


def test_sample_grid_writes_for_tensorboard(tmp_path):
    grid = kgz.callbacks.SampleGrid(tmp_path / "grids", 4, log_dir=str(tmp_path / "logs"))
    image_model().fit(IMAGES, verbose=0, callbacks=[grid])
    (log,) = (tmp_path / "logs").iterdir()
    events = [event_pb2.Event.FromString(r.numpy()) for r in tf.data.TFRecordDataset(str(log))]
    (value,) = [value for event in events for value in event.summary.value]
    assert value.tag == "samples"
    assert value.tensor.string_val[2].startswith(b"\x89PNG")


def test_points_are_drawn_too(tmp_path):
    model = kgz.models.GAN(sample_shape=(2,), latent_dim=3, hidden_units=10)
    model.compile()
    grid = kgz.callbacks.SampleGrid(tmp_path, 10)
    model.fit(np.ones((4, 2), "float32"), verbose=0, callbacks=[grid])
    assert PIL.Image.open(tmp_path / "epoch-0001.png").size == (500, 500)


def test_stop_on_nan_goes_back_to_the_last_good_state():
    model = image_model()

    class Explode(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            if batch == 3:
                self.good = [np.array(v) for v in model.trainable_variables]
                variable = model.discriminator.trainable_variables[0]
                variable.assign(np.full(variable.shape, np.nan))

    explode = Explode()
    stop = kgz.callbacks.StopOnNaN(every=1)
    with pytest.warns(UserWarning, match="step 4.*_loss.*last good state, of step 3"):
        history = model.fit(
            np.zeros((40, 16, 16, 1), "float32"),
            batch_size=4,
            epochs=5,
            verbose=0,
            callbacks=[explode, stop],
        )
    assert len(history.epoch) == 1
    for one, other in zip(explode.good, model.trainable_variables, strict=True):
        np.testing.assert_array_equal(one, other)


def test_time_budget_stops():
    model = image_model()
    start = time.monotonic()
    model.fit(IMAGES, epochs=10_000, verbose=0, callbacks=[kgz.callbacks.TimeBudget(0.02)])
    assert time.monotonic() - start < 30


def test_grid_pictures_refuse_other_shapes():
    with pytest.raises(ValueError, match=r"Received: shape \(4, 8, 8, 2\)"):
        kgz.pictures.grid(np.zeros((4, 8, 8, 2)))


def test_colour_grids():
    images = np.zeros((2, 4, 4, 3), "float32")
    images[1] = [1.0, -1.0, 0.0]
    picture = np.array(kgz.pictures.grid(images, columns=2))
    assert picture.shape == (8, 14, 3)
    np.testing.assert_array_equal(picture[3, 9], [255, 0, 128])


@pytest.mark.parametrize(
    "make",
    [
        lambda: kgz.callbacks.SampleGrid("x", num_samples=0),
        lambda: kgz.callbacks.StopOnNaN(every=0),
        lambda: kgz.callbacks.TimeBudget(0),
    ],
)
def test_bad_arguments(make):
    with pytest.raises(ValueError, match="Expected .*Received"):
        make()


def test_what_needs_a_generator_refuses_a_model_without_before_it_trains(tmp_path):
    model = kgz.models.Autoencoder((8, 8, 1), 2)
    model.compile()
    images = np.zeros((4, 8, 8, 1), "float32")
    with pytest.raises(
        ValueError, match="Expected `inputs`.*reconstruct.samples.*Received: inputs=None"
    ):
        model.fit(images, verbose=0, callbacks=[kgz.callbacks.SampleGrid(tmp_path)])
    with pytest.raises(ValueError, match="can `generate`. Received: Autoencoder"):
        kgz.evaluation.evaluate(model, "fashion_mnist_mini", metrics="fid")
    assert kgz.evaluation.default_metrics(model) == ("reconstruction",)
    told = kgz.models.IcGAN((8, 8, 1), 2, condition_dim=2, filters=2)
    assert kgz.evaluation.default_metrics(told) == ("reconstruction",)
    assert kgz.evaluation.default_metrics(kgz.models.VAE((8, 8, 1), 2)) is None
    assert not any(tmp_path.iterdir())

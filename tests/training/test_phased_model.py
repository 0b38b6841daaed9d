"""The engine: slices, shares, lazy intervals, moving averages, compilation."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz
from keras_gan_zoo.training.loss_means import LossMeans
from keras_gan_zoo.training.updates import slice_of


class Pull(kgz.training.PhasedModel):
    """Two numbers pulled towards the mean of the data, one of them three times a step."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.often = self._number()
        self.once = self._number()
        self.seen = []
        self.built = True

    @staticmethod
    def _number():
        layer = keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")
        layer.build((None, 1))
        return layer

    def phases(self):
        return (
            kgz.training.Phase("often", (self.often,), steps=3),
            kgz.training.Phase("once", (self.once,), intervals=(4,)),
        )

    def inputs(self):
        return {"x": kgz.kinds.Vector((None,))}

    def often_losses(self, batch):
        self.seen.append(batch["x"])
        value = self.often.kernel.value[0, 0]
        return {"often_loss": tf.reduce_mean((value - batch["x"]) ** 2)}

    def once_losses(self, batch):
        value = self.once.kernel.value[0, 0]
        return {"once_loss": self.lazily(4, lambda: tf.reduce_mean(value - batch["x"]))}

    def default_optimizers(self):
        return {"often": keras.optimizers.SGD(0.25), "once": keras.optimizers.SGD(1.0)}

    def call(self, x):
        return x


def test_each_step_of_a_phase_sees_other_samples():
    model = Pull()
    model.compile(run_eagerly=True)
    model.train_on_batch(np.arange(6, dtype="float32")[:, None])
    assert [np.ravel(x).tolist() for x in model.seen] == [[0, 3], [1, 4], [2, 5]]
    # value <- value - 0.25 * 2 (value - mean): 0 -> 0.75 -> 1.625 -> 2.5625
    assert float(model.often.kernel[0, 0]) == pytest.approx(2.5625)


@pytest.mark.parametrize("rows", [1, 2, 5, 7, 9])
def test_slices_cover_the_batch_and_are_never_empty(rows):
    batch = {"x": np.arange(rows)}
    parts = [slice_of(batch, index, 3)["x"] for index in range(3)]
    assert all(len(part) > 0 for part in parts)
    assert set(np.concatenate(parts)) == set(range(rows))
    if rows >= 3:
        assert sorted(np.concatenate(parts)) == list(range(rows))
    dynamic = tf.function(
        lambda x: [slice_of({"x": x}, index, 3)["x"] for index in range(3)],
        input_signature=[tf.TensorSpec((None,), tf.int64)],
    )(np.arange(rows))
    for one, other in zip(parts, dynamic, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_lazy_loss_counts_every_fourth_time_fourfold():
    model = Pull()
    model.compile()
    ones = np.ones((3, 1), "float32")
    values = []
    for _ in range(9):
        model.train_on_batch(ones)
        values.append(float(model.once.kernel[0, 0]))
    # The loss has gradient 1: updates 0, 4 and 8 move by 4, the others not at all.
    assert values == [-4, -4, -4, -4, -8, -8, -8, -8, -12]
    # In evaluation the loss is computed as it is.
    assert model.evaluate(ones, verbose=0)["once_loss"] == pytest.approx(-13.0)


@pytest.mark.parametrize(
    ("given", "decays"),
    [
        ({"ema_decay": 0.2}, (1 / 10, 2 / 11, 0.2, 0.2)),
        # 4 samples an update, and half-lives of 0, 4, 8 and 8.
        (
            {"ema_half_life": kgz.training.GrowingHalfLife(8.0, stop=2)},
            (0, 0.5, 0.5**0.5, 0.5**0.5),
        ),
    ],
)
def test_moving_average_follows_the_recursion(given, decays):
    model = kgz.models.GAN(sample_shape=(2,), latent_dim=3, hidden_units=10, **given)
    model.compile()
    expected = model.generator.get_weights()
    for decay in decays:
        model.train_on_batch(np.ones((4, 2), "float32"))
        expected = [
            decay * old + (1 - decay) * new
            for old, new in zip(expected, model.generator.get_weights(), strict=True)
        ]
    for one, other in zip(expected, model.ema_generator.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-7)
    raw, averaged = model.generate(3, seed=0, ema=False), model.generate(3, seed=0)
    assert not np.array_equal(raw, averaged)


@pytest.mark.parametrize("discriminator_steps", [1, 2])
def test_half_life_of_the_moving_average_is_counted_in_samples(discriminator_steps):
    """Of 8 samples, or of 4 to an update if the discriminator takes two halves."""
    sizes = {"sample_shape": (2,), "latent_dim": 3, "hidden_units": 10}
    model = kgz.models.GAN(**sizes, discriminator_steps=discriminator_steps, ema_half_life=1.5)
    model.compile()
    expected = model.generator.get_weights()
    for step in range(4):
        model.train_on_batch(np.ones((8, 2), "float32"))
        decay = min(0.5 ** (8 / discriminator_steps / 1.5), (1 + step) / (10 + step))
        expected = [
            decay * old + (1 - decay) * new
            for old, new in zip(expected, model.generator.get_weights(), strict=True)
        ]
    for one, other in zip(expected, model.ema_generator.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-7)


def test_moving_average_copies_what_has_no_average():
    layers = [
        keras.Input((3,)),
        kgz.layers.SpectralNormalization(keras.layers.Dense(4)),
        kgz.layers.BatchNormalization(),
    ]
    generator = keras.Sequential(layers)
    discriminator = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model = kgz.models.GAN(
        generator=generator, discriminator=discriminator, latent_dim=3, ema_decay=0.9
    )
    model.compile()
    for _ in range(3):
        model.train_on_batch(np.ones((4, 4), "float32"))
    vectors = [v for v in generator.weights if v.name in ("u", "v")]
    statistics = [v for v in generator.weights if v.name == "moving_mean"]
    twins = dict(zip([id(v) for v in generator.weights], model.ema_generator.weights, strict=True))
    assert len(vectors) == 2 and len(statistics) == 1
    for vector in vectors:
        np.testing.assert_array_equal(vector, twins[id(vector)])
    assert not np.allclose(statistics[0], twins[id(statistics[0])])


def test_evaluation_moves_nothing_and_does_not_shift_the_training_noise():
    def run(evaluate):
        keras.utils.set_random_seed(0)
        model = kgz.models.DCGAN((16, 16, 1), latent_dim=4, filters=4, seed=0)
        model.compile()
        samples = np.random.default_rng(0).uniform(-1, 1, (4, 16, 16, 1)).astype("float32")
        model.train_on_batch(samples)
        if evaluate:
            before = model.get_weights()
            model.evaluate(samples, verbose=0)
            for one, other in zip(before, model.get_weights(), strict=True):
                np.testing.assert_array_equal(one, other)
            model.generate(3)
        model.train_on_batch(samples)
        return model.get_weights()

    for one, other in zip(run(True), run(False), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_bad_batch_moves_nothing():
    model = kgz.models.DCGAN((16, 16, 1), latent_dim=4, filters=4, seed=0)
    model.compile()
    good = np.zeros((4, 16, 16, 1), "float32")
    model.fit(good, verbose=0)
    before = [np.array(v) for v in model.variables]
    with pytest.raises(ValueError, match="1 of 1024 values outside or not finite"):
        model.fit(
            np.where(np.arange(1024).reshape(good.shape) == 5, np.nan, good).astype("float32")
        )
    for one, other in zip(before, model.variables, strict=True):
        np.testing.assert_array_equal(one, other)


def test_penalties_are_added_and_reported():
    model = kgz.models.GAN(
        sample_shape=(2,),
        latent_dim=3,
        hidden_units=10,
        penalties=[kgz.penalties.R1(1.0, every=2), kgz.penalties.GradientPenalty()],
        adversarial_loss="relativistic_average",
        discriminator_steps=2,
    )
    model.compile()
    history = model.fit(np.ones((8, 2), "float32"), epochs=2, verbose=0).history
    assert set(history) == {
        "discriminator_loss",
        "r1_penalty",
        "gradient_penalty",
        "generator_loss",
    }
    # Two updates per step, every second with R1: the mean over one step is that of one full term.
    assert history["gradient_penalty"][0] == pytest.approx(10.0, abs=2.0)
    assert int(model.optimizers["discriminator"].iterations) == 4
    assert int(model.optimizers["generator"].iterations) == 2


def test_compile_takes_names_dicts_and_no_shared_instance():
    model = kgz.models.GAN(sample_shape=(2,), latent_dim=3, hidden_units=10)
    model.compile({"generator": "adam"})
    assert type(model.optimizers["generator"]) is keras.optimizers.Adam
    assert type(model.optimizers["discriminator"]) is keras.optimizers.SGD
    shared = keras.optimizers.Adam()
    with pytest.raises(ValueError, match="one optimizer per phase"):
        model.compile({"generator": shared, "discriminator": shared})
    model.compile(keras.optimizers.Adam(0.25))
    assert [float(one.learning_rate) for one in model.optimizers.values()] == [0.25, 0.25]
    with pytest.raises(ValueError, match="Did you mean 'generator'"):
        model.compile({"generater": "adam"})
    with pytest.raises(ValueError, match="Did you mean 'generator'"):
        model.phase("generater")


def test_an_uncompiled_model_says_so():
    model = kgz.models.GAN(sample_shape=(2,), latent_dim=3, hidden_units=10)
    with pytest.raises(ValueError, match="compile"):
        model.fit(np.ones((4, 2), "float32"))


def test_networks_that_do_not_fit_are_refused():
    generator = kgz.networks.mlp_generator((3,), 4, 10)
    with pytest.raises(
        ValueError, match=r"`discriminator` with inputs.*\(3,\).*Received: .*\(2,\)"
    ):
        kgz.models.GAN(
            generator=generator,
            discriminator=kgz.networks.maxout_discriminator((2,), 4),
            latent_dim=4,
        )
    with pytest.raises(ValueError, match=r"`generator` with inputs.*\(5,\).*Received: .*\(4,\)"):
        kgz.models.GAN(generator=generator, latent_dim=5)
    with pytest.raises(ValueError, match="Did you mean 'normal'"):
        kgz.models.GAN(sample_shape=(2,), latent_distribution="norm")
    with pytest.raises(ValueError, match="ema_decay"):
        kgz.models.GAN(sample_shape=(2,), ema_decay=1.0)


def test_interpolation_has_the_ends_and_stays_on_the_sphere():
    from keras_gan_zoo.families.latents import interpolation_path

    start, end = tf.constant([3.0, 0.0]), tf.constant([0.0, 3.0])
    path = interpolation_path(start, end, 5, spherical=True)
    np.testing.assert_allclose(path[0], start, atol=1e-5)
    np.testing.assert_allclose(path[-1], end, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(path, axis=1), 3.0, rtol=1e-5)
    line = interpolation_path(start, end, 5, spherical=False)
    np.testing.assert_allclose(line[2], [1.5, 1.5])
    model = kgz.models.ConvGAN()
    ends = model.sample_latents(2, seed=0)
    images = model.interpolate(ends[0], ends[1], steps=3)
    np.testing.assert_allclose(images[0], model.generate(latents=ends)[0], atol=1e-5)
    np.testing.assert_allclose(images[2], model.generate(latents=ends)[1], atol=1e-5)
    with pytest.raises(ValueError, match=r"`end` to be one latent.*shape \(2, \d+\)"):
        model.interpolate(ends[0], ends)


def test_a_way_between_latents_of_a_conditional_model_needs_a_class():
    model = kgz.models.ACGAN((8, 8, 1), latent_dim=3, num_classes=3, filters=4)
    start, end = model.sample_latents(2, seed=0)
    with pytest.raises(ValueError, match="Expected `label`"):
        model.interpolate(start, end)
    points = np.array(model.interpolate(start, start, steps=4, label=1))
    np.testing.assert_allclose(points, points[:1].repeat(4, axis=0), atol=1e-5)


def test_an_execution_of_several_steps_must_divide_the_epoch():
    model = kgz.models.GAN(sample_shape=(2,), latent_dim=3, hidden_units=5)
    model.compile(steps_per_execution=3)
    points = np.zeros((40, 2), "float32")
    with pytest.raises(ValueError, match="multiple of `steps_per_execution`, 3.*10 steps"):
        model.fit(points, batch_size=4, verbose=0)
    model.fit(points, batch_size=4, steps_per_epoch=9, epochs=2, verbose=0)
    assert int(model.optimizers["generator"].iterations) == 18


def test_one_infinite_loss_does_not_spoil_the_others():
    means = LossMeans()
    means.update_state({"a": 1.0, "b": np.inf, "c": np.nan}, 4)
    means.update_state({"a": 3.0, "b": 1.0, "c": 1.0}, 4)
    found = {name: float(value) for name, value in means.result().items()}
    assert found["a"] == 2.0 and found["b"] == np.inf and np.isnan(found["c"])


@pytest.mark.parametrize(
    "make",
    [
        lambda **options: kgz.models.EBGAN((8, 8, 1), 4, filters=4, **options),
        lambda **options: kgz.models.CramerGAN((8, 8, 1), 4, filters=4, **options),
        lambda **options: kgz.models.SemiSupervisedGAN((8, 8, 1), 4, **options),
    ],
)
def test_losses_that_are_the_model_s_own_cannot_be_chosen(make):
    with pytest.raises(ValueError, match="has losses of its own.*Received: 'hinge'"):
        make(adversarial_loss="hinge")


def test_generate_does_not_depend_on_how_it_is_chunked(monkeypatch):
    model = kgz.models.GAN(sample_shape=(2,), latent_dim=3, hidden_units=10)
    whole = model.generate(10, seed=0)
    monkeypatch.setattr("keras_gan_zoo.families.generation.CHUNK", 3)
    # Sums of ten products of size one, which other batch sizes may add in another order.
    np.testing.assert_allclose(model.generate(10, seed=0), whole, rtol=1e-5, atol=1e-6)
    assert not np.allclose(model.generate(10, seed=1), whole)
    assert not np.allclose(model.generate(10), model.generate(10))


def test_an_uncompiled_model_is_saved_and_loaded_uncompiled(tmp_path):
    model = kgz.models.GAN(sample_shape=(2,), latent_dim=3, hidden_units=10)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert not loaded.compiled
    np.testing.assert_array_equal(loaded.generate(3, seed=0), model.generate(3, seed=0))


def test_configs_record_arguments_for_default_networks_and_networks_for_given_ones():
    config = kgz.models.DCGAN((16, 16, 1), latent_dim=4, filters=4).get_config()
    assert config["image_shape"] == (16, 16, 1) and config["filters"] == 4
    assert "generator" not in config and "discriminator" not in config
    own = kgz.networks.dcgan_generator((16, 16, 1), 4, filters=6)
    model = kgz.models.DCGAN(generator=own, latent_dim=4, filters=4)
    config = model.get_config()
    assert "generator" in config and "discriminator" not in config
    twin = kgz.models.DCGAN.from_config(config)
    assert twin.generator.count_params() == own.count_params()
    assert twin.discriminator.count_params() == model.discriminator.count_params()


def test_latent_distributions():
    for name, spread in (("uniform", 1 / np.sqrt(3)), ("normal", 1.0)):
        model = kgz.models.GAN(sample_shape=(2,), latent_dim=50, latent_distribution=name)
        latents = np.array(model.sample_latents(2000, seed=0))
        assert np.std(latents) == pytest.approx(spread, rel=0.01)
        assert abs(np.mean(latents)) < 0.01
        assert (np.abs(latents).max() <= 1.0) == (name == "uniform")


def test_dict_batches():
    model = kgz.models.GAN(sample_shape=(2,), latent_dim=3, hidden_units=10)
    model.compile()
    model.fit({"vector": np.ones((4, 2), "float32"), "label": np.zeros(4)}, verbose=0)
    with pytest.raises(ValueError, match="key 'vector'.*Received"):
        model.fit({"picture": np.ones((4, 2), "float32")}, verbose=0)


@pytest.mark.parametrize("name", ["DCGAN", "SNGAN", "WGANGP", "VAE", "VAEGAN", "SemiSupervisedAAE"])
def test_images_without_channels_are_refused_alike(name):
    with pytest.raises(ValueError, match=r"one channel: \(28, 28, 1\). Received: \(28, 28\)"):
        getattr(kgz.models, name)((28, 28))

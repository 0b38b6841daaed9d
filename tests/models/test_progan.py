"""Growth: what fades, what begins anew, and that a training goes on inside a fade to the bit."""

import keras
import numpy as np
import pytest

import keras_gan_zoo as kgz
from tests.resuming import Kill, assert_same_state

IMAGES = np.random.default_rng(0).uniform(-1, 1, (12, 8, 8, 1)).astype("float32")


def tiny(penalties=(), **options):
    keras.utils.set_random_seed(0)
    model = kgz.models.ProGAN(
        (8, 8, 1),
        3,
        filters=2,
        max_filters=4,
        fade_steps=4,
        seed=0,
        penalties=list(penalties),
        **options,
    )
    model.compile()
    return model


def shares(model):
    networks = (model.generator, model.discriminator, model.ema_generator)
    return [float(one.get_layer("fade_8x8").share) for one in networks]


def test_nothing_changes_at_the_instant_of_growth_and_then_it_fades():
    model = tiny()
    model.fit(IMAGES, batch_size=4, verbose=0)
    before = model.generate(3, seed=0), model.discriminate(IMAGES)
    blocks = np.reshape(before[0], (3, 4, 2, 4, 2))
    np.testing.assert_array_equal(np.ptp(blocks, axis=(2, 4)), 0.0)  # 4x4 pixels, enlarged
    model.begin_stage("8x8")
    np.testing.assert_allclose(model.generate(3, seed=0), before[0], atol=1e-6)
    np.testing.assert_allclose(model.discriminate(IMAGES), before[1], rtol=1e-4, atol=1e-5)
    assert all(int(one.iterations) == 0 for one in model.optimizers.values())
    for step in range(1, 6):
        model.fit(IMAGES[:4], batch_size=4, verbose=0)
        assert shares(model) == [min(1.0, step / 4)] * 3
    blocks = np.reshape(model.generate(3, seed=0), (3, 4, 2, 4, 2))
    assert np.ptp(blocks, axis=(2, 4)).max() > 1e-3


def test_real_images_fade_as_well():
    """By hand: means of 2x2 pixels, enlarged."""
    model = tiny()
    coarse = IMAGES.reshape(12, 4, 2, 4, 2, 1).mean(axis=(2, 4), keepdims=True)
    coarse = np.broadcast_to(coarse, (12, 4, 2, 4, 2, 1)).reshape(IMAGES.shape)
    np.testing.assert_array_equal(model.real_inputs({"real": IMAGES})[0], IMAGES)
    model.begin_stage("8x8")
    model.generator.get_layer("fade_8x8").share.assign(0.25)
    (shown,) = model.real_inputs({"real": IMAGES})
    np.testing.assert_allclose(shown, 0.75 * coarse + 0.25 * IMAGES, rtol=1e-4, atol=1e-6)


def test_losses_are_those_of_the_paper():
    """E D(fake) - E D(real) and 0.001 E D(real)^2 by hand."""
    model = tiny(drift=0.5, penalties=[kgz.penalties.GradientPenalty()])
    with model._mode(training=False), kgz.backend.noise(1):
        losses = model.discriminator_losses({"real": IMAGES})
    with kgz.backend.noise(1):
        fake = model.generator(model.sample_latents(12))[0]
    real, fake = (np.array(model.discriminator(one)[0]) for one in (IMAGES, fake))
    loss = float(losses["discriminator_loss"])
    assert loss == pytest.approx(fake.mean() - real.mean(), rel=1e-3, abs=1e-6)
    assert float(losses["drift"]) == pytest.approx(0.5 * np.mean(real**2), rel=1e-3)
    assert set(losses) == {"discriminator_loss", "drift", "gradient_penalty"}


def test_a_training_that_was_stopped_inside_a_fade_goes_on_to_the_bit(tmp_path):
    def train(folder, *callbacks):
        model = tiny()
        model.begin_stage("8x8")
        data = kgz.datasets.from_arrays({"image": IMAGES}, batch_size=4, seed=3)
        resume = kgz.callbacks.ExactResume(folder, every=1)
        model.fit(data, epochs=1, verbose=0, callbacks=[resume, *callbacks])
        return model

    whole = train(tmp_path / "whole")
    assert shares(whole)[0] == 0.75
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path / "killed", Kill(2))
    resumed = train(tmp_path / "killed")
    assert_same_state(resumed, whole)


def test_a_file_and_a_preset_keep_the_stage_and_the_share(tmp_path):
    model = tiny()
    model.begin_stage("8x8")
    model.fit(IMAGES, batch_size=4, verbose=0)
    model.save_to_preset(tmp_path / "preset")
    model.save(tmp_path / "model.keras")
    expected = model.generate(3, seed=0)
    for loaded in (
        kgz.models.from_preset(str(tmp_path / "preset")),
        keras.models.load_model(tmp_path / "model.keras"),
    ):
        assert loaded.stage.name == "8x8"
        np.testing.assert_array_equal(loaded.generate(3, seed=0), expected)


def test_bad_growth():
    model = kgz.models.ProGAN((16, 16, 1), 3, filters=2, max_filters=4, fade_steps=4)
    assert [stage.name for stage in model.stages()] == ["4x4", "8x8", "16x16"]
    with pytest.raises(ValueError, match="the stage after '4x4'.*Received: '16x16'"):
        model.begin_stage("16x16")
    model.begin_stage("8x8")
    with pytest.raises(ValueError, match="least 4 training steps.*stage '8x8'.*Received: 0 steps"):
        model.begin_stage("16x16")
    with pytest.raises(ValueError, match="Unknown stage: '5x5'"):
        model.begin_stage("5x5")

"""StyleGAN: growth from 8x8 on, layers in use, truncation. Oracles: the definitions, by hand."""

import keras
import numpy as np
import pytest

import keras_gan_zoo as kgz

IMAGES = np.random.default_rng(0).uniform(-1, 1, (4, 16, 16, 1)).astype("float32")


def tiny(**options):
    sizes = {"style_dim": 4, "mapping_layers": 1, "filters": 2, "max_filters": 4, "fade_steps": 2}
    return kgz.models.StyleGAN((16, 16, 1), 3, **sizes, seed=0, **options)


def blocks(images, side):
    """The largest difference within pixels of a smaller side."""
    pixels = 16 // side
    parts = np.reshape(images, (len(images), side, pixels, side, pixels))
    return np.ptp(parts, axis=(2, 4)).max()


def test_it_begins_with_eight_pixels_and_fades_in_sixteen(tmp_path):
    model = tiny()
    model.compile()
    assert [stage.name for stage in model.stages()] == ["8x8", "16x16"]
    latents = model.sample_latents(3, seed=0)
    for ema in (False, True):  # what is new at 8x8 is there at once, in the average, too
        made = model.generate(latents=latents, ema=ema)
        assert blocks(made, 8) == 0.0 and blocks(made, 4) > 1e-3
    before, judged = model.generate(latents=latents), model.discriminate(IMAGES)
    model.begin_stage("16x16")
    np.testing.assert_allclose(model.generate(latents=latents), before, atol=1e-6)
    np.testing.assert_allclose(model.discriminate(IMAGES), judged, rtol=1e-4, atol=1e-5)
    model.fit(IMAGES, batch_size=4, epochs=2, verbose=0)
    assert blocks(model.generate(latents=latents, ema=False), 8) > 1e-3
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert loaded.stage.name == "16x16"
    np.testing.assert_array_equal(
        loaded.generate(latents=latents, seed=0), model.generate(latents=latents, seed=0)
    )


def test_styles_change_among_the_layers_in_use():
    model = tiny(style_mixing=1.0)
    for count in (4, 6):
        assert model.layers_in_use == count
        styles = np.array(model.training_styles(300))
        changes = np.any(styles[:, 1:] != styles[:, :-1], axis=2)
        assert set(changes.argmax(axis=1)) == set(range(count - 1))
        model.begin_stage("16x16")


def test_the_first_eight_layers_are_truncated():
    """Up to 32 pixels; of a model of 64 there are ten."""
    model = kgz.models.StyleGAN(
        (64, 64, 1), 3, style_dim=4, mapping_layers=1, filters=2, max_filters=2, seed=0
    )
    latents = model.sample_latents(2, seed=0)
    whole, half, none = (np.array(model.styles_of(latents, by)) for by in (1.0, 0.5, 0.0))
    assert whole.shape == (2, 10, 4)
    np.testing.assert_allclose(none[:, :8], 0.0, atol=1e-7)  # the mean, before training
    np.testing.assert_allclose(half[:, :8], whole[:, :8] / 2.0, rtol=1e-6)
    np.testing.assert_array_equal(none[:, 8:], whole[:, 8:])


def test_losses_and_optimizers_are_those_of_the_paper():
    """softplus(D(G(z))) + softplus(-D(x)) by hand, of the logits at 8x8."""
    model = tiny()
    with model._mode(training=False), kgz.backend.noise(1):
        losses = model.discriminator_losses({"real": IMAGES})
    with kgz.backend.noise(1):
        styles = model.training_styles(4)
        fake = model.generator.get_layer("synthesis")(styles)[1]
    real, fake = (np.array(model.discriminator(one)[1]) for one in (IMAGES, fake))
    expected = np.mean(np.log1p(np.exp(-real))) + np.mean(np.log1p(np.exp(fake)))
    assert float(losses["discriminator_loss"]) == pytest.approx(expected, rel=1e-3)
    assert set(losses) == {"discriminator_loss", "r1_penalty"}
    model.compile()
    config = model.optimizers["generator"].get_config()
    assert (config["beta_1"], config["beta_2"]) == (0.0, 0.99)
    assert config["learning_rate"] == pytest.approx(1e-3)


def test_growth_that_ends_before_the_data_do():
    model = kgz.models.StyleGAN((32, 32, 1), 3, style_dim=4, mapping_layers=1, filters=2)
    with pytest.raises(ValueError, match="the stage after '8x8'.*Received: '32x32'"):
        model.begin_stage("32x32")
    with pytest.raises(ValueError, match="Unknown stage: '4x4'"):
        model.begin_stage("4x4")

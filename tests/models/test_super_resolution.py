"""SRResNet and SRGAN: losses by hand, what the stages train, images of any size."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz

SHAPE = (16, 16, 3)


def photos(count=4, shape=SHAPE, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, (count, *shape)).astype("float32")


def srgan(**arguments):
    options = {"filters": 2, "blocks": 1, "discriminator_filters": 2, "units": 4, "seed": 0}
    model = kgz.models.SRGAN(SHAPE, 2, **{**options, **arguments})
    model.compile()
    return model


def batch_of(count=4):
    large = photos(count)
    return {"source": kgz.datasets.low_resolution(large, 2), "target": tf.constant(large)}


def repeating(offset=0.0):
    """Each pixel as a square of four, and something more."""
    image = keras.Input((None, None, 3))
    larger = keras.layers.UpSampling2D(2)(image)
    return keras.Model(image, keras.layers.Rescaling(1.0, offset)(larger))


def flat(model):
    """The model, whose discriminator gives logits of 0."""
    last = model.discriminator.layers[-1]
    last.set_weights([np.zeros(weight.shape) for weight in last.weights])
    return model


def test_the_error_of_pixels_by_hand():
    model = kgz.models.SRResNet(SHAPE, 2, generator=repeating(0.5))
    small = photos(2, (8, 8, 3))
    batch = {"source": small, "target": np.repeat(np.repeat(small, 2, 1), 2, 2)}
    assert float(model.generator_losses(batch)["content_loss"]) == pytest.approx(0.25, rel=1e-5)


def test_the_losses_of_the_second_stage_by_hand():
    """Logits of 0: ln 2 for each term; half of a squared error of 1/4."""
    model = flat(srgan(generator=repeating(0.5), adversarial_weight=0.1, content_weight=0.5))
    model.begin_stage("adversarial")
    small = photos(2, (8, 8, 3))
    batch = {"source": small, "target": np.repeat(np.repeat(small, 2, 1), 2, 2)}
    losses = model.generator_losses(batch) | model.discriminator_losses(batch)
    assert float(losses["content_loss"]) == pytest.approx(0.125, rel=1e-5)
    assert float(losses["generator_loss"]) == pytest.approx(0.1 * np.log(2.0))
    assert float(losses["discriminator_loss"]) == pytest.approx(2.0 * np.log(2.0))


def features():
    """Two layers, the first of which doubles."""
    image = keras.Input((None, None, 3))
    doubled = keras.layers.Rescaling(2.0, name="doubled")(image)
    return keras.Model(image, keras.layers.Rescaling(5.0)(doubled))


@pytest.mark.parametrize(("layer", "gain"), [("doubled", 2.0), (None, 10.0)])
def test_features_are_scaled_before_they_are_squared(layer, gain):
    """The paper's 1/12.75 is 0.00615 of the loss. In the first stage pixels are compared."""
    model = srgan(generator=repeating(0.5), features=features(), feature_layer=layer)
    small = photos(2, (8, 8, 3))
    batch = {"source": small, "target": np.repeat(np.repeat(small, 2, 1), 2, 2)}
    assert float(model.generator_losses(batch)["content_loss"]) == pytest.approx(0.25, rel=1e-5)
    model.begin_stage("adversarial")
    expected = 0.25 * gain**2 * 0.00615
    assert float(model.generator_losses(batch)["content_loss"]) == pytest.approx(expected, rel=1e-3)


def test_features_of_a_network_by_name_have_a_gradient():
    model = srgan(features="mobilenet_v2", feature_layer="features.1.conv.1")
    model.begin_stage("adversarial")
    batch = {key: part[:1] for key, part in batch_of().items()}
    variables = model.generator.trainable_variables
    with model._mode(training=True), tf.GradientTape() as tape:
        loss = model.generator_losses(batch)["content_loss"]
    gradients = tape.gradient(loss, [variable.value for variable in variables])
    assert all(np.abs(one).max() > 0 for one in (gradients[0], gradients[-2]))


def test_layers_that_a_network_has_not_are_refused():
    with pytest.raises(ValueError, match="layer of the extractor.*'double'.*mean 'doubled'"):
        srgan(features=features(), feature_layer="double")


def test_what_each_stage_trains():
    model = srgan()
    judge, maker = model.discriminator.get_weights(), model.generator.get_weights()
    batch = batch_of(8)
    history = model.fit(batch, batch_size=4, verbose=0).history
    assert set(history) == {"content_loss"}
    assert all(map(np.array_equal, judge, model.discriminator.get_weights()))
    assert not any(map(np.array_equal, maker, model.generator.get_weights()))
    model.begin_stage("adversarial")
    history = model.fit(batch, batch_size=4, verbose=0).history
    assert set(history) == {"content_loss", "discriminator_loss", "generator_loss"}
    assert not any(map(np.array_equal, judge, model.discriminator.get_weights()))


def test_pretraining_is_that_of_sr_resnet():
    """To the bit: the same seed gives the same generator, and the same updates."""
    batch = batch_of(8)
    plain = kgz.models.SRResNet(SHAPE, 2, filters=2, blocks=1, seed=0)
    plain.compile()
    staged = srgan()
    for model in (plain, staged):
        model.fit(batch, batch_size=4, epochs=2, verbose=0)
    assert all(map(np.array_equal, plain.get_weights(), staged.generator.get_weights()))


@pytest.mark.parametrize("conditioning", ["projection", "concat"])
def test_the_discriminator_sees_the_small_image(conditioning):
    model = srgan(
        conditioning=conditioning,
        content_weight=0.0,
        adversarial_weight=1.0,
        adversarial_loss="hinge",
    )
    model.begin_stage("adversarial")
    batch = batch_of()
    assert set(model.generator_losses(batch)) == {"generator_loss"}
    judged = model.critic.criticize(batch["target"], batch["source"])
    other = model.critic.criticize(batch["target"], batch["source"][::-1])
    assert np.abs(judged - other).max() > 1e-5


def test_images_of_any_size_are_enlarged_within_the_range():
    model = kgz.models.SRResNet(SHAPE, 4, generator=repeating(1.5), filters=2, blocks=1)
    small = photos(2, (5, 9, 3))
    larger = model.translate(small)
    assert larger.shape == (2, 10, 18, 3) and np.abs(larger).max() == 1.0
    repeated = np.repeat(np.repeat(small, 2, 1), 2, 2)
    np.testing.assert_allclose(larger, np.clip(repeated + 1.5, -1.0, 1.0), atol=1e-6)
    with pytest.raises(ValueError, match=r"`images`.*\(batch, any, any, 3\).*Received: shape"):
        model.translate(small[..., :1])


def test_tiles_are_larger_than_the_small_images_of_training():
    """One tile of 96x96 sees the whole image; of 8x8, as in training, several would be mixed."""
    model = srgan(filters=2)
    small = photos(1, (20, 12, 3))
    padded = np.pad(small, [(0, 0), (0, 76), (0, 84), (0, 0)], "symmetric")
    expected = np.array(model.translate(padded))[:, :40, :24]
    np.testing.assert_allclose(model.translate_any_size(small), expected, atol=1e-6)


def test_the_export_takes_any_size(tmp_path):
    model = srgan()
    model.export(tmp_path / "exported")
    run = tf.saved_model.load(str(tmp_path / "exported")).signatures["serving_default"]
    for shape in ((5, 9, 3), (8, 8, 3)):
        small = photos(2, shape)
        received = run(images=tf.constant(small))["images"]
        np.testing.assert_allclose(received, model.translate(small), atol=1e-5)


def test_files_are_read_in_their_own_size(tmp_path):
    (kind,) = srgan().ability("translate").takes.values()
    for name, shape in (("a", (5, 9, 3)), ("b", (5, 9, 3)), ("c", (6, 9, 3))):
        kgz.kinds.Image(shape).save(photos(1, shape), tmp_path / name)
    assert kind.read(tmp_path / "a" / "000.png").shape == (1, 5, 9, 3)
    (tmp_path / "b" / "000.png").rename(tmp_path / "a" / "001.png")
    assert kind.read(tmp_path / "a").shape == (2, 5, 9, 3)
    (tmp_path / "c" / "000.png").rename(tmp_path / "a" / "002.png")
    with pytest.raises(ValueError, match=r"one size.*Received: 000.png .*002.png of \(6, 9, 3\)"):
        kind.read(tmp_path / "a")


def test_small_images_are_shown_as_large_as_what_is_made_of_them():
    model = srgan()
    small = photos(2, (8, 8, 3))
    picture = kgz.training.Demonstration(model, inputs={"images": small}).picture(columns=1)
    assert picture.size == (16 + 2 + 16 + 4, 2 * (16 + 2) + 2)
    left = np.asarray(picture)[2:18, 2:18]
    expected = np.rint((small[0] + 1) * 127.5)
    np.testing.assert_array_equal(left[::2, ::2], expected)
    np.testing.assert_array_equal(left[1::2, 1::2], expected)


def test_sizes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="`scale` divides. Received: image_shape=.18, 18, 3."):
        kgz.models.SRResNet((18, 18, 3), 4, filters=2, blocks=1)
    with pytest.raises(ValueError, match="`conditioning`.*Received: 'sum'"):
        srgan(conditioning="sum")

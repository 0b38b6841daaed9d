"""Adaptive augmentation: its matrices, its steering by hand, its state; that it leaks nothing."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz
from keras_gan_zoo import backend
from keras_gan_zoo.families import transformations
from keras_gan_zoo.families.adaptive_augment import AdaptiveAugment
from tests.resuming import assert_same_state

WAYS = tuple(transformations.WAYS)
GREY = np.ones(3) / 3.0**0.5
IMAGES = np.random.default_rng(0).uniform(-1, 1, (16, 8, 8, 1)).astype("float32")


def one(value):
    return tf.constant([value], tf.float32)


def changed(images, *ways, probability=1.0, seed=0):
    with backend.noise(seed):
        return np.array(transformations.transformed(tf.constant(images), probability, ways))


def colored(maps, color):
    return np.array(maps[0] @ np.array([[*color, 1.0]], "float32").T)[:3, 0]


# The changes --------------------------------------------------------------------------------


def test_maps_of_colors_are_those_of_the_paper():
    """Each by what it does to a grey, and to a colour, by vectors."""
    color = np.array([0.6, -0.2, 0.1])
    along = GREY * (GREY @ color)
    aside = color - along
    maps = {
        "brightness": (transformations.brightness(one(0.3)), color + 0.3),
        "contrast": (transformations.contrast(one(1.5)), 1.5 * color),
        "luma flip": (transformations.luma_flip(one(1.0)), aside - along),
        "no flip": (transformations.luma_flip(one(0.0)), color),
        "saturation": (transformations.saturation(one(0.25)), along + 0.25 * aside),
        "hue of a third": (transformations.hue(one(2 * np.pi / 3)), np.roll(color, 1)),
        "hue": (
            transformations.hue(one(0.7)),
            along + np.cos(0.7) * aside + np.sin(0.7) * np.cross(GREY, color),
        ),
    }
    for name, (map_, expected) in maps.items():
        np.testing.assert_allclose(colored(map_, color), expected, atol=1e-6, err_msg=name)
        # None mixes the 1 at the end with colours, and all can be undone.
        np.testing.assert_allclose(map_[0, 3], [0, 0, 0, 1], atol=1e-6)
        undone = tf.linalg.inv(map_) @ map_
        np.testing.assert_allclose(undone[0], np.eye(4), atol=1e-5)


def test_images_are_recolored_and_grey_ones_by_the_mean():
    maps = transformations.hue(one(0.7)) @ transformations.brightness(one(0.3))
    image = np.random.default_rng(0).uniform(-1, 1, (1, 2, 2, 3)).astype("float32")
    made = transformations.recolored(image, maps)
    np.testing.assert_allclose(made[0, 1, 0], colored(maps, image[0, 1, 0]), atol=1e-6)
    maps = transformations.contrast(one(1.5)) @ transformations.brightness(one(0.2))
    grey = np.array(transformations.recolored(image[..., :1], maps))
    np.testing.assert_allclose(grey, 1.5 * (image[..., :1] + 0.2), atol=1e-6)


def test_bands_add_up_to_nothing_changed():
    bands = transformations.bands()
    middle = bands.shape[1] // 2
    np.testing.assert_allclose(bands.sum(axis=0), np.eye(bands.shape[1])[middle], atol=1e-6)
    np.testing.assert_allclose(bands, bands[:, ::-1], atol=1e-6)
    constant = np.full((1, 8, 8, 1), 0.5, "float32")
    low = transformations._equalized(constant, tf.constant([[2.0, 7.0, 7.0, 7.0]]), 1)
    np.testing.assert_allclose(low, 1.0, atol=1e-5)  # a constant is in the lowest band alone
    jags = constant * np.array([1.0, -1.0] * 4)[:, None, None].astype("float32")
    high = np.array(transformations._equalized(jags, tf.constant([[7.0, 7.0, 7.0, 2.0]]), 1))
    np.testing.assert_allclose(high[:, 1:-1], 2.0 * jags[:, 1:-1], atol=1e-5)


def test_half_a_side_is_cut_out():
    made = changed(np.ones((500, 8, 8, 1), "float32"), "cutout")
    holes = (made == 0).sum(axis=(1, 2, 3))
    assert holes.max() == 16 and holes.min() in range(4, 7) and set(np.unique(made)) == {0.0, 1.0}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("probability", [0.0, 0.3])
def test_each_way_happens_as_often_as_its_probability_says(way, probability):
    """The share of changed images: of independent changes at least one, by the drawn ones."""
    rows = np.repeat(np.random.default_rng(0).uniform(-1, 1, (1, 8, 8, 3)), 3000, axis=0)
    rows = rows.astype("float32")
    made = changed(rows, way, probability=probability)
    share = np.mean(np.abs(made - rows).max(axis=(1, 2, 3)) > 1e-4)
    p = probability
    none = {
        # One of two, one of four; of 8 pixels a move rounds to -1, 0 or 1, half of them to 0.
        "blit": (1 - p / 2) * (1 - 3 * p / 4) * (1 - p * 3 / 4),
        "geometric": (1 - p) ** 4,
        "color": (1 - p) ** 4 * (1 - p / 2),
        "filter": (1 - p) ** 4,
        "noise": 1 - p,
        "cutout": 1 - p,
    }[way]
    assert share == pytest.approx(1.0 - none, abs=0.03 if p else 0.0)


def test_it_has_the_gradient_of_finite_differences():
    start = tf.constant(np.random.default_rng(0).uniform(-1, 1, (2, 8, 8, 3)), tf.float32)
    weights = tf.constant(np.random.default_rng(1).normal(size=start.shape), tf.float32)

    def total(x):
        with backend.noise(3):
            return tf.reduce_sum(weights * transformations.transformed(x, 0.9, WAYS))

    with tf.GradientTape() as tape:
        tape.watch(start)
        value = total(start)
    gradient = tape.gradient(value, start)
    direction = gradient / tf.norm(gradient)
    slope = (total(start + 0.1 * direction) - total(start - 0.1 * direction)) / 0.2
    assert float(slope) == pytest.approx(float(tf.norm(gradient)), rel=1e-3)


# That it does not leak ----------------------------------------------------------------------


def test_no_frequency_of_moves_is_lost_at_the_limit():
    """Appendix C: (1 - p) + p * characteristic function, which must not vanish.

    Of quarter turns and mirrorings that is 1 - p or 1; of uniform moves it is least where the sine
    over its argument is, -0.217; those of normal numbers are positive.
    """
    limit = AdaptiveAugment().limit
    angle = np.linspace(1e-6, 100.0, 100_001)
    least = (1 - limit) + limit * (np.sin(angle) / angle).min()
    assert 0.0 < least < 0.04  # and a limit of 0.83 would be too much
    assert (1 - 0.83) + 0.83 * (np.sin(angle) / angle).min() < 0.0


def test_what_a_generator_makes_is_known_from_what_is_seen():
    """Images with one dot in a corner: the share of each corner, from the changed ones alone.

    What mirrorings and quarter turns take away of a difference is 1 - p each.
    """
    shares, limit = np.array([0.7, 0.2, 0.1, 0.0]), AdaptiveAugment().limit
    corners = [(1, 1), (1, -2), (-2, -2), (-2, 1)]
    dots = np.zeros((4, 8, 8, 1), "float32")
    for dot, (row, column) in zip(dots, corners, strict=True):
        dot[row, column] = 1.0

    def seen(rows, seed, probability=limit):
        """The shares of the quarters that hold the dot of changed images."""
        made = changed(rows, "blit", probability=probability, seed=seed)
        halves = made.reshape(len(made), 2, 4, 2, 4).sum(axis=(2, 4)) > 0.5
        return halves.reshape(-1, 4)[:, [0, 1, 3, 2]].mean(axis=0)

    every = [np.repeat(dot[None], 40_000, axis=0) for dot in dots]
    operator = np.stack([seen(rows, 1) for rows in every], axis=1)
    assert 0.03 < np.linalg.svd(operator)[1].min() < 0.05  # 0.2 squared
    made = np.repeat(dots, (40_000 * shares).astype(int), axis=0)
    np.testing.assert_allclose(np.linalg.solve(operator, seen(made, 2)), shares, atol=0.15)
    np.testing.assert_allclose(seen(every[0], 3, probability=1.0), 0.25, atol=0.01)  # all is lost


# The steering -------------------------------------------------------------------------------


def test_the_probability_follows_the_signs_by_hand():
    augment = AdaptiveAugment(target=0.5, samples=80, every=2, limit=0.7)
    told = [[1, 1, 1, -1], [1, 1, 1, 1], [1, -1, 1, -1], [1, -1, 0.5, 2.0], *[[1] * 4] * 16]
    expected = [0.0, 0.1, 0.1, 0.0]  # means 0.75 and 0.25, steps of 2 * 4 / 80
    expected += [min(0.7, 0.1 * (update // 2)) for update in range(1, 17)]
    for update, (logits, probability) in enumerate(zip(told, expected, strict=True)):
        augment.observe(np.array(logits, "float32")[:, None])
        augment.steer(update, 4)
        assert float(augment.probability) == pytest.approx(probability, abs=1e-6)
    assert not np.any(augment.signs)


@pytest.mark.parametrize(
    ("loss", "mean"),
    [
        ("non_saturating", 1.0),
        ("hinge", 1.0),
        ("least_squares", 0.0),
        ("wasserstein", 0.5),
        ("relativistic_average", 0.5),
        ("relativistic_pairing", 0.5),
    ],
)
def test_signs_are_counted_from_where_the_loss_has_its_boundary(loss, mean):
    """Real logits 0.3, 0.9, 0.4 and 0.8, fake ones of mean 0.1: half way is 0.35."""
    model = kgz.models.DCGAN((8, 8, 1), 3, filters=4, adversarial_loss=loss, augment="ada")
    real = np.array([[0.3], [0.9], [0.4], [0.8]], "float32")
    model.in_training = True
    model.critic.loss_of(real, np.array([[-0.3], [0.5], [0.2], [0.0]], "float32"))
    assert float(model.critic.adaptive.signs[0]) / 4 == pytest.approx(mean)


def tiny(**options):
    keras.utils.set_random_seed(0)
    augment = AdaptiveAugment(samples=400, every=2, initial=0.3)
    options = {"augment": augment, "seed": 0, **options}
    model = kgz.models.DCGAN((8, 8, 1), 3, filters=4, **options)
    model.compile({name: keras.optimizers.SGD(0.01) for name in ("discriminator", "generator")})
    return model


def train(model, batches):
    for number in batches:
        logs = model.train_on_batch(IMAGES[8 * number % 16 :][:8], return_dict=True)
    return logs


def test_it_is_part_of_the_step_and_fit_reports_it():
    model = tiny()
    history = model.fit(IMAGES, batch_size=8, epochs=2, verbose=0).history
    assert set(history) == {"discriminator_loss", "generator_loss", "augment_probability"}
    # Steps of 2 * 8 / 400, up or down, after each second update; what an epoch reports is before.
    assert history["augment_probability"][0] == pytest.approx(0.3, abs=1e-6)
    assert abs(history["augment_probability"][1] - 0.3) == pytest.approx(0.04, abs=1e-6)
    looked_at = model.evaluate(IMAGES, verbose=0, return_dict=True)
    assert abs(looked_at["augment_probability"] - 0.3) in (pytest.approx(0.0), pytest.approx(0.08))
    assert float(model.critic.adaptive.initial) == pytest.approx(0.3)


def test_a_model_that_was_saved_goes_on_to_the_bit(tmp_path):
    model = tiny()
    train(model, range(3))
    model.save(tmp_path / "model.keras")
    train(model, range(3, 6))
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert loaded.critic.augment.get_config()["samples"] == 400
    train(loaded, range(3, 6))
    assert float(loaded.critic.adaptive.probability) != pytest.approx(0.3)
    assert_same_state(loaded, model)


def test_two_replicas_draw_the_changes_of_one_and_steer_alike():
    def run():
        model = tiny()
        data = kgz.datasets.from_arrays(IMAGES, batch_size=8, shuffle=False)
        model.fit(data, epochs=2, verbose=0)
        return [np.array(one) for one in (*model.weights, model.critic.adaptive.probability)]

    single = run()
    with kgz.distribute("mirrored"):
        double = run()
    for alone, together in zip(single, double, strict=True):
        np.testing.assert_allclose(alone, together, rtol=1e-3, atol=1e-5)


def test_parts_of_a_batch_are_counted_together():
    results = []
    for steps in (1, 2):
        model = tiny()
        model.compile(keras.optimizers.SGD(0.01), accumulation_steps=steps)
        train(model, range(1))
        results.append(np.array(model.critic.adaptive.signs))
    np.testing.assert_array_equal(*results)
    assert results[0][1] == 8


@pytest.mark.parametrize("name", ["ProGAN", "ACGAN", "IcGAN", "SemiSupervisedGAN", "WGANGP"])
def test_models_with_losses_of_their_own_are_steered_too(name):
    classes = {"num_classes": 3} if name in ("ACGAN", "IcGAN", "SemiSupervisedGAN") else {}
    sizes = {} if name == "SemiSupervisedGAN" else {"filters": 4}
    if name == "WGANGP":
        classes = {"discriminator_steps": 1}
    model = getattr(kgz.models, name)((8, 8, 1), 4, augment="ada", seed=0, **sizes, **classes)
    model.in_training, model.playing = True, "discriminator"
    labels = {"label": np.arange(16) % 3} if "num_classes" in classes else {}
    if name == "SemiSupervisedGAN":
        batch = {"real": IMAGES, "labelled": IMAGES, **labels}
        batch["label"] = np.eye(3, dtype="float32")[labels["label"]]
    else:
        batch = model.prepare_batch({"image": IMAGES, **labels})
    model.discriminator_losses(batch)
    assert float(model.critic.adaptive.signs[1]) in (16.0, 32.0)


# Bad input ----------------------------------------------------------------------------------


def test_losses_without_logits_are_refused_in_fit_before_anything_changes():
    model = kgz.models.OTGAN((8, 8, 1), 4, filters=4, discriminator_filters=4, augment="ada")
    model.compile()
    before = model.get_weights()
    with pytest.raises(ValueError, match="losses of logits.*Received: OTGAN.*color,translation"):
        model.fit(IMAGES[:12], batch_size=12, verbose=0)
    for one_before, now in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one_before, now)


def test_bad_arguments():
    for arguments, said in (
        ({"ways": ("blit", "colour")}, "Unknown way of augmentation: 'colour'. Did you mean 'col"),
        ({"target": 1.0}, r"`target` in \(-1, 1\)"),
        ({"limit": 0.2, "initial": 0.3}, "`initial` and `limit`.*initial=0.3, limit=0.2"),
        ({"samples": 0}, "`samples` > 0"),
        ({"every": 0}, "`every` to be an integer >= 1"),
    ):
        with pytest.raises(ValueError, match=said):
            AdaptiveAugment(**arguments)
    with pytest.raises(ValueError, match=r"discriminator of images.*Received.*\(2,\)"):
        kgz.models.GAN((2,), 2, augment="ada")
    with pytest.raises(ValueError, match="Expected 'ada' alone"):
        kgz.models.DCGAN((8, 8, 1), 2, augment="ada,cutout,blit")

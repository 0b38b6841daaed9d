"""Differentiable augmentation: known images, its gradient, and that it leaks nothing."""

import numpy as np
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz
from keras_gan_zoo import backend
from keras_gan_zoo.families.augmentation import _shifted, augmented

ALL = ("color", "translation", "cutout")


def images(count=64, side=16, channels=3):
    random = np.random.default_rng(0)
    return random.uniform(-1, 1, (count, side, side, channels)).astype("float32")


def changed(samples, *policy, seed=0):
    with backend.noise(seed):
        return np.array(augmented(tf.constant(samples), policy))


def test_colors_change_as_the_paper_says():
    """Of each image: a grey one gets brighter alone; the range of each factor is used."""
    grey = np.full((2000, 4, 4, 3), 0.2, "float32")
    shift = changed(grey, "color") - grey
    assert np.ptp(shift, axis=(1, 2, 3)).max() < 1e-6
    shift = shift[:, 0, 0, 0]
    assert -0.5 <= shift.min() < -0.49 and 0.49 < shift.max() <= 0.5
    assert abs(shift.mean()) < 0.03
    rows = images(500)
    made = changed(rows, "color")
    # Contrast alone changes the deviations of the channels' means over an image.
    spread = lambda x: x.mean(axis=-1).std(axis=(1, 2))  # noqa: E731
    factors = spread(made) / spread(rows)
    assert 0.5 <= factors.min() < 0.52 and 1.48 < factors.max() <= 1.5001


@pytest.mark.parametrize("shift", [-3, 0, 2])
def test_a_shift_moves_whole_pixels_and_brings_zeros(shift):
    row = np.arange(1, 9, dtype="float32").reshape(1, 1, 8, 1)
    moved = np.array(_shifted(tf.constant(row), tf.fill((1, 1, 1, 1), shift), 2))[0, 0, :, 0]
    expected = [row[0, 0, x + shift, 0] if 0 <= x + shift < 8 else 0.0 for x in range(8)]
    np.testing.assert_array_equal(moved, expected)


def test_images_are_shifted_by_up_to_an_eighth():
    dot = np.zeros((3000, 16, 16, 1), "float32")
    dot[:, 8, 8] = 1.0
    _, rows, columns, _ = np.nonzero(changed(dot, "translation"))
    assert len(rows) == 3000
    for places in (rows, columns):
        counts = np.bincount(places - 6, minlength=5)
        assert counts.sum() == 3000 and counts.min() > 500  # five places, 600 each


def test_half_a_side_is_cut_out():
    ones = np.ones((2000, 16, 16, 1), "float32")
    made = changed(ones, "cutout")
    holes = (made == 0).sum(axis=(1, 2, 3))
    assert holes.max() == 64 and holes.min() == 16  # a quarter at a corner
    assert set(np.unique(made)) == {0.0, 1.0}
    left = (made == 0).any(axis=(1, 3)).argmax(axis=1)
    assert set(left) == set(range(13))  # from four pixels outside on


def test_each_image_is_changed_by_itself_and_by_the_seed():
    rows = np.repeat(images(1), 8, axis=0)
    made = changed(rows, *ALL)
    assert len({one.tobytes() for one in made}) == 8
    np.testing.assert_array_equal(made, changed(rows, *ALL))
    assert np.abs(made - changed(rows, *ALL, seed=1)).max() > 0.1


def test_it_has_the_gradient_of_finite_differences():
    start = tf.constant(images(2, 8), tf.float32)
    weights = tf.constant(np.random.default_rng(1).normal(size=start.shape).astype("float32"))

    def total(x):
        with backend.noise(3):
            return tf.reduce_sum(weights * augmented(x, ALL))

    with tf.GradientTape() as tape:
        tape.watch(start)
        value = total(start)
    gradient = tape.gradient(value, start)
    direction = gradient / tf.norm(gradient)
    slope = (total(start + 0.1 * direction) - total(start - 0.1 * direction)) / 0.2
    assert float(slope) == pytest.approx(float(tf.norm(gradient)), rel=1e-3)


def test_the_discriminator_alone_sees_it_and_in_training_alone():
    model = kgz.models.DCGAN((8, 8, 1), latent_dim=3, filters=4, augment="color,cutout", seed=0)
    plain = kgz.models.DCGAN((8, 8, 1), latent_dim=3, filters=4, seed=0)
    plain.generator.set_weights(model.generator.get_weights())
    plain.ema_generator.set_weights(model.ema_generator.get_weights())
    plain.discriminator.set_weights(model.discriminator.get_weights())
    rows = images(4, 8, 1)
    np.testing.assert_array_equal(model.generate(4, seed=1), plain.generate(4, seed=1))
    np.testing.assert_array_equal(model.discriminate(rows), plain.discriminate(rows))
    with model._mode(training=True), backend.noise(0):
        judged = np.array(model.critic.criticize(tf.constant(rows)))
    with plain._mode(training=True), backend.noise(0):
        assert np.abs(judged - plain.critic.criticize(tf.constant(rows))).max() > 1e-4
    assert kgz.models.DCGAN.from_config(model.get_config()).critic.augment == ("color", "cutout")


def test_two_replicas_draw_the_changes_of_one():
    rows = tf.constant(images(6, 8))

    def draw():
        with backend.noise(5):
            return augmented(backend.own_rows(rows, 3), ALL)

    with kgz.distribute("mirrored") as strategy:
        parts = strategy.experimental_local_results(tf.function(lambda: strategy.run(draw))())
    np.testing.assert_allclose(
        np.concatenate(parts), changed(rows.numpy(), *ALL, seed=5), atol=1e-6
    )


def test_unknown_names_are_refused():
    with pytest.raises(ValueError, match="augment.*'colour'.*color"):
        kgz.models.GAN((2,), 2, augment="colour")
    for policy in ("color,ada", ["ada", "translation"]):
        with pytest.raises(ValueError, match="Expected 'ada' alone in `augment`"):
            kgz.models.GAN((8, 8, 1), 2, augment=policy)

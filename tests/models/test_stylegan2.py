"""Styles: truncation, mixing, their mean; path lengths. Oracles: the definitions, by hand."""

import keras
import numpy as np
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo.families.projection import noise_at, rate_at


def tiny(**options):
    sizes = {"style_dim": 4, "mapping_layers": 1, "filters": 4, "max_filters": 4}
    return kgz.models.StyleGAN2((8, 8, 1), 3, **sizes, seed=0, **options)


@pytest.fixture(scope="module")
def model():
    """One whose styles differ, and whose mean style is not 0."""
    made = tiny()
    made.ema_generator.get_layer("mapping").get_layer("mean").mean.assign([0.5, -0.5, 1.0, 2.0])
    return made


def latents(model, count=3, seed=0):
    return model.sample_latents(count, seed=seed)


def test_truncation_goes_from_the_mean_to_the_style(model):
    whole, half, none = (model.styles_of(latents(model), by) for by in (1.0, 0.5, 0.0))
    mean = np.array([0.5, -0.5, 1.0, 2.0])
    np.testing.assert_allclose(none, np.broadcast_to(mean, (3, 4, 4)), rtol=1e-6)
    np.testing.assert_allclose(half, (whole + none) / 2.0, rtol=1e-5, atol=1e-6)
    alone = model.ema_generator.get_layer("mapping")(latents(model))
    np.testing.assert_allclose(whole, np.repeat(alone[:, None], 4, axis=1), rtol=1e-6)
    same = model.generate(latents=latents(model), truncation=0.0)
    np.testing.assert_allclose(same[1:], same[:-1], atol=1e-6)  # noise starts at a strength of 0


def test_images_of_styles_are_those_of_their_latents(model):
    given = latents(model)
    expected = model.generate(latents=given, truncation=0.7, seed=2)
    styles = model.styles_of(given, truncation=0.7)
    np.testing.assert_array_equal(model.generate(styles=styles, seed=2), expected)
    np.testing.assert_allclose(
        model.generate(latents=given, seed=2, ema=False),
        np.clip(model.generator(given), -1.0, 1.0),
        rtol=1e-4,
        atol=1e-6,
    )


def test_the_table_of_mixed_styles(model):
    rows, columns = latents(model, 2), latents(model, 3, seed=1)
    table = model.mix(rows, columns, layers=range(2, 4))
    assert table.shape == (2, 3, 8, 8, 1)
    first, second = model.styles_of(rows), model.styles_of(columns)
    styles = np.concatenate([first[1:, :2], second[2:, 2:]], axis=1)
    np.testing.assert_allclose(table[1, 2], model.generate(styles=styles)[0], atol=1e-5)
    for layers, expected in ((range(0), rows[:1]), (range(4), columns[:1])):
        table = model.mix(rows, columns, layers)
        np.testing.assert_allclose(table[0, 0], model.generate(latents=expected)[0], atol=1e-5)


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_in_training_a_share_of_the_images_has_two_styles(share):
    model = tiny(style_mixing=share)
    styles = np.array(model.training_styles(200))
    changes = np.any(styles[:, 1:] != styles[:, :-1], axis=2)
    assert changes.sum(axis=1).max(initial=0) == (share > 0)
    assert changes.any(axis=1).mean() == pytest.approx(share, abs=0.1)
    # Whichever layer is the first of the second style: each about as often.
    np.testing.assert_allclose(changes.mean(axis=0), share / 3, atol=0.1)


def test_the_mean_of_styles_and_of_path_lengths_is_counted_in_training_alone():
    model = tiny(penalties=[], path_length_every=1)
    batch = {"real": np.zeros((4, 8, 8, 1), "float32")}
    mean = model.generator.get_layer("mapping").get_layer("mean").mean
    model.generate(5)
    with model._mode(training=False):
        model.generator_losses(batch)
    assert not np.any(mean) and not np.any(model.path_length.mean)
    with model._mode(training=True):
        model.generator_losses(batch)
    assert np.all(mean) and np.all(model.path_length.mean)


def test_terms_are_lazy_and_what_the_paper_says():
    model = tiny()
    discriminator, generator = model.phases()
    assert model.intervals_of(discriminator) == (16,) and model.intervals_of(generator) == (4,)
    assert model.critic.penalties.penalties[0].get_config() == {"weight": 10.0, "every": 16}
    without = tiny(path_length_weight=0.0)
    assert without.intervals_of(without.phases()[1]) == ()
    model.compile()
    adam = model.optimizers["generator"].get_config()
    assert (adam["learning_rate"], adam["beta_1"], adam["beta_2"]) == (
        pytest.approx(2e-3),
        0.0,
        0.99,
    )


def test_the_penalty_pulls_lengths_to_their_mean():
    """Equation 4 by hand, from the lengths at the same noise."""
    model = tiny(path_length_weight=3.0)
    model.path_length.mean.assign([0.2])
    styles = model.training_styles(6)
    with kgz.backend.noise(1):
        lengths = np.array(kgz.penalties.path_lengths(model.synthesize, styles[::2]))
    for training in (False, True):
        target = 0.99 * 0.2 + 0.01 * lengths.mean() if training else 0.2
        with model._mode(training), kgz.backend.noise(1):
            penalty = float(model._path_length_penalty(styles))
        assert penalty == pytest.approx(3.0 * np.mean((lengths - target) ** 2), rel=1e-3)
        np.testing.assert_allclose(model.path_length.mean, [target], rtol=1e-5)


def test_the_picture_of_mixed_styles_has_a_table_for_each_band(model):
    """Two rows, three columns and two bands: heads and cells where they belong, pixel by pixel."""
    rows, columns = latents(model, 2), latents(model, 3, seed=1)
    bands = (range(2), range(2, 4))
    picture = np.array(model.draw_mixed(rows, columns, bands, truncation=0.5, seed=1))
    assert picture.shape == (5 * 10 + 2, 4 * 10 + 2)

    def pixels(images):
        return np.rint((np.array(images)[..., 0] + 1.0) * 127.5)

    def at(line, column):
        return picture[2 + 10 * line :, 2 + 10 * column :][:8, :8]

    heads = [model.generate(latents=one, truncation=0.5, seed=1) for one in (rows, columns)]
    tables = [model.mix(rows, columns, band, truncation=0.5, seed=1) for band in bands]
    assert np.all(at(0, 0) == 255)
    np.testing.assert_array_equal(at(0, 2), pixels(heads[1][1]))
    np.testing.assert_array_equal(at(4, 0), pixels(heads[0][1]))
    np.testing.assert_array_equal(at(2, 3), pixels(tables[0][1, 2]))
    np.testing.assert_array_equal(at(3, 1), pixels(tables[1][0, 0]))
    assert model.draw_mixed(rows, columns).size == (4 * 10 + 2, 7 * 10 + 2)  # three bands
    with pytest.raises(ValueError, match="`layers` among 0 to 3"):
        model.draw_mixed(rows, columns, [range(5)])


@pytest.fixture(scope="module")
def varied():
    """One whose styles make a difference that is seen."""
    made = kgz.models.StyleGAN2(
        (8, 8, 1), 3, style_dim=4, mapping_layers=1, filters=8, max_filters=8, seed=0
    )
    for layer in made.ema_generator.get_layer("synthesis").layers:
        if layer.name.startswith("colours"):
            layer.kernel.assign(0.3 * layer.kernel)  # within [-1, 1], where nothing is clipped
    return made


def test_an_image_is_projected_to_a_style_that_makes_it(varied, capsys):
    given = latents(varied, 2, seed=3)
    images = varied.generate(latents=given, seed=5)
    mean = varied.generate(latents=given, truncation=0.0, seed=5)
    options = {"steps": 120, "samples": 100, "seed": 5}
    styles = varied.project(images, **options)
    assert "120/120" in capsys.readouterr().out
    assert styles.shape == (2, 4, 4) and np.all(styles[:, 1:] == styles[:, :-1])
    found = varied.generate(styles=styles, seed=5)
    errors = [float(np.mean((np.array(one) - images) ** 2)) for one in (found, mean)]
    assert errors[0] < 0.05 * errors[1]
    again = varied.project(images, verbose=0, **options)
    np.testing.assert_array_equal(styles, again)
    alone = varied.project(images[:1], verbose=0, **options)
    np.testing.assert_allclose(alone[0], styles[0], atol=0.02)
    assert capsys.readouterr().out == ""


def test_a_projection_descends_the_distance_it_is_given(varied):
    images = varied.generate(2, seed=3)
    halves = {}
    for name, part in {"upper": slice(0, 4), "lower": slice(4, 8)}.items():
        styles = varied.project(
            images,
            steps=30,
            samples=50,
            distance=lambda a, b, part=part: keras.ops.mean((a - b)[:, part] ** 2, axis=(1, 2, 3)),
            verbose=0,
        )
        error = np.square(np.array(varied.generate(styles=styles, seed=0)) - images)
        halves[name] = [error[:, :4].mean(), error[:, 4:].mean()]
    assert halves["upper"][0] < halves["lower"][0] and halves["lower"][1] < halves["upper"][1]


def test_rates_and_noise_of_a_projection_are_the_paper_s():
    """Of 1000 steps 50 rise, 250 fall along half a cosine, and 750 have noise, in squares."""
    shares = (0.0, 0.025, 0.05, 0.75, 0.875, 1.0)
    rates = [rate_at(share) for share in shares]
    np.testing.assert_allclose(rates, [0.0, 0.5, 1.0, 1.0, 0.5, 0.0], atol=1e-9)
    levels = [noise_at(share) for share in (0.0, 0.375, 0.75, 0.9)]
    np.testing.assert_allclose(levels, [1.0, 0.25, 0.0, 0.0])


def test_the_deviation_of_styles_is_their_distance_from_the_mean(varied):
    mean, deviation = varied._statistics_of_styles(varied.ema_generator, 50, 7)
    styles = np.array(varied.styles_of(varied.sample_latents(50, seed=7))[:, 0])
    np.testing.assert_allclose(mean, styles.mean(axis=0), atol=1e-5)
    distance = np.sqrt(np.sum((styles - styles.mean(axis=0)) ** 2, axis=1).mean())
    assert float(deviation) == pytest.approx(distance, rel=1e-4)


def test_bad_projections(varied):
    images = np.zeros((1, 8, 8, 1), "float32")
    for arguments, said in (
        ({"images": images[0]}, "images.*Received"),
        ({"images": images + 7.0}, "images.*Received"),
        ({"images": images[:0]}, "at least one of `images`"),
        ({"images": images, "distance": "lpips"}, "`distance` to be a function.*'lpips'"),
        ({"images": images, "steps": 0}, "`steps` to be an integer >= 1"),
        ({"images": images, "samples": 1}, "`samples` to be an integer >= 2"),
        ({"images": images, "noise": -1.0}, "`noise` >= 0"),
        ({"images": images, "learning_rate": 0.0}, "`learning_rate` > 0"),
        ({"images": images, "seed": -1}, "`seed`"),
    ):
        with pytest.raises(ValueError, match=said):
            varied.project(**arguments)


def test_bad_input(model):
    for truncation in (-0.1, 1.1, float("nan"), "half"):
        with pytest.raises(ValueError, match=r"`truncation` in \[0, 1\].*Received"):
            model.generate(2, truncation=truncation)
    with pytest.raises(ValueError, match="Expected `styles`.*Received"):
        model.generate(styles=np.zeros((2, 5, 4), "float32"))
    styles = np.zeros((2, 4, 4), "float32")
    for arguments in ({"truncation": 0.5}, {"num_samples": 3}, {"latents": latents(model, 2)}):
        with pytest.raises(ValueError, match="`styles` without `latents`.*Received: 2 styles"):
            model.generate(styles=styles, **arguments)
    with pytest.raises(ValueError, match=r"`layers` among 0 to 3. Received: \[3, 4\]"):
        model.mix(latents(model), latents(model), range(3, 5))
    with pytest.raises(ValueError, match=r"`style_mixing` in \[0, 1\]. Received: 1.5"):
        tiny(style_mixing=1.5)
    with pytest.raises(ValueError, match="power of two from 8 on. Received: image_shape=.28, 28"):
        kgz.models.StyleGAN2((28, 28, 1))
    plain = keras.Sequential(
        [keras.Input((3,)), keras.layers.Dense(64), keras.layers.Reshape((8, 8, 1))]
    )
    with pytest.raises(ValueError, match="layers called 'mapping' and 'synthesis'.*Received"):
        tiny(generator=plain)

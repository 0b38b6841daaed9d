"""Styles: truncation, mixing, their mean; path lengths. Oracles: the definitions, by hand."""

import keras
import numpy as np
import pytest

import keras_gan_zoo as kgz


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

"""Noise: one seed gives one output, and looking never changes training.

Oracle: the same draw in one piece.
"""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz
from keras_gan_zoo import backend


def noisy_gan(**options):
    """A GAN whose generator draws noise whenever it is used."""
    generator = keras.Sequential(
        [
            keras.Input((3,)),
            keras.layers.Dense(16),
            kgz.layers.Dropout(0.5, at_sampling=True),
            kgz.layers.Dropout(0.5, at_sampling=True),
            keras.layers.Dense(2, dtype="float32"),
        ]
    )
    model = kgz.models.GAN(
        (2,), latent_dim=3, hidden_units=10, generator=generator, seed=0, **options
    )
    model.compile()
    return model


@pytest.mark.parametrize("first", [0, 1, 4, 50])
@pytest.mark.parametrize("draw", [backend.random_normal, backend.random_uniform])
def test_a_part_of_a_batch_draws_its_part_of_the_noise(draw, first):
    with backend.noise(3):
        whole = draw((100, 7))
    with backend.noise(3, start=first):
        np.testing.assert_array_equal(draw((50, 7)), whole[first : first + 50])
    for stride in (2, 3):
        rows = len(range(first, 100, stride))
        with backend.noise(3, start=first, stride=stride):
            np.testing.assert_array_equal(draw((rows, 7)), whole[first::stride])


def test_noise_is_tensorflows_own_for_a_plain_seed():
    expected = tf.random.stateless_normal((5, 3), (7, 0), alg="philox")
    np.testing.assert_array_equal(backend.random_normal((5, 3), seed=7), expected)
    expected = tf.random.stateless_uniform((5, 3), (7, 0), -2.0, 3.0, alg="philox")
    np.testing.assert_array_equal(backend.random_uniform((5, 3), -2.0, 3.0, seed=7), expected)


def test_draws_of_a_stream_differ():
    with backend.noise(3):
        draws = [backend.random_normal((4,)) for _ in range(3)]
    for turn in (1, 2):
        with backend.noise(3, turn=turn):
            draws.append(backend.random_normal((4,)))
    assert len({tuple(np.array(draw)) for draw in draws}) == 5


def test_one_seed_gives_one_output_whatever_the_layers_draw():
    model = noisy_gan()
    once = model.generate(600, seed=4)
    np.testing.assert_array_equal(once, model.generate(600, seed=4))
    latents = np.ones((300, 3), "float32")  # more than a chunk
    fixed = model.generate(latents=latents, seed=4)
    np.testing.assert_array_equal(fixed, model.generate(latents=latents, seed=4))
    assert not np.array_equal(fixed, model.generate(latents=latents, seed=5))
    # Chunks, and samples within them, do not share their noise.
    assert len(np.unique(np.round(fixed, 5), axis=0)) > 250


def test_looking_never_changes_training():
    def run(look):
        keras.utils.set_random_seed(0)
        model = noisy_gan()
        samples = np.random.default_rng(0).normal(size=(4, 2)).astype("float32")
        for _ in range(2):
            model.train_on_batch(samples)
            if look:
                model.generate(3)
                model.generate(3, seed=1)
                model.discriminate(samples)
                losses = [model.evaluate(samples, verbose=0) for _ in range(2)]
                assert losses[0] == losses[1]
        state = kgz.training.state.capture(model)
        return {name: value for name, value in state.items() if not name.startswith("metrics")}

    looked, expected = run(True), run(False)
    for name, value in expected.items():
        np.testing.assert_array_equal(looked[name], value, err_msg=name)


def test_an_export_with_noise_takes_the_seed(tmp_path):
    model = noisy_gan()
    model.export(tmp_path / "exported")
    exported = tf.saved_model.load(str(tmp_path / "exported")).signatures
    latents = np.ones((300, 3), "float32")
    seed = tf.constant(4)
    np.testing.assert_allclose(
        exported["serving_default"](latents=tf.constant(latents), seed=seed)["vectors"],
        model.generate(latents=latents, seed=4),
        rtol=1e-5,
        atol=1e-6,
    )
    np.testing.assert_allclose(
        exported["sample"](num_samples=tf.constant(300), seed=seed)["vectors"],
        model.generate(300, seed=4),
        rtol=1e-5,
        atol=1e-6,
    )
    assert set(exported["discriminate"].structured_input_signature[1]) == {"samples"}

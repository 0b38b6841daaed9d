"""Autoencoders and the latent space.

Oracles: principal components for the linear autoencoder; for the denoiser the statistics of its
noise and the best linear answer to Gaussian noise; for the latent space identity networks, whose
answers are plain arithmetic.
"""

import warnings

import keras
import numpy as np
import pytest

import keras_gan_zoo as kgz


def linear(inputs, outputs, name):
    """A network of one dense layer."""
    samples = keras.Input((inputs,))
    return keras.Model(samples, keras.layers.Dense(outputs)(samples), name=name)


def identity(size=3):
    """An autoencoder whose latents are its samples."""
    model = kgz.models.Autoencoder(
        encoder=linear(size, size, "encoder"), decoder=linear(size, size, "decoder")
    )
    for network in (model.encoder, model.decoder):
        network.set_weights([np.eye(size), np.zeros(size)])
    return model


def test_a_linear_autoencoder_finds_the_principal_subspace():
    random = np.random.default_rng(0)
    samples = random.normal(size=(512, 4)) * [2.0, 1.5, 0.5, 0.2]
    samples = (
        (samples - samples.mean(axis=0)) @ np.linalg.qr(random.normal(size=(4, 4)))[0]
    ).astype("float32")
    variances = np.sort(np.linalg.eigvalsh(samples.T @ samples / len(samples)))
    keras.utils.set_random_seed(0)
    model = kgz.models.Autoencoder(encoder=linear(4, 2, "encoder"), decoder=linear(2, 4, "decoder"))
    model.compile(keras.optimizers.Adam(0.02))
    model.fit(samples, batch_size=512, epochs=600, verbose=0)
    error = np.mean((samples - model.reconstruct(samples)) ** 2)
    assert error == pytest.approx(variances[:2].sum() / 4, rel=0.02)


def test_losses_of_images_count_pixels_from_0_to_1():
    images = np.random.default_rng(0).uniform(-1, 1, (3, 8, 8, 1)).astype("float32")
    for loss in ("squared_error", "cross_entropy"):
        keras.utils.set_random_seed(0)
        model = kgz.models.Autoencoder((8, 8, 1), 2, loss=loss)
        model.compile()
        received = model.test_on_batch(images, return_dict=True)["reconstruction_loss"]
        pixels = (images + 1) / 2
        guessed = (np.array(model.reconstruct(images)) + 1) / 2
        expected = {
            "squared_error": np.mean((pixels - guessed) ** 2),
            "cross_entropy": -np.mean(
                pixels * np.log(guessed) + (1 - pixels) * np.log(1 - guessed)
            ),
        }[loss]
        assert float(received) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("noise", ["gaussian", "masking", "salt_and_pepper"])
def test_noise_has_its_level_and_is_fresh(noise):
    model = kgz.models.DenoisingAutoencoder((40, 40, 1), 2, noise=noise, level=0.3)
    clean = np.full((20, 40, 40, 1), 0.5, "float32")
    noisy = np.array(model.corrupt(clean, seed=1))
    assert not np.array_equal(noisy, model.corrupt(clean, seed=2))
    changed = np.mean(noisy != clean)
    if noise == "gaussian":
        assert np.std(noisy - clean) == pytest.approx(0.6, rel=0.02)  # of a range of 2
    else:
        assert changed == pytest.approx(0.3, abs=0.01)
        values, counts = np.unique(noisy[noisy != clean], return_counts=True)
        assert values.tolist() == ([-1.0] if noise == "masking" else [-1.0, 1.0])
        assert counts.min() / counts.sum() == pytest.approx(1 / len(values), abs=0.02)


def test_the_preset_denoises():
    """It takes most of the error of noise away, from digits that another preset makes."""
    model = kgz.models.from_preset("denoising_autoencoder_mnist")
    clean = np.array(kgz.models.from_preset("vae_mnist").generate(200, seed=0))
    noisy = model.corrupt(clean, seed=0)
    left, added = (
        np.mean((np.array(one) - clean) ** 2) for one in (model.reconstruct(noisy), noisy)
    )
    assert np.abs(noisy).max() > 2.5 and left < 0.2 * added
    with pytest.raises(ValueError, match="8-bit images"):
        model.reconstruct(127.5 * (clean + 1.0))


def test_a_linear_denoiser_learns_the_best_answer_and_is_told_the_clean_sample():
    """For data N(0, 1) and noise 0.5 the best line has slope 0.8 and leaves an error of 0.2."""
    samples = np.random.default_rng(0).normal(size=(4096, 1)).astype("float32")
    samples /= samples.std()
    keras.utils.set_random_seed(0)
    model = kgz.models.DenoisingAutoencoder(
        encoder=linear(1, 1, "encoder"), decoder=linear(1, 1, "decoder"), level=0.5, seed=0
    )
    schedule = keras.optimizers.schedules.CosineDecay(0.05, 400)
    model.compile(keras.optimizers.Adam(schedule))
    losses = model.fit(samples, batch_size=1024, epochs=100, verbose=0).history
    assert np.mean(losses["reconstruction_loss"][-20:]) == pytest.approx(0.2, rel=0.05)
    one = np.ones((1, 1), "float32")
    slope = float(model.reconstruct(one)[0, 0] - model.reconstruct(-one)[0, 0]) / 2
    assert slope == pytest.approx(0.8, abs=0.03)
    evaluated = model.evaluate(samples, batch_size=4096, verbose=0)["reconstruction_loss"]
    assert evaluated == pytest.approx((1 - slope) ** 2, abs=0.01)  # no noise outside of training


def test_latent_arithmetic_is_arithmetic():
    model = identity()
    samples = np.random.default_rng(0).normal(size=(6, 3)).astype("float32")
    np.testing.assert_allclose(model.encode(samples), samples, atol=1e-6)
    vector = model.attribute_vector(samples[:2], samples[2:])
    np.testing.assert_allclose(
        vector, samples[:2].mean(axis=0) - samples[2:].mean(axis=0), atol=1e-6
    )
    np.testing.assert_allclose(model.edit(samples, vector, 0.0), samples, atol=1e-6)
    np.testing.assert_allclose(model.edit(samples, vector, 2.0), samples + 2 * vector, atol=1e-5)
    path = np.array(model.interpolate(samples[:3], samples[3:], steps=5))
    assert path.shape == (3, 5, 3)
    np.testing.assert_allclose(path[:, 2], (samples[:3] + samples[3:]) / 2, atol=1e-6)


def test_bad_input_to_the_latent_space_is_refused():
    model = identity()
    samples = np.ones((4, 3), "float32")
    with pytest.raises(ValueError, match="`having` to hold samples.*Received: none"):
        model.attribute_vector(samples[:0], samples)
    with pytest.raises(ValueError, match="`lacking` to hold samples.*Received: none"):
        model.attribute_vector(samples, samples[:0])
    with pytest.raises(ValueError, match="as many samples.*Received: 4 and 3"):
        model.interpolate(samples, samples[:3])
    with pytest.raises(ValueError, match="`vector`.*Received"):
        model.edit(samples, np.zeros(4, "float32"))
    with pytest.raises(ValueError, match="`noise`.*Received: 'rain'"):
        kgz.models.DenoisingAutoencoder((8, 8, 1), 2, noise="rain")
    with pytest.raises(ValueError, match="`level`.*Received: 1.5"):
        kgz.models.DenoisingAutoencoder((8, 8, 1), 2, noise="masking", level=1.5)
    with pytest.raises(ValueError, match=r"no images.*Received: 'cross_entropy'.*\(3,\)"):
        kgz.models.Autoencoder(
            encoder=linear(3, 2, "encoder"), decoder=linear(2, 3, "decoder"), loss="cross_entropy"
        )
    with pytest.raises(ValueError, match="`encoder` with one input"):
        kgz.models.Autoencoder(
            encoder=linear(3, 2, "encoder"),
            decoder=kgz.networks.dcgan_generator((8, 8, 1), 2, 4, condition_dim=3),
        )


def test_mistakes_with_latents_and_batches_are_named():
    model = kgz.models.Autoencoder((8, 8, 1), 3)
    images = np.zeros((4, 8, 8, 1), "float32")
    with pytest.raises(ValueError, match=r"one direction of shape \(3,\). Received: shape \(2,\)"):
        model.edit(images, [1.0, 2.0])
    with pytest.raises(ValueError, match="at least one. Received: none"):
        model.encode(images[:0])
    with pytest.raises(ValueError, match=r"x\[None\]"):
        model.encode(images[0])
    data = kgz.datasets.load("fashion_mnist_mini")
    for wrong in (None, (images, np.zeros(4, int)), data):
        with pytest.raises(ValueError, match=r"next\(iter\(data\)\).*Received: "):
            model.encode(wrong)
    model.compile()
    with pytest.raises(ValueError, match="Expected `x`.*Received: None"):
        model.fit(None)
    with pytest.raises(
        ValueError, match=r"a channel: x\[\.\.\., None\]. Received: shape \(4, 8, 8\)"
    ):
        model.encode(images[..., 0])
    with pytest.raises(ValueError, match=r"\(batch, 3\).* Received: shape \(4, 2\)") as error:
        model.decode(np.zeros((4, 2), "float32"))
    assert "Resize" not in str(error.value)
    with pytest.raises(ValueError, match="`latent_dim`, 4. Received: one of 3"):
        kgz.models.Autoencoder((8, 8, 1), 4, encoder=model.encoder, decoder=model.decoder)
    for model_class in (kgz.models.AdversarialAutoencoder, kgz.models.RestrictedBoltzmannMachine):
        with pytest.raises(
            ValueError, match=r"[Gg]rey images have one channel.*Received: \(8, 8\)"
        ):
            model_class((8, 8))


def test_images_from_0_to_1_are_warned_of():
    model = kgz.models.Autoencoder((8, 8, 1), seed=0)
    model.compile()
    images = np.random.default_rng(0).uniform(0, 1, (4, 8, 8, 1)).astype("float32")
    with pytest.warns(UserWarning, match=r"Black is -1 here.*2 \* x - 1"):
        model.fit(images, verbose=0)
    with pytest.warns(UserWarning, match="Black is -1 here"):
        model.encode(images)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        model.fit(2.0 * images - 1.0, verbose=0)
        model.encode(2.0 * images - 1.0)

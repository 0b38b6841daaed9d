"""The variational autoencoder.

Oracle: the linear-Gaussian model. With the exact posterior every importance weight equals the
evidence, log N(x; b, W W^T + s^2 I), which scipy computes. Losses: closed forms in numpy.
"""

import keras
import numpy as np
import pytest
import scipy.stats

import keras_gan_zoo as kgz
from keras_gan_zoo.families.likelihoods import LIKELIHOODS

SCALE = 0.7


def linear_gaussian(seed=0, image=(1, 4, 1), latents=2):
    """A VAE whose posterior is exact, and its evidence."""
    random = np.random.default_rng(seed)
    size = int(np.prod(image))
    weights, offset = random.normal(size=(latents, size)), random.normal(size=size)
    covariance = np.linalg.inv(np.eye(latents) + weights @ weights.T / SCALE**2)
    # The posterior's covariance must be diagonal: rotate the latents.
    rotation = np.linalg.eigh(covariance)[1]
    weights = rotation.T @ weights
    variances = 1.0 / (1.0 + np.diag(weights @ weights.T) / SCALE**2)
    samples = keras.Input(image)
    flat = keras.layers.Flatten()(samples)
    mean = keras.layers.Dense(latents)(flat)
    log_variance = keras.layers.Dense(latents)(flat)
    encoder = keras.Model(samples, [mean, log_variance])
    to_mean = weights.T * variances / SCALE**2
    encoder.set_weights([to_mean, -offset @ to_mean, np.zeros((size, latents)), np.log(variances)])
    codes = keras.Input((latents,))
    decoder = keras.Model(codes, keras.layers.Reshape(image)(keras.layers.Dense(size)(codes)))
    decoder.set_weights([weights, offset])
    model = kgz.models.VAE(
        image,
        latents,
        likelihood="gaussian",
        likelihood_scale=SCALE,
        encoder=encoder,
        decoder=decoder,
        seed=0,
    )
    model.compile()
    evidence = scipy.stats.multivariate_normal(
        offset, weights.T @ weights + SCALE**2 * np.eye(size)
    )
    return model, lambda x: evidence.logpdf(x.reshape(len(x), -1))


def test_with_the_exact_posterior_every_weight_is_the_evidence():
    model, evidence = linear_gaussian()
    samples = np.random.default_rng(1).uniform(-1, 1, (6, 1, 4, 1)).astype("float32")
    for count in (1, 7):
        received = model.log_likelihood(samples, num_samples=count, seed=3)
        np.testing.assert_allclose(received, evidence(samples), rtol=1e-4)


def test_the_losses_average_to_the_evidence_lower_bound():
    model, evidence = linear_gaussian()
    samples = np.random.default_rng(1).uniform(-1, 1, (6, 1, 4, 1)).astype("float32")
    bounds = [float(model.test_on_batch(samples, return_dict=True)["loss"]) for _ in range(400)]
    # The bound is tight here; its two halves still vary with the latents drawn.
    assert np.mean(bounds) == pytest.approx(-np.mean(evidence(samples)), abs=0.1)


def test_more_samples_give_a_tighter_bound():
    model, evidence = linear_gaussian()
    weights = model.encoder.get_weights()
    model.encoder.set_weights([*weights[:3], weights[3] + 1.0])  # a posterior that is too wide
    samples = np.random.default_rng(0).uniform(-1, 1, (40, 1, 4, 1)).astype("float32")
    bounds = [np.mean(model.log_likelihood(samples, count, seed=1)) for count in (1, 10, 1000)]
    assert bounds[0] < bounds[1] < bounds[2]
    assert bounds[2] == pytest.approx(np.mean(evidence(samples)), abs=0.05)
    again = model.log_likelihood(samples, 5, seed=2)
    np.testing.assert_array_equal(again, model.log_likelihood(samples, 5, seed=2))


def test_the_divergence_is_weighted_and_freed(monkeypatch):
    mean = np.array([[1.0, 0.0], [-1.0, 0.2]], "float32")
    log_variance = np.array([[0.0, 0.1], [0.3, 0.0]], "float32")
    each = 0.5 * (mean**2 + np.exp(log_variance) - 1 - log_variance)
    samples = np.zeros((2, 8, 8, 1), "float32")
    cases = (
        ({}, each.sum(axis=1).mean()),
        ({"beta": 4.0}, 4.0 * each.sum(axis=1).mean()),
        ({"free_bits": 0.2}, np.maximum(each.mean(axis=0), 0.2).sum()),
    )
    for arguments, expected in cases:
        model = kgz.models.VAE((8, 8, 1), 2, **arguments)
        monkeypatch.setattr(model, "encoded", lambda samples: (mean, log_variance))
        received = model.autoencoder_losses(model.prepare_batch(samples))["kl_loss"]
        assert float(received) == pytest.approx(float(expected), rel=1e-5)


def test_the_divergence_warms_up_in_training_only():
    model = kgz.models.VAE((8, 8, 1), 2, beta=2.0, warm_up=10)
    model.compile()
    assert model._weight() == 2.0
    model.in_training = True
    for update, expected in ((0, 0.0), (5, 1.0), (10, 2.0), (99, 2.0)):
        model.optimizers["autoencoder"].iterations.assign(update)
        assert float(model._weight()) == pytest.approx(expected)


@pytest.mark.parametrize("likelihood", sorted(LIKELIHOODS))
def test_every_likelihood_trains_and_keeps_to_the_range_of_images(likelihood):
    keras.utils.set_random_seed(0)
    levels = np.random.default_rng(0).integers(0, 256, (16, 8, 8, 1))
    images = (levels / 127.5 - 1).astype("float32")
    model = kgz.models.VAE((8, 8, 1), 2, likelihood=likelihood, seed=0)
    model.compile()
    history = model.fit(images, batch_size=8, epochs=15, verbose=0).history
    assert history["reconstruction_loss"][-1] < history["reconstruction_loss"][0]
    assert model.generate(3, seed=0).shape == model.reconstruct(images[:3]).shape == (3, 8, 8, 1)
    mean, log_variance = model.posterior(images[:3])
    np.testing.assert_allclose(model.encode(images[:3]), mean, atol=1e-6)
    assert log_variance.shape == (3, 2)
    assert np.isfinite(model.log_likelihood(images[:3], 2)).all()
    twin = kgz.models.VAE.from_config(model.get_config())
    assert type(twin.likelihood) is type(model.likelihood)


def test_bad_arguments_are_refused():
    for name in ("beta", "warm_up", "free_bits"):
        with pytest.raises(ValueError, match=f"`{name}`.*>= 0.*Received: -1"):
            kgz.models.VAE((8, 8, 1), 2, **{name: -1})
    with pytest.raises(ValueError, match="likelihood"):
        kgz.models.VAE((8, 8, 1), 2, likelihood="poisson")
    with pytest.raises(ValueError, match="likelihood_scale.*Received: 0"):
        kgz.models.VAE((8, 8, 1), 2, likelihood="gaussian", likelihood_scale=0)
    model = kgz.models.VAE((8, 8, 1), 2)
    with pytest.raises(ValueError, match="num_samples.*Received: 0"):
        model.log_likelihood(np.zeros((1, 8, 8, 1), "float32"), 0)
    with pytest.raises(ValueError, match="`latents`.*Received"):
        model.decode(np.zeros((1, 3), "float32"))
    over = np.full((1, 8, 8, 1), 1.2, "float32")
    model.compile()
    for call in (model.encode, model.log_likelihood, lambda x: model.fit(x, verbose=0)):
        with pytest.raises(ValueError, match=r"values in \[-1, 1\].*Received"):
            call(over)
    assert kgz.models.VAE((8, 8, 1), 2, likelihood="gaussian").encode(over).shape == (1, 2)


def test_binarized_pixels_have_the_means_that_were_given():
    model = kgz.models.VAE((4, 4, 1), 2, binarize=True, seed=0)
    grey = np.linspace(-1, 1, 16, dtype="float32").reshape(1, 4, 4, 1)
    drawn = np.array(model.binarized(np.repeat(grey, 20_000, axis=0), seed=3))
    assert set(np.unique(drawn)) == {-1.0, 1.0}
    np.testing.assert_allclose(drawn.mean(axis=0), grey[0], atol=0.03)


def test_a_model_that_binarises_learns_from_binary_images_drawn_anew():
    """With logits of 0 every pixel costs ln 2; with others, what its drawn value costs."""
    model = kgz.models.VAE((4, 4, 1), 2, binarize=True, seed=0)
    model.compile()
    shown = []
    model.likelihood.nll = lambda samples, decoded: shown.append(samples) or samples[:, 0, 0, 0]
    batch = {"real": np.zeros((5, 4, 4, 1), "float32")}
    model.autoencoder_losses(batch), model.autoencoder_losses(batch)
    assert all(set(np.unique(one)) == {-1.0, 1.0} for one in shown)
    assert not np.array_equal(*shown)


@pytest.mark.parametrize(
    ("network", "shape", "parameters"),
    [
        ("conv", (28, 28, 1), 105_220 + 102_017),
        ("mlp", (28, 28, 1), 330_040 - 14_436 + 322_784 - 7_200),
        ("face", (128, 128, 3), None),
        ("face_without_dropout", (64, 64, 3), None),
        ("residual", (28, 28, 1), None),
    ],
)
def test_networks_by_name(network, shape, parameters):
    model = kgz.models.VAE(shape, 2, network=network, seed=0)
    images = np.zeros((2, *shape), "float32")
    assert model.reconstruct(images).shape == (2, *shape)
    assert model.encode(images).shape == (2, 2)
    if parameters is not None:
        assert model.count_params() == parameters
    with pytest.raises(ValueError, match="network.*'conv'.*Received: 'deep'"):
        kgz.models.VAE(shape, 2, network="deep")


@pytest.mark.parametrize("likelihood", ["gaussian", "learnt_gaussian", "discretized_logistic"])
def test_images_are_in_range_whatever_the_decoder_gives(likelihood):
    model = kgz.models.VAE((8, 8, 1), 2, likelihood=likelihood, seed=0)
    for weight in model.decoder.trainable_variables:
        weight.assign(weight * 30.0)
    images = np.array(model.generate(16, seed=0))
    assert images.min() == -1.0 and images.max() == 1.0

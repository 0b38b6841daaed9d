"""The vision and the memory of World Models.

Oracles: the parameter counts that the paper prints; PyTorch's LSTM; scipy's normal density; the
moments of a mixture.
"""

import keras
import numpy as np
import pytest
import scipy.stats
import tensorflow as tf

import keras_gan_zoo as kgz

RANDOM = np.random.default_rng(0)


def given(model, steps):
    """What the network gives for steps, from an empty state."""
    return np.array(model.memory([tf.constant(steps), *model.initial_state(len(steps))])[0])


def memory(**options):
    sizes = {"steps": 6, "latent_dim": 3, "action_dim": 2, "units": 4, "mixtures": 2, "seed": 0}
    model = kgz.models.MDNRNN(**{**sizes, **options})
    model.compile()
    return model


@pytest.mark.parametrize(
    ("model", "parameters"),
    [
        (lambda: kgz.models.WorldModelVAE("doom"), 4_446_915),
        (lambda: kgz.models.WorldModelVAE("car_racing"), 4_348_547),
        (lambda: kgz.models.MDNRNN("doom"), 1_678_785),
        (lambda: kgz.models.MDNRNN("car_racing"), 422_368),
    ],
)
def test_the_parameters_are_as_many_as_the_papers(model, parameters):
    assert model().count_params() == parameters


def test_the_divergence_counts_from_the_free_nats_of_an_image_on():
    model = kgz.models.WorldModelVAE(latent_dim=2, filters=1, seed=0)
    images = RANDOM.uniform(-1, 1, (2, 64, 64, 3)).astype("float32")
    # One image of 2.5 nats in one latent and none in the other, and one below the floor of 1.
    mean, log_variance = np.array([[5**0.5, 0.0], [1.0, 0.0]]), np.zeros((2, 2))
    mean, log_variance = tf.Variable(mean, dtype="float32"), tf.constant(log_variance, "float32")
    model.sampled_latents = lambda _: (mean, mean, log_variance)
    with tf.GradientTape() as tape:
        found = model.autoencoder_losses({"real": tf.constant(images)})
        nats = found["kl_loss"]
    assert float(nats) == pytest.approx((2.5 + 1.0) / 2)
    np.testing.assert_allclose(tape.gradient(nats, mean), [[5**0.5 / 2, 0], [0, 0]], rtol=1e-6)
    errors = (images - model.decode(mean)) / 2.0
    expected = np.sum(np.square(errors), axis=(1, 2, 3)).mean()
    assert float(found["reconstruction_loss"]) == pytest.approx(expected, rel=1e-5)


def test_the_density_of_a_mixture():
    x, logits, mean, log_scale = RANDOM.normal(size=(7,)), *RANDOM.normal(size=(3, 7, 4))
    weights = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    densities = scipy.stats.norm.pdf(x[:, None], mean, np.exp(log_scale))
    expected = -np.log(np.sum(weights * densities, axis=-1))
    received = kgz.losses.mixture_nll(x, logits, mean, log_scale)
    np.testing.assert_allclose(received, expected, rtol=1e-5)
    shifted = kgz.losses.mixture_nll(x, logits + 3.0, mean, log_scale)
    np.testing.assert_allclose(shifted, expected, rtol=1e-5)
    moved = kgz.losses.mixture_nll(x, logits.T, mean.T, log_scale.T, axis=0)
    np.testing.assert_allclose(moved, expected, rtol=1e-5)
    far = kgz.losses.mixture_nll([1e4], [[0.0, 0.0]], [[0.0, 1.0]], [[0.0, 0.0]])
    assert np.isfinite(far).all()
    with pytest.raises(ValueError, match=r"of one shape.*\(7, 4\).*x of shape \(6,\)"):
        kgz.losses.mixture_nll(x[:6], logits, mean, log_scale)


@pytest.mark.parametrize("temperature", [1.0, 0.5])
def test_samples_of_a_mixture_have_its_moments(temperature):
    count, logits = 100_000, np.array([0.3, -0.5, 0.9])
    mean, log_scale = np.array([-2.0, 0.5, 3.0]), np.array([0.1, -1.0, -0.3])
    uniform, normal = RANDOM.uniform(size=count), RANDOM.normal(size=count)
    parameters = [np.tile(one, (count, 1)) for one in (logits, mean, log_scale)]
    received = np.array(kgz.losses.mixture_sample(*parameters, uniform, normal, temperature))
    moved = [one.T for one in parameters]
    again = kgz.losses.mixture_sample(*moved, uniform, normal, temperature, axis=0)
    np.testing.assert_allclose(again, received, rtol=1e-5)
    weights = np.exp(logits / temperature) / np.exp(logits / temperature).sum()
    expected = weights @ mean
    variance = weights @ (temperature * np.exp(2 * log_scale) + mean**2) - expected**2
    assert received.mean() == pytest.approx(expected, abs=5 * (variance / count) ** 0.5)
    assert received.var() == pytest.approx(variance, rel=0.03)


def test_a_cold_sample_is_the_mean_of_the_most_probable_normal():
    logits, mean = [[0.1, 0.5, 0.2]], [[1.0, 2.0, 3.0]]
    received = kgz.losses.mixture_sample(logits, mean, [[0.0] * 3], [0.99], [3.0], 1e-6)
    assert float(received[0]) == pytest.approx(2.0, abs=0.01)


def test_the_recurrent_network_is_pytorchs():
    torch = pytest.importorskip("torch")
    model = memory(restarts=False)
    kernel, recurrent, bias = (np.array(v) for v in model.memory.get_layer("recurrent").weights)
    other = torch.nn.LSTM(5, 4, batch_first=True)
    # Both have the gates in the order input, forget, candidate, output.
    state = {"weight_ih_l0": kernel.T, "weight_hh_l0": recurrent.T, "bias_ih_l0": bias}
    state["bias_hh_l0"] = np.zeros_like(bias)
    other.load_state_dict({name: torch.tensor(value) for name, value in state.items()})
    steps = RANDOM.normal(size=(2, 6, 5)).astype("float32")
    begin = RANDOM.normal(size=(2, 2, 4)).astype("float32")
    with torch.no_grad():
        outputs, (hidden, cell) = other(torch.tensor(steps), tuple(torch.tensor(begin)[:, None]))
    expected = outputs.numpy() @ np.array(model.memory.get_layer("mixtures").kernel)
    # From a number's parameters next to each other to a parameter's numbers.
    expected = np.swapaxes(expected.reshape(2, 6, 3, 6), -1, -2).reshape(2, 6, 18)
    received, *states = model.memory([steps, *begin])
    np.testing.assert_allclose(received, expected, atol=1e-5)
    np.testing.assert_allclose(states, [hidden[0], cell[0]], atol=1e-5)


def test_series_of_several_episodes_are_what_each_is_by_itself():
    model = memory()
    steps = RANDOM.normal(size=(2, 6, 6)).astype("float32")
    steps[..., -1] = 0.0
    steps[:, 4, -1] = 1.0
    parts = [given(model, part) for part in np.split(steps, [4], axis=1)]
    np.testing.assert_allclose(given(model, steps), np.concatenate(parts, axis=1), atol=1e-6)


def test_losses_are_of_the_next_step():
    """In numpy, from what the network gives; latents without spread are their means."""
    model = memory()
    batch = {
        "mean": RANDOM.normal(size=(2, 6, 3)).astype("float32"),
        "log_variance": np.full((2, 6, 3), -60.0, "float32"),
        "action": RANDOM.normal(size=(2, 6, 2)).astype("float32"),
        "restart": np.array([[1, 0, 0, 1, 0, 0], [1, 0, 0, 0, 0, 1]], "int32"),
    }
    begins = batch["restart"][..., None].astype("float32")
    steps = np.concatenate([batch["mean"], batch["action"], begins], axis=-1)[:, :-1]
    outputs = given(model, steps)
    logits, parameters = outputs[..., 0], outputs[..., 1:].reshape(2, 5, 6, 3)
    parameters = np.split(parameters, 3, axis=-2)
    nll = kgz.losses.mixture_nll(batch["mean"][:, 1:], *parameters, axis=-2)
    probability = 1.0 / (1.0 + np.exp(-logits))
    entropy = np.where(begins[:, 1:, 0] > 0, -10 * np.log(probability), -np.log1p(-probability))
    found = model.memory_losses({key: tf.constant(value) for key, value in batch.items()})
    assert float(found["latent_loss"]) == pytest.approx(float(np.mean(nll)), rel=1e-5)
    assert float(found["restart_loss"]) == pytest.approx(float(entropy.mean()), rel=1e-5)


def test_latents_are_drawn_anew_for_each_update():
    model = memory()
    data = {name: kind.examples(2) for name, kind in model.inputs().items()}
    model.compile(keras.optimizers.SGD(0.0))
    first, second = (model.train_on_batch(data, return_dict=True) for _ in range(2))
    assert first["latent_loss"] != second["latent_loss"]


def test_a_dream_is_its_steps():
    model = memory()
    latents, actions = np.ones((2, 3), "float32"), RANDOM.normal(size=(2, 6, 2)).astype("float32")
    dreamt = model.dream(latents, actions, temperature=1e-9, seed=1)
    state = model.initial_state(2)
    for step in range(6):
        latents, over, state = model.step(latents, actions[:, step], state, 1e-9, seed=step)
        np.testing.assert_allclose(latents, dreamt[:, step], atol=1e-3)
    assert over.shape == (2,) and over.dtype == "bool"


def test_an_episode_is_over_where_its_logit_is_above_0():
    model = memory()
    outputs = model.memory.get_layer("mixtures")
    arguments = np.zeros((2, 3), "float32"), np.zeros((2, 2), "float32"), model.initial_state(2)
    for bias in (5.0, -5.0):
        outputs.bias.assign([bias, *[0.0] * (outputs.units - 1)])
        assert (np.array(model.step(*arguments, seed=0)[1]) == (bias > 0)).all()


def test_warmer_dreams_spread_more():
    model = memory()
    latents, actions = np.zeros((400, 3), "float32"), np.zeros((400, 6, 2), "float32")
    cold, warm = (np.std(model.dream(latents, actions, t, seed=0)) for t in (0.25, 1.0))
    assert 1.5 < warm / cold < 2.5


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: kgz.models.WorldModelVAE("dom"), "variant.*'doom'.*'dom'"),
        (lambda: kgz.models.MDNRNN("dom"), "variant.*'doom'.*'dom'"),
        (lambda: kgz.models.MDNRNN(steps=1), "`steps`.*>= 2.*1"),
        (lambda: memory().dream(np.zeros((1, 3)), np.zeros((1, 6, 2)), 0.0), "`temperature` > 0"),
        (lambda: memory().dream(np.zeros((1, 3)), np.zeros((1, 5, 2))), r"`actions`.*\(batch, 6"),
    ],
)
def test_bad_arguments_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_a_memory_knows_whose_latents_it_has_learnt(tmp_path):
    visions = [kgz.models.WorldModelVAE(latent_dim=3, filters=1, seed=seed) for seed in (0, 1)]
    model = memory(vision_sha256=kgz.weight_files.sha256_of(visions[0]))
    memory().check_vision(visions[1])  # it does not know
    model.check_vision(visions[0])
    model.save_to_preset(tmp_path / "memory")
    model = kgz.models.MDNRNN.from_preset(str(tmp_path / "memory"))
    with pytest.raises(ValueError, match="latents the memory has learnt.*Received.*together"):
        model.check_vision(visions[1])
    with pytest.raises(ValueError, match="vision of 3 latents.*Received: one of 2"):
        model.check_vision(kgz.models.WorldModelVAE(latent_dim=2, filters=1))

"""Replay, instance noise and dropout at sampling time: off by default, exact when on.

Oracles: conservation (what goes into a replay buffer comes out or stays, once), the standard
deviation of the noise, a schedule's closed form, and a single device for two replicas.
"""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz


def numbered(start, count):
    return np.arange(start, start + count, dtype="float32")[:, None]


def test_a_replay_buffer_loses_and_doubles_nothing():
    replay = kgz.families.ReplayBuffer(10, [(1,)])
    returned = []
    for turn in range(30):
        batch = numbered(4 * turn, 4)
        received = np.array(replay.exchange(batch, seed=turn))
        if turn < 2:  # it is not full yet
            np.testing.assert_array_equal(received, batch)
        returned.append(received)
    stored = np.array(replay.stored[0])
    # The first ten were stored and returned as well.
    everything = np.sort(np.concatenate([*returned[3:], stored]).ravel())
    np.testing.assert_array_equal(
        everything, np.sort(np.concatenate([numbered(0, 10), numbered(12, 108)]).ravel())
    )
    old = np.mean([np.any(r < 4 * t) for t, r in enumerate(returned) if t > 5])
    assert old > 0.5


def test_a_replay_buffer_exchanges_half_and_keeps_parts_together():
    replay = kgz.families.ReplayBuffer(1000, [(1,), (2,)])
    replay.exchange(numbered(0, 1000), np.repeat(numbered(0, 1000), 2, axis=1), seed=0)
    samples, conditions = replay.exchange(
        numbered(1000, 1000), np.repeat(numbered(1000, 1000), 2, axis=1), seed=1
    )
    assert np.mean(np.array(samples) < 1000) == pytest.approx(0.5, abs=0.05)
    np.testing.assert_array_equal(np.repeat(samples, 2, axis=1), conditions)
    with pytest.raises(ValueError, match="at most 1000 samples"):
        replay.exchange(numbered(0, 1001), np.zeros((1001, 2)), seed=2)


def test_a_replay_buffer_smaller_than_a_batch_is_refused_in_fit():
    model = kgz.models.GAN(sample_shape=(2,), latent_dim=2, hidden_units=5, replay=4)
    model.compile()
    with pytest.raises(ValueError, match="at most 4 samples"):
        model.fit(np.zeros((8, 2), "float32"), batch_size=8, verbose=0)


@pytest.mark.parametrize("name", ["DCGAN", "ACGAN", "ConditionalGAN"])
def test_replay_and_noise_train_save_and_go_on_to_the_bit(name, tmp_path):
    classes = {} if name == "DCGAN" else {"num_classes": 3}
    noise = kgz.training.LinearDecay(0.2, stop=6)
    samples = np.random.default_rng(0).uniform(-1, 1, (40, 8, 8, 1)).astype("float32")

    def train(model, steps):
        for step in steps:
            rows = np.arange(4 * step, 4 * step + 4) % len(samples)
            model.train_on_batch(samples[rows], rows % 3 if classes else None)

    keras.utils.set_random_seed(0)
    options = {"discriminator_steps": 1, "replay": 8, "instance_noise": noise, **classes}
    model = getattr(kgz.models, name)((8, 8, 1), 4, filters=4, seed=0, **options)
    model.compile()
    train(model, range(4))
    assert int(model.critic.replay.count.value) == 8
    model.save(tmp_path / "model.keras")
    train(model, range(4, 8))
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert loaded.critic.replay.capacity == 8
    assert loaded.critic.instance_noise.get_config() == noise.get_config()
    train(loaded, range(4, 8))
    states = [kgz.training.state.variables(one) for one in (model, loaded)]
    for key, value in states[0].items():
        np.testing.assert_array_equal(value, states[1][key], err_msg=key)


def test_two_replicas_share_one_store():
    samples = np.random.default_rng(0).uniform(-1, 1, (8, 2)).astype("float32")

    def run():
        keras.utils.set_random_seed(0)
        model = kgz.models.GAN((2,), 3, hidden_units=10, seed=0, replay=8, instance_noise=0.1)
        model.compile({name: keras.optimizers.SGD(0.01) for name in ("discriminator", "generator")})
        data = kgz.datasets.from_arrays(samples, batch_size=8, shuffle=False)
        model.fit(data, epochs=4, verbose=0)
        return [np.array(weight) for weight in (*model.critic.replay.stored, *model.weights)]

    single = run()
    with kgz.distribute("mirrored"):
        double = run()
    for one, other in zip(single, double, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


def test_instance_noise_has_the_level_of_its_schedule():
    model = kgz.models.GAN(
        (2000,), 2, hidden_units=5, instance_noise=kgz.training.LinearDecay(0.5, stop=4)
    )
    model.compile()
    for update, level in ((0, 0.5), (2, 0.25), (4, 0.0), (9, 0.0)):
        model.optimizers["discriminator"].iterations.assign(update)
        noise = model.critic._noisy(tf.zeros((50, 2000)))
        assert float(tf.math.reduce_std(noise)) == pytest.approx(level, rel=0.02)
    with pytest.raises(ValueError, match="instance_noise.*Received: -1"):
        kgz.models.GAN((2,), 2, instance_noise=-1)


@pytest.mark.parametrize("name", ["ACGAN", "EBGAN", "OTGAN", "SemiSupervisedGAN"])
def test_every_model_adds_the_noise_in_training(name):
    classes = {"num_classes": 3} if name in ("ACGAN", "SemiSupervisedGAN") else {}
    model = getattr(kgz.models, name)((8, 8, 1), 4, **classes, instance_noise=9.0)
    samples = np.zeros((2, 8, 8, 1), "float32")
    drawn = []
    model.critic._noisy = lambda given: drawn.append(given) or given
    model.in_training = True
    model.critic.judge(samples)
    assert len(drawn) == 1


def test_nothing_is_added_outside_of_training():
    model = kgz.models.GAN((2,), 2, hidden_units=5, instance_noise=9.0, replay=2)
    points = np.ones((3, 2), "float32")
    np.testing.assert_array_equal(model.discriminate(points), model.discriminate(points))
    assert int(model.critic.replay.count.value) == 0


def test_dropout_at_sampling_makes_one_latent_give_many_samples():
    keras.utils.set_random_seed(0)
    plain = kgz.networks.dcgan_generator((8, 8, 1), 4, 4)
    dropped = kgz.networks.with_dropout(plain, 0.5)
    latents = np.ones((2, 4), "float32")
    first, second = dropped(latents), dropped(latents)
    assert np.abs(np.array(first) - np.array(second)).max() > 1e-4
    quiet = kgz.networks.with_dropout(plain, 0.5, at_sampling=False)
    np.testing.assert_array_equal(quiet(latents), plain(latents))
    count = sum(isinstance(layer, kgz.layers.Dropout) for layer in dropped.layers)
    assert count == sum(isinstance(layer, keras.layers.ReLU) for layer in plain.layers) > 0
    model = kgz.models.DCGAN((8, 8, 1), 4, filters=4, generator=dropped)
    twin = kgz.models.DCGAN.from_config(model.get_config())
    assert [layer.at_sampling for layer in twin.generator.layers if hasattr(layer, "at_sampling")]
    with pytest.raises(ValueError, match="ReLU.*Received"):
        kgz.networks.with_dropout(keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)]), 0.5)

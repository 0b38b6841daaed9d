"""A game as an agent with a world model sees it. Oracle: the memory on the whole series at once."""

import numpy as np
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz

gymnasium = pytest.importorskip("gymnasium", reason="needs the extra world-models")


class Clock(gymnasium.Env):
    """Frame after frame, whatever is done."""

    observation_space = gymnasium.spaces.Box(0, 255, (64, 64, 3), np.uint8)
    action_space = gymnasium.spaces.Box(-1, 1, (1,))

    def __init__(self, frames):
        self.frames = frames

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.time = 0
        return self.frames[0], {}

    def step(self, action):
        self.time += 1
        return self.frames[self.time], 1.0, self.time + 1 == len(self.frames), False, {}


def test_the_state_is_that_after_all_steps_before(world):
    vision, memory, frames = world
    weights = vision.encoder.get_weights()
    weights[-1] = np.full_like(weights[-1], -100.0)  # the log-variance of all that is seen
    weights[-2] = np.zeros_like(weights[-2])
    vision.encoder.set_weights(weights)
    memory.vision_sha256 = None
    means = np.array(vision.posterior(frames / 127.5 - 1.0)[0])
    assert np.abs(np.array(vision.posterior(frames / 127.5 - 1.0)[1]) + 100).max() < 1e-3
    actions = np.linspace(-1, 1, 5, dtype="float32")[:, None]
    env = kgz.environments.Remembered(Clock(frames), vision, memory)
    for _ in range(2):  # an episode begins with an empty state
        seen = [env.reset(seed=0)[0]]
        seen += [env.step(action)[0] for action in actions]
        np.testing.assert_allclose([one["latents"] for one in seen], means, atol=1e-5)
        assert not seen[0]["hidden"].any() and not seen[0]["cell"].any()
        begins = np.eye(1, 5, dtype="float32").T
        for count in range(1, 6):
            steps = np.concatenate([means[:5], actions, begins], axis=1)[None, :count]
            *_, state = memory.remembered(tf.constant(steps), memory.initial_state(1))
            np.testing.assert_allclose(seen[count]["hidden"], state[0][0], atol=1e-5)
            np.testing.assert_allclose(seen[count]["cell"], state[1][0], atol=1e-5)


def test_latents_are_drawn_and_the_seed_decides_them(world):
    vision, memory, frames = world
    env = kgz.environments.Remembered(Clock(frames), vision, memory)
    one, two, other = (env.reset(seed=seed)[0]["latents"] for seed in (0, 0, 1))
    np.testing.assert_array_equal(one, two)
    assert (one != other).any()


def test_what_does_not_belong_together_is_refused(world):
    _, memory, frames = world
    stranger = kgz.models.WorldModelVAE(latent_dim=3, filters=1, seed=1)
    with pytest.raises(ValueError, match="latents the memory has learnt.*Received"):
        kgz.environments.Remembered(Clock(frames), stranger, memory)
    driver = kgz.models.MDNRNN(latent_dim=3, units=4, action_dim=3, steps=5)
    with pytest.raises(ValueError, match=r"actions of shape \(1,\).*Received: one of 3"):
        kgz.environments.Remembered(Clock(frames), stranger, driver)

"""A real environment as an agent with a world model sees it."""

import numpy as np
from keras import ops

from keras_gan_zoo import backend
from keras_gan_zoo.environments.extra import package
from keras_gan_zoo.training.calls import compiled

gymnasium = package("gymnasium")


def latent_space(memory):
    """What is seen and remembered: a dictionary of `latents`, `hidden` and `cell`."""
    sizes = {"latents": memory.latent_dim, "hidden": memory.units, "cell": memory.units}
    return gymnasium.spaces.Dict(
        {name: gymnasium.spaces.Box(-np.inf, np.inf, (size,)) for name, size in sizes.items()}
    )


def as_images(frames):
    """Frames of bytes as the images in `[-1, 1]` that a vision sees."""
    return ops.cast(frames, "float32") / 127.5 - 1.0


class Remembered(gymnasium.Wrapper):
    """An environment of frames, of which the agent gets the latents and what it remembers.

    Observations are those of `DreamEnv`, for each of which a `LinearController` acts alike: the
    `latents` of the present frame, drawn from the posterior of V, and the state of M, `hidden`
    and `cell`, after all steps before.

    Args:
        env: An environment of frames of 64x64 pixels, such as `DoomTakeCover`.
        vision: A `WorldModelVAE`.
        memory: The `MDNRNN` that has learnt of its latents.

    Raises:
        WrongNetworkError: If vision and memory do not belong together.
        ValueError: If the memory knows actions of another size.

    References:
        Ha and Schmidhuber 2018, arXiv 1803.10122, section 2.4.
    """

    def __init__(self, env, vision, memory):
        memory.check_vision(vision)
        if env.action_space.shape != (memory.action_dim,):
            raise ValueError(
                f"Expected a memory of actions of shape {env.action_space.shape}, as the "
                f"environment takes. Received: one of {memory.action_dim} numbers"
            )
        super().__init__(env)
        self.observation_space = latent_space(memory)
        self.vision, self.memory = vision, memory
        self._see, self._go_on = compiled(self._see_frame), compiled(self._see_next)
        self._state, self._begins = None, None

    def reset(self, *, seed: int | None = None, options: dict | None = None):
        frame, info = self.env.reset(seed=seed, options=options)
        latents = self._see(ops.convert_to_tensor(frame), self._noise_seed())
        self._state = [latents, *self.memory.initial_state(1)]
        self._begins = ops.ones((1, 1))
        return self._seen(), info

    def step(self, action):
        frame, reward, terminated, truncated, info = self.env.step(action)
        actions = ops.convert_to_tensor(np.asarray(action, np.float32)[None])
        frame = ops.convert_to_tensor(frame)
        self._state = self._go_on(frame, actions, *self._state, self._begins, self._noise_seed())
        self._begins = ops.zeros((1, 1))
        return self._seen(), reward, terminated, truncated, info

    def _noise_seed(self):
        return ops.convert_to_tensor(self.env.unwrapped.np_random.integers(2**31, size=2), "int32")

    def _see_frame(self, frame, seed):
        mean, log_variance = self.vision.encoder(as_images(frame[None]), training=False)
        with backend.noise(seed):
            return mean + ops.exp(0.5 * log_variance) * backend.random_normal(ops.shape(mean))

    def _see_next(self, frame, actions, latents, hidden, cell, begins, seed):
        state = self.memory.remember(latents, actions, [hidden, cell], begins)
        return [self._see_frame(frame, seed), *state]

    def _seen(self):
        names = ("latents", "hidden", "cell")
        return {name: np.array(part[0]) for name, part in zip(names, self._state, strict=True)}

"""One dream as an environment."""

import numpy as np

from keras_gan_zoo.environments.dream_env import DreamEnv
from keras_gan_zoo.environments.extra import package

gymnasium = package("gymnasium")


class Dream(gymnasium.Env):
    """A single dream, for what knows no vectors of environments; see `DreamEnv`.

    Args:
        vision, memory, frames: See `DreamEnv`.
        render_mode: `"rgb_array"` or `None`.
        **kwargs: `temperature`, `time_limit` and `reward`, see there.
    """

    metadata = {"render_modes": ["rgb_array"], "render_fps": 35}

    def __init__(self, vision, memory, frames, *, render_mode: str | None = None, **kwargs):
        self._dreams = DreamEnv(vision, memory, frames, render_mode=render_mode, **kwargs)
        self.render_mode = render_mode
        self.observation_space = self._dreams.single_observation_space
        self.action_space = self._dreams.single_action_space

    @property
    def temperature(self) -> float:
        """See `DreamEnv`; it may be changed between steps."""
        return self._dreams.temperature

    @temperature.setter
    def temperature(self, value):
        self._dreams.temperature = value

    def reset(self, *, seed: int | None = None, options: dict | None = None):
        """Begins a dream, which the seed decides."""
        super().reset(seed=seed)
        seen, _ = self._dreams.reset(seed=int(self.np_random.integers(2**31)))
        return _only(seen), {}

    def step(self, action):
        """One step; see `DreamEnv.step`."""
        seen, reward, ended, cut, _ = self._dreams.step(np.asarray(action)[None])
        return _only(seen), float(reward[0]), bool(ended[0]), bool(cut[0]), {}

    def render(self):
        """What V sees, `(64, 64, 3)`."""
        return self._dreams.render()[0] if self.render_mode else None


def _only(seen):
    return {name: part[0] for name, part in seen.items()}

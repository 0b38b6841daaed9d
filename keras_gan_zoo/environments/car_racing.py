"""The race track of World Models."""

import numpy as np

from keras_gan_zoo.environments.extra import package
from keras_gan_zoo.environments.frames import SmallFrames
from keras_gan_zoo.training import checks

gymnasium = package("gymnasium")

ROWS = 84 / 96  # below them are the instruments


class CarRacing(SmallFrames):
    """Gymnasium's `CarRacing-v3`: a new track for each episode, seen from above.

    An action is three numbers in `[-1, 1]`: the steering wheel; gas, 0 to 1 as they go from -1
    to 1; and the brake, of which what is below 0 is none. The reward is Gymnasium's: 1000 for
    all tiles of the track, shared among them, and -0.1 for each frame.

    Args:
        frame_skip: Frames for which an action is held. The paper skips none.
        time_limit: In frames.
        render_mode: See `SmallFrames`.

    Raises:
        ImportError: If Gymnasium's Box2D is not installed: the extra `world-models`.

    Example:

    >>> track = kgz.environments.CarRacing()
    >>> track.reset(seed=0)[0].shape
    (64, 64, 3)

    References:
        Ha and Schmidhuber 2018, arXiv 1803.10122, section 3; the authors' code
        `carracing/env.py` and `carracing/model.py`.

    Deviations:
        Version 3 of the environment (theirs: 0); frames are not inverted.
    """

    metadata = {"render_modes": ["rgb_array"], "render_fps": 50}

    def __init__(self, *, frame_skip: int = 1, time_limit: int = 1000, render_mode=None):
        checks.check_count("time_limit", time_limit)
        package("Box2D")
        super().__init__(3, ROWS, frame_skip, render_mode)
        options = {"max_episode_steps": time_limit, "disable_env_checker": True}
        self._game, self._frame = gymnasium.make("CarRacing-v3", **options), None

    def close(self):
        self._game.close()

    def _begin(self, seed):
        self._frame, _ = self._game.reset(seed=seed)

    def _advance(self, action, frames):
        total, terminated, truncated = 0.0, False, False
        steer, gas, brake = action
        controls = np.array([steer, (gas + 1.0) / 2.0, max(brake, 0.0)], np.float32)
        for _ in range(frames):
            self._frame, reward, terminated, truncated, _ = self._game.step(controls)
            total += float(reward)
            if terminated or truncated:
                break
        return total, terminated, truncated

    def _screen(self):
        return self._frame

"""What real environments share: small frames, actions in `[-1, 1]`, frames that are skipped."""

import numpy as np
import PIL.Image

from keras_gan_zoo.environments.extra import package
from keras_gan_zoo.training import checks

gymnasium = package("gymnasium")

SIDE = 64  # pixels of an observation


class SmallFrames(gymnasium.Env):
    """An environment of frames of 64x64 pixels; its subclasses say which.

    Observations are RGB in `uint8`, `(64, 64, 3)`, and actions numbers in `[-1, 1]`.

    A subclass defines `_begin(seed)`, which starts an episode, `_advance(action, frames)`, which
    gives the reward of so many frames and whether the episode has ended and was cut short, and
    `_screen()`, the last frame in its own size.

    Args:
        action_dim: Numbers of an action.
        rows: The upper rows of a frame that are seen, as a share of it.
        frame_skip: Frames for which an action is held; the reward is their sum.
        render_mode: `"rgb_array"`, in which `render` gives the whole frame, or `None`.
    """

    metadata = {"render_modes": ["rgb_array"], "render_fps": 35}

    def __init__(self, action_dim: int, rows: float, frame_skip: int = 1, render_mode=None):
        checks.check_count("frame_skip", frame_skip)
        self.observation_space = gymnasium.spaces.Box(0, 255, (SIDE, SIDE, 3), np.uint8)
        self.action_space = gymnasium.spaces.Box(-1.0, 1.0, (action_dim,), np.float32)
        self.frame_skip, self.render_mode, self._rows = frame_skip, render_mode, rows

    def reset(self, *, seed: int | None = None, options: dict | None = None):
        """Begins an episode, which the seed decides."""
        super().reset(seed=seed)
        self._begin(int(self.np_random.integers(2**31)))
        return self._seen(), {}

    def step(self, action):
        """Does the action for `frame_skip` frames.

        Raises:
            ValueError: If the action is outside of `action_space`.
        """
        action = checked_actions("action", action, self.action_space.shape)
        reward, terminated, truncated = self._advance(action, self.frame_skip)
        return self._seen(), reward, terminated, truncated, {}

    def render(self):
        """The last frame as it is drawn, `(height, width, 3)`."""
        return self._screen() if self.render_mode else None

    def _seen(self):
        frame = self._screen()
        return shrunk(frame[: round(self._rows * len(frame))])


def shrunk(frame: np.ndarray) -> np.ndarray:
    """A frame in 64x64 pixels, by linear interpolation with the support that the scale needs."""
    image = PIL.Image.fromarray(frame).resize((SIDE, SIDE), PIL.Image.Resampling.BILINEAR)
    return np.asarray(image)


def checked_actions(name: str, actions, shape: tuple) -> np.ndarray:
    """Actions as float32.

    Raises:
        ValueError: If they are of another shape, or not in `[-1, 1]`.
    """
    actions = np.asarray(actions, np.float32)
    if actions.shape != tuple(shape) or not (np.abs(actions) <= 1.0).all():  # false for NaN, too
        largest = np.abs(actions).max(initial=0.0)
        raise ValueError(
            f"Expected `{name}` of shape {tuple(shape)} in [-1, 1]. Received: shape "
            f"{actions.shape}, the largest {largest:g}"
        )
    return actions

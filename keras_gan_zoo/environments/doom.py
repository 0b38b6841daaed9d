"""The Doom of World Models."""

import os
import tempfile
import weakref

import numpy as np

from keras_gan_zoo import atomic
from keras_gan_zoo.environments.extra import package
from keras_gan_zoo.environments.frames import SmallFrames
from keras_gan_zoo.training import checks

ROWS = 400 / 480  # below them is the status bar
THRESHOLD = 1 / 3


class DoomTakeCover(SmallFrames):
    """ViZDoom's `take_cover`: monsters throw fireballs, and the agent steps aside.

    An action is one number: below -1/3 a step to the left, above 1/3 to the right, else none. The
    reward is 1 for each tic (1/35 s) that the agent is alive, and there is no other: a return is a
    time alive in tics. At the time limit an episode is cut short.

    Args:
        skill: Doom's, from 1 to 5. With 4 a random agent of today's ViZDoom lives as long as in the
            paper, whose environment asked for 5.
        frame_skip: Tics for which an action is held. The paper skips none.
        time_limit: In tics.
        render_mode: See `SmallFrames`.

    Raises:
        ImportError: If ViZDoom is not installed: the extra `world-models`.

    Example:

    >>> doom = kgz.environments.DoomTakeCover(frame_skip=4)
    >>> frame, _ = doom.reset(seed=0)
    >>> frame.shape, doom.step([1.0])[1]
    ((64, 64, 3), 4.0)
    >>> doom.close()

    References:
        Ha and Schmidhuber 2018, arXiv 1803.10122, section 4; the authors' code
        `doomrnn/doomreal.py`.

    Deviations:
        The screen has 160x120 pixels (theirs: 640x480) before it is shrunk, and frames are not
        inverted.
    """

    def __init__(
        self, skill: int = 4, *, frame_skip: int = 1, time_limit: int = 2100, render_mode=None
    ):
        if skill not in range(1, 6):
            raise ValueError(f"Expected `skill` to be an integer from 1 to 5. Received: {skill!r}")
        checks.check_count("time_limit", time_limit)
        vizdoom = package("vizdoom")
        super().__init__(1, ROWS, frame_skip, render_mode)
        self.time_limit, self._tics, self._frame = time_limit, 0, None
        self._game = game = vizdoom.DoomGame()
        game.load_config(os.path.join(vizdoom.scenarios_path, "take_cover.cfg"))
        game.set_window_visible(False)
        game.set_sound_enabled(False)
        game.set_screen_resolution(vizdoom.ScreenResolution.RES_160X120)
        game.set_screen_format(vizdoom.ScreenFormat.RGB24)
        game.set_render_hud(True)  # the view above it is then that of the paper
        game.set_doom_skill(skill)
        self._end = weakref.finalize(self, _end, game, _started(game))

    def close(self):
        """Ends the game's process."""
        self._end()

    def _begin(self, seed):
        self._tics = 0
        self._game.set_seed(seed)
        self._game.new_episode()
        self._frame = np.array(self._game.get_state().screen_buffer)

    def _advance(self, action, frames):
        frames = min(frames, self.time_limit - self._tics)
        buttons = [bool(action[0] < -THRESHOLD), bool(action[0] > THRESHOLD)]
        reward = self._game.make_action(buttons, frames)
        self._tics += frames
        dead = self._game.is_episode_finished()
        if not dead:  # the last frame of an episode is that before its end
            self._frame = np.array(self._game.get_state().screen_buffer)
        return float(reward), dead, not dead and self._tics >= self.time_limit

    def _screen(self):
        return self._frame


def _started(game):
    """Starts the game in a folder of its own, which it writes to."""
    folder = tempfile.TemporaryDirectory(prefix="doom-")
    game.set_doom_config_path(os.path.join(folder.name, "vizdoom.ini"))
    with atomic.inside(folder.name):
        game.init()
    return folder


def _end(game, folder):
    game.close()
    folder.cleanup()

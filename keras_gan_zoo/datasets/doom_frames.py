"""Frames of Doom and what is seen in them: a builder for TensorFlow Datasets."""

import importlib
import pathlib
import tempfile

import numpy as np
import tensorflow_datasets as tfds

from keras_gan_zoo import atomic

SIDE = 64
SHRINK = 3  # the game draws frames so many times as large
WHEEL = "vizdoom==1.3.2"
# Colours of classes in `colors`, for models that take images only.
SURROUNDINGS = {"ceiling": (64, 64, 96), "floor": (128, 128, 128), "wall": (160, 96, 32)}
OTHER = {"other": (255, 255, 255)}  # actors without a class of their own
SCENARIOS = {
    "defend_the_line": {
        "DoomPlayer": (0, 0, 255),
        "Demon": (255, 0, 255),
        "DoomImp": (0, 160, 0),
        "DoomImpBall": (255, 255, 0),
        "BulletPuff": (0, 255, 255),
    },
    "take_cover": {"DoomImp": (0, 160, 0), "DoomImpBall": (255, 255, 0)},
}
EPISODES = {"train": range(100), "test": range(100, 112)}
FRAMES = 40  # of an episode, unless it ends before
TICS = 8  # of the game between two frames, in which one action is repeated
SHARE = 0.4  # of the buttons that are pressed
PLANE = 1  # floor or ceiling in the game's own maps; 0 is wall or sky


class DoomFrames(tfds.core.GeneratorBasedBuilder):
    """Frames (`target`) of a player of Doom who acts at random, and their label maps (`source`).

    A class is the floor, the ceiling, the walls (or the sky), or what the game calls an actor; the
    player's own weapon is a `DoomPlayer`. `colors` is the label map as a picture, in which each
    class has a colour. Episodes of the test split are others, and the seed of an episode decides
    all of it.

    Textures are those of Freedoom (BSD licence), scenarios those of ViZDoom (MIT), which draws
    without a display.
    """

    VERSION = tfds.core.Version("1.0.0")
    BUILDER_CONFIGS = [
        tfds.core.BuilderConfig(name=name, description=f"ViZDoom's scenario {name}.")
        for name in SCENARIOS
    ]

    def _info(self):
        image = tfds.features.Image(shape=(SIDE, SIDE, 3))
        maps = tfds.features.LabeledImage(
            labels=[*classes_of(self.builder_config.name)], shape=(SIDE, SIDE, 1)
        )
        return self.dataset_info_from_configs(
            features=tfds.features.FeaturesDict({"source": maps, "target": image, "colors": image}),
            supervised_keys=("source", "target"),
            homepage="https://vizdoom.farama.org",
        )

    def _split_generators(self, dl_manager):
        try:
            vizdoom = importlib.import_module("vizdoom")
        except ImportError as error:
            raise ImportError(
                "Expected the package that plays Doom. Install it: "
                f"pip install {WHEEL}. Received: {error}"
            ) from None
        return {
            split: self._generate_examples(vizdoom, episodes)
            for split, episodes in EPISODES.items()
        }

    def _generate_examples(self, vizdoom, episodes):
        classes = classes_of(self.builder_config.name)
        palette = np.array([*classes.values()], "uint8")
        with tempfile.TemporaryDirectory(prefix="doom-") as folder:
            game = _game(vizdoom, self.builder_config.name, folder)
            for episode in episodes:
                for number, state in enumerate(_played(game, episode)):
                    frame, labels = shrunk(state.screen_buffer, label_map(state, [*classes]))
                    yield (
                        f"{episode}-{number}",
                        {"source": labels[..., None], "target": frame, "colors": palette[labels]},
                    )
            game.close()


def classes_of(scenario: str) -> dict:
    """The classes of a scenario in the order of their numbers, and the colour of each."""
    return {**SURROUNDINGS, **SCENARIOS[scenario], **OTHER}


def label_map(state, classes: list) -> np.ndarray:
    """The class of each pixel of a frame.

    The game knows actors and walls, and has one number for floor and ceiling. The player looks
    straight ahead: above the middle of a frame is what is above eye level, and so a ceiling, and
    below it a floor.

    Args:
        state: A `vizdoom.GameState` with `labels_buffer` and `labels`.
        classes: Their names, see `classes_of`.

    Returns:
        Bytes `(height, width)`.
    """
    buffer = state.labels_buffer
    below = np.arange(len(buffer))[:, None] >= len(buffer) // 2
    plane = np.where(below, classes.index("floor"), classes.index("ceiling"))
    labels = np.where(buffer == PLANE, plane, classes.index("wall"))
    for actor in state.labels:
        name = actor.object_name if actor.object_name in classes else "other"
        labels = np.where(buffer == actor.value, classes.index(name), labels)
    return labels.astype("uint8")


def shrunk(frame: np.ndarray, labels: np.ndarray) -> tuple:
    """The middle of a frame and of its label map, as squares with sides of 64 pixels.

    A pixel is the mean of 3x3, and its class that of the one in their centre.
    """
    side = SIDE * SHRINK
    top, left = ((length - side) // 2 for length in labels.shape)
    frame, labels = (one[top : top + side, left : left + side] for one in (frame, labels))
    blocks = frame.reshape(SIDE, SHRINK, SIDE, SHRINK, 3).mean(axis=(1, 3))
    return np.rint(blocks).astype("uint8"), labels[SHRINK // 2 :: SHRINK, SHRINK // 2 :: SHRINK]


def _game(vizdoom, scenario, folder):
    """The game of a scenario, which writes what it writes into a folder."""
    game = vizdoom.DoomGame()
    game.set_doom_config_path(str(pathlib.Path(folder) / "vizdoom.ini"))
    game.load_config(str(pathlib.Path(vizdoom.scenarios_path) / f"{scenario}.cfg"))
    game.set_window_visible(False)
    game.set_sound_enabled(False)
    game.set_mode(vizdoom.Mode.PLAYER)
    game.set_screen_format(vizdoom.ScreenFormat.RGB24)
    game.set_screen_resolution(vizdoom.ScreenResolution.RES_256X192)
    game.set_render_hud(False)
    game.set_labels_buffer_enabled(True)
    with atomic.inside(folder):
        game.init()
    return game


def _played(game, episode):
    """The states of an episode, in which buttons are pressed at random."""
    random = np.random.default_rng(episode)
    game.set_seed(episode)
    game.new_episode()
    for _ in range(FRAMES):
        pressed = random.random(game.get_available_buttons_size()) < SHARE
        game.make_action(pressed.astype(float).tolist(), TICS)
        if game.is_episode_finished():
            return
        yield game.get_state()

"""Frames of Doom. Oracle: maps of a few pixels by hand, and ViZDoom where it is installed."""

import sys
import types

import numpy as np
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo.datasets import doom_frames

CLASSES = [*doom_frames.classes_of("take_cover")]


def state(buffer, frame=None, **actors):
    """A state of the game whose label map has actors by their values."""
    labels = [types.SimpleNamespace(object_name=name, value=v) for name, v in actors.items()]
    return types.SimpleNamespace(labels_buffer=buffer, labels=labels, screen_buffer=frame)


def test_planes_are_ceiling_above_the_middle_and_floor_below():
    buffer = np.array([[1, 0], [7, 1], [1, 9], [0, 1]], "uint8")
    labels = doom_frames.label_map(state(buffer, DoomImp=7, Blood=9), CLASSES)
    names = [[CLASSES[one] for one in row] for row in labels]
    assert names == [
        ["ceiling", "wall"],
        ["DoomImp", "ceiling"],
        ["floor", "other"],  # blood has no class in this scenario
        ["wall", "floor"],
    ]


def test_a_pixel_is_the_mean_of_nine_and_has_the_class_of_their_centre():
    frame, labels = np.zeros((192, 256, 3), "uint8"), np.zeros((192, 256), "uint8")
    frame[:2, 32] = 90  # two of the nine of the first pixel, behind a margin of 32
    frame[:, :32] = 255
    labels[1, 33] = 2
    small, classes = doom_frames.shrunk(frame, labels)
    assert small.shape == (64, 64, 3) and (small[0, 0] == 20).all() and small.sum() == 60
    assert classes.shape == (64, 64) and classes[0, 0] == classes.sum() == 2


class Game:
    """Each frame is one wall, as bright as its episode, with an imp that the actions have moved."""

    def __init__(self):
        self.actions = []

    def __getattr__(self, name):
        if name.startswith(("set_", "init", "load_config", "close")):
            return lambda *_: None
        raise AttributeError(name)

    def set_seed(self, seed):
        self.episode, self.time = seed, 0

    def new_episode(self):
        self.place = 0

    def is_episode_finished(self):
        return self.time == 3  # of 40

    def get_state(self):
        buffer = np.zeros((192, 256), "uint8")
        buffer[:, 32 + 3 * self.place : 35 + 3 * self.place] = 5
        return state(buffer, np.full((192, 256, 3), 10 * self.episode, "uint8"), DoomImp=5)

    def get_available_buttons_size(self):
        return 2

    def make_action(self, pressed, tics):
        self.place, self.time = self.place + int(sum(pressed)), self.time + 1


@pytest.fixture
def vizdoom(monkeypatch):
    module = types.SimpleNamespace(
        DoomGame=Game,
        scenarios_path="",
        Mode=types.SimpleNamespace(PLAYER=0),
        ScreenFormat=types.SimpleNamespace(RGB24=0),
        ScreenResolution=types.SimpleNamespace(RES_256X192=0),
    )
    monkeypatch.setitem(sys.modules, "vizdoom", module)
    monkeypatch.setattr(doom_frames, "EPISODES", {"train": range(3), "test": range(7, 8)})


def test_label_maps_are_integers_with_names(vizdoom, tmp_path):
    options = {"batch_size": 6, "shuffle": False, "data_dir": str(tmp_path)}
    data = kgz.datasets.load("pairs:tfds:doom_frames/take_cover", **options)
    assert data.class_names == tuple(CLASSES)
    batch = next(iter(data))
    maps, frames = np.array(batch["source"]), np.array(batch["target"])
    assert maps.shape == (6, 64, 64) and maps.dtype == "int32" and frames.shape == (6, 64, 64, 3)
    wall, imp = CLASSES.index("wall"), CLASSES.index("DoomImp")
    assert set(np.unique(maps)) == {wall, imp}
    assert ((maps == imp).sum(axis=(1, 2)) == 64).all()  # one column
    brightness = np.rint((frames[:, 0, 0, 0] + 1.0) * 127.5)
    assert set(brightness) == {0.0, 10.0, 20.0}
    test = next(iter(kgz.datasets.load("pairs:tfds:doom_frames/take_cover", "test", **options)))
    np.testing.assert_allclose(test["target"], 70 / 127.5 - 1.0, atol=1e-6)

    kind = kgz.kinds.LabelMap((64, 64), len(CLASSES))
    np.testing.assert_array_equal(kind.check("source", batch["source"]), maps)


def test_maps_are_resized_and_mirrored_with_their_frames(vizdoom, tmp_path):
    """The imp has a class and no colour here: in `colors` it has one, and no pixel is a mixture."""
    options = {"batch_size": 6, "shuffle": False, "data_dir": str(tmp_path), "flip": "horizontal"}
    name = "pairs:tfds:doom_frames/take_cover"
    palette = np.array([*doom_frames.classes_of("take_cover").values()])
    whole = next(iter(kgz.datasets.load(name, label_key="colors", **options)))
    colors = np.rint((np.array(whole["target"]) + 1.0) * 127.5)
    np.testing.assert_array_equal(palette[np.array(whole["source"])], colors)
    small = next(iter(kgz.datasets.load(name, image_size=16, **options)))
    assert small["source"].shape == (6, 16, 16)
    assert set(np.unique(small["source"])) <= {*np.unique(whole["source"])}
    with pytest.raises(ValueError, match="'crop' or 'stretch' for label maps"):
        kgz.datasets.load(name, image_size=(16, 32), resize="pad", **options)


def test_label_maps_alone(vizdoom, tmp_path):
    name = "tfds:doom_frames/take_cover"
    options = {"image_key": "source", "labels": False, "data_dir": str(tmp_path)}
    data = kgz.datasets.load(name, **options)
    assert data.element_spec.dtype == "int32" and data.class_names == tuple(CLASSES)


def test_a_missing_game_is_named_with_the_command_that_installs_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "vizdoom", None)
    with pytest.raises(ImportError, match=r"pip install vizdoom==1\.3\.2"):
        kgz.datasets.load("pairs:tfds:doom_frames", data_dir=str(tmp_path))


@pytest.mark.parametrize("scenario", doom_frames.SCENARIOS)
def test_the_seed_of_an_episode_decides_it(scenario, tmp_path, monkeypatch):
    vizdoom = pytest.importorskip("vizdoom")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")

    def played(episode):
        game, found = doom_frames._game(vizdoom, scenario, tmp_path), []
        for played in doom_frames._played(game, episode):
            labels = doom_frames.label_map(played, [*doom_frames.classes_of(scenario)])
            found.append(doom_frames.shrunk(played.screen_buffer, labels))
        game.close()
        return [np.stack(part) for part in zip(*found, strict=True)]

    first, again, other = played(3), played(3), played(4)
    for one, two in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, two)
    assert not list((tmp_path / "here").iterdir())  # the game writes elsewhere
    assert first[0].shape != other[0].shape or (first[0] != other[0]).any()
    ceiling, floor, wall = (first[1] == one for one in range(3))
    assert ceiling[:, :32].any() and not ceiling[:, 32:].any()
    assert floor[:, 32:].any() and not floor[:, :32].any()
    assert wall.any()

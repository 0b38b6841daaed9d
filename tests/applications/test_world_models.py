"""The pipeline of World Models, on a game of a few lines.

Oracles: a run that is never stopped; squares; the optimum of a sphere.
"""

import dataclasses
import json
import sys

import numpy as np
import PIL.Image
import pytest

import keras_gan_zoo as kgz
from tests.applications import dying
from tests.applications.loading import load

pytest.importorskip("gymnasium", reason="needs the extra world-models")
pytest.importorskip("cma", reason="needs the extra world-models")

from keras_gan_zoo.environments.frames import SmallFrames  # noqa: E402

settings, workers = load("world_models", "settings"), load("world_models", "workers")
rollouts, learning = load("world_models", "rollouts"), load("world_models", "learning")
evolution, program = load("world_models", "evolution"), load("world_models", "world_models")

TINY = ["episodes=4", "frame_skip=1", "time_limit=12", "latent_dim=2", "filters=1", "units=3"]
TINY += ["vision_frames=20", "vision_epochs=1", "steps=5", "memory_updates=2", "population=4"]
TINY += ["rollouts=2", "generations=4", "check_every=2", "check_rollouts=4"]


class Ball(SmallFrames):
    """A ball comes down; whoever is not to the right of it when it lands is hit."""

    def __init__(self):
        super().__init__(1, 1.0, render_mode="rgb_array")

    def close(self):
        pass

    def _begin(self, seed):
        self.time, self.lands = 0, 4 + seed % 9

    def _advance(self, action, frames):
        self.time += frames
        hit = self.time == self.lands and action[0] < 0.0
        return float(frames), hit, not hit and self.time >= 12

    def _screen(self):
        frame = np.zeros((64, 64, 3), "uint8")
        frame[4 * self.time : 4 * self.time + 8, self.lands * 4 : self.lands * 4 + 8] = 255
        return frame


@pytest.fixture
def game(monkeypatch):
    monkeypatch.setattr(rollouts, "_environment", lambda settings, skill: Ball())
    rollouts.agent_of.cache_clear()


def run_all(monkeypatch, run, *arguments):
    command = ["world_models.py", "all", "--run", str(run), "--episodes", "3", "--set", *TINY]
    monkeypatch.setattr(sys, "argv", [*command, *arguments])
    program.main()


class KilledError(Exception):
    """Stands for a signal."""


def killed_at(monkeypatch, place, name, call):
    """The function of this name fails when it is called for the so manieth time."""
    original, calls = getattr(place, name), []

    def function(*args, **kwargs):
        calls.append(name)
        if len(calls) == call:
            raise KilledError
        return original(*args, **kwargs)

    monkeypatch.setattr(place, name, function)


@pytest.mark.long
def test_a_run_that_is_killed_in_every_stage_ends_as_one_that_is_not(
    game, monkeypatch, tmp_path, capsys
):
    run_all(monkeypatch, tmp_path / "whole")
    assert "| 1.15 |" in capsys.readouterr().out
    kills = [
        (rollouts, "collect_one", 3),
        (kgz.callbacks.ExactResume, "on_epoch_end", 1),
        (learning.atomic, "file", 2),
        (evolution.Evolution, "told", 3),
        (program, "play_one", 2),
    ]
    for place, name, call in kills:
        with monkeypatch.context() as patch:
            killed_at(patch, place, name, call)
            with pytest.raises(KilledError):
                run_all(patch, tmp_path / "killed")
    run_all(monkeypatch, tmp_path / "killed")
    for preset in ("vision", "memory", "controller_1.15"):
        folders = [str(tmp_path / run / preset) for run in ("whole", "killed")]
        models = map(kgz.models.from_preset, folders)
        assert len(set(map(kgz.weight_files.sha256_of, models))) == 1, preset
    for file in ("evolution_1.15.json", "evaluation.json"):
        assert (tmp_path / "whole" / file).read_text() == (tmp_path / "killed" / file).read_text()


def test_what_belongs_together_is_known(game, monkeypatch, tmp_path):
    run_all(monkeypatch, tmp_path)
    vision, memory = rollouts.world_of(tmp_path)
    memory.check_vision(vision)
    controller = kgz.models.LinearController.from_preset(str(tmp_path / "controller_1.15"))
    controller.check_memory(memory)
    assert memory.vision_sha256 and controller.memory_sha256
    log = json.loads((tmp_path / "evolution_1.15.json").read_text())
    assert len(log) == 4 and ["checked" in one for one in log] == [False, True, False, True]
    best = max((one for one in log if "checked" in one), key=lambda one: one["checked"])
    np.testing.assert_array_equal(controller.parameters(), np.array(best["mean"], "float16"))
    wide = PIL.Image.open(tmp_path / "dream_1.15.gif")
    assert wide.size == (2 * 128, 128) and wide.n_frames > 1
    assert PIL.Image.open(tmp_path / "reconstructions.png").width > 4 * 64
    assert PIL.Image.open(tmp_path / "evolution.png").size == (800, 400)
    # Played again, an episode has the same return.
    parameters = tuple(map(float, controller.parameters()))
    kept = json.loads((tmp_path / "evaluation.json").read_text())["1.15, skill 4"]
    task = (str(tmp_path), parameters, 1, 4)
    assert rollouts.play_one(task) == kept["1"]
    shifted = tuple(one - 50.0 for one in parameters)
    returns = {rollouts.play_one((str(tmp_path), shifted, number, 4)) for number in range(4)}
    assert returns and all(4.0 <= one <= 12.0 for one in returns)


def test_random_actions_in_dreams_live_as_long_as_the_memory_says(monkeypatch, tmp_path):
    settings.settings_of(tmp_path, ["frame_skip=4"])

    class Dreams:
        """The dream of this number is over after so many steps more."""

        def __init__(self, run, count, temperature):
            self.count, self.time, self.actions = count, 0, []
            self.single_action_space = np.zeros(2)

        def reset(self, seed):
            self.time = 0

        def step(self, actions):
            self.time += 1
            assert actions.shape == (self.count, 2) and np.abs(actions).max() <= 1.0
            over = np.arange(1, self.count + 1) == self.time
            return None, np.full(self.count, 4.0), over, np.zeros(self.count, bool), {}

    monkeypatch.setattr(learning, "dreams_of", Dreams)
    found = learning.random_in_dreams(tmp_path, 1.0, count=5)
    np.testing.assert_array_equal(found, [4.0, 8.0, 12.0, 16.0, 20.0])


def test_a_worker_that_dies_has_its_work_done_again(tmp_path):
    tasks = [(str(tmp_path), number) for number in range(6)]
    expected = {(str(tmp_path), number): number**2 for number in range(6)}
    with workers.Workers(2) as two:
        assert dict(two.each(dying.square, tasks)) == expected
        assert (tmp_path / "died").exists()
        assert dict(two.each(dying.square, tasks)) == expected  # by those that are there
        with pytest.raises(RuntimeError, match="processes that live.*Received: 5 that died"):
            list(two.each(dying.die, tasks))
    assert dict(workers.Workers().each(dying.square, tasks)) == expected


def test_a_ray_cluster_gives_the_same(tmp_path):
    pytest.importorskip("ray", reason="needs the extra distributed")
    tasks = [(str(tmp_path), number) for number in range(6)]
    with workers.RayWorkers("local", 2) as two:
        found = dict(two.each(dying.square, tasks))
        assert (tmp_path / "died").exists()
        assert found == {(str(tmp_path), number): number**2 for number in range(6)}
        with pytest.raises(RuntimeError, match="processes that live.*Received: 5 that died"):
            list(two.each(dying.die, tasks[:1]))


def evolved(generations, log=(), target=2.0, decay=0.0):
    one = evolution.Evolution(5, 0.5, 12, decay, 3, log)
    for _ in range(generations - len(log)):
        members = one.members()
        one.told(-np.square(members - target).sum(axis=1))
    return one


def test_evolution_finds_the_optimum_and_its_log_is_its_state():
    whole = evolved(80)
    np.testing.assert_allclose(whole.mean, 2.0, atol=1e-3)
    before = np.random.get_state()[1].copy()
    resumed = evolved(80, evolved(37).log)
    np.testing.assert_array_equal(resumed.mean, whole.mean)
    np.testing.assert_array_equal(resumed.members(), whole.members())
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # it is left alone
    log = evolved(5).log
    log[2] = {**log[2], "norm": 0.5}
    with pytest.raises(ValueError, match="generation 3 .*norm 0.5.*Received"):
        evolved(6, log)


def test_weights_decay_where_fitness_does_not_tell():
    one = evolved(40, decay=1.0)
    start = np.linalg.norm(one.mean)
    for _ in range(40):
        one.members()
        one.told(np.zeros(12))
    assert np.linalg.norm(one.mean) < 0.3 * start


def episodes(folder, *lengths):
    folder.mkdir()
    for number, length in enumerate(lengths):
        steps = np.full((length, 2), float(number), "float16")
        action = np.arange(length, dtype="float32")[:, None]
        np.savez(folder / f"{number:05}.npz", mean=steps, log_variance=steps, action=action)


def test_series_are_cut_out_of_episodes(tmp_path):
    episodes(tmp_path / "series", 3, 4, 6)
    found = learning.series(tmp_path / "series", 4, restarts=True)
    np.testing.assert_array_equal(found["restart"], [[1, 0, 0, 1], [0, 0, 0, 1], [0, 0, 0, 0]])
    np.testing.assert_array_equal(found["mean"][:, :, 0], [[0, 0, 0, 1], [1, 1, 1, 2], [2] * 4])
    np.testing.assert_array_equal(found["action"][2, :, 0], [1, 2, 3, 4])
    found = learning.series(tmp_path / "series", 3, restarts=False)
    assert set(found) == {"mean", "log_variance", "action"}
    np.testing.assert_array_equal(found["mean"][:, 0, 0], [0, 1, 2, 2])
    with pytest.raises(ValueError, match="at least 20 steps.*Received: 13; collect more"):
        learning.series(tmp_path / "series", 20, restarts=True)


def test_frames_are_drawn_from_all_episodes(tmp_path):
    for number in range(3):
        frames = np.full((40, 64, 64, 3), number, "uint8")
        np.savez_compressed(tmp_path / f"{number:05}.npz", frames=frames, actions=frames[:, 0, 0])
    found = learning.sampled_frames(tmp_path, 60, seed=0)
    assert 40 < len(found) < 80 and set(found[:, 0, 0, 0]) == {0, 1, 2}
    assert len(learning.sampled_frames(tmp_path, 1000, seed=0)) == 120


def test_bad_input_is_refused(tmp_path, monkeypatch):
    assert settings.settings_of(tmp_path, ["episodes=7"]).episodes == 7
    assert settings.settings_of(tmp_path) == dataclasses.replace(settings.Settings(), episodes=7)
    with pytest.raises(ValueError, match="episodes=7.*was begun.*Received: 8"):
        settings.settings_of(tmp_path, ["episodes=8"])
    with pytest.raises(ValueError, match="setting: 'episode'. Did you mean 'episodes'"):
        settings.settings_of(tmp_path, ["episode=7"])
    with pytest.raises(ValueError, match="`sigma` to be of type float. Received: 'x'"):
        settings.settings_of(tmp_path, ["sigma=x"])
    with pytest.raises(ValueError, match="one of 'doom', 'car_racing'. Received: 'pong'"):
        settings.settings_of(tmp_path / "other", ["environment=pong"])
    assert not (tmp_path / "other").exists()
    monkeypatch.setattr(sys, "argv", ["world_models.py", "vision", "--run", str(tmp_path)])
    with pytest.raises(SystemExit, match="error: Expected episodes in .*rollouts.*Received: none"):
        program.main()

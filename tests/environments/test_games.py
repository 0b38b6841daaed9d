"""Doom and the race track. Oracles: Gymnasium's own check; the games' rules."""

import os

import numpy as np
import pytest

import keras_gan_zoo as kgz

gymnasium = pytest.importorskip("gymnasium", reason="needs the extra world-models")
from gymnasium.utils.env_checker import check_env  # noqa: E402


@pytest.fixture
def doom(request):
    pytest.importorskip("vizdoom", reason="needs the extra world-models")
    env = kgz.environments.DoomTakeCover(**getattr(request, "param", {}))
    yield env
    env.close()


@pytest.fixture
def track():
    pytest.importorskip("Box2D", reason="needs the extra world-models")
    env = kgz.environments.CarRacing(frame_skip=2, time_limit=5)
    yield env
    env.close()


def episode(env, action, seed=0):
    """The frames of an episode, its return, and how it ended."""
    frames, total = [env.reset(seed=seed)[0]], 0.0
    while True:
        frame, reward, terminated, truncated, _ = env.step(action)
        frames.append(frame)
        total += reward
        if terminated or truncated:
            return np.stack(frames), total, terminated, truncated


def test_gymnasium_finds_nothing_wrong_with_doom(doom):
    check_env(doom, skip_render_check=True)


def test_nothing_is_written_where_it_is_started(tmp_path, monkeypatch):
    pytest.importorskip("vizdoom", reason="needs the extra world-models")
    monkeypatch.chdir(tmp_path)
    env = kgz.environments.DoomTakeCover()
    env.reset(seed=0)
    assert os.getcwd() == str(tmp_path) and not list(tmp_path.iterdir())
    env.close()
    env.close()  # does no harm


def test_the_return_is_the_time_alive_in_tics(doom):
    frames, total, terminated, truncated = episode(doom, [0.0])
    assert terminated and not truncated and total == len(frames) - 1 > 35
    again = episode(doom, [0.0])
    np.testing.assert_array_equal(again[0], frames)
    assert len(episode(doom, [0.0], seed=1)[0]) != len(frames)


@pytest.mark.parametrize("doom", [{"frame_skip": 4, "time_limit": 30}], indirect=True)
def test_skipped_frames_count_and_the_limit_cuts_short(doom):
    frames, total, terminated, truncated = episode(doom, [0.0])
    assert (total, terminated, truncated) == (30.0, False, True)
    assert len(frames) == 1 + 8  # of seven times four tics, and one of two
    for _ in range(2):  # as one by one
        single = kgz.environments.DoomTakeCover(time_limit=30)
        every, *_ = episode(single, [0.0])
        single.close()
        np.testing.assert_array_equal(frames[:-1], every[:29:4])


def test_a_third_is_where_steps_to_the_side_begin(doom):
    seen = {}
    for action in (-1.0, -0.34, -0.33, 0.0, 0.33, 0.34, 1.0):
        doom.reset(seed=0)
        for _ in range(8):
            frame, *_ = doom.step([action])
        seen[action] = frame
    for one, other in ((-1.0, -0.34), (-0.33, 0.0), (0.0, 0.33), (0.34, 1.0)):
        np.testing.assert_array_equal(seen[one], seen[other])
    # Whoever steps to the left sees the hall's left wall come nearer: it takes more of the frame.
    left, right = (np.abs(seen[x].astype(int) - seen[0.0]).sum() for x in (-1.0, 1.0))
    assert left and right and (seen[-1.0] != seen[1.0]).any()


@pytest.mark.parametrize("doom", [{"render_mode": "rgb_array"}], indirect=True)
def test_the_status_bar_is_not_seen(doom):
    frame, _ = doom.reset(seed=0)
    whole = doom.render()
    assert whole.shape == (120, 160, 3)
    top, bar = whole[:100].reshape(-1, 3), whole[104:116].reshape(-1, 3)
    red = [(part[:, 0] > 2.0 * part[:, 1] + 40).mean() for part in (top, bar)]
    assert red[1] > 10 * red[0]  # its numbers are
    np.testing.assert_allclose(frame.mean((0, 1)), top.mean(0), atol=1.0)


def test_gymnasium_finds_nothing_wrong_with_the_track(track):
    check_env(track, skip_render_check=True)


def test_the_track_takes_the_papers_actions(track):
    received = []
    track.reset(seed=0)
    inner = track._game.step
    track._game.step = lambda controls: (received.append(controls), inner(controls))[1]
    _, reward, _, truncated, _ = track.step([0.5, -1.0, -0.7])
    np.testing.assert_allclose(received, [[0.5, 0.0, 0.0]] * 2)
    track.step([-1.0, 1.0, 0.7])
    np.testing.assert_allclose(received[2:], [[-1.0, 1.0, 0.7]] * 2, atol=1e-6)
    assert not truncated and track.step([0.0, 0.0, 0.0])[3]  # after five frames of six
    assert len(received) == 5 and reward > -1.0


@pytest.mark.parametrize("action", [[1.5], [np.nan], [0.0, 0.0], 0.0])
def test_actions_outside_of_the_space_are_refused(doom, action):
    doom.reset(seed=0)
    with pytest.raises(
        ValueError, match=r"Expected `action` of shape \(1,\) in \[-1, 1\].*Received"
    ):
        doom.step(action)


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match="`skill` to be an integer from 1 to 5. Received: 6"):
        kgz.environments.DoomTakeCover(6)
    with pytest.raises(ValueError, match="`frame_skip` to be an integer >= 1. Received: 0"):
        kgz.environments.CarRacing(frame_skip=0)

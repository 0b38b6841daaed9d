"""Dreams as environments. Oracles: the memory's own steps, one after the other; Gymnasium."""

import numpy as np
import pytest
import tensorflow as tf

import keras_gan_zoo as kgz

gymnasium = pytest.importorskip("gymnasium", reason="needs the extra world-models")

COLD = 1e-9  # a temperature at which the most likely comes
LIMIT = 40


def dreams(world, count, certain=True, **options):
    """Dreams that begin in turn with each frame's mean, without spread."""
    env = kgz.environments.DreamEnv(*world, count, time_limit=LIMIT, **options)
    if certain:
        env._first = env._first[0], tf.fill(env._first[1].shape, -100.0)
    return env


def steering(seen):
    """Actions that depend on all that is seen."""
    total = seen["latents"][:, :1] + seen["hidden"][:, 1:2] + seen["cell"][:, :1]
    return tf.tanh(total)


def length_of(memory, latents):
    """How long a cold dream lasts, by the memory alone, on the whole series at once."""
    state = memory.initial_state(1)
    for step in range(1, LIMIT + 1):
        given = {"latents": latents, "hidden": state[0], "cell": state[1]}
        begins = tf.constant([[float(step == 1)]])
        options = {"temperature": COLD, "begins": begins}
        latents, over, state = memory.step(latents, steering(given), state, **options)
        if over[0]:
            return step
    return LIMIT


def test_an_episode_is_what_the_memory_does_step_by_step(world):
    _, memory, _ = world
    env = dreams(world, 24, temperature=COLD, reward=4.0)
    seen, _ = env.reset(seed=1)
    begun = np.abs(seen["latents"][:, None] - env._first[0]).max(-1).argmin(-1)
    possible = np.array([length_of(memory, one[None]) for one in env._first[0]])
    expected = possible[begun]
    assert len(set(expected)) > 1 and min(expected) < LIMIT
    lengths, going = np.zeros(24), np.ones(24, bool)
    for _ in range(LIMIT):
        seen, reward, ended, cut, _ = env.step(steering(seen))
        lengths += going * reward
        going &= ~(ended | cut)
    np.testing.assert_array_equal(lengths, 4.0 * expected)
    # All of them in one graph, where those that have ended are left out.
    found = env.episodes(lambda number, seen: steering(seen))(5)
    assert set(found) == set(4.0 * possible)


def test_a_dream_that_is_over_begins_anew_with_the_next_step(world):
    env = dreams(world, 24, temperature=COLD)
    seen, _ = env.reset(seed=1)
    over = np.zeros(24, bool)
    while not over.any():
        seen, _, ended, cut, _ = env.step(np.zeros((24, 1)))
        over = ended | cut
    seen, reward, ended, cut, _ = env.step(np.zeros((24, 1)))
    np.testing.assert_array_equal(reward, np.where(over, 0.0, 1.0))
    assert not (ended | cut)[over].any()
    assert not seen["hidden"][over].any() and seen["hidden"][~over].any(axis=1).all()
    nearest = np.abs(seen["latents"][over][:, None] - env._first[0]).max(-1).min(-1)
    assert nearest.max() < 1e-6


def test_the_time_limit_cuts_dreams_short(world):
    env = kgz.environments.DreamEnv(*world, 8, time_limit=1)
    env.reset(seed=0)
    _, _, ended, cut, _ = env.step(np.zeros((8, 1)))
    np.testing.assert_array_equal(cut, ~ended)
    assert env.episodes(lambda number, seen: steering(seen))(0).tolist() == [1.0] * 8


def test_copies_have_the_same_luck(world):
    env = dreams(world, 12, certain=False, copies=3)
    seen, _ = env.reset(seed=2)
    for _ in range(3):
        blocks = seen["latents"].reshape(3, 4, 3)
        np.testing.assert_allclose(blocks[1:], blocks[:-1], rtol=1e-4)
        assert len(np.unique(blocks[0, :, 0])) == 4
        seen = env.step(np.zeros((12, 1)))[0]

    def act(number, seen, signs):  # of which only those of the last third are others
        return tf.gather(signs, number // 4)[:, None] * tf.abs(steering(seen))

    play = env.episodes(act)
    one, two, three = play(7, tf.constant([1.0, 1.0, -1.0])).reshape(3, 4)
    np.testing.assert_array_equal(one, two)
    assert (three != one).any()
    np.testing.assert_array_equal(play(7, tf.constant([-1.0, 1.0, 1.0])).reshape(3, 4)[0], three)


def test_the_seed_decides_a_dream(world):
    def run(seed):
        env = dreams(world, 4, certain=False)
        first, _ = env.reset(seed=seed)
        return first["latents"], env.step(np.zeros((4, 1)))[0]["latents"]

    np.testing.assert_array_equal(run(1), run(1))
    assert (run(1)[0] != run(2)[0]).all()


def test_what_the_vision_sees_is_drawn(world):
    env = dreams(world, 2, render_mode="rgb_array")
    seen, _ = env.reset(seed=0)
    expected = world[0].decode(seen["latents"]) * 127.5 + 127.5
    np.testing.assert_allclose(np.stack(env.render()), expected, atol=0.51)
    assert env.render()[0].dtype == np.uint8 and dreams(world, 2).render() is None


@pytest.mark.filterwarnings("ignore:.*infinit")
def test_gymnasium_finds_nothing_wrong(world):
    from gymnasium.utils.env_checker import check_env

    env = kgz.environments.Dream(*world, time_limit=LIMIT, render_mode="rgb_array")
    check_env(env, skip_render_check=True)
    assert env.render().shape == (64, 64, 3)


def test_bad_input_is_refused(world):
    vision, memory, frames = world
    make = kgz.environments.DreamEnv
    with pytest.raises(ValueError, match="latents the memory has learnt.*Received"):
        make(kgz.models.WorldModelVAE(latent_dim=3, filters=1, seed=1), memory, frames)
    for bad in (frames[:0], frames.astype("float32"), frames[:, :32]):
        with pytest.raises(ValueError, match=r"Expected `frames`.*bytes.*Received: shape"):
            make(vision, memory, bad)
    with pytest.raises(ValueError, match="multiple of `copies`, 3. Received: 4"):
        make(*world, 4, copies=3)
    with pytest.raises(ValueError, match="`temperature` > 0.*Received: 0"):
        make(*world, temperature=0)
    env = make(*world, 2)
    env.reset(seed=0)
    for bad in (np.zeros((3, 1)), np.full((2, 1), 1.1), np.full((2, 1), np.nan), np.zeros(2)):
        with pytest.raises(ValueError, match=r"Expected `actions` of shape \(2, 1\).*Received"):
            env.step(bad)


def test_the_temperature_may_change_between_steps(world):
    warm, cold = (dreams(world, 6, temperature=one) for one in (2.0, COLD))

    def dreamt(env):
        env.reset(seed=3)
        return env.step(np.zeros((6, 1)))[0]["latents"]

    before = dreamt(cold)
    assert not np.allclose(before, dreamt(warm))
    cold.temperature = 2.0
    np.testing.assert_array_equal(dreamt(cold), dreamt(warm))
    cold.temperature = COLD
    np.testing.assert_array_equal(dreamt(cold), before)
    with pytest.raises(ValueError, match="`temperature`.*Received: 0"):
        cold.temperature = 0

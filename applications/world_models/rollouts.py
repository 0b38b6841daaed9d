"""Episodes of the real game, by chance or by a controller."""

import functools
import pathlib

import keras
import numpy as np
import rich.progress
from settings import Settings, settings_of
from workers import Workers

import keras_gan_zoo as kgz
from keras_gan_zoo import atomic
from keras_gan_zoo.training.calls import compiled

COLLECTED, PLAYED = 0, 1  # purposes of seeds


@functools.lru_cache(maxsize=1)  # one for each process
def _environment(settings: Settings, skill: int):
    """The game of a run."""
    options = {
        "frame_skip": settings.frame_skip,
        "time_limit": settings.time_limit,
        "render_mode": "rgb_array",
    }
    if settings.environment == "doom":
        return kgz.environments.DoomTakeCover(skill, **options)
    return kgz.environments.CarRacing(**options)


def random_actions(random, count: int, settings: Settings):
    """Actions, uniform in `[-1, 1]`, each held for 1 to `hold` steps."""
    while True:
        action = random.uniform(-1.0, 1.0, count).astype("float32")
        for _ in range(random.integers(1, settings.hold + 1)):
            yield action


def episode_files(folder: pathlib.Path) -> list[pathlib.Path]:
    """The files of episodes in a folder, in order.

    Raises:
        FileNotFoundError: If there is none.
    """
    found = sorted(folder.glob("[0-9]*.npz"))
    if not found:
        raise FileNotFoundError(
            f"Expected episodes in {folder}; run the stage before this one. Received: none"
        )
    return found


def collect(run: pathlib.Path, workers: Workers):
    """Plays episodes at random, and writes each into `rollouts` when it is over."""
    settings, folder = settings_of(run), run / "rollouts"
    folder.mkdir(exist_ok=True)
    paths = {folder / f"{number:05}.npz": number for number in range(settings.episodes)}
    tasks = [(settings, str(path), number) for path, number in paths.items() if not path.exists()]
    done = workers.each(collect_one, tasks)
    for _ in rich.progress.track(done, "collect", total=len(tasks)):
        pass


def collect_one(task):
    """One episode at random: its frames and actions."""
    settings, path, number = task
    env = _environment(settings, settings.skill)
    frames, actions = [], []
    frame, _ = env.reset(seed=settings.seed_of(COLLECTED, number))
    random = np.random.default_rng([settings.seed, COLLECTED, number])
    for action in random_actions(random, env.action_space.shape[0], settings):
        frames.append(frame)
        actions.append(action)
        frame, _, terminated, truncated, _ = env.step(action)
        if terminated or truncated:
            break
    with atomic.file(path) as unfinished:
        np.savez_compressed(unfinished, frames=np.stack(frames), actions=np.stack(actions))
    return len(frames)


def beginnings(settings: Settings, count: int) -> np.ndarray:
    """The first frames of so many episodes, `(count, 64, 64, 3)`, bytes."""
    env = _environment(settings, settings.skill)
    return np.stack([env.reset(seed=settings.seed_of(COLLECTED, n))[0] for n in range(count)])


def play_one(task) -> float:
    """The return of one episode of the real game.

    Args:
        task: The folder of the run, the parameters of a controller as a tuple, or `None` for one
            who acts at random, the number of the episode, and the skill (of Doom).
    """
    run, parameters, number, skill = task
    settings = settings_of(pathlib.Path(run))
    if parameters is None:
        env = _environment(settings, skill)
        act = _at_random(settings, env, number)
    else:
        env, controller, decide = agent_of(run, settings, skill)
        controller.set_parameters(parameters)
        act = acting(controller, decide)
    seen, _ = env.reset(seed=settings.seed_of(PLAYED, number))
    total = 0.0
    while True:
        seen, reward, terminated, truncated, _ = env.step(act(seen))
        total += reward
        if terminated or truncated:
            return total


def new_controller(settings: Settings, memory):
    """A controller for a memory, whose parameters are 0."""
    controller = kgz.models.LinearController(
        settings.environment,
        latent_dim=settings.latent_dim,
        units=settings.units,
        memory_sha256=kgz.weight_files.sha256_of(memory),
        seed=settings.seed,
    )
    controller.set_parameters(np.zeros(controller.count_params()))
    return controller


def world_of(run: pathlib.Path):
    """The vision and the memory of a run.

    Raises:
        ValueError: If one of them is not there yet.
    """
    vision = kgz.models.WorldModelVAE.from_preset(str(run / "vision"))
    return vision, kgz.models.MDNRNN.from_preset(str(run / "memory"))


@functools.lru_cache(maxsize=1)  # whose graphs are traced once
def agent_of(run, settings, skill):
    """The game as the agent of a run sees it, its controller, and that one's graph."""
    vision, memory = world_of(pathlib.Path(run))
    controller = new_controller(settings, memory)
    env = kgz.environments.Remembered(_environment(settings, skill), vision, memory)
    return env, controller, compiled(lambda *seen: controller.call(list(seen)))


def acting(controller, decide):
    """What a controller does by its graph: a function of what is seen."""

    def act(seen):
        given = [keras.ops.convert_to_tensor(part[None]) for part in controller.seen(**seen)]
        return np.array(decide(*given)[0])

    return act


def _at_random(settings, env, number):
    random = np.random.default_rng([settings.seed, PLAYED, number])
    actions = random_actions(random, env.action_space.shape[0], settings)
    return lambda seen: next(actions)

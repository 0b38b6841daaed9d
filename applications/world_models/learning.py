"""What is learnt by gradient: the vision and the memory."""

import math
import pathlib
import shutil

import keras
import numpy as np
import rich.progress
from rollouts import episode_files, random_actions, world_of
from settings import settings_of

import keras_gan_zoo as kgz
from keras_gan_zoo import atomic

STARTS = "starts.npz"  # first frames, from which dreams begin
MOST_STARTS = 1000
DREAMT = 4  # a purpose of seeds


def train_vision(run: pathlib.Path):
    """Trains V on frames of the rollouts, drawn at random, and writes the preset `vision`."""
    settings = settings_of(run)
    if (run / "vision").exists():
        return
    model = kgz.models.WorldModelVAE(
        settings.environment,
        settings.latent_dim,
        filters=settings.filters,
        seed=settings.seed,
    )
    model.compile(keras.optimizers.Adam(settings.vision_rate, epsilon=1e-8))
    images = sampled_frames(run / "rollouts", settings.vision_frames, settings.seed)
    data = kgz.datasets.from_arrays(
        images,
        batch_size=settings.vision_batch,
        seed=settings.seed,
        prepare=lambda batch: keras.ops.cast(batch, "float32") / 127.5 - 1.0,
    )
    history = _fit(model, data, run / "vision_state", settings.vision_epochs)
    facts = {"data": settings.environment, "losses": history, "frames": len(images)}
    # What is stored in float16 is what all that follows learns from: read again, it is the same.
    model.save_to_preset(run / "vision", facts, dtype="float16")
    shutil.rmtree(run / "vision_state")


def sampled_frames(folder: pathlib.Path, count: int, seed: int) -> np.ndarray:
    """Frames of all episodes, as many of each as its share of `count`, drawn at random."""
    files = episode_files(folder)
    lengths = []
    for path in files:
        with np.load(path) as episode:
            lengths.append(len(episode["actions"]))
    share, random = min(1.0, count / sum(lengths)), np.random.default_rng(seed)
    chosen = []
    for path, length in zip(files, lengths, strict=True):
        rows = np.flatnonzero(random.random(length) < share)
        if len(rows):
            with np.load(path) as episode:
                chosen.append(episode["frames"][rows])
    return np.concatenate(chosen)


def encode(run: pathlib.Path):
    """Encodes the rollouts, each in a file of `series`, and keeps the first frames."""
    files, folder = episode_files(run / "rollouts"), run / "series"
    folder.mkdir(exist_ok=True)
    missing = [path for path in files if not (folder / path.name).exists()]
    if missing:
        vision = kgz.models.WorldModelVAE.from_preset(str(run / "vision"))
    for path in rich.progress.track(missing, "encode"):
        with np.load(path) as episode:
            frames, actions = episode["frames"], episode["actions"]
        normal = [np.array(one, "float16") for one in vision.posterior(frames / 127.5 - 1.0)]
        with atomic.file(folder / path.name) as unfinished:
            np.savez(unfinished, mean=normal[0], log_variance=normal[1], action=actions)
    if not (run / STARTS).exists():
        starts = []
        for path in files[:MOST_STARTS]:
            with np.load(path) as episode:
                starts.append(episode["frames"][0])
        keep_starts(run, np.stack(starts))


def keep_starts(run: pathlib.Path, frames: np.ndarray):
    """Keeps the frames with which dreams begin."""
    with atomic.file(run / STARTS) as unfinished:
        np.savez_compressed(unfinished, frames=frames)


def series(folder: pathlib.Path, steps: int, restarts: bool) -> dict:
    """Encoded episodes as series of one length, what `MDNRNN.fit` takes.

    Where a memory knows that episodes begin, all are put one behind the other and cut; where it
    does not, each is cut by itself. What is left over is left out.

    Raises:
        ValueError: If there are not enough steps for one series.
    """
    episodes = []
    for path in episode_files(folder):
        with np.load(path) as episode:
            found = {name: episode[name].astype("float32") for name in episode.files}
        length = len(found["action"])
        found["restart"] = (np.arange(length) == 0).astype("int32")
        episodes.append(found)
    if restarts:
        episodes = [_joined(episodes)]
    cut = [
        {name: _cut(part, steps) for name, part in one.items()}
        for one in episodes
        if len(one["action"]) >= steps
    ]
    if not cut:
        raise ValueError(
            f"Expected at least {steps} steps in {folder}, the length of a series. Received: "
            f"{sum(len(one['action']) for one in episodes)}; collect more, or set `steps`"
        )
    found = _joined(cut)
    return found if restarts else {k: part for k, part in found.items() if k != "restart"}


def train_memory(run: pathlib.Path):
    """Trains M on the series, a twentieth of which is held out, and writes the preset `memory`."""
    settings = settings_of(run)
    if (run / "memory").exists():
        return
    vision = kgz.models.WorldModelVAE.from_preset(str(run / "vision"))
    model = kgz.models.MDNRNN(
        settings.environment,
        steps=settings.steps,
        latent_dim=settings.latent_dim,
        units=settings.units,
        vision_sha256=kgz.weight_files.sha256_of(vision),
        seed=settings.seed,
    )
    model.compile()
    data = series(run / "series", settings.steps, model.restarts)
    count = len(data["action"])
    kept = max(1, count - max(1, count // 20))
    batches = math.ceil(kept / settings.memory_batch)
    train = kgz.datasets.from_arrays(
        {name: part[:kept] for name, part in data.items()},
        batch_size=settings.memory_batch,
        seed=settings.seed,
    )
    epochs = math.ceil(settings.memory_updates / batches)
    facts = {"losses": _fit(model, train, run / "memory_state", epochs)}
    if kept < count:
        facts["held_out"] = model.evaluate(
            {name: part[kept:] for name, part in data.items()}, verbose=0
        )
    model.save_to_preset(run / "memory", {"data": settings.environment, **facts}, dtype="float16")
    shutil.rmtree(run / "memory_state")


def starts_of(run: pathlib.Path) -> np.ndarray:
    """The frames with which dreams begin, `(frames, 64, 64, 3)`, bytes."""
    with np.load(run / STARTS) as starts:
        return starts["frames"]


def dreams_of(run: pathlib.Path, count: int, **options):
    """Dreams of a run's vision and memory, whose steps and rewards are the game's."""
    settings, (vision, memory) = settings_of(run), world_of(run)
    frames = starts_of(run)
    limit = math.ceil(settings.time_limit / settings.frame_skip)
    options = {"time_limit": limit, "reward": float(settings.frame_skip), **options}
    return kgz.environments.DreamEnv(vision, memory, frames, count, **options)


def random_in_dreams(run: pathlib.Path, temperature: float, count: int = 256) -> np.ndarray:
    """Returns of as many dreams in which actions are random, to be compared with the game's."""
    settings, env = settings_of(run), dreams_of(run, count, temperature=temperature)
    shape = env.single_action_space.shape
    players = [
        random_actions(np.random.default_rng([settings.seed, DREAMT, number]), *shape, settings)
        for number in range(count)
    ]
    env.reset(seed=settings.seed_of(DREAMT))
    returns, going = np.zeros(count), np.ones(count, bool)
    while going.any():
        _, rewards, ended, cut, _ = env.step(np.stack([next(one) for one in players]))
        returns += going * rewards
        going &= ~(ended | cut)
    return returns


def _fit(model, data, folder, epochs):
    resume = kgz.callbacks.ExactResume(folder, every=200)
    callbacks = [resume, kgz.callbacks.StopOnNaN()]
    history = model.fit(data, epochs=epochs, verbose=2, callbacks=callbacks).history
    return {name: values[-1] for name, values in history.items() if values}


def _joined(parts):
    return {name: np.concatenate([one[name] for one in parts]) for name in parts[0]}


def _cut(part, steps):
    count = len(part) // steps
    return part[: count * steps].reshape(count, steps, *part.shape[1:])

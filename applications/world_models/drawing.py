"""Pictures of a run: what V keeps of frames, a dream beside the game, and learning curves."""

import json
import pathlib

import numpy as np
import PIL.Image
from learning import dreams_of
from rollouts import acting, agent_of, episode_files
from settings import settings_of

import keras_gan_zoo as kgz

HEIGHT = 128  # of the pictures of a dream
COLORS = 64  # of a GIF, whose size they decide
MOST = 250  # steps of a dream that are drawn
SHOWN = 12  # frames that are drawn beside their reconstructions


def draw(run: pathlib.Path, temperatures=(1.15,)):
    """Writes `reconstructions.png`, `evolution.png` and, for each temperature, a GIF of a dream."""
    _reconstructions(run).save(run / "reconstructions.png")
    _curves(run, temperatures).save(run / "evolution.png")
    for temperature in temperatures:
        frames, rate = _game_and_dream(run, temperature)
        path = run / f"dream_{temperature:g}.gif"
        frames[0].save(path, save_all=True, append_images=frames[1:], duration=rate, loop=0)


def _reconstructions(run):
    """Frames of the first episodes above what V makes of them."""
    frames = []
    for path in episode_files(run / "rollouts")[:SHOWN]:
        with np.load(path) as episode:
            frames.append(episode["frames"][len(episode["actions"]) // 2])
    images = np.stack(frames) / 127.5 - 1.0
    vision = kgz.models.WorldModelVAE.from_preset(str(run / "vision"))
    both = np.concatenate([images, np.array(vision.reconstruct(images))])
    return kgz.pictures.grid(both, columns=len(images))


def _curves(run, temperatures):
    """The fitness of all generations, and of the means that were checked."""
    figure = kgz.pictures.figure(8, 4, layout="constrained")
    axes = figure.subplots()
    for temperature in temperatures:
        log = json.loads((run / f"evolution_{temperature:g}.json").read_text())
        fitness = [np.mean(one["fitness"]) for one in log]
        (line,) = axes.plot(range(1, len(log) + 1), fitness, alpha=0.5)
        checks = [(n, one["checked"][0]) for n, one in enumerate(log, 1) if "checked" in one]
        axes.plot(
            *zip(*checks, strict=True), "o-", color=line.get_color(), label=f"{temperature:g}"
        )
    axes.set(xlabel="generation", ylabel="return: members, and (dots) their mean")
    axes.legend(title="temperature")
    return kgz.pictures.rendered(figure)


def _game_and_dream(run, temperature):
    """Pictures of one controller in the game, to the left, and in its dream; and their rate."""
    settings = settings_of(run)
    env, controller, decide = agent_of(str(run), settings, settings.skill)
    preset = kgz.models.LinearController.from_preset(str(run / f"controller_{temperature:g}"))
    controller.set_parameters(preset.parameters())
    act = acting(controller, decide)
    dream = dreams_of(run, 1, temperature=temperature, render_mode="rgb_array")
    seen, _ = env.reset(seed=settings.seed)
    dreamt, _ = dream.reset(seed=settings.seed)
    frames = []
    for _ in range(MOST):
        sides = [_high(frame) for frame in (env.unwrapped.render(), dream.render()[0])]
        frames.append(PIL.Image.fromarray(np.concatenate(sides, axis=1)).quantize(COLORS))
        seen, _, terminated, truncated, _ = env.step(act(seen))
        only = {name: part[0] for name, part in dreamt.items()}
        dreamt, _, ended, cut, _ = dream.step(act(only)[None])
        if terminated or truncated or ended[0] or cut[0]:
            break
    return frames, 1000 * settings.frame_skip / env.unwrapped.metadata["render_fps"]


def _high(frame):
    """A frame enlarged to the common height."""
    width = round(frame.shape[1] * HEIGHT / frame.shape[0])
    return np.asarray(PIL.Image.fromarray(frame).resize((width, HEIGHT)))

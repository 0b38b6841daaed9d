"""An agent that learns in its own dream (Ha and Schmidhuber 2018): see, remember, act.

python world_models.py all --run runs/doom --workers 2
python world_models.py evolve --run runs/doom --temperatures 0.1 0.5 1 1.15 1.3
python world_models.py evaluate --run runs/doom --temperatures 0.1 0.5 1 1.15 1.3 --workers 2
python world_models.py unpack --run runs/shipped
python world_models.py play --run runs/doom

`unpack` puts the presets of Doom that are installed into a run, instead of training it; `play`
serves a page on which a person steers in a dream.

Every stage leaves what it has done in the folder of the run. Whatever was killed goes on where it
was when the same command is given again.
"""

import argparse
import json
import os
import pathlib
import shutil

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras_gan_zoo as kgz  # before Keras: it has TensorFlow use oneDNN

# isort: split
import numpy as np
import rich.progress
from drawing import draw
from evolution import evolve
from learning import encode, keep_starts, random_in_dreams, starts_of, train_memory, train_vision
from play import Play, server
from rollouts import beginnings, collect, play_one, world_of
from settings import settings_of
from workers import RayWorkers, Workers

from keras_gan_zoo import atomic

RANDOM = "random"
UNPACKED_STARTS = 100  # episodes of the game, of which only the first frame is seen
LONGEST = 10**6  # steps of a dream that a person steers in
SHIPPED = {
    "vision": "world_model_vae_doom",
    "memory": "mdn_rnn_doom",
    "controller": "linear_controller_doom",
}


def evaluate(run: pathlib.Path, workers: Workers, temperatures=(1.15,), episodes=100, skill=None):
    """Plays the real game at random and with each controller, and prints a table.

    Beside what controllers reached is what random actions do in dreams of the same temperature:
    where these live as long as in the game, the dream is as hard.

    The return of each episode is kept in `evaluation.json` as soon as it is over.

    Returns:
        By player, `"random"` or a temperature, mean and standard deviation.
    """
    settings, path = settings_of(run), run / "evaluation.json"
    skill = settings.skill if skill is None else skill
    kept = json.loads(path.read_text()) if path.exists() else {}
    players = {RANDOM: None}
    for temperature in temperatures:
        preset = str(run / f"controller_{temperature:g}")
        controller = kgz.models.LinearController.from_preset(preset)
        players[f"{temperature:g}"] = tuple(map(float, controller.parameters()))
    table = {}
    for name, parameters in players.items():
        returns = kept.setdefault(f"{name}, skill {skill}", {})
        left = [number for number in range(episodes) if str(number) not in returns]
        tasks = [(str(run), parameters, number, skill) for number in left]
        done = workers.each(play_one, tasks)
        for task, total in rich.progress.track(done, f"play ({name})", total=len(tasks)):
            returns[str(task[2])] = total
            atomic.write_json(path, kept)
        found = [returns[str(number)] for number in range(episodes)]
        table[name] = float(np.mean(found)), float(np.std(found))
    game = f"Doom, skill {skill}" if settings.dreams else "race track"
    print(f"| temperature | evolved: score | random in dreams | {game}, {episodes} episodes |")
    print("|---|---|---|---|")
    for name, real in table.items():
        evolved = dreamt = ""
        if name != RANDOM:
            facts = json.loads((run / f"controller_{name}" / "metadata.json").read_text())
            evolved = _said(*facts["score"])
            if settings.dreams:
                returns = random_in_dreams(run, float(name))
                dreamt = _said(returns.mean(), returns.std())
        print(f"| {name} | {evolved} | {dreamt} | {_said(*real)} |")
    return table


def unpack(run: pathlib.Path):
    """Puts the presets of Doom into a run, which can be evaluated, and evolved further."""
    controller = kgz.presets.preset_metadata(SHIPPED["controller"])
    for part, name in SHIPPED.items():
        place = f"controller_{controller['temperature']:g}" if part == "controller" else part
        kgz.presets.preset_metadata(name)  # says what to install
        with atomic.folder(run / place) as folder:
            shutil.copytree(kgz.presets.builtin_presets()[name], folder, dirs_exist_ok=True)
    keep_starts(run, beginnings(settings_of(run), UNPACKED_STARTS))


def steer(run: pathlib.Path, port: int):
    """Serves a page on which a person steers in a dream, until it is interrupted."""
    settings, (vision, memory) = settings_of(run), world_of(run)
    dream = kgz.environments.Dream(
        vision, memory, starts_of(run), time_limit=LONGEST, render_mode="rgb_array"
    )
    with server(Play(dream, settings.frame_skip), port) as serving:
        print(f"http://127.0.0.1:{serving.server_port} shows the dream. Ctrl-C ends it.")
        serving.serve_forever()


def _said(mean, spread):
    return f"{mean:.0f} ± {spread:.0f}"


STAGES = {
    "collect": lambda given, workers: collect(given.run, workers),
    "vision": lambda given, workers: train_vision(given.run),
    "encode": lambda given, workers: encode(given.run),
    "memory": lambda given, workers: train_memory(given.run),
    "evolve": lambda given, workers: [evolve(given.run, t, workers) for t in given.temperatures],
    "evaluate": lambda given, workers: evaluate(
        given.run, workers, given.temperatures, given.episodes, given.skill
    ),
    "draw": lambda given, workers: draw(given.run, given.temperatures),
}
OTHERS = {
    "unpack": lambda given, workers: unpack(given.run),
    "play": lambda given, workers: steer(given.run, given.port),
}


def main():
    """Reads the command line."""
    formatter = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=formatter)
    parser.add_argument("stage", choices=("all", *STAGES, *OTHERS))
    parser.add_argument("--run", type=pathlib.Path, default=pathlib.Path("runs/doom"))
    parser.add_argument("--workers", type=int, default=1, help="processes that play the game")
    parser.add_argument("--ray", help="address of a Ray cluster that has them, or `local`")
    parser.add_argument("--temperatures", type=float, nargs="+", default=[1.15])
    parser.add_argument("--episodes", type=int, default=100, help="of the evaluation")
    parser.add_argument("--port", type=int, default=8000, help="of `play`")
    parser.add_argument("--skill", type=int, help="of the evaluation, if it is another")
    parser.add_argument(
        "--set",
        nargs="+",
        default=[],
        dest="settings",
        metavar="NAME=VALUE",
        help="changes settings of a new run, such as episodes=200; settings.py names them",
    )
    given = parser.parse_args()
    try:
        settings_of(given.run, given.settings)
        made = RayWorkers(given.ray, given.workers) if given.ray else Workers(given.workers)
        with made as workers:
            for stage in STAGES if given.stage == "all" else (given.stage,):
                {**STAGES, **OTHERS}[stage](given, workers)
    except (ValueError, OSError, ImportError) as error:
        raise SystemExit(f"error: {error}") from None


if __name__ == "__main__":
    main()

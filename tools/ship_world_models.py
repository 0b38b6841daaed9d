"""Stores the vision, the memory and the controller of a run of `applications/world_models`.

python tools/ship_world_models.py runs/doom 1.15 --minutes 4.6 1.1 2.3

The weights stay as they are, to the bit: the memory knows its vision by their hash. The run must
have been evaluated and drawn.
"""

import argparse
import json
import os
import pathlib
import platform
import shutil
import sys

import numpy as np
import PIL.Image

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "applications/world_models")]

from zoo_table import MORE_PRESETS  # noqa: E402

from keras_gan_zoo import atomic, licences  # noqa: E402
from keras_gan_zoo.presets.registry import METADATA, PICTURE, read_json  # noqa: E402

DREAMT = 12  # pictures of a dream
COMMAND = "python applications/world_models/world_models.py all"


def main():
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=pathlib.Path)
    parser.add_argument("temperature", type=float, help="of the dreams of the controller")
    parser.add_argument("--minutes", type=float, nargs=3, required=True, help="of CPU, for each")
    parser.add_argument("--notes", default="", help="what the cards say besides")
    given = parser.parse_args()
    settings = json.loads((given.run / "settings.json").read_text())
    for part, minutes in zip(parts_of(given.run, given.temperature), given.minutes, strict=True):
        name, folder, steps, picture, caption, numbers = part
        facts = read_json(given.run / folder / METADATA)
        facts |= {
            "data": {"name": settings["environment"]},
            "command": COMMAND,
            "settings": settings,
            "steps": steps,
            "training_minutes": minutes,
            "cpu_minutes": minutes,
            "hardware": f"one of {os.cpu_count()} CPU cores, {platform.machine()}",
            "notes": given.notes,
            "picture": caption,
            "stored_as": "float16",
            "licence": licences.WEIGHTS,
            "evaluations": [{"metrics": numbers, "protocol": protocol(facts, settings)}],
        }
        with atomic.folder(MORE_PRESETS / name, overwrite=True) as shipped:
            shutil.copytree(given.run / folder, shipped, dirs_exist_ok=True)
            atomic.write_json(shipped / METADATA, facts)
            picture.save(shipped / PICTURE, optimize=True)


def parts_of(run, temperature):
    """Of each part: name, folder, steps, picture, what that shows, and numbers."""
    settings, name = json.loads((run / "settings.json").read_text()), f"{temperature:g}"
    vision, memory = (read_json(run / one / METADATA) for one in ("vision", "memory"))
    controller = read_json(run / f"controller_{name}" / METADATA)
    played = json.loads((run / "evaluation.json").read_text())
    skill = settings["skill"]
    real = [[*played[f"{who}, skill {skill}"].values()] for who in (name, "random")]
    yield (
        "world_model_vae_doom",
        "vision",
        settings["vision_epochs"] * -(-vision["frames"] // settings["vision_batch"]),
        PIL.Image.open(run / "reconstructions.png"),
        "The middle frames of the first episodes, above their reconstructions",
        vision["losses"],
    )
    yield (
        "mdn_rnn_doom",
        "memory",
        settings["memory_updates"],
        dream_of(run / f"dream_{name}.gif"),
        "The controller in the game, each time to the left, and in a dream of the memory",
        memory["held_out"],
    )
    yield (
        "linear_controller_doom",
        f"controller_{name}",
        controller["generations"],
        PIL.Image.open(run / "evolution.png"),
        "Mean returns of all generations, and of the means that were tried in more dreams",
        {
            "score": float(np.mean(real[0])),
            "score_std": float(np.std(real[0])),
            "score_random": float(np.mean(real[1])),
            "score_random_std": float(np.std(real[1])),
            "score_in_dreams": controller["score"][0],
            "score_in_dreams_std": controller["score"][1],
            "episodes": len(real[0]),
        },
    )


def protocol(facts, settings):
    """What decides the numbers."""
    return {
        "seed": settings["seed"],
        "library_version": facts["library_version"],
        "reference": f"{settings['environment']}, skill {settings['skill']}, "
        f"{settings['time_limit']} tics at most",
    }


def dream_of(path):
    """Some frames of a moving picture, in three columns."""
    movie = PIL.Image.open(path)
    width, height = movie.size
    sheet = PIL.Image.new("RGB", (3 * width, DREAMT // 3 * height))
    for place, number in enumerate(np.linspace(0, movie.n_frames - 1, DREAMT).astype(int)):
        movie.seek(int(number))
        sheet.paste(movie.convert("RGB"), (place % 3 * width, place // 3 * height))
    return sheet.resize((sheet.width // 2, sheet.height // 2))


if __name__ == "__main__":
    main()

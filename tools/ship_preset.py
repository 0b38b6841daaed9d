"""Puts a trained preset into the package: weights in few bits, measured anew as they are shipped.

What was trained in bfloat16 is shipped to compute in float32, which every machine does fast and an
export to the bit.

python tools/ship_preset.py runs/mine/vae_mnist vae_mnist
"""

import argparse
import json
import pathlib
import shutil
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import PIL.Image  # noqa: E402

import keras_gan_zoo as kgz  # noqa: E402
from keras_gan_zoo.presets.registry import BUILTIN, CONFIG, METADATA, read_json  # noqa: E402
from keras_gan_zoo.recipes import load_recipe  # noqa: E402


def main():
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("preset", type=pathlib.Path, help="folder of a trained preset")
    parser.add_argument("recipe", help="recipe it was trained by, and its name in the package")
    parser.add_argument("--dtype", default="int8", help="int5 or int4 for the largest")
    arguments = parser.parse_args()
    recipe = load_recipe(arguments.recipe)
    facts = read_json(arguments.preset / METADATA)
    made = {"model", "library_version", "keras_version", "parameters", "sha256", "evaluations"}
    facts = {key: value for key, value in facts.items() if key not in made}
    facts |= {"recipe": arguments.recipe, "notes": recipe.notes, "stored_as": arguments.dtype}
    trained = kgz.models.from_preset(str(arguments.preset))
    picture = PIL.Image.open(arguments.preset / "samples.png")
    with tempfile.TemporaryDirectory() as scratch:
        rounded = pathlib.Path(scratch) / arguments.recipe
        trained.save_to_preset(rounded, facts, picture, dtype=arguments.dtype)
        config = read_json(rounded / CONFIG)
        config["config"]["dtype"] = "float32"
        (rounded / CONFIG).write_text(json.dumps(config, indent=1) + "\n")
        measured = kgz.evaluation.evaluate(
            kgz.models.from_preset(str(rounded)),
            recipe.data.name,
            **recipe.evaluation.model_dump(),
            image_size=recipe.data.image_size,
            verbose=True,
        )
        shipped = BUILTIN / arguments.recipe
        shutil.copytree(rounded, shipped)
        kgz.presets.record_evaluation(str(shipped), measured)
    print(measured["metrics"])


if __name__ == "__main__":
    main()

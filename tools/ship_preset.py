"""Stores a preset as it is shipped, in few bits, and measures it anew.

python tools/ship_preset.py runs/mine/vae_mnist vae_mnist   ships what a recipe trained
python tools/ship_preset.py vae_mnist --dtype float16       stores a shipped preset again

A new preset goes to `weights/`, or with --main into the library, which has one per family. What was
trained in bfloat16 is shipped to compute in float32, which every machine does fast and an export to
the bit. Take int8 unless it changes the quality by more than 1 %, then float16.
"""

import argparse
import pathlib
import shutil
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from zoo_table import MORE_PRESETS, presets_here  # noqa: E402

import keras_gan_zoo as kgz  # noqa: E402
from keras_gan_zoo import atomic, licences  # noqa: E402
from keras_gan_zoo.presets.registry import BUILTIN, CARD, CONFIG, METADATA, read_json  # noqa: E402
from keras_gan_zoo.presets.saver import card_of  # noqa: E402
from keras_gan_zoo.recipes import load_recipe  # noqa: E402
from keras_gan_zoo.recipes.train import shown_inputs  # noqa: E402
from keras_gan_zoo.weight_files import sha256  # noqa: E402

MADE_ANEW = {"model", "library_version", "keras_version", "parameters", "evaluations"}
MADE_ANEW |= {"sha256", "config_sha256"}


def main():
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("preset", help="folder of a trained preset, or name of a shipped one")
    parser.add_argument("recipe", nargs="?", help="recipe of a trained preset, and its name")
    parser.add_argument("--dtype", default="int8", help="or float16")
    parser.add_argument("--main", action="store_true", help="ship it in the library itself")
    arguments = parser.parse_args()
    if arguments.recipe is None:
        name = arguments.preset
        if name not in presets_here():
            parser.error(f"expected the name of a shipped preset, received: {name!r}")
        shipped = source = presets_here()[name]
        changes = {}
    else:
        name = arguments.recipe
        source = pathlib.Path(arguments.preset)
        shipped = (BUILTIN if arguments.main else MORE_PRESETS) / name
        if name in presets_here():
            parser.error(f"expected a new preset, received: {name!r}; move the old one away")
        changes = {"recipe": name, "notes": load_recipe(name).notes}
    before = read_json(source / METADATA)
    changes |= {"stored_as": arguments.dtype, "licence": licences.WEIGHTS}
    ship(name, source, shipped, {**before, **changes})
    earlier, measured = metrics_of(before), metrics_of(read_json(shipped / METADATA))
    for metric in earlier | measured:
        print(f"{metric}: {earlier.get(metric)} -> {measured.get(metric)}")
    if lost := earlier.keys() - measured.keys():
        sys.exit(f"The evaluation of the recipe does not name all that was measured: {lost}")


def metrics_of(facts):
    """All numbers of all evaluations."""
    return {
        k: f"{v:.4g}" for one in facts.get("evaluations", []) for k, v in one["metrics"].items()
    }


def ship(name, source, shipped, facts):
    """Writes the folder `shipped` with the weights of `source`, measured as its recipe says."""
    recipe = load_recipe(facts["recipe"])
    trained = kgz.models.from_preset(str(source))
    with tempfile.TemporaryDirectory() as scratch:
        rounded = pathlib.Path(scratch) / name
        kept = {key: value for key, value in facts.items() if key not in MADE_ANEW}
        trained.save_to_preset(rounded, kept, dtype=facts["stored_as"])
        # That of a shipped preset stays as it is: only its weights are stored again.
        config = read_json((source if source == shipped else rounded) / CONFIG)
        config["config"]["dtype"] = "float32"
        atomic.write_json(rounded / CONFIG, config)
        facts_of_all = read_json(rounded / METADATA)
        facts_of_all["config_sha256"] = sha256(rounded / CONFIG)
        atomic.write_json(rounded / METADATA, facts_of_all)
        model = kgz.models.from_preset(str(rounded))
        picture_of(recipe, model).save(rounded / "samples.png", optimize=True)
        measured = kgz.evaluation.evaluate(model, **recipe.evaluation_options(), verbose=True)
        kgz.presets.record_evaluation(str(rounded), measured)
        atomic.write_text(rounded / CARD, card_of(rounded, read_json(rounded / METADATA), name))
        with atomic.folder(shipped, overwrite=True) as folder:
            shutil.copytree(rounded, folder, dirs_exist_ok=True)


def picture_of(recipe, model):
    """The picture of the card, as training made it, of the weights that are shipped."""
    shown, _ = shown_inputs(recipe, model)
    return kgz.training.Demonstration(model, inputs=shown).picture()


if __name__ == "__main__":
    main()

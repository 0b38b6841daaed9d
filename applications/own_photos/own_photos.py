"""A few hundred pictures, and a DCGAN that learns from them with and without DiffAugment.

python applications/own_photos/own_photos.py pictures --out runs/own_photos
python applications/own_photos/own_photos.py train --out runs/own_photos
python applications/own_photos/own_photos.py train --augment none --out runs/own_photos
python applications/own_photos/own_photos.py compare --out runs/own_photos
python applications/own_photos/own_photos.py export --out runs/own_photos
"""

import argparse
import json
import pathlib
import shutil

import tensorflow as tf

import keras_gan_zoo as kgz
from keras_gan_zoo.recipes import load_recipe

# People from the chest up, in six colours of skin.
SUBCATEGORIES = ("person", "person-role")
SIDE = 64
HELD_OUT = 0.1
BATCH = 32


def main():
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=("pictures", "train", "compare", "export"))
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("runs/own_photos"))
    parser.add_argument("--emoji", default="node_modules/emoji-datasource-google")
    parser.add_argument("--augment", default="color,translation,cutout", help="or none")
    parser.add_argument("--minutes", type=float, default=10.0, help="of processor time")
    arguments = parser.parse_args()
    if arguments.command == "pictures":
        choose(pathlib.Path(arguments.emoji), arguments.out / "pictures")
    elif arguments.command == "train":
        train(arguments.out, arguments.augment, arguments.minutes)
    elif arguments.command == "compare":
        compare(arguments.out)
    else:
        export(arguments.out)


def choose(package, folder):
    """Copies the pictures of people out of the npm package emoji-datasource-google."""
    folder.mkdir(parents=True, exist_ok=True)
    for emoji in json.loads((package / "emoji.json").read_text()):
        if emoji["subcategory"] in SUBCATEGORIES:
            for one in (emoji, *emoji.get("skin_variations", {}).values()):
                source = package / "img/google/64" / one["image"]
                if source.exists():
                    shutil.copy(source, folder)
    print(f"{len(list(folder.iterdir()))} pictures in {folder}")


def load(out, split="train", **options):
    """The pictures; a tenth of them, chosen by their names, is kept from training."""
    data = {"split": split, "image_size": SIDE, "test_share": HELD_OUT, **options}
    return kgz.datasets.load(f"folder:{out / 'pictures'}", **data)


def name_of(augment):
    """What the preset is called that was trained so."""
    return "plain" if augment == "none" else "augmented"


def train(out, augment, minutes):
    """Trains the model of the recipe `own_photos` for some minutes of processor time."""
    name = name_of(augment)
    arguments = dict(load_recipe("own_photos").arguments)
    arguments["augment"] = None if augment == "none" else augment
    dtype = kgz.processor.training_dtype()
    model = kgz.models.DCGAN(image_shape=(SIDE, SIDE, 3), **arguments, seed=0, dtype=dtype)
    model.compile()
    data = load(out, batch_size=BATCH, flip="horizontal", drop_remainder=True)
    history = model.fit(
        data,
        epochs=1_000_000,
        verbose=0,
        callbacks=[
            kgz.callbacks.TimeBudget(minutes, processor=True),
            kgz.callbacks.SampleGrid(out / f"{name}_samples", every=20),
            kgz.callbacks.StopOnNaN(),
        ],
    )
    steps = int(model.optimizers["generator"].iterations)
    facts = {"cpu_minutes": minutes, "steps": steps, "epochs": len(history.epoch)}
    model.save_to_preset(out / name, facts, kgz.pictures.grid(model.generate(64, seed=0)))
    print(f"{out / name}: {facts}")


def compare(out):
    """Measures both against all pictures."""
    print("| | steps | fid | kid |")
    print("|---|---|---|---|")
    for name in ("plain", "augmented"):
        result = kgz.evaluation.evaluate(
            str(out / name), f"folder:{out / 'pictures'}", image_size=SIDE, num_samples=1000
        )["metrics"]
        steps = kgz.presets.preset_metadata(str(out / name))["steps"]
        fid, kid = (result[f"{metric}[mobilenet_v2]"] for metric in ("fid", "kid"))
        print(f"| {name} | {steps:,} | {fid:.0f} | {kid:.2f} |")


def export(out):
    """Exports the model that was trained with DiffAugment, and draws from the export alone."""
    kgz.models.from_preset(str(out / "augmented")).export(out / "exported/1", overwrite=True)
    sample = tf.saved_model.load(str(out / "exported/1")).signatures["sample"]
    images = sample(num_samples=tf.constant(64), seed=tf.constant(1))["images"]
    kgz.pictures.grid(images).save(out / "from_the_export.png")
    print(out / "from_the_export.png")


if __name__ == "__main__":
    main()

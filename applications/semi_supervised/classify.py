"""Learn to classify digits from few labels and many images without: the K+1 GAN on MNIST.

python classify.py train --labels 100 --draw 0 --out runs/labels
python classify.py table --out runs/labels
python classify.py predict --preset semi_supervised_gan_mnist_100 --images folder/of/images
"""

import argparse
import json
import pathlib

import numpy as np

import keras_gan_zoo as kgz
from keras_gan_zoo import recipes

RECIPE = "semi_supervised_gan_mnist_100"
CLASSES = 10


def train(arguments):
    """Trains one classifier by the recipe, resumably, for one draw of labels."""
    if arguments.labels % CLASSES:
        raise SystemExit(f"error: expected --labels in equal parts of {CLASSES} classes")
    recipe = recipes.load_recipe(
        RECIPE,
        (
            f"data.labels_per_class={arguments.labels // CLASSES}",
            f"data.labels_seed={arguments.draw}",
            *arguments.settings,
        ),
    )
    name = f"labels_{arguments.labels}_draw_{arguments.draw}"
    out = arguments.out / name
    if not (out / name).exists():
        recipes.train_recipe(recipe, name, out, resume=True, verbose=2)
    table(arguments)


def table(arguments):
    """Prints the errors of every finished run in a folder, by number of labels."""
    found = {}
    for path in sorted(arguments.out.glob("labels_*/labels_*/metadata.json")):
        facts = json.loads(path.read_text())
        labels = facts["data"]["labels_per_class"] * CLASSES
        share = facts["evaluations"][0]["metrics"]["test_errors"]
        found.setdefault(labels, []).append(round(10_000 * share))
    print("| labels | wrong of 10,000, by draw | mean | spread (standard deviation) |")
    print("|---|---|---|---|")
    for labels, wrong in sorted(found.items()):
        spread = f"{np.std(wrong, ddof=1):.1f}" if len(wrong) > 1 else "-"
        print(f"| {labels} | {', '.join(map(str, wrong))} | {np.mean(wrong):.1f} | {spread} |")


def predict(arguments):
    """Prints the digit in each image of a folder."""
    model = kgz.models.SemiSupervisedGAN.from_preset(arguments.preset)
    files = iter(kgz.datasets.image_files(arguments.images))
    data = kgz.datasets.load(
        f"folder:{arguments.images}", image_size=28, shuffle=False, labels=False
    )
    for images in data:
        grey = np.mean(images, axis=-1, keepdims=True)
        for probabilities in np.array(model.classify(grey)):
            digit = int(np.argmax(probabilities))
            print(f"{next(files)}: {digit} ({probabilities[digit]:.0%})")


def main():
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    for function in (train, table, predict):
        command = commands.add_parser(function.__name__, help=function.__doc__)
        command.set_defaults(run=function)
        if function is predict:
            command.add_argument("--preset", default=RECIPE)
            command.add_argument("--images", required=True)
        else:
            command.add_argument("--out", type=pathlib.Path, default=pathlib.Path("runs/labels"))
        if function is train:
            command.add_argument("--labels", type=int, default=100, help="in equal parts")
            command.add_argument("--draw", type=int, default=0, help="which images are labelled")
            command.add_argument(
                "--set",
                action="append",
                default=[],
                dest="settings",
                metavar="KEY=VALUE",
                help="changes a setting of the recipe, such as training.epochs=100",
            )
    arguments = parser.parse_args()
    try:
        arguments.run(arguments)
    except (ValueError, FileNotFoundError) as error:
        raise SystemExit(f"error: {error}") from None


if __name__ == "__main__":
    main()

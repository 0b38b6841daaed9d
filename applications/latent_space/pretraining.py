"""A classifier on a VAE's encoder, against the same network from nothing, by number of labels.

python pretraining.py --preset vae_fashion_mnist --out runs/pretraining
"""

import argparse
import pathlib

import keras_gan_zoo as kgz  # before Keras: it has TensorFlow use oneDNN

# isort: split
import keras
import numpy as np
import rich.console
import rich.table

from keras_gan_zoo.datasets.few_labels import choose

CLASSES = 10
LABELS = (50, 100, 500, 1000, 5000)
BATCH = 50


def arrays(name, split):
    """Images and labels of a data set."""
    data = kgz.datasets.load(name, split, batch_size=1000, shuffle=False)
    images, labels = zip(*data.as_numpy_iterator(), strict=True)
    return np.concatenate(images), np.concatenate(labels)


def classifier_on(encoder):
    """The encoder up to its last hidden layer, and a linear layer of classes."""
    hidden = encoder.layers[-3].output if len(encoder.outputs) == 2 else encoder.layers[-2].output
    logits = keras.layers.Dense(CLASSES)(hidden)
    network = keras.Model(encoder.input, logits)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile(keras.optimizers.Adam(5e-4), loss, metrics=["accuracy"])
    return network


def accuracy(encoder, images, labels, test, per_class, draw, steps):
    """Share of the test images that a classifier trained on few labels gets right."""
    chosen = choose(labels, per_class, draw)
    network = classifier_on(encoder)
    epochs = max(1, steps * BATCH // len(chosen))
    network.fit(images[chosen], labels[chosen], BATCH, epochs, verbose=0)
    return network.evaluate(*test, batch_size=500, verbose=0)[1]


def encoder_of(preset, trained):
    """A new copy of the preset's encoder, with its weights or with initial ones."""
    model = kgz.models.from_preset(preset)
    return model.encoder if trained else type(model).from_config(model.get_config()).encoder


def main():
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--preset", default="vae_fashion_mnist")
    parser.add_argument("--data", default="fashion_mnist")
    parser.add_argument("--draws", type=int, default=3, help="which images are labelled")
    parser.add_argument("--steps", type=int, default=600, help="updates of each classifier")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("runs/pretraining"))
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    images, labels = arrays(arguments.data, "train")
    test = arrays(arguments.data, "test")
    table = rich.table.Table("labels", "from the VAE's encoder", "from nothing")
    points = {True: [], False: []}
    console = rich.console.Console()
    for count in LABELS:
        cells = []
        for trained in (True, False):
            found = []
            for draw in range(arguments.draws):
                keras.utils.set_random_seed(draw)
                encoder = encoder_of(arguments.preset, trained)
                options = (count // CLASSES, draw, arguments.steps)
                found.append(accuracy(encoder, images, labels, test, *options))
            points[trained].append(np.mean(found))
            spread = f" ± {np.std(found, ddof=1):.1%}" if len(found) > 1 else ""
            cells.append(f"{np.mean(found):.1%}{spread}")
        table.add_row(str(count), *cells)
        console.print(f"{count} labels: {cells[0]}, {cells[1]}")
    console.print(table)
    draw_curves(points, arguments.out / "pretraining.png")


def draw_curves(points, path):
    """Accuracy against labels used."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    for trained, values in points.items():
        name = "from the VAE's encoder" if trained else "from nothing"
        plt.semilogx(LABELS, values, "o-", label=name)
    plt.xlabel("labels")
    plt.ylabel("test accuracy")
    plt.legend()
    plt.tight_layout()
    plt.savefig(path, dpi=80)


if __name__ == "__main__":
    main()

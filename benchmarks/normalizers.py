"""The normalisers that the SNGAN paper compares, after the same processor time.

python benchmarks/normalizers.py --cpu-minutes 6 --out runs/normalizers

Trains SNGAN on Fashion-MNIST once with each, measures `fid[fashion_mnist]` and what else the
scoreboard shows, prints a table, best first, and draws samples in that order. With spectral
normalisation it also measures the largest singular value of every normalised layer, by full
decomposition, throughout the training. A run that is done is not repeated; one that was interrupted
starts again.
"""

import argparse
import json
import pathlib

import keras_gan_zoo as kgz  # before Keras: it has TensorFlow use oneDNN

# isort: split
import keras
import numpy as np
import PIL.Image

NORMALIZERS = (
    "spectral",
    "orthonormal",
    "weight",
    "layer",
    "batch",
    "gradient_penalty",
    "weight_clipping",
    "none",
)
NETWORKS = {"image_shape": (28, 28, 1), "latent_dim": 64, "filters": 32}
EXTRACTOR = "fashion_mnist"
SHOWN = ("fid", "precision", "recall", "smallest_class")


def train(normalizer, arguments) -> dict:
    """Trains with one normaliser and measures it."""
    keras.utils.set_random_seed(0)
    model = kgz.models.SNGAN(
        **NETWORKS,
        discriminator_filters=32,
        discriminator_normalization=normalizer,
        discriminator_steps=1,
        ema_decay=0.998,
        seed=0,
        dtype="mixed_bfloat16",
    )
    model.compile(
        {
            name: keras.optimizers.Adam(2e-4, beta_1=0.5, beta_2=0.999, epsilon=1e-8)
            for name in ("discriminator", "generator")
        }
    )
    data = kgz.datasets.load(arguments.data, labels=False, drop_remainder=True)
    singular = SingularValues(every=100)
    model.fit(
        data,
        epochs=1000,
        verbose=2,
        callbacks=[
            kgz.callbacks.TimeBudget(minutes=arguments.cpu_minutes, processor=True),
            kgz.callbacks.StopOnNaN(),
            singular,
        ],
    )
    found = kgz.evaluation.evaluate(
        model,
        arguments.data,
        metrics=["fid", "prdc", "class_shares"],
        extractor=EXTRACTOR,
        num_samples=arguments.samples,
    )
    steps = int(model.optimizers["generator"].iterations)
    kgz.pictures.grid(model.generate(32, seed=0), columns=16).save(
        arguments.out / f"{normalizer}.png"
    )
    return {**found, "steps": steps, "largest_singular_values": singular.found}


class SingularValues(keras.callbacks.Callback):
    """The largest singular value of each layer, every so many steps."""

    def __init__(self, every):
        super().__init__()
        self.every, self.found, self.step = every, {}, 0

    def on_train_batch_end(self, batch, logs=None):
        self.step += 1
        layers = [
            layer
            for layer in self.model.discriminator.layers
            if isinstance(layer, kgz.layers.SpectralNormalization)
        ]
        if layers and self.step % self.every == 0:
            self.found[self.step] = [layer.largest_singular_value() for layer in layers]


def ranked(results) -> dict:
    """The same, best first."""
    key = f"fid[{EXTRACTOR}]"
    return dict(sorted(results.items(), key=lambda item: item[1]["metrics"][key]))


def picture(names, out):
    """The samples of each normaliser, one below the other."""
    grids = [PIL.Image.open(out / f"{name}.png") for name in names]
    width, height = grids[0].width, grids[0].height + 6
    sheet = PIL.Image.new("L", (width, height * len(grids)), 255)
    for row, grid in enumerate(grids):
        sheet.paste(grid, (0, row * height))
    return sheet


def table(results) -> str:
    """Markdown."""
    lines = [f"| normaliser | steps | {' | '.join(SHOWN)} |", "|---" * (2 + len(SHOWN)) + "|"]
    for name, one in results.items():
        cells = [f"{one['metrics'][f'{metric}[{EXTRACTOR}]']:.3g}" for metric in SHOWN]
        lines.append(f"| {name} | {one['steps']:,} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main():
    """Runs what is not done yet, and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cpu-minutes", type=float, default=6.0)
    parser.add_argument("--data", default="fashion_mnist")
    parser.add_argument("--samples", type=int, default=10_000)
    parser.add_argument("--only", nargs="+", default=NORMALIZERS, choices=NORMALIZERS)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("runs/normalizers"))
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    results = {}
    for name in arguments.only:
        path = arguments.out / f"{name}.json"
        if not path.exists():
            print(f"=== {name}", flush=True)
            path.write_text(json.dumps(train(name, arguments), indent=1))
        results[name] = json.loads(path.read_text())
    results = ranked(results)
    picture(results, arguments.out).save(arguments.out / "all.png")
    print(table(results))
    for name, one in results.items():
        if one["largest_singular_values"]:
            values = np.array([*one["largest_singular_values"].values()])
            print(
                f"{name}: largest singular values of {values.shape[1]} layers, {len(values)} "
                f"times: {values.min():.4f} to {values.max():.4f}, mean {values.mean():.4f}, "
                f"{(np.abs(values - 1.0) < 0.05).mean():.1%} within 5 %"
            )


if __name__ == "__main__":
    main()

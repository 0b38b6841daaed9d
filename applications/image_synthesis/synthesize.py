"""Train, sample, interpolate and export an image model, through the public API only.

python synthesize.py sample --preset dcgan_fashion_mnist
python synthesize.py train --data folder:~/pictures --size 32 --epochs 20
python synthesize.py export --preset runs/mine/preset
"""

import argparse
import pathlib

import keras_gan_zoo as kgz  # before Keras: it has TensorFlow use oneDNN

# isort: split
import keras


def train(arguments):
    """Trains a DCGAN on any data set and writes a preset."""
    keras.utils.set_random_seed(arguments.seed)
    data = kgz.datasets.load(
        arguments.data,
        image_size=arguments.size,
        batch_size=arguments.batch_size,
        seed=arguments.seed,
        labels=False,
    )
    with kgz.distribute("auto"):
        model = kgz.models.DCGAN(
            image_shape=data.element_spec.shape[1:], filters=arguments.filters, seed=arguments.seed
        )
        model.compile()
    model.fit(
        data,
        epochs=arguments.epochs,
        callbacks=[
            kgz.callbacks.ExactResume(arguments.out / "state", every=200),
            kgz.callbacks.SampleGrid(arguments.out / "samples"),
            kgz.callbacks.StopOnNaN(),
        ],
    )
    facts = {"data": arguments.data, "epochs": arguments.epochs, "seed": arguments.seed}
    model.save_to_preset(
        arguments.out / "preset", facts, model.sample_kind.draw(model.generate(64, seed=0))
    )
    print(f"Preset: {arguments.out / 'preset'}")


def sample(arguments):
    """Draws a grid of samples and walks between latents."""
    model = kgz.models.from_preset(arguments.preset)
    arguments.out.mkdir(parents=True, exist_ok=True)
    kgz.pictures.grid(model.generate(64, seed=arguments.seed)).save(arguments.out / "samples.png")
    ends = model.sample_latents(6, seed=arguments.seed)
    rows = [
        model.interpolate(ends[i], ends[i + 1], steps=10, label=arguments.label)
        for i in range(0, 6, 2)
    ]
    walks = keras.ops.concatenate(rows)
    kgz.pictures.grid(walks, columns=10).save(arguments.out / "interpolation.png")
    print(f"Pictures: {arguments.out}")


def export(arguments):
    """Writes a SavedModel."""
    model = kgz.models.from_preset(arguments.preset)
    model.export(arguments.out / "saved_model" / "1", verbose=True)


def main():
    """Parses the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True)
    for function in (train, sample, export):
        command = commands.add_parser(function.__name__, help=function.__doc__)
        command.set_defaults(run=function)
        command.add_argument("--out", type=pathlib.Path, default=pathlib.Path("runs/synthesis"))
        command.add_argument("--seed", type=int, default=0)
        if function is train:
            command.add_argument("--data", default="fashion_mnist_mini")
            command.add_argument("--size", type=int, help="side to resize to")
            command.add_argument("--epochs", type=int, default=20)
            command.add_argument("--batch-size", type=int, default=64)
            command.add_argument("--filters", type=int, default=64)
        else:
            command.add_argument("--preset", default="dcgan_fashion_mnist")
            command.add_argument("--label", type=int, help="class to walk in, if it has classes")
    arguments = parser.parse_args()
    arguments.run(arguments)


if __name__ == "__main__":
    main()

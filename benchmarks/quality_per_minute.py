"""Quality over processor minutes: a recipe of the zoo, and the `train_step` that Keras users copy.

    taskset -c 0 python benchmarks/quality_per_minute.py --threads 1
    python benchmarks/quality_per_minute.py --marks 0.2,0.4 --samples 500    # to see that it works

Both train on Fashion-MNIST with equal batches, each in a process of its own. They take turns: each
trains up to the next mark, then `evaluate` measures `fid[fashion_mnist]` of samples. The clock is
processor time of all threads while `fit` runs, its tracing included; it stops while samples are
measured and while the other trains. The recipe is trained as `keras-gan-zoo train` does, without
the files of a run; the example (`benchmarks/keras_example.py`) on a shuffled `tf.data.Dataset`, in
float32 as it is written, and like Keras's own without batch normalisation in its discriminator,
which sees real and fake images in one pass. The result goes to `benchmarks/results`, after each
mark anew.
"""

import argparse
import os
import time

import rich.console
import turns
from report import parsed, write

RECIPE, DATA, SIZE, LATENT, FILTERS = "dcgan_fashion_mnist", "fashion_mnist", 28, 100, 64


class Side:
    """A model that is measured while it trains.

    Args:
        settings: As they are parsed.
    """

    def __init__(self, settings: dict):
        turns.begin_tensorflow(settings["threads"])
        import keras

        keras.utils.set_random_seed(settings["seed"])
        self._settings, self._seconds = settings, 0.0
        self.model, self._data = self.make()

    def describe(self) -> dict:
        """What trains here."""
        import keras
        import tensorflow as tf

        networks = self.model.generator, self.model.discriminator
        return {
            "dtype": networks[0].dtype_policy.name,
            "parameters": [
                sum(int(tf.size(v)) for v in network.trainable_variables) for network in networks
            ],
            "versions": f"TensorFlow {tf.__version__}, Keras {keras.__version__}",
        }

    def until(self, minutes: float) -> dict:
        """Trains until so many processor minutes have been spent in all, and measures."""
        import keras_gan_zoo as kgz

        start = time.process_time()
        budget = kgz.callbacks.TimeBudget(minutes - self._seconds / 60.0, processor=True)
        self.model.fit(self._data, epochs=1000, callbacks=[budget], verbose=0)
        self._seconds += time.process_time() - start
        options = {"metrics": ["fid"], "num_samples": self._settings["samples"]}
        numbers = kgz.evaluation.evaluate(self.samples(), DATA, **options)["metrics"]
        return {
            "minutes": self._seconds / 60.0,
            "steps": self.steps(),
            "fid": numbers["fid[fashion_mnist]"],
        }


class RecipeSide(Side):
    """The recipe."""

    def make(self):
        """The model, and its data set."""
        from keras_gan_zoo.recipes import recipe, train

        settings = (f"training.batch_size={self._settings['batch_size']}",)
        chosen = recipe.load_recipe(RECIPE, settings)
        return train.build_model(chosen), train.load_data(chosen)

    def samples(self):
        """The model, which generates with the moving averages of its weights."""
        return self.model

    def steps(self) -> int:
        """How many steps it has made."""
        return int(self.model.optimizers["generator"].iterations)


class ExampleSide(Side):
    """What Keras users copy."""

    def make(self):
        """The model, and its data set."""
        import keras_example

        data = keras_example.dataset(DATA, self._settings["batch_size"])
        return keras_example.compiled(SIZE, LATENT, FILTERS, normalized=False), data

    def samples(self):
        """Images of its generator."""
        import numpy as np

        random = np.random.default_rng(0)
        latents = random.standard_normal((self._settings["samples"], LATENT), "float32")
        return self.model.generator.predict(latents, batch_size=250, verbose=0)

    def steps(self) -> int:
        """How many steps it has made."""
        return int(self.model.g_optimizer.iterations)


SIDES = {"recipe": RecipeSide, "example": ExampleSide}


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--marks",
        default="1,2,3,6,9",
        type=lambda text: sorted(map(float, text.split(","))),
        help="processor minutes [1,2,3,6,9]",
    )
    parser.add_argument("--seed", default=0, type=int, help="of the initial weights [0]")
    numbers = {
        "samples": (10_000, "images that are measured"),
        "batch-size": (64, "images of a batch; 64 is the recipe's"),
        "threads": (os.cpu_count(), "threads of each side"),
    }
    return parsed(parser, numbers)


def main():
    settings = vars(parse_arguments())
    console, load = rich.console.Console(), os.getloadavg()[0]
    workers = {name: turns.Worker(name, side, settings) for name, side in SIDES.items()}
    try:
        sides = {name: worker.run("describe") for name, worker in workers.items()}
        result = {
            "sides": sides,
            "versions": [one["versions"] for one in sides.values()],
            "settings": {**settings, "rounds": 1},
            "marks": [],
            "load_before": load,
        }
        for mark in settings["marks"]:
            found = {name: worker.run("until", mark) for name, worker in workers.items()}
            result["marks"].append({"minutes": mark, **found})
            write("quality_dcgan", result)
            shown = (f"{name} {one['fid']:.2f} ({one['steps']})" for name, one in found.items())
            console.print(f"{mark:g} processor minutes, distance (steps): {', '.join(shown)}")
    finally:
        for worker in workers.values():
            worker.close()


if __name__ == "__main__":
    main()

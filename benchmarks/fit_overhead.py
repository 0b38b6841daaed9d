"""What a step of `model.fit` costs: over the bare step, and against Keras's example code.

    python benchmarks/fit_overhead.py
    taskset -c 0 python benchmarks/fit_overhead.py --threads 1 --filters 32

DCGAN at 28x28 with batches of the embedded Fashion-MNIST as `kgz.datasets.load` gives them, without
a moving average. "bare" is a `tf.function` of the same `train_step`, called for each batch of the
same data set in the same process. The example is `benchmarks/keras_example.py`: the same networks
of Keras's layers, trained by `fit` on a shuffled `tf.data.Dataset` of the same images. Each side
trains for some steps in its turn; the first step of a turn, which opens the data, is left out.
Compared is processor time, within rounds. The result goes to `benchmarks/results`.
"""

import argparse
import contextlib
import io
import os
import sys
import time

import rich.console
import turns
from report import in_turns, in_words, parsed, ratios, spread, write

DATA, SIZE, LATENT = "fashion_mnist_mini", 28, 100


class Clock:
    """Wall-clock and processor seconds per step, from the end of the first to that of the last."""

    def __init__(self):
        self._ends = []

    def tick(self):
        """Marks the end of a step."""
        self._ends.append((time.perf_counter(), time.process_time()))

    def result(self) -> dict:
        """Seconds per step."""
        (wall, processor), *_, (last_wall, last_processor) = self._ends
        steps = len(self._ends) - 1
        return {
            "seconds": (last_wall - wall) / steps,
            "processor_seconds": (last_processor - processor) / steps,
        }


class Side:
    """A model that `fit` trains for some steps.

    Args:
        settings: As they are parsed.
    """

    def __init__(self, settings: dict):
        turns.begin_tensorflow(settings["threads"])
        import keras

        keras.utils.set_random_seed(0)
        self._settings = settings
        self.model, data = self.make()
        self._data = data.take(settings["steps"] + 1)

    def describe(self) -> dict:
        """What is measured here, after a turn that compiles it."""
        import keras
        import tensorflow as tf

        self.fit()
        networks = self.model.generator, self.model.discriminator
        return {
            "versions": f"TensorFlow {tf.__version__}, Keras {keras.__version__}",
            "parameters": sum(
                int(tf.size(v)) for network in networks for v in network.trainable_variables
            ),
        }

    def fit(self) -> dict:
        """Times the steps of a `fit` with its progress bar, as users see it."""
        import keras

        clock = Clock()
        ticks = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: clock.tick())
        with contextlib.redirect_stdout(io.StringIO()):
            self.model.fit(self._data, callbacks=[ticks])
        return clock.result()


class OurSide(Side):
    """DCGAN, by `fit` and by a function of its step alone."""

    def make(self):
        """The model, and its data set."""
        import tensorflow as tf

        import keras_gan_zoo as kgz

        size, settings = (SIZE, SIZE, 1), self._settings
        model = kgz.models.DCGAN(size, LATENT, filters=settings["filters"], ema_decay=None, seed=0)
        model.compile()
        self._bare = tf.function(model.train_step, autograph=False)
        return model, kgz.datasets.load(
            DATA, batch_size=settings["batch_size"], labels=False, drop_remainder=True
        )

    def describe(self) -> dict:
        self.bare()
        return super().describe()

    def bare(self) -> dict:
        """Times the steps in a loop over the same data."""
        clock = Clock()
        for batch in self._data:
            losses = self._bare(batch)
            clock.tick()
        float(losses["generator_loss"])
        return clock.result()


class ExampleSide(Side):
    """What Keras users copy."""

    def make(self):
        """The model, and its data set."""
        import keras_example

        settings = self._settings
        data = keras_example.dataset(DATA, settings["batch_size"])
        return keras_example.compiled(SIZE, LATENT, settings["filters"]), data


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    numbers = {
        "batch-size": (128, "images of a batch"),
        "filters": (64, "channels next to the image"),
        "rounds": (9, "turns of each side"),
        "steps": (20, "training steps of a turn"),
        "threads": (os.cpu_count(), "threads of each side"),
    }
    return parsed(parser, numbers)


def measure(settings: dict) -> dict:
    """Runs all sides in turns, and compares them."""
    ours = turns.Worker("keras_gan_zoo", OurSide, settings)
    example = turns.Worker("Keras example", ExampleSide, settings)
    try:
        described = [worker.run("describe") for worker in (ours, example)]
        counts = [one["parameters"] for one in described]
        if len(set(counts)) > 1:
            raise RuntimeError(f"Expected equal numbers of parameters. Received: {counts}")
        sides = {
            "fit": lambda: ours.run("fit"),
            "bare": lambda: ours.run("bare"),
            "example": lambda: example.run("fit"),
        }
        records = in_turns(sides, settings["rounds"])
    finally:
        for worker in (ours, example):
            worker.close()
    return {
        "parameters": counts[0],
        "versions": [one["versions"] for one in described],
        "processor_ms": {
            name: spread([1e3 * one[name]["processor_seconds"] for one in records])
            for name in sides
        },
        "fit_over_bare": ratios(records, "fit", "bare"),
        "example_over_fit": ratios(records, "example", "fit"),
        "settings": settings,
        "rounds": records,
    }


def main():
    settings = vars(parse_arguments())
    load = os.getloadavg()[0]
    try:
        result = measure(settings)
    except RuntimeError as error:
        sys.exit(f"error: {error}")
    result = write("fit_dcgan", {**result, "load_before": load})
    console = rich.console.Console()
    for name, one in result["processor_ms"].items():
        console.print(f"{name}: {in_words(one)} processor ms a step")
    console.print(f"fit / bare: {in_words(result['fit_over_bare'], 3)}")
    console.print(f"example / fit: {in_words(result['example_over_fit'], 2)}")


if __name__ == "__main__":
    main()

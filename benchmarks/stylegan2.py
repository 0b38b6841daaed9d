"""Processor time of a training step of StyleGAN2 and of BigGAN, ours against PyTorch's.

    python benchmarks/stylegan2.py
    python benchmarks/stylegan2.py --threads 2 --rounds 5 --json

StyleGAN2 at 32 pixels with at most 64 channels: with R1 at every 16th and path lengths at every 4th
update (the mean of 16 steps), with both at every update, and with neither. BigGAN at 32 pixels with
64 channels. Each side runs in a process of its own; they take turns, and ratios are taken within a
round.
"""

import argparse
import json
import os
import statistics
import sys

import rich.console
import rich.table
import turns

# The model, the intervals of its penalties, and the steps of a turn: all that is due at intervals.
CASES = {
    "StyleGAN2, lazy": ("StyleGAN2", (16, 4), 16),
    "StyleGAN2, every update": ("StyleGAN2", (1, 1), 4),
    "StyleGAN2, no regularisation": ("StyleGAN2", (0, 0), 4),
    "BigGAN": ("BigGAN", None, 4),
}


class KerasSide:
    """Our model on one batch that is in memory already."""

    def __init__(self, model, settings):
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # before TensorFlow is imported
        import keras_gan_zoo as kgz  # before Keras: it has TensorFlow use oneDNN

        # isort: split
        import numpy as np
        import tensorflow as tf

        self._settings = settings
        tf.config.threading.set_intra_op_parallelism_threads(settings["threads"])
        tf.config.threading.set_inter_op_parallelism_threads(settings["threads"])
        shape = (32, 32, settings["channels"])
        images = np.random.default_rng(0).uniform(-1, 1, (settings["batch_size"], *shape))
        batch = images.astype("float32")
        if model == "StyleGAN2":
            r1, lengths = settings["every"]
            self._model = kgz.models.StyleGAN2(
                shape,
                64,
                style_dim=64,
                mapping_layers=2,
                filters=32,
                max_filters=64,
                penalties=[kgz.penalties.R1(0.1, every=r1)] if r1 else [],
                path_length_every=lengths or 1,
                path_length_weight=2.0 if lengths else 0.0,
                ema_decay=None,
                seed=0,
            )
        else:
            sizes = {"filters": 16, "discriminator_filters": 16, "shared_dim": 32}
            self._model = kgz.models.BigGAN(
                shape, 64, num_classes=10, **sizes, discriminator_steps=1, ema_decay=None, seed=0
            )
            batch = (batch, np.arange(settings["batch_size"]) % 10)
        self._model.compile()
        self._batches = iter(tf.data.Dataset.from_tensors(batch).repeat())
        self._model.make_train_function()

    def describe(self) -> dict:
        """What is measured here, after steps that compile all graphs."""
        import keras
        import numpy as np
        import tensorflow as tf

        self.steps(self._settings["steps"])
        networks = self._model.generator, self._model.discriminator
        return {
            "versions": f"TensorFlow {tf.__version__}, Keras {keras.__version__}",
            "parameters": [
                sum(int(np.prod(v.shape)) for v in network.trainable_variables)
                for network in networks
            ],
        }

    def steps(self, repeats: int) -> dict:
        """Times `repeats` training steps."""
        step = self._model.train_function
        return turns.timed(lambda: float(step(self._batches)["generator_loss"]), repeats)


def torch_side(model, settings):
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before PyTorch is imported
    import synthesis_torch

    return getattr(synthesis_torch, f"{model}Side")(settings)


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    number = {"type": int, "metavar": "N"}
    parser.add_argument("--batch-size", default=32, **number, help="a multiple of 4 [32]")
    parser.add_argument("--channels", default=3, **number, help="channels of the images [3]")
    parser.add_argument("--threads", default=1, **number, help="threads of each side [1]")
    parser.add_argument("--rounds", default=3, **number, help="turns of each side [3]")
    parser.add_argument("--case", choices=CASES, action="append", help="one or more; [all]")
    parser.add_argument("--json", action="store_true", help="print JSON, for scripts")
    arguments = parser.parse_args()
    for name, value in vars(arguments).items():
        if type(value) is int and value < 1:
            parser.error(f"expected --{name.replace('_', '-')} >= 1, received {value}")
    if arguments.batch_size % 4:
        parser.error(f"expected --batch-size a multiple of 4, received {arguments.batch_size}")
    return arguments


def measure(case, settings, console) -> dict:
    """Milliseconds of a step, and the ratios of the sides, of each round."""
    model, every, steps = CASES[case]
    settings = {**settings, "every": every, "steps": steps}
    workers = {
        "ours": turns.Worker("ours", KerasSide, model, settings),
        "PyTorch": turns.Worker("PyTorch", torch_side, model, settings),
    }
    try:
        said = {}
        for name, worker in workers.items():
            console.print(f"{case}: {name} warms up")
            said[name] = worker.run("describe")
        counts = {name: one["parameters"] for name, one in said.items()}
        if counts["ours"] != counts["PyTorch"]:
            raise RuntimeError(f"Expected equal numbers of parameters. Received: {counts}")
        rounds = []
        for number in range(settings["rounds"]):
            # Whoever comes first in one round comes last in the next.
            names = list(workers)[:: -1 if number % 2 else 1]
            times = {name: workers[name].run("steps", steps) for name in names}
            rounds.append({name: 1e3 * one["processor_seconds"] for name, one in times.items()})
            console.print(f"{case}, round {number + 1}, processor ms: {rounds[-1]}")
    finally:
        for worker in workers.values():
            worker.close()
    ratios = [one["PyTorch"] / one["ours"] for one in rounds]
    return {
        "parameters": counts["ours"],
        "versions": {name: one["versions"] for name, one in said.items()},
        "rounds": rounds,
        "ratio": {"median": statistics.median(ratios), "low": min(ratios), "high": max(ratios)},
    }


def show(measured, settings, console):
    table = rich.table.Table("case", "ours, ms", "PyTorch, ms", "PyTorch / ours", "parameters")
    for case, one in measured.items():
        medians = [
            statistics.median(r[name] for r in one["rounds"]) for name in ("ours", "PyTorch")
        ]
        ratio = "{median:.2f} ({low:.2f} to {high:.2f})".format(**one["ratio"])
        table.add_row(case, *(f"{ms:.0f}" for ms in medians), ratio, f"{sum(one['parameters']):,}")
    console.print(table)
    versions = {text for one in measured.values() for text in one["versions"].values()}
    console.print(
        f"Processor time of a step, batch {settings['batch_size']}, 32x32x{settings['channels']}, "
        f"float32, {settings['threads']} threads; medians of {settings['rounds']} "
        f"rounds. {'; '.join(sorted(versions))}"
    )


def main():
    settings = vars(parse_arguments())
    console = rich.console.Console(stderr=True)
    try:
        measured = {case: measure(case, settings, console) for case in settings["case"] or CASES}
    except RuntimeError as error:
        sys.exit(f"error: {error}")
    if settings["json"]:
        print(json.dumps({"settings": settings, **measured}, indent=1))
    else:
        show(measured, settings, rich.console.Console())


if __name__ == "__main__":
    main()

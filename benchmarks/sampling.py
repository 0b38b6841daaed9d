"""Latents to images from an exported model, against the same generator in PyTorch.

    python benchmarks/sampling.py
    taskset -c 0 python benchmarks/sampling.py --threads 1 --filters 32

DCGAN's generator, in inference mode. Ours is the signature `serving_default` of what `model.export`
writes, as `tf.saved_model.load` gives it. PyTorch runs it eagerly in both memory formats, as frozen
TorchScript (`torch.jit.optimize_for_inference`), and with `torch.compile` where there is a compiler
of C++. The fastest of these is the peer, at each batch size. The sides are two processes that take
turns; compared is processor time, within rounds. The result goes to `benchmarks/results`.
"""

import argparse
import os
import shutil
import sys
import tempfile

import numpy as np
import rich.console
import turns
from report import in_turns, in_words, parsed, ratios, spread, write

OURS = "keras_gan_zoo, SavedModel"
EAGER, LAST, SCRIPT, COMPILED = "eager", "eager, channels last", "TorchScript", "torch.compile"


def latents(batch_size, latent_dim):
    """Uniform ones, as those of DCGAN."""
    return np.random.default_rng(0).uniform(-1, 1, (batch_size, latent_dim)).astype("float32")


class KerasSide:
    """An exported generator.

    Args:
        settings: As they are parsed.
    """

    def __init__(self, settings: dict):
        turns.begin_tensorflow(settings["threads"])
        import tensorflow as tf

        import keras_gan_zoo as kgz

        self._settings = settings
        size = settings["image_size"]
        self.model = kgz.models.DCGAN(
            (size, size, 3),
            settings["latent_dim"],
            filters=settings["filters"],
            ema_decay=None,
            seed=0,
        )
        with tempfile.TemporaryDirectory() as folder:
            self.model.export(f"{folder}/1")
            self._loaded = tf.saved_model.load(f"{folder}/1")
        self._sample = self._loaded.signatures["serving_default"]

    def describe(self) -> dict:
        """What is measured here."""
        import keras
        import tensorflow as tf

        return {
            "versions": f"TensorFlow {tf.__version__}, Keras {keras.__version__}",
            "parameters": self.model.generator.count_params(),
            "ways": [OURS],
        }

    def images(self, way: str, batch_size: int) -> np.ndarray:
        """The images of one call."""
        import tensorflow as tf

        given = tf.constant(latents(batch_size, self._settings["latent_dim"]))
        return self._sample(latents=given)["images"].numpy()

    def calls(self, way: str, batch_size: int, repeats: int) -> dict:
        """Times calls with a batch of latents that is there already."""
        import tensorflow as tf

        given = tf.constant(latents(batch_size, self._settings["latent_dim"]))
        return turns.timed(lambda: self._sample(latents=given)["images"].numpy(), repeats)


class TorchSide:
    """The same generator in PyTorch, in several ways.

    Args:
        settings: As they are parsed.
    """

    def __init__(self, settings: dict):
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before PyTorch is imported
        import copy

        import step_torch
        import torch

        torch.set_num_threads(settings["threads"])
        torch.manual_seed(0)
        self._settings = settings
        sizes = settings["image_size"], settings["latent_dim"], settings["filters"]
        network = step_torch.make_generator(*sizes).apply(step_torch.initialise).eval()
        example = torch.from_numpy(latents(2, settings["latent_dim"]))
        with torch.inference_mode():
            traced = torch.jit.freeze(torch.jit.trace(copy.deepcopy(network), example))
            self._ways = {
                EAGER: network,
                LAST: copy.deepcopy(network).to(memory_format=torch.channels_last),
                SCRIPT: torch.jit.optimize_for_inference(traced),
            }
            if settings["compile"] and shutil.which("g++"):
                self._ways[COMPILED] = torch.compile(network, dynamic=False)

    def describe(self) -> dict:
        """What is measured here."""
        import torch

        network = self._ways[EAGER]
        numbers = [*network.parameters(), *network.buffers()]
        return {
            "versions": f"PyTorch {torch.__version__}",
            "parameters": sum(one.numel() for one in numbers if one.ndim),
            "ways": list(self._ways),
        }

    def images(self, way: str, batch_size: int) -> np.ndarray:
        """The images of one call, which compiles what is not compiled yet."""
        import torch

        with torch.inference_mode():
            given = torch.from_numpy(latents(batch_size, self._settings["latent_dim"]))
            return self._ways[way](given).numpy()

    def calls(self, way: str, batch_size: int, repeats: int) -> dict:
        """Times calls with a batch of latents that is there already."""
        import torch

        given = torch.from_numpy(latents(batch_size, self._settings["latent_dim"]))
        with torch.inference_mode():
            return turns.timed(lambda: self._ways[way](given).numpy(), repeats)


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    numbers = {
        "image-size": (64, "side of the images"),
        "filters": (128, "channels next to the image"),
        "latent-dim": (100, "size of a latent"),
        "rounds": (7, "turns of each side"),
        "threads": (os.cpu_count(), "threads of each side"),
        "images": (256, "images of a turn, at least"),
    }
    parser.add_argument("--batch-sizes", default="1,16,256", help="[1,16,256]")
    parser.add_argument("--no-compile", dest="compile", action="store_false")
    arguments = parsed(parser, numbers)
    arguments.batch_sizes = [int(one) for one in arguments.batch_sizes.split(",")]
    return arguments


def measure(settings: dict, console) -> dict:
    """Runs all ways in turns, at each batch size, and compares them."""
    workers = [
        turns.Worker(OURS, KerasSide, settings),
        turns.Worker("PyTorch", TorchSide, settings),
    ]
    try:
        described = [worker.run("describe") for worker in workers]
        counts = [one["parameters"] for one in described]
        if len(set(counts)) > 1:
            raise RuntimeError(f"Expected equal numbers of parameters. Received: {counts}")
        batches = {}
        for size in settings["batch_sizes"]:
            console.print(f"batch {size}")
            batches[size] = _compare(workers, described, size, settings)
    finally:
        for worker in workers:
            worker.close()
    return {
        "parameters": counts[0],
        "versions": [one["versions"] for one in described],
        "batches": batches,
        "settings": settings,
    }


def _compare(workers, described, size, settings):
    repeats = -(-settings["images"] // size)
    sides = {}
    for worker, one in zip(workers, described, strict=True):
        for way in one["ways"]:
            worker.run("images", way, size)
            worker.run("calls", way, size, 1)
            sides[way] = lambda worker=worker, way=way: worker.run("calls", way, size, repeats)
    records = in_turns(sides, settings["rounds"])
    processor = {
        way: spread([1e3 * one[way]["processor_seconds"] for one in records]) for way in sides
    }
    peer = min((way for way in sides if way != OURS), key=lambda way: processor[way]["median"])
    return {
        "processor_ms": processor,
        "peer": peer,
        "ratio": ratios(records, peer, OURS),
        "rounds": records,
    }


def main():
    settings = vars(parse_arguments())
    load, console = os.getloadavg()[0], rich.console.Console()
    try:
        result = measure(settings, console)
    except RuntimeError as error:
        sys.exit(f"error: {error}")
    result = write("sampling_dcgan", {**result, "load_before": load})
    for size, one in result["batches"].items():
        for way, times in one["processor_ms"].items():
            console.print(f"batch {size}, {way}: {in_words(times, 2)} processor ms a call")
        console.print(f"batch {size}: {in_words(one['ratio'], 2)} times as fast as {one['peer']}")


if __name__ == "__main__":
    main()

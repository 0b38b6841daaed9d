"""Time and memory of a training step as images, batches and networks grow, beside PyTorch's.

    taskset -c 0 python benchmarks/growth.py --threads 1
    python benchmarks/growth.py --image-sizes 16,32 --batch-sizes 1,2 --filters 2,4

DCGAN on one batch in memory, as in `benchmarks/train_step.py`. From a point in the middle one thing
grows at a time. Each point is a process of its own: its memory is the peak above what the process
with its libraries holds before (Linux), its time the processor time of a step after a first one.
Points that come after one over the limits are left out. Exponents are slopes of logarithms over the
upper half of a range; the operations of the step's graph have one, too. The result goes to
`benchmarks/results`.
"""

import argparse
import os

import numpy as np
import rich.console
import rich.table
import turns
from report import memory, parsed, reset_peak, spread, write
from train_step import keras_side, torch_side

OURS, PEER = "keras_gan_zoo", "PyTorch, channels last"
MIDDLE = {"image_size": 64, "batch_size": 16, "filters": 32}
MEASURED = ("seconds", "megabytes")


class Point:
    """One side in one setting.

    Args:
        name: Of the side.
        settings: As `train_step.py` has them.
    """

    def __init__(self, name: str, settings: dict):
        self._settings = settings
        if name == OURS:
            turns.begin_tensorflow(settings["threads"])
            from keras_gan_zoo import models  # noqa: F401, so that it counts as a library
        else:
            import step_torch_critics  # noqa: F401
        self._make = {OURS: lambda: keras_side(settings), PEER: lambda: torch_side(settings, True)}
        self._name = name

    def measure(self) -> dict:
        """Time, memory, and what the side says of itself."""
        before = reset_peak()
        side = self._make[self._name]()
        side.steps(1)
        times = [side.steps(1)["processor_seconds"] for _ in range(self._settings["steps"])]
        peak = memory("VmHWM") - before
        return {"seconds": spread(times), "megabytes": peak, **side.describe()}


def measure(settings: dict, console) -> dict:
    """Each point of each axis, once for all axes."""
    known, axes = {}, {}
    for axis in MIDDLE:
        axes[axis] = found = {}
        for value in settings[axis]:
            place = tuple({**MIDDLE, axis: value}.items())
            if place not in known:
                known[place] = at_point({**settings, **dict(place)})
            found[value] = point = known[place]
            shown = ", ".join(
                f"{name} {one['seconds']['median']:.3f} s, {one['megabytes']:.0f} MB"
                for name, one in point.items()
            )
            console.print(f"{axis} {value}: {shown}")
            if any(
                one["seconds"]["median"] > settings["most_seconds"]
                or one["megabytes"] > settings["most_megabytes"]
                for one in point.values()
            ):
                break
    return axes


def at_point(settings) -> dict:
    """Both sides, one after the other; raises `RuntimeError` if their networks differ in size."""
    found = {}
    for name in (OURS, PEER):
        worker = turns.Worker(name, Point, name, settings)
        try:
            found[name] = worker.run("measure")
        finally:
            worker.close()
    counts = [one["parameters"] for one in found.values()]
    if counts[0] != counts[1]:
        raise RuntimeError(f"Expected equal numbers of parameters. Received: {counts}")
    return found


def exponent(values, amounts) -> float:
    """The slope of the logarithms over the upper half of the values, two points at least."""
    upper = slice(min(len(values) // 2, len(values) - 2), None)
    return float(np.polyfit(np.log(values[upper]), np.log(amounts[upper]), 1)[0])


def exponents(points) -> dict:
    """Those of an axis: of operations, and of time and memory of each side."""
    values = list(points)
    found = {"operations": exponent(values, [one[OURS]["step_gflop"] for one in points.values()])}
    for name in (OURS, PEER):
        amounts = {
            "seconds": [one[name]["seconds"]["median"] for one in points.values()],
            "megabytes": [one[name]["megabytes"] for one in points.values()],
        }
        found[name] = {what: exponent(values, amounts[what]) for what in MEASURED}
    return found


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    ranges = {
        "image-sizes": ("image_size", "32,64,128,256", "sides of images"),
        "batch-sizes": ("batch_size", "2,8,32,128,512", "images of a batch"),
        "filters": ("filters", "16,32,64", "channels next to the image"),
    }
    for name, (axis, value, text) in ranges.items():
        parser.add_argument(
            f"--{name}",
            dest=axis,
            default=value,
            type=lambda text: sorted(map(int, text.split(","))),
            help=f"{text} [{value}]",
        )
    numbers = {
        "steps": (3, "training steps that are timed"),
        "threads": (os.cpu_count(), "threads of each side"),
        "most-seconds": (20, "processor seconds of a step after which no larger point is tried"),
        "most-megabytes": (4000, "memory after which none is tried"),
    }
    arguments = parsed(parser, numbers)
    for axis in MIDDLE:
        if len(getattr(arguments, axis)) < 2:
            parser.error(f"expected two numbers or more for {axis}, such as 16,32")
    return arguments


def show(result, console):
    """Prints a table of exponents."""
    columns = [(name, what) for name in (OURS, PEER) for what in MEASURED]
    heads = (f"{name}: {what}" for name, what in columns)
    table = rich.table.Table("exponent", "operations", *heads)
    for axis, one in result["exponents"].items():
        numbers = [one["operations"], *(one[name][what] for name, what in columns)]
        table.add_row(axis, *(f"{number:.2f}" for number in numbers))
    console.print(table)


def main():
    settings = {"model": "dcgan", "dtype": "float32", "latent_dim": 100, **vars(parse_arguments())}
    console, load = rich.console.Console(), os.getloadavg()[0]
    axes = measure(settings, console)
    result = {
        "axes": axes,
        "exponents": {axis: exponents(points) for axis, points in axes.items()},
        "versions": sorted(
            {
                side["versions"]
                for found in axes.values()
                for p in found.values()
                for side in p.values()
            }
        ),
        "settings": {**settings, "rounds": 1},
        "middle": MIDDLE,
        "load_before": load,
    }
    write("growth_dcgan", result)
    show(result, console)


if __name__ == "__main__":
    main()

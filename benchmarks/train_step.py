"""Images per second of one training step, ours against PyTorch's.

    python benchmarks/train_step.py
    taskset -c 0 python benchmarks/train_step.py --threads 1 --model wgan_gp --batch-size 16

Each side runs in a process of its own; they take turns, so that all see the same machine, and
ratios are taken within a round, of processor time, which other programs disturb least. PyTorch is
measured in both memory formats, and the faster one is the peer. Without PyTorch only our side is
measured, with the library's convolutions on small grids and without. The result goes to
`benchmarks/results`, from where `python tools/performance_table.py` writes the table of
`docs/performance.md`.
"""

import argparse
import importlib.util
import json
import os
import statistics
import sys

import rich.console
import rich.progress
import rich.table
import turns
from report import in_words, ratios, spread, write

OURS, PLAIN = "keras_gan_zoo", "keras_gan_zoo, plain convolutions"
MODELS = {"dcgan": ("DCGAN", 64), "sngan": ("SNGAN (ResNet)", 32), "wgan_gp": ("WGAN-GP", 64)}
QUIET = 0.5  # load average above which wall-clock figures are those of a busy machine
ALONE = ("convolution", "product")
PEERS = {"PyTorch": False, "PyTorch, channels last": True}


def keras_side(settings, plain=False):
    from step_keras import KerasSide

    return KerasSide(settings, plain)


def torch_side(settings, channels_last):
    # Threads that wait by spinning made a step of a tiny model fifty times as slow while another
    # program wanted the processors. Set OMP_WAIT_POLICY=ACTIVE to compare on a quiet machine.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before PyTorch is imported
    from step_torch import TorchSide
    from step_torch_critics import SNGANSide, WGANGPSide

    sides = {"dcgan": TorchSide, "sngan": SNGANSide, "wgan_gp": WGANGPSide}
    return sides[settings["model"]](settings, channels_last)


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    number = {"type": int, "metavar": "N"}
    parser.add_argument("--model", default="dcgan", choices=MODELS)
    parser.add_argument("--image-size", **number, help="side of the images [64; SNGAN: 32]")
    parser.add_argument("--batch-size", default=64, **number, help="images per update [64]")
    parser.add_argument(
        "--filters", default=128, **number, help="of DCGAN, next to the image [128]"
    )
    parser.add_argument("--latent-dim", default=100, **number, help="size of a latent [100]")
    parser.add_argument("--rounds", default=7, **number, help="turns of each side [7]")
    parser.add_argument("--steps", default=2, **number, help="training steps per turn [2]")
    parser.add_argument(
        "--threads", default=os.cpu_count(), **number, help="threads of each side [all cores]"
    )
    parser.add_argument("--dtype", default="float32", choices=("float32", "bfloat16"))
    parser.add_argument("--json", action="store_true", help="print JSON, for scripts")
    arguments = parser.parse_args()
    arguments.image_size = arguments.image_size or MODELS[arguments.model][1]
    for name, value in vars(arguments).items():
        if isinstance(value, int) and not isinstance(value, bool) and value < 1:
            parser.error(f"expected --{name.replace('_', '-')} >= 1, received {value}")
    return arguments


def measure(settings, rounds, steps, console):
    """Runs all sides in turns; returns what each says of itself, and one record per round."""
    workers = [turns.Worker(OURS, keras_side, settings)]
    if settings["model"] != "sngan":  # whose convolutions have no strides
        workers.append(turns.Worker(PLAIN, keras_side, settings, True))
    if importlib.util.find_spec("torch"):
        workers += [turns.Worker(name, torch_side, settings, last) for name, last in PEERS.items()]
    else:
        console.print("PyTorch is not installed: measuring our side alone (pip install torch).")
    columns = (
        rich.progress.TextColumn("{task.description}"),
        rich.progress.BarColumn(),
        rich.progress.MofNCompleteColumn(),
        rich.progress.TimeRemainingColumn(),
    )
    records = []
    try:
        with rich.progress.Progress(*columns, console=console) as progress:
            task = progress.add_task("", total=(rounds + 1) * len(workers))
            descriptions = {}
            for worker in workers:
                progress.update(task, description=f"{worker.name}: builds and warms up")
                descriptions[worker.name] = worker.run("describe")
                progress.advance(task)
            check_parameters(descriptions)
            for index in range(rounds):
                record = {}
                # Whoever comes first in one round comes later in the next.
                first = index % len(workers)
                for worker in workers[first:] + workers[:first]:
                    progress.update(task, description=f"round {index + 1}, {worker.name}")
                    record[worker.name] = worker.run("steps", steps)
                    if worker.name == OURS:
                        for what in ALONE:
                            record[what] = worker.run("alone", what, 2 * steps)
                    progress.advance(task)
                records.append(record)
                shown = ", ".join(
                    f"{worker.name} {settings['batch_size'] / record[worker.name]['seconds']:.1f}"
                    for worker in workers
                )
                progress.console.print(f"round {index + 1}, images per second: {shown}")
    finally:
        for worker in workers:
            worker.close()
    return descriptions, records


def check_parameters(descriptions):
    counts = {name: description["parameters"] for name, description in descriptions.items()}
    if len({tuple(count) for count in counts.values()}) > 1:
        raise RuntimeError(
            f"Expected equal numbers of trainable parameters on all sides. Received: {counts}"
        )


def summarise(descriptions, records, settings) -> dict:
    """Medians and ranges over rounds; ratios are taken within each round."""
    batch = settings["batch_size"]
    sides = {
        name: {
            "images_per_second": spread([batch / record[name]["seconds"] for record in records]),
            "step_ms": spread([1e3 * record[name]["seconds"] for record in records]),
            "processor_ms": spread([1e3 * record[name]["processor_seconds"] for record in records]),
        }
        for name in descriptions
    }
    gflop = descriptions[OURS]["step_gflop"]
    rates = {
        what: [record[what]["gflop"] / record[what]["processor_seconds"] for record in records]
        for what in ALONE
    }
    best = max(statistics.median(rates[what]) for what in ALONE)
    summary = {
        "sides": sides,
        "parameters": dict(
            zip(("generator", "discriminator"), descriptions[OURS]["parameters"], strict=True)
        ),
        "versions": {name: one["versions"] for name, one in descriptions.items()},
        "step_gflop": gflop,
        "rates": {what: spread(found) for what, found in rates.items()},
        "share_of_best_rate": spread(
            [gflop / best / record[OURS]["processor_seconds"] for record in records]
        ),
    }
    if PLAIN in sides:
        summary["gain"] = ratios(records, PLAIN, OURS)
    if peers := [name for name in sides if name not in (OURS, PLAIN)]:
        summary["peer"] = min(peers, key=lambda name: sides[name]["processor_ms"]["median"])
        summary["ratio"] = ratios(records, summary["peer"], OURS)
    return summary


def show(summary, settings, console):
    table = rich.table.Table("side", "images / s", "step, ms", "processor time, ms")
    for name, side in summary["sides"].items():
        table.add_row(name, *(in_words(side[k]) for k in side))
    console.print(table)
    side, name = settings["image_size"], MODELS[settings["model"]][0]
    console.print(
        f"{name} {side}x{side}x3, batch {settings['batch_size']}, {settings['dtype']}, "
        f"{settings['threads']} threads, {sum(summary['parameters'].values()):,} parameters; "
        f"median (lowest to highest) of {settings['rounds']} rounds"
    )
    console.print("; ".join(sorted(set(summary["versions"].values()))))
    console.print(", ".join(map(str, summary["machine"].values())))
    if "peer" in summary:
        console.print(
            f"By processor time ours is {in_words(summary['ratio'], 2)} times as fast as "
            f"{summary['peer']}"
        )
    if "gain" in summary:
        console.print(
            f"and {in_words(summary['gain'], 2)} times as fast as with plain convolutions"
        )
    rates = ", ".join(f"{what} {in_words(one, 0)}" for what, one in summary["rates"].items())
    share = in_words(summary["share_of_best_rate"], 2)
    console.print(
        f"A step is {summary['step_gflop']:.1f} GFLOP: {share} of the machine's best "
        f"rate; GFLOP per processor second: {rates}"
    )
    console.print(
        f"Load average {summary['load_before']:.1f} before, {summary['load_after']:.1f} after"
    )
    if summary["load_before"] > QUIET:
        console.print(
            "Other programs were running: compare processor times, with --threads 1 on one core, "
            "or measure again on a quiet machine."
        )


def main():
    settings = vars(parse_arguments())
    # Progress goes beside the answer, so that the answer can be piped.
    console = rich.console.Console(stderr=True)
    load_before = os.getloadavg()[0]
    try:
        descriptions, records = measure(settings, settings["rounds"], settings["steps"], console)
    except RuntimeError as error:
        sys.exit(f"error: {error}")
    summary = summarise(descriptions, records, settings)
    summary |= {"settings": settings, "rounds": records, "load_before": load_before}
    summary = write(f"step_{settings['model']}_{settings['dtype']}", summary)
    if settings["json"]:
        print(json.dumps(summary, indent=1))
    else:
        show(summary, settings, rich.console.Console())


if __name__ == "__main__":
    main()

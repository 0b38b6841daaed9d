"""Images per second of one DCGAN training step, ours against PyTorch's.

    python benchmarks/train_step.py
    python benchmarks/train_step.py --dtype bfloat16 --json

Each side runs in a process of its own; they take turns, so that both see the same machine, and
ratios are taken within a round. PyTorch is measured in both memory formats, and the faster one is
the peer. Without PyTorch only our side is measured.
"""

import argparse
import importlib.util
import json
import os
import platform
import statistics
import sys

import rich.console
import rich.progress
import rich.table
import turns

OURS = "keras_gan_zoo"
QUIET = 0.5  # load average above which wall-clock figures are those of a busy machine
PEERS = {"PyTorch": False, "PyTorch, channels last": True}


def keras_side(settings):
    from dcgan_keras import KerasSide

    return KerasSide(settings)


def torch_side(settings, channels_last):
    # Threads that wait by spinning made a step of a tiny model fifty times as slow while another
    # program wanted the processors. Set OMP_WAIT_POLICY=ACTIVE to compare on a quiet machine.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before PyTorch is imported
    from dcgan_torch import TorchSide

    return TorchSide(settings, channels_last)


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    number = {"type": int, "metavar": "N"}
    parser.add_argument("--image-size", default=64, **number, help="side of the images [64]")
    parser.add_argument("--batch-size", default=64, **number, help="images per step [64]")
    parser.add_argument("--filters", default=128, **number, help="channels next to the image [128]")
    parser.add_argument("--latent-dim", default=100, **number, help="size of a latent [100]")
    parser.add_argument("--rounds", default=7, **number, help="turns of each side [7]")
    parser.add_argument("--steps", default=2, **number, help="training steps per turn [2]")
    parser.add_argument(
        "--threads", default=os.cpu_count(), **number, help="threads of each side [all cores]"
    )
    parser.add_argument("--dtype", default="float32", choices=("float32", "bfloat16"))
    parser.add_argument("--json", action="store_true", help="print JSON, for scripts")
    arguments = parser.parse_args()
    for name, value in vars(arguments).items():
        if isinstance(value, int) and not isinstance(value, bool) and value < 1:
            parser.error(f"expected --{name.replace('_', '-')} >= 1, received {value}")
    return arguments


def measure(settings, rounds, steps, console):
    """Runs all sides in turns; returns what each says of itself, and one record per round."""
    workers = [turns.Worker(OURS, keras_side, settings)]
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
                        record["convolution"] = worker.run("convolution", 2 * steps)
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


def spread(values) -> dict:
    return {"median": statistics.median(values), "low": min(values), "high": max(values)}


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
    alone = [record["convolution"] for record in records]
    rates = {
        key: [one["gflop"] / one[key] for one in alone] for key in ("seconds", "processor_seconds")
    }
    summary = {
        "sides": sides,
        "parameters": dict(
            zip(("generator", "discriminator"), descriptions[OURS]["parameters"], strict=True)
        ),
        "versions": {name: one["versions"] for name, one in descriptions.items()},
        "step_gflop": gflop,
        "convolution_gflops": spread(rates["seconds"]),
    }
    for what, key in (("", "seconds"), ("processor_", "processor_seconds")):
        summary[f"{what}fraction_of_convolution_rate"] = spread(
            [
                gflop / record[OURS][key] / rate
                for record, rate in zip(records, rates[key], strict=True)
            ]
        )
    if peers := [name for name in sides if name != OURS]:
        peer = min(peers, key=lambda name: sides[name]["step_ms"]["median"])
        summary["peer"] = peer
        for what, key in (("ratio", "seconds"), ("processor_ratio", "processor_seconds")):
            summary[what] = spread([record[peer][key] / record[OURS][key] for record in records])
    return summary


def show(summary, settings, console):
    table = rich.table.Table("side", "images / s", "step, ms", "processor time, ms")
    for name, side in summary["sides"].items():
        table.add_row(name, *(_range(side[k]) for k in side))
    console.print(table)
    console.print(
        f"DCGAN {settings['image_size']}x{settings['image_size']}x3, batch "
        f"{settings['batch_size']}, {settings['dtype']}, {settings['threads']} threads, "
        f"{sum(summary['parameters'].values()):,} parameters; median (lowest to highest) of "
        f"{settings['rounds']} rounds"
    )
    console.print(f"{'; '.join(sorted(set(summary['versions'].values())))}; {summary['processor']}")
    if "peer" in summary:
        console.print(
            f"Ours is {_range(summary['ratio'], 2)} times as fast as {summary['peer']}; "
            f"by processor time {_range(summary['processor_ratio'], 2)}"
        )
    console.print(
        f"A step is {summary['step_gflop']:.1f} GFLOP: "
        f"{_range(summary['fraction_of_convolution_rate'], 2)} of the rate of one convolution "
        f"alone, {_range(summary['convolution_gflops'], 0)} GFLOP/s; by processor time "
        f"{_range(summary['processor_fraction_of_convolution_rate'], 2)}"
    )
    console.print(
        f"Load average {summary['load_before']:.1f} before, {summary['load_after']:.1f} after"
    )
    if summary["load_before"] > QUIET:
        console.print(
            "Other programs were running: compare processor times, best with --threads 1, or "
            "measure again on a quiet machine."
        )


def _range(values, digits=1):
    return "{median:.{n}f} ({low:.{n}f} to {high:.{n}f})".format(**values, n=digits)


def _processor():
    try:
        with open("/proc/cpuinfo") as file:
            names = [line.split(":")[1].strip() for line in file if line.startswith("model name")]
    except OSError:
        names = []
    return f"{os.cpu_count()} x {names[0] if names else platform.processor() or 'unknown'}"


def main():
    settings = vars(parse_arguments())
    # Progress goes beside the answer, so that the answer can be piped.
    console = rich.console.Console(stderr=True)
    load_before = os.getloadavg()[0]
    try:
        descriptions, records = measure(settings, settings["rounds"], settings["steps"], console)
    except RuntimeError as error:
        sys.exit(f"error: {error}")
    summary = {
        **summarise(descriptions, records, settings),
        "processor": _processor(),
        "load_before": load_before,
        "load_after": os.getloadavg()[0],
    }
    if settings["json"]:
        print(json.dumps({"settings": settings, **summary, "rounds": records}, indent=1))
    else:
        show(summary, settings, rich.console.Console())


if __name__ == "__main__":
    main()

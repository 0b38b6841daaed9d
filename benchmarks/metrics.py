"""Metrics on given features, against torch-fidelity: the same work, in turn, on one machine.

    python benchmarks/metrics.py            # FID 50,000 x 2048, KID 100 x 1000, P/R 10,000 x 10,000
    python benchmarks/metrics.py --small    # a few seconds, to see that it works; keeps no result

Every measurement runs in a process of its own; its memory is the peak above what the process with
features and libraries holds before (Linux). Ours and theirs take turns; ratios are taken within a
round, of processor time, summed over threads, which other programs disturb least. KID takes random
subsets, others for each, so that its two values agree within their noise only. The result of full
sizes goes to `benchmarks/results`.
"""

import argparse
import functools
import json
import os
import pathlib
import subprocess
import sys

import rich.console
import rich.table
import turns
from report import in_turns, in_words, memory, ratios, reset_peak, spread, write

TASKS = ("fid", "kid", "prc")
FULL = {
    "dimensions": 2048,
    "fid": 50_000,
    "kid": 50_000,
    "prc": 10_000,
    "block": 1000,
    "blocks": 100,
}
SMALL = {"dimensions": 256, "fid": 3000, "kid": 2000, "prc": 1500, "block": 200, "blocks": 10}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--small", action="store_true", help="small sizes, for a quick look")
    parser.add_argument("--scale", type=float, default=1.0, help="share of samples and blocks")
    parser.add_argument("--rounds", type=int, default=3, help="measurements of each (default 3)")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="threads of each")
    parser.add_argument("--tasks", default=",".join(TASKS), help="of fid,kid,prc")
    parser.add_argument("--data", choices=DATA, default="relu", help="kind of features")
    parser.add_argument("--one", nargs=2, metavar=("WHO", "TASK"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    sizes = dict(SMALL if arguments.small else FULL)
    for name in (*TASKS, "blocks"):
        sizes[name] = max(1, round(sizes[name] * arguments.scale))
    if arguments.one:
        measure(*arguments.one, sizes, DATA[arguments.data], arguments.threads)
        return
    tasks = arguments.tasks.split(",")
    if unknown := sorted(set(tasks) - set(TASKS)):
        parser.error(f"expected --tasks of {', '.join(TASKS)}; received {', '.join(unknown)}")
    load = os.getloadavg()[0]
    sides = {
        (task, who): functools.partial(in_own_process, who, task, arguments)
        for task in tasks
        for who in WHO
    }
    result = summarise(in_turns(sides, arguments.rounds), tasks)
    keys = ("data", "threads", "rounds")
    settings = {**sizes, **{key: getattr(arguments, key) for key in keys}}
    result |= {"settings": settings, "load_before": load}
    if sizes == FULL and tasks == list(TASKS):
        write("metrics", result)
    show(result)


def in_own_process(who, task, arguments):
    print(f"{task}, {who}", file=sys.stderr, flush=True)
    command = [sys.executable, __file__, "--one", who, task, "--data", arguments.data]
    command += ["--threads", str(arguments.threads), "--scale", str(arguments.scale)]
    command += ["--small"] * arguments.small
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        environment[name] = str(arguments.threads)
    output = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(output.stdout.splitlines()[-1])


def measure(who, task, sizes, make, threads):
    run = WHO[who](task, sizes, threads)
    real, fake = (
        make(sizes[task], sizes["dimensions"], 0),
        make(sizes[task], sizes["dimensions"], 1),
    )
    values, before = [], reset_peak()
    times = turns.timed(lambda: values.append(run(real, fake)), 1)
    peak = memory("VmHWM") - before
    print(json.dumps({**times, "megabytes": peak, "value": values[0], "versions": versions()}))


def versions():
    """The libraries that this process has used."""
    used = {"numpy": "NumPy", "torch": "PyTorch", "tensorflow": "TensorFlow"}
    return [f"{used[name]} {sys.modules[name].__version__}" for name in used if name in sys.modules]


def ours(task, sizes, threads):
    turns.begin_tensorflow(threads)
    from keras_gan_zoo import metrics

    return {
        "fid": metrics.frechet_distance_from_features,
        "kid": lambda real, fake: metrics.kernel_distance(
            real, fake, sizes["block"], num_blocks=sizes["blocks"]
        )[0],
        "prc": lambda real, fake: list(metrics.precision_recall(real, fake).values())[:2],
    }[task]


def theirs(task, sizes, threads):
    sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "tests" / "metrics"))
    import fidelity
    import torch

    torch.set_num_threads(threads)
    module = fidelity.load(task)

    def fid(real, fake):
        pair = [module.fid_features_to_statistics(torch.from_numpy(x)) for x in (real, fake)]
        return module.fid_statistics_to_metric(*pair, verbose=False)["frechet_inception_distance"]

    def kid(real, fake):
        result = module.kid_features_to_metric(
            torch.from_numpy(real),
            torch.from_numpy(fake),
            kid_subsets=sizes["blocks"],
            kid_subset_size=sizes["block"],
            verbose=False,
        )
        return result["kernel_inception_distance_mean"]

    def prc(real, fake):
        result = module.prc_features_to_metric(
            torch.from_numpy(fake), torch.from_numpy(real), verbose=False
        )
        return [result["precision"], result["recall"]]

    return {"fid": fid, "kid": kid, "prc": prc}[task]


WHO = {"ours": ours, "torch-fidelity": theirs}


def normal(samples, dimensions, seed):
    """Independent standard normals: nothing to exploit."""
    import numpy as np

    random = np.random.default_rng(seed)
    return random.standard_normal((samples, dimensions), "float32") * (1.0 + 0.1 * seed)


def relu(samples, dimensions, seed):
    """Correlated, not negative, variances that fall as a power: more like a network's features."""
    import numpy as np

    random = np.random.default_rng(100)
    spread = np.arange(1, dimensions + 1) ** -0.5
    mixing = random.standard_normal((dimensions, dimensions)) * spread[:, None]
    random = np.random.default_rng(seed)
    latents = random.standard_normal((samples, dimensions), "float32") * (1.0 + 0.1 * seed)
    return np.maximum(latents @ mixing.astype("float32") * 0.3 + 0.1, 0.0)


DATA = {"normal": normal, "relu": relu}


def summarise(records, tasks) -> dict:
    """Medians and ranges over rounds; ratios, of the sum of all tasks, too, within each round."""
    rounds = [
        {
            **{f"{task}, {who}": one for (task, who), one in record.items()},
            **{
                f"total, {who}": {
                    key: sum(record[task, who][key] for task in tasks)
                    for key in ("seconds", "processor_seconds")
                }
                for who in WHO
            },
        }
        for record in records
    ]
    ours, theirs = WHO
    named = (*tasks, "total")
    return {
        "processor_seconds": {
            task: {
                who: spread([one[f"{task}, {who}"]["processor_seconds"] for one in rounds])
                for who in WHO
            }
            for task in named
        },
        "ratio": {task: ratios(rounds, f"{task}, {theirs}", f"{task}, {ours}") for task in named},
        "megabytes": {
            task: {
                who: spread([one[f"{task}, {who}"]["megabytes"] for one in rounds]) for who in WHO
            }
            for task in tasks
        },
        "versions": sorted(
            {v for one in records for side in one.values() for v in side["versions"]}
        ),
        "rounds": rounds,
    }


def show(result):
    """Prints a table of it."""
    table = rich.table.Table("metric", *WHO, "ratio", "values")
    for task, times in result["processor_seconds"].items():
        values = [result["rounds"][0][f"{task}, {who}"].get("value", "") for who in WHO]
        shown = (in_words(one, 2) for one in (*times.values(), result["ratio"][task]))
        table.add_row(task, *shown, "; ".join(map(str, values)))
    rich.console.Console().print("Processor seconds, median (lowest to highest)", table)


if __name__ == "__main__":
    main()

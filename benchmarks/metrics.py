"""Metrics on given features, against torch-fidelity: the same work, in turn, on one machine.

    python benchmarks/metrics.py            # FID 50,000 x 2048, KID 100 x 1000, P/R 10,000 x 10,000
    python benchmarks/metrics.py --small    # a few seconds, to see that it works

Every measurement runs in a process of its own; its memory is the peak above what the process with
features and libraries holds before (Linux). Ours and theirs take turns; medians are compared: of
wall-clock time, and of processor time, summed over threads, for machines that are busy.
KID takes random subsets, others for each, so that its two values agree within their noise only.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

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
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
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
    runs = {(task, who): [] for task in tasks for who in WHO}
    for number in range(arguments.rounds):
        for task, who in runs:
            print(f"round {number + 1}: {task} {who}", file=sys.stderr, flush=True)
            runs[task, who].append(in_own_process(who, task, arguments))
    report(runs, tasks, sizes, arguments)


def in_own_process(who, task, arguments):
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
    before = reset_peak()
    start, processor = time.perf_counter(), time.process_time()
    value = run(real, fake)
    result = {
        "seconds": time.perf_counter() - start,
        "processor": time.process_time() - processor,
        "megabytes": memory("VmHWM") - before,
        "value": value,
    }
    print(json.dumps(result))


def reset_peak():
    """Forgets the peak so far (Linux), and returns the resident megabytes of now."""
    pathlib.Path("/proc/self/clear_refs").write_text("5")
    return memory("VmRSS")


def memory(name):
    lines = pathlib.Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(name))


def ours(task, sizes, threads):
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


def report(runs, tasks, sizes, arguments):
    medians = {
        key: {
            name: statistics.median(run[name] for run in values)
            for name in values[0]
            if name != "value"
        }
        for key, values in runs.items()
    }
    total = {
        name: {who: sum(medians[task, who][name] for task in tasks) for who in WHO}
        for name in ("seconds", "processor")
    }
    result = {
        "sizes": sizes,
        "data": arguments.data,
        "threads": arguments.threads,
        "rounds": arguments.rounds,
        "tasks": {
            task: {who: {**medians[task, who], "value": runs[task, who][0]["value"]} for who in WHO}
            for task in tasks
        },
        "total": total,
        "total_ratio": total["seconds"]["torch-fidelity"] / total["seconds"]["ours"],
    }
    if arguments.json:
        print(json.dumps(result, indent=2))
        return
    print(f"{arguments.data} features, {sizes}, {arguments.threads} threads")
    print(f"{'':6}" + f"{'ours':>10}{'theirs':>10}{'ratio':>7}" * 2 + f"{'ours':>11}{'theirs':>11}")
    for task in tasks:
        a, b = result["tasks"][task].values()
        line = pair(task, a, b) + f"{a['megabytes']:>8.0f} MB{b['megabytes']:>8.0f} MB"
        print(f"{line}  {a['value']} {b['value']}")
    a, b = ({name: total[name][who] for name in total} for who in WHO)
    print(pair("total", a, b))


def pair(title, a, b):
    """Wall-clock time, then processor time: ours, theirs, and their ratio."""
    columns = (f"{a[n]:>8.2f} s{b[n]:>8.2f} s{b[n] / a[n]:>7.2f}" for n in ("seconds", "processor"))
    return f"{title:6}" + "".join(columns)


if __name__ == "__main__":
    main()

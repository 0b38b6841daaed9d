"""Writes the tables of docs/performance.md from benchmarks/results.

python tools/performance_table.py          rewrites them
python tools/performance_table.py --check  fails if they are stale
"""

import dataclasses
import json
import pathlib
import sys
from collections.abc import Callable

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE, RESULTS = ROOT / "docs/performance.md", ROOT / "benchmarks/results"
NAMES = {"dcgan": "DCGAN", "sngan": "SNGAN (ResNet)", "wgan_gp": "WGAN-GP"}


@dataclasses.dataclass
class Table:
    """A table between two comments on the page.

    Args:
        name: What the comments call it.
        results: Which files it is made of.
        columns: Their heads.
        rows: Of a result, the cells of its rows.
        about: Of a result, what its note says besides command and machine.
        picture: What the picture above it shows, `performance_<last word of its name>.png`.
    """

    name: str
    results: str
    columns: tuple[str, ...]
    rows: Callable[[dict], list]
    about: Callable[[dict], str]
    picture: str = ""

    @property
    def ends(self) -> tuple[str, str]:
        """The comments around it."""
        return f"<!-- {self.name}: begin -->", f"<!-- {self.name}: end -->"

    def text(self) -> str:
        """The table with its notes, and the comments around it."""
        begin, end = self.ends
        found = [json.loads(path.read_text()) for path in sorted(RESULTS.glob(self.results))]
        if not found:
            return f"{begin}\n{end}"
        rows = [self.columns, *(row for result in found for row in self.rows(result))]
        head, *lines = [f"| {' | '.join(row)} |\n" for row in rows]
        notes = [f"- {note(result, self.about(result))}\n" for result in found]
        rule = f"|{'---|' * len(self.columns)}\n"
        file = f"performance_{self.name.split()[-1]}.png"
        picture = [f"![{self.picture}]({file})\n\n"] if self.picture else []
        return "".join([f"{begin}\n", *picture, head, rule, *lines, "\n", *notes, end])


def note(result: dict, about: str) -> str:
    """The command, the machine, and what else there is to say."""
    machine, settings = result["machine"], result["settings"]
    threads, versions = settings["threads"], result["versions"]
    versions = sorted(set(versions.values() if isinstance(versions, dict) else versions))
    return (
        f"`python {result['command']}`: {machine['date']}, commit {machine['commit']}, "
        f"{machine['processor']} with {machine['features']}, {threads} "
        f"thread{'s' * (threads > 1)}, {settings['rounds']} rounds, {'; '.join(versions)}; "
        f"{about}load average {result['load_before']:.1f} before"
    )


def step_rows(result: dict) -> list:
    """Of `benchmarks/train_step.py`."""
    settings, sides = result["settings"], result["sides"]
    side, peer = settings["image_size"], result.get("peer")
    return [
        [
            f"{NAMES[settings['model']]} {side}x{side}x3, batch {settings['batch_size']}, "
            f"{settings['dtype']}",
            spread(sides["keras_gan_zoo"]["processor_ms"], 0),
            f"{spread(sides[peer]['processor_ms'], 0)} ({peer})" if peer else "not measured",
            spread(result.get("ratio")),
            spread(result.get("gain")),
            spread(result["share_of_best_rate"]),
        ]
    ]


def step_about(result: dict) -> str:
    """What the machine reaches."""
    product, convolution = (result["rates"][what] for what in ("product", "convolution"))
    return (
        f"a step is {result['step_gflop']:,.0f} GFLOP, and GFLOP per processor second are "
        f"{spread(product, 0)} in a product of matrices and {spread(convolution, 0)} in a "
        "convolution; "
    )


def memory_rows(result: dict) -> list:
    """Of `benchmarks/mdn_rnn.py`."""
    settings = result["settings"]
    names = "batch_size", "steps", "latent_dim", "units"
    times = [spread(one, 1) for one in result["processor_ms"].values()]
    return [
        [*(str(settings[name]) for name in names), *times, *map(spread, result["ratios"].values())]
    ]


def fit_rows(result: dict) -> list:
    """Of `benchmarks/fit_overhead.py`."""
    settings, times = result["settings"], result["processor_ms"]
    return [
        [
            f"batch {settings['batch_size']}, {settings['filters']} filters",
            *(spread(times[name], 1) for name in ("fit", "bare", "example")),
            spread(result["fit_over_bare"], 3),
            spread(result["example_over_fit"]),
        ]
    ]


def sampling_rows(result: dict) -> list:
    """Of `benchmarks/sampling.py`: a row for each batch size."""
    return [
        [
            size,
            *(
                spread(one["processor_ms"][way], 1)
                for way in SAMPLING
                if way in one["processor_ms"]
            ),
            f"{spread(one['ratio'])} ({one['peer']})",
        ]
        for size, one in result["batches"].items()
    ]


def metrics_rows(result: dict) -> list:
    """Of `benchmarks/metrics.py`: a row for each metric, and one for all."""
    return [
        [
            METRICS.get(name, name),
            *(spread(times[who]) for who in ("ours", "torch-fidelity")),
            spread(result["ratio"][name]),
            ", ".join(f"{one['median']:,.0f}" for one in memory.values()) if memory else "",
        ]
        for name, times in result["processor_seconds"].items()
        for memory in [result["megabytes"].get(name)]
    ]


def metrics_about(result: dict) -> str:
    """What was measured."""
    return (
        "FID of {fid:,} and {fid:,} samples of {dimensions:,} features, KID with {blocks} blocks "
        "of {block:,}, precision and recall of {prc:,} and {prc:,}; ".format(**result["settings"])
    )


def growth_rows(result: dict) -> list:
    """Of `benchmarks/growth.py`: a row for each point, and one for the exponents of an axis."""
    rows, sides = [], ("keras_gan_zoo", "PyTorch, channels last")
    for axis, points in result["axes"].items():
        for value, one in points.items():
            (ours, memory), (theirs, other) = (
                (one[side]["seconds"]["median"], one[side]["megabytes"]) for side in sides
            )
            rows.append(
                [
                    f"{AXES[axis]} {value}",
                    f"{one[sides[0]]['step_gflop']:,.2f}",
                    *(f"{1e3 * seconds:,.0f}" for seconds in (ours, theirs)),
                    f"{theirs / ours:.2f}",
                    *(f"{megabytes:,.0f}" for megabytes in (memory, other)),
                ]
            )
        slopes = result["exponents"][axis]
        numbers = [slopes[side][what] for what in ("seconds", "megabytes") for side in sides]
        seconds, memory = ([f"{number:.2f}" for number in numbers[i : i + 2]] for i in (0, 2))
        rows.append(
            [f"*exponent of {AXES[axis]}*", f"{slopes['operations']:.2f}", *seconds, "", *memory]
        )
    return rows


def growth_about(result: dict) -> str:
    """Where the axes meet."""
    middle = result["middle"]
    return (
        f"from {middle['image_size']} pixels, batch {middle['batch_size']}, {middle['filters']} "
        f"channels; medians of {result['settings']['steps']} steps; "
    )


def quality_rows(result: dict) -> list:
    """Of `benchmarks/quality_per_minute.py`: a row for each mark."""
    return [
        [
            f"{one['minutes']:g}",
            *(f"{one[side]['fid']:.2f} ({one[side]['steps']:,})" for side in ("recipe", "example")),
        ]
        for one in result["marks"]
    ]


def quality_about(result: dict) -> str:
    """What trained."""
    said = (
        f"{name} in {one['dtype']}, {sum(one['parameters']):,} parameters; "
        for name, one in result["sides"].items()
    )
    return f"batch {result['settings']['batch_size']}; {''.join(said)}"


def spread(values, digits=2):
    """A median and its range."""
    if values is None:
        return "-"
    return "{median:,.{n}f} ({low:,.{n}f} to {high:,.{n}f})".format(**values, n=digits)


AXES = {"image_size": "pixels", "batch_size": "batch", "filters": "channels"}
METRICS = {"fid": "FID", "kid": "KID", "prc": "precision, recall"}
SAMPLING = (
    "keras_gan_zoo, SavedModel",
    "eager",
    "eager, channels last",
    "TorchScript",
    "torch.compile",
)
TABLES = (
    Table(
        "table of steps",
        "step_*.json",
        (
            "step",
            "ours, processor ms",
            "peer, processor ms",
            "ratio",
            "over plain convolutions",
            "share of best rate",
        ),
        step_rows,
        step_about,
    ),
    Table(
        "table of memory",
        "mdn_rnn_*.json",
        (
            "series",
            "steps",
            "latents",
            "units",
            "ours, processor ms",
            "`nn.LSTM`",
            "loop of `nn.LSTMCell`",
            "`nn.LSTM` / ours",
            "loop / ours",
        ),
        memory_rows,
        lambda result: f"{result['parameters']:,} parameters; ",
    ),
    Table(
        "table of fit",
        "fit_*.json",
        (
            "DCGAN 28x28x1",
            "`fit`, processor ms",
            "bare step",
            "example's `fit`",
            "`fit` / bare",
            "example / `fit`",
        ),
        fit_rows,
        lambda result: f"{result['parameters']:,} parameters; ",
    ),
    Table(
        "table of sampling",
        "sampling_*.json",
        (
            "batch",
            "ours, SavedModel, processor ms",
            "PyTorch, eager",
            "eager, channels last",
            "TorchScript",
            "torch.compile",
            "ratio",
        ),
        sampling_rows,
        lambda result: f"{result['parameters']:,} parameters; ",
    ),
    Table(
        "table of metrics",
        "metrics_*.json",
        (
            "metric",
            "ours, processor s",
            "torch-fidelity, processor s",
            "ratio",
            "peak memory, MB: ours, theirs",
        ),
        metrics_rows,
        metrics_about,
    ),
    Table(
        "table of growth",
        "growth_*.json",
        (
            "DCGAN",
            "GFLOP",
            "ours, processor ms",
            "PyTorch, processor ms",
            "ratio",
            "ours, peak MB",
            "PyTorch, peak MB",
        ),
        growth_rows,
        growth_about,
        "time and memory by image size, batch and width",
    ),
    Table(
        "table of quality",
        "quality_*.json",
        (
            "processor minutes",
            "recipe `dcgan_fashion_mnist`: `fid[fashion_mnist]` (steps)",
            "example's `train_step`",
        ),
        quality_rows,
        quality_about,
        "distance over processor minutes",
    ),
)


def main():
    """Rewrites the page, or says that it is stale."""
    page = new = PAGE.read_text()
    for table in TABLES:
        begin, end = table.ends
        before, _, rest = new.partition(begin)
        _, _, after = rest.partition(end)
        new = before + table.text() + after
    if new == page:
        return
    if "--check" in sys.argv:
        sys.exit("docs/performance.md is stale: run python tools/performance_table.py")
    PAGE.write_text(new)


if __name__ == "__main__":
    main()

"""Writes the table of training steps in docs/performance.md from benchmarks/results.

python tools/performance_table.py          rewrites it
python tools/performance_table.py --check  fails if it is stale
"""

import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE, RESULTS = ROOT / "docs/performance.md", ROOT / "benchmarks/results"
BEGIN, END = "<!-- table of steps: begin -->", "<!-- table of steps: end -->"
NAMES = {"dcgan": "DCGAN", "sngan": "SNGAN (ResNet)", "wgan_gp": "WGAN-GP"}
HEAD = (
    "| step | ours, processor ms | peer, processor ms | ratio | over plain convolutions "
    "| share of best rate |\n|---|---|---|---|---|---|\n"
)


def row(result: dict) -> str:
    """The line of the table for one result of `benchmarks/train_step.py`."""
    settings, sides = result["settings"], result["sides"]
    side, peer = settings["image_size"], result.get("peer")
    cells = [
        f"{NAMES[settings['model']]} {side}x{side}x3, batch {settings['batch_size']}, "
        f"{settings['dtype']}",
        _range(sides["keras_gan_zoo"]["processor_ms"], 0),
        f"{_range(sides[peer]['processor_ms'], 0)} ({peer})" if peer else "not measured",
        _range(result.get("ratio")),
        _range(result.get("gain")),
        _range(result["share_of_best_rate"]),
    ]
    return f"| {' | '.join(cells)} |\n"


def notes(result: dict) -> str:
    """The command, the machine, and what the machine reaches, below the table."""
    machine, settings = result["machine"], result["settings"]
    product, convolution = (result["rates"][what] for what in ("product", "convolution"))
    return (
        f"- `python {result['command']}`: {machine['date']}, commit {machine['commit']}, "
        f"{machine['processor']} with {machine['features']}, {settings['threads']} thread, "
        f"{settings['rounds']} rounds, {'; '.join(sorted(set(result['versions'].values())))}; "
        f"a step is {result['step_gflop']:,.0f} GFLOP, and GFLOP per processor second are "
        f"{_range(product, 0)} in a product of matrices and {_range(convolution, 0)} in a "
        f"convolution; load average {result['load_before']:.1f} before\n"
    )


def table() -> str:
    """All results, and what they are of."""
    found = [json.loads(path.read_text()) for path in sorted(RESULTS.glob("step_*.json"))]
    if not found:
        return f"{BEGIN}\n{END}"
    return f"{BEGIN}\n{HEAD}{''.join(map(row, found))}\n{''.join(map(notes, found))}{END}"


def _range(values, digits=2):
    if values is None:
        return "-"
    return "{median:,.{n}f} ({low:,.{n}f} to {high:,.{n}f})".format(**values, n=digits)


def main():
    """Rewrites the page, or says that it is stale."""
    page = PAGE.read_text()
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    if (new := before + table() + after) == page:
        return
    if "--check" in sys.argv:
        sys.exit("docs/performance.md is stale: run python tools/performance_table.py")
    PAGE.write_text(new)


if __name__ == "__main__":
    main()

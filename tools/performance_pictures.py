"""Draws the pictures of docs/performance.md from benchmarks/results.

python tools/performance_pictures.py
"""

import json
import pathlib

from keras_gan_zoo import pictures

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOCS, RESULTS = ROOT / "docs", ROOT / "benchmarks/results"
AXES = {"image_size": "pixels a side", "batch_size": "images of a batch", "filters": "channels"}
SIDES = {"keras_gan_zoo": "C0", "PyTorch, channels last": "C1"}


def growth(result: dict):
    """Time and memory of a step by what grows, with logarithmic axes."""
    chart = pictures.figure(9.0, 5.0, layout="constrained")
    grid = chart.subplots(2, len(AXES), sharex="col", sharey="row")
    for column, (axis, points) in enumerate(result["axes"].items()):
        values = [int(value) for value in points]
        for side, color in SIDES.items():
            slopes = result["exponents"][axis][side]
            amounts = {
                "seconds": [one[side]["seconds"]["median"] for one in points.values()],
                "megabytes": [one[side]["megabytes"] for one in points.values()],
            }
            for row, (what, found) in enumerate(amounts.items()):
                label = f"{side}: {slopes[what]:.2f}"
                grid[row, column].loglog(values, found, "o-", color=color, label=label)
        for row in range(2):
            grid[row, column].legend(title="exponent", fontsize=7, title_fontsize=7)
            grid[row, column].grid(alpha=0.3)
        grid[1, column].set_xticks(values, [str(value) for value in values])
        grid[1, column].minorticks_off()
        grid[1, column].set_xlabel(AXES[axis])
    grid[0, 0].set_ylabel("processor seconds of a step")
    grid[1, 0].set_ylabel("peak memory, MB")
    return chart


def quality(result: dict):
    """The distance of samples over processor minutes."""
    chart = pictures.figure(5.0, 3.2, layout="constrained")
    axes = chart.subplots()
    for side, label in (("recipe", "dcgan_fashion_mnist"), ("example", "Keras's train_step")):
        minutes = [one[side]["minutes"] for one in result["marks"]]
        axes.semilogy(minutes, [one[side]["fid"] for one in result["marks"]], "o-", label=label)
    axes.set_xlabel("processor minutes of training")
    axes.set_ylabel("fid[fashion_mnist]")
    axes.set_ylim(bottom=1.0)
    axes.grid(alpha=0.3, which="both")
    axes.legend()
    return chart


def main():
    """Draws each picture of the newest result of its kind."""
    for name, draw in (("growth", growth), ("quality", quality)):
        found = sorted(RESULTS.glob(f"{name}_*.json"), key=lambda path: path.stat().st_mtime)
        if found:
            result = json.loads(found[-1].read_text())
            pictures.rendered(draw(result)).save(DOCS / f"performance_{name}.png", optimize=True)


if __name__ == "__main__":
    main()

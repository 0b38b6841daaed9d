"""Writes the zoo table of README.md, the scoreboard docs/zoo.md and the model cards.

All are made from the presets' metadata, the cards from the docstrings of models, too.

python tools/zoo_table.py          rewrites them
python tools/zoo_table.py --check  fails if one of them is stale
"""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import keras_gan_zoo.models  # noqa: E402, F401  registers what cards describe
from keras_gan_zoo import licences  # noqa: E402
from keras_gan_zoo.presets.registry import BUILTIN, METADATA, read_json  # noqa: E402
from keras_gan_zoo.presets.saver import card_of  # noqa: E402

MORE_PRESETS = ROOT / "weights/keras_gan_zoo_weights"
BEGIN, END = "<!-- zoo table: begin -->", "<!-- zoo table: end -->"
HEAD = """# Scoreboard

Every preset, measured by one program: `keras-gan-zoo evaluate PRESET --metrics NAMES`. The protocol
stands below the numbers. The name in brackets is the feature network. Numbers of different
networks or sample counts cannot be compared, and none of these is the FID of the literature, whose
network is `inception_2015`.
Written by `python tools/zoo_table.py` from the presets' `metadata.json`; continuous integration
fails when this page is stale.
"""
HEADLINES = ("test_errors", "nll_200", "fid", "reconstruction_error", "translation_l1")
HEADLINES += ("reconstruction_loss", "latent_loss", "score")
PROTOCOL = ("extractor", "samples", "seed", "reference", "reference_samples", "resize")


def presets_here() -> dict[str, pathlib.Path]:
    """The presets of this repository's two distributions, whether they are installed or not."""
    folders = [
        path.parent for root in (BUILTIN, MORE_PRESETS) for path in root.glob(f"*/{METADATA}")
    ]
    return {folder.name: folder for folder in sorted(folders, key=lambda folder: folder.name)}


def headline(facts) -> tuple[str, str]:
    """Name and value of the number that says most: the first of `HEADLINES` that was measured."""
    for evaluation in facts.get("evaluations", []):
        for kind in HEADLINES:
            for name, value in evaluation["metrics"].items():
                if name.partition("[")[0] == kind:
                    return name, f"{value:.4g}"
    return "-", "-"


def cells(folder) -> dict:
    """What both tables say of a preset."""
    facts = read_json(folder / METADATA)
    metric, value = headline(facts)
    return {
        "model": f"`{facts['model']}`",
        "data": facts["data"]["name"],
        "quality": f"{metric} {value}",
        "parameters (by network)": " + ".join(
            f"{count:,}" for count in facts["parameters"].values()
        ),
        "steps": f"{facts['steps']:,}",
        "minutes": f"{facts['training_minutes']:g}",
        "CPU minutes": f"{facts['cpu_minutes']:g}" if "cpu_minutes" in facts else "-",
        "MB": f"{(folder / 'model.weights.h5').stat().st_size / 1e6:.1f}",
    }


def table() -> str:
    """The table of README.md as Markdown."""
    rows = {
        f"[`{name}`]({folder.relative_to(ROOT).as_posix()})": cells(folder)
        for name, folder in presets_here().items()
    }
    titles = ["preset", *next(iter(rows.values()))]
    lines = [f"| {' | '.join(titles)} |", "|---" * len(titles) + "|"]
    lines += [f"| {' | '.join([name, *row.values()])} |" for name, row in rows.items()]
    return "\n".join(lines)


def scoreboard() -> str:
    """The page docs/zoo.md."""
    parts = [HEAD]
    for name, folder in presets_here().items():
        facts = read_json(folder / METADATA)
        parts.append(f"## {name}\n\n![what {name} makes](zoo/{name}.png)\n")
        rows = dict(cells(folder))
        rows.pop("quality")
        if "recipe" in facts:
            recipe = f"keras_gan_zoo/recipes/{facts['recipe']}.yaml"
            rows["recipe"] = f"`keras-gan-zoo train {facts['recipe']}` (`{recipe}`)"
        else:
            rows["made by"] = f"`{facts['command']}`"
        data = {one.name for one in licences.of_data(facts["data"]["name"]).values()}
        rows["licence"] = f"weights {facts['licence']}; data: {' and '.join(sorted(data))}"
        parts.append(two_columns(rows))
        for evaluation in facts.get("evaluations", []):
            protocol = evaluation["protocol"]
            said = ", ".join(f"{key} {protocol[key]}" for key in PROTOCOL if key in protocol)
            numbers = {key: f"{value:.4g}" for key, value in evaluation["metrics"].items()}
            parts.append(f"{two_columns(numbers)}\nProtocol: {said}.\n")
    return "\n".join(parts)


def two_columns(values: dict) -> str:
    """A table of names and values."""
    rows = "".join(f"| {key} | {value} |\n" for key, value in values.items())
    return f"| | |\n|---|---|\n{rows}"


def generated() -> dict[pathlib.Path, bytes]:
    """The content of every generated file."""
    readme = ROOT / "README.md"
    before, rest = readme.read_text().split(BEGIN)
    after = rest.split(END)[1]
    files = {
        readme: f"{before}{BEGIN}\n{table()}\n{END}{after}".encode(),
        ROOT / "docs/zoo.md": scoreboard().encode(),
    }
    for name, folder in presets_here().items():
        files[ROOT / f"docs/zoo/{name}.png"] = (folder / "samples.png").read_bytes()
        files[folder / "README.md"] = card_of(folder, read_json(folder / METADATA), name).encode()
    return files


def main():
    """Writes or checks the files."""
    for path, content in generated().items():
        if "--check" not in sys.argv[1:]:
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
        elif not path.exists() or path.read_bytes() != content:
            sys.exit(f"{path.relative_to(ROOT)} is stale; run python tools/zoo_table.py")


if __name__ == "__main__":
    main()

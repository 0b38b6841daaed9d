"""Writes the zoo table into README.md from the metadata of the presets.

python tools/zoo_table.py          rewrites it
python tools/zoo_table.py --check  fails if it is stale
"""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from keras_gan_zoo.presets import builtin_presets, preset_metadata  # noqa: E402

BEGIN, END = "<!-- zoo table: begin -->", "<!-- zoo table: end -->"


def table() -> str:
    """The table as Markdown."""
    lines = [
        "| preset | model | data | parameters (G + D) | steps | minutes on 2 CPU cores | MB |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, folder in builtin_presets().items():
        facts = preset_metadata(name)
        counts = " + ".join(f"{count:,}" for count in facts["parameters"].values())
        size = (folder / "model.weights.h5").stat().st_size / 1e6
        link = folder.relative_to(ROOT).as_posix()
        lines.append(
            f"| [`{name}`]({link}) | `{facts['model']}` | {facts['data']['name']} | {counts} "
            f"| {facts['steps']:,} | {facts['training_minutes']:g} | {size:.1f} |"
        )
    return "\n".join(lines)


def main():
    """Writes or checks the table."""
    readme = ROOT / "README.md"
    text = readme.read_text()
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    fresh = f"{before}{BEGIN}\n{table()}\n{END}{after}"
    if "--check" in sys.argv[1:]:
        if fresh != text:
            sys.exit("README.md: the zoo table is stale; run python tools/zoo_table.py")
    else:
        readme.write_text(fresh)


if __name__ == "__main__":
    main()

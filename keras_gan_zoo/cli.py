"""The command line `keras-gan-zoo`."""

import json as json_module
import os
import pathlib
import sys
from typing import Annotated

import rich
import rich.markup
import rich.table
import typer

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # before TensorFlow is imported

app = typer.Typer(
    help="A zoo of generative models for Keras.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]
Seed = Annotated[int, typer.Option(min=0, help="Seed of the latents.")]


@app.command("list")
def list_presets(json: Json = False):
    """List presets, models, recipes and data sets."""
    import keras_gan_zoo as kgz
    from keras_gan_zoo.recipes import list_recipes

    found = {
        "presets": {
            name: kgz.presets.preset_metadata(name)["model"]
            for name in kgz.presets.builtin_presets()
        },
        "models": [name for name in kgz.models.__all__ if name[0].isupper()],
        "recipes": list(list_recipes()),
        "datasets": [*kgz.datasets.list(), "tfds:NAME", "folder:PATH"],
    }
    if json:
        print(json_module.dumps(found, indent=1))
        return
    table = rich.table.Table("preset", "model")
    for name, model in found["presets"].items():
        table.add_row(name, model)
    rich.print(table)
    for kind in ("models", "recipes", "datasets"):
        rich.print(f"[bold]{kind}[/bold]: {', '.join(found[kind])}")


@app.command()
def info(name: Annotated[str, typer.Argument(help="Preset name or folder.")], json: Json = False):
    """Show what is known about a preset."""
    from keras_gan_zoo import presets

    metadata = presets.preset_metadata(name)
    if json:
        print(json_module.dumps(metadata, indent=1))
        return
    table = rich.table.Table("fact", "value")
    for key, value in metadata.items():
        table.add_row(key, value if isinstance(value, str) else json_module.dumps(value))
    rich.print(table)


@app.command()
def train(
    recipe: Annotated[str, typer.Argument(help="Recipe name or YAML file.")],
    set_: Annotated[
        list[str], typer.Option("--set", help="Change a value, as training.epochs=2.")
    ] = [],  # noqa: B006 (typer copies it)
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in --out.")] = False,
    out: Annotated[
        pathlib.Path | None, typer.Option(help="Folder of the run [default: runs/RECIPE]")
    ] = None,
):
    """Train a preset from its recipe."""
    from keras_gan_zoo.recipes import load_recipe, train_recipe

    name = pathlib.Path(recipe).stem
    loaded = load_recipe(recipe, tuple(set_))
    preset = train_recipe(
        loaded, name, out or pathlib.Path("runs") / name, resume=resume, verbose=_verbosity()
    )
    rich.print(f"Preset: {preset}")


@app.command()
def generate(
    preset: Annotated[str, typer.Argument(help="Preset name or folder.")],
    num: Annotated[int, typer.Option(min=1, help="How many samples.")] = 64,
    out: Annotated[pathlib.Path, typer.Option(help="Picture to write.")] = pathlib.Path("grid.png"),
    seed: Seed = 0,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the picture.")] = False,
):
    """Generate samples and draw them as one picture."""
    if out.exists() and not overwrite:
        raise FileExistsError(
            f"Expected a path that does not exist yet. Received: {out}. Pass --overwrite."
        )
    from keras_gan_zoo import models, pictures

    model = models.from_preset(preset)
    picture = pictures.draw(model.generate(num, seed=seed))
    out.parent.mkdir(parents=True, exist_ok=True)
    picture.save(out)
    rich.print(f"{num} samples of {preset}: {out}")


@app.command()
def export(
    preset: Annotated[str, typer.Argument(help="Preset name or folder.")],
    path: Annotated[pathlib.Path, typer.Argument(help="Folder to write.")],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the folder.")] = False,
):
    """Export a preset as a SavedModel."""
    if path.exists() and not overwrite:
        raise FileExistsError(
            f"Expected a path that does not exist yet. Received: {path}. Pass --overwrite."
        )
    from keras_gan_zoo import models

    models.from_preset(preset).export(path, overwrite=overwrite, verbose=True)


def _verbosity():
    """A progress bar for people, a line per epoch for log files."""
    return 1 if sys.stdout.isatty() else 2


def main():
    """Entry point: bad input is one clear line and exit code 2."""
    try:
        app()
    except (ValueError, OSError, ImportError, FloatingPointError) as error:
        message = " ".join(str(error).split())
        rich.print(f"[red]error:[/red] {rich.markup.escape(message)}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()

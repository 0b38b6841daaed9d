"""The command line `keras-gan-zoo`.

What only looks something up (`--help`, `list`, `info`) imports neither Keras nor TensorFlow; every
other command calls `_library()` first.
"""

import collections
import contextlib
import dataclasses
import functools
import inspect
import json as json_module
import os
import pathlib
import re
import shlex
import sys
import tempfile
from typing import Annotated, Any

import rich
import rich.console
import rich.markup
import rich.table
import typer

from keras_gan_zoo import atomic, errors, listing
from keras_gan_zoo.presets import registry
from keras_gan_zoo.presets.model_card import readable
from keras_gan_zoo.version import __version__

app = typer.Typer(
    help="A zoo of generative models for Keras.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]
Num = Annotated[int, typer.Option("--num", "-n", min=1, help="How many samples.")]
Seed = Annotated[int, typer.Option(min=0, help="Seed of the latents.")]
Preset = Annotated[str, typer.Argument(help="Preset name or folder.")]
Out = Annotated[
    pathlib.Path,
    typer.Option(
        "--out",
        "-o",
        help="A picture of all (.png), numbers (.npy), or what else the kind can be saved as; a "
        "path without an ending is a folder of single files.",
    ),
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace the file.")]
OUT = pathlib.Path("out.png")
# What errors advise, and how the command line says it.
OPTIONS = {
    "pass `image_size`": "--size",
    "`labels=False`": "--set data.labels=false",
    "`skip_broken=True`": "of `train`: --set data.skip_broken=true",
    "`test_share=0.1`": "--set data.test_share=0.1",
}
# Abilities that have a command of their own.
SHORT_NAMES = {
    "reconstruct": "Draw images beside what a preset's autoencoder or encoder makes of them.",
    "encode": "Find the latents of images.",
    "classify": "Find the probabilities of the classes of images.",
}


def _print_version(asked: bool):
    if asked:
        print(f"keras-gan-zoo {__version__}")
        raise typer.Exit


@app.callback()
def _program(
    version: Annotated[
        bool,
        typer.Option(
            "--version", "-V", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
):
    """A zoo of generative models for Keras."""


@app.command("list")
def list_presets(json: Json = False):
    """List presets, models, recipes and data sets."""
    found: dict[str, Any] = {
        "presets": {
            name: registry.preset_metadata(name)["model"] for name in registry.builtin_presets()
        },
        "preset_sources": registry.preset_sources(),
        "models": listing.model_names(),
        "recipes": listing.recipe_names(),
        "datasets": [*listing.dataset_names(), "tfds:NAME", "folder:PATH"],
    }
    if json:
        print(json_module.dumps(found, indent=1))
        return
    table = rich.table.Table("preset", "model", "from")
    for name, model in found["presets"].items():
        table.add_row(*map(rich.markup.escape, (name, model, found["preset_sources"][name])))
    rich.print(table)
    for kind in ("models", "recipes", "datasets"):
        rich.print(f"[bold]{kind}[/bold]: {', '.join(found[kind])}")


@app.command()
def info(name: Annotated[str, typer.Argument(help="Preset name or folder.")], json: Json = False):
    """Show what is known about a preset."""
    metadata = registry.preset_metadata(name)
    if json:
        print(json_module.dumps(metadata, indent=1))
        return
    table = rich.table.Table("fact", "value")
    evaluations = metadata.pop("evaluations", [])
    for key, value in metadata.items():
        table.add_row(key, rich.markup.escape(readable(value)))
    rich.print(table)
    for evaluation in evaluations:
        protocol = evaluation["protocol"]
        _print_metrics(evaluation["metrics"], f"against {protocol['reference']}")


@app.command()
def train(
    what: Annotated[
        str,
        typer.Argument(
            metavar="RECIPE|MODEL", help="Name of a recipe or a model, or a YAML file of a recipe."
        ),
    ],
    data: Annotated[
        str | None,
        typer.Option(
            "--data", "-d", show_default="the recipe's", help="Data set, as folder:PHOTOS."
        ),
    ] = None,
    size: Annotated[
        int | None, typer.Option("--size", "-s", min=1, help="Side that images are resized to.")
    ] = None,
    epochs: Annotated[
        int | None, typer.Option("--epochs", "-e", min=1, help="How long to train.")
    ] = None,
    batch_size: Annotated[
        int | None, typer.Option("--batch-size", "-b", min=1, help="Samples in a batch.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, help="Seed of weights, order and noise.")
    ] = None,
    set_: Annotated[
        list[str], typer.Option("--set", help="Change any value of the recipe, as key=value.")
    ] = [],  # noqa: B006 (typer copies it)
    name: Annotated[
        str | None,
        typer.Option("--name", "-n", show_default="recipe and data", help="Name of the preset."),
    ] = None,
    out: Annotated[
        pathlib.Path | None,
        typer.Option("--out", "-o", show_default="runs/NAME", help="Folder of the run."),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", "-r", help="Go on with the run in --out.")
    ] = False,
    evaluate: Annotated[
        bool, typer.Option("--evaluate/--no-evaluate", help="Whether to measure the preset.")
    ] = True,
):
    """Train a preset from its recipe, or a recipe or a model on your own data."""
    _library()
    from keras_gan_zoo.recipes import load_recipe, train_recipe

    numbers = {
        "data.image_size": size,
        "training.epochs": epochs,
        "training.batch_size": batch_size,
        "training.seed": seed,
    }
    settings = [f"{key}={value}" for key, value in numbers.items() if value is not None]
    loaded = load_recipe(what, (*settings, *set_), data)
    name = name or _name_of_run(what, data, bool(settings or set_))
    out = out or pathlib.Path("runs") / name
    options = {"resume": resume, "evaluate": evaluate, "verbose": _verbosity()}
    try:
        preset = train_recipe(loaded, name, out, **options)
    except KeyboardInterrupt:
        _say(_how_to_go_on(out, out / name))
        raise typer.Exit(130) from None
    rich.print(f"Preset: {preset}")


def _name_of_run(what, data, is_changed):
    """The name of a preset: the recipe's for the recipe alone."""
    name = pathlib.Path(what).stem
    if data is not None:
        words = re.findall(r"\w+", pathlib.PurePath(data.partition(":")[2] or data).name)
        return "_".join([name, *words]).lower()
    return f"{name}_changed" if is_changed else name


def _how_to_go_on(out, preset):
    """What a person who has stopped a training can do next."""
    if preset.exists():
        how = shlex.join(["keras-gan-zoo", "evaluate", str(preset), "--record"])
        return f"Stopped. The preset {preset} is complete; measure it with: {how}"
    states = sorted((out / "state").glob("state-*.zip"))
    if not states:
        return "Stopped before a first state was saved: there is nothing to go on with."
    given = [one for one in sys.argv[1:] if one not in ("--resume", "-r")]
    how = shlex.join(["keras-gan-zoo", *given, "--resume"])
    return f"Stopped. Step {int(states[-1].stem[6:]):,} is saved; go on with: {how}"


@app.command()
def generate(
    preset: Preset,
    num: Num = 64,
    out: Out = pathlib.Path("grid.png"),
    label: Annotated[
        int | None,
        typer.Option("--label", "-l", show_default="all in turn", help="Class of all samples."),
    ] = None,
    truncation: Annotated[
        float | None,
        typer.Option(
            help="Of models that have it: less variety, fewer failures.", show_default="none"
        ),
    ] = None,
    seed: Seed = 0,
    overwrite: Overwrite = False,
):
    """Generate samples: one picture of all, or with `--out FOLDER/` a picture of each."""
    _check_new(out, overwrite)
    model = _library().models.from_preset(preset)
    errors.check_able(model, "generate")
    shown = _demonstration(model, preset, "generate", [], num, seed, label)
    if truncation is not None:
        if "truncation" not in inspect.signature(model.generate).parameters:
            raise ValueError(
                "Expected --truncation of a model that has it, such as BigGAN. Received: "
                f"{preset}, of {type(model).__name__}"
            )
        arguments = {**shown.ability.arguments, "truncation": truncation}
        shown.ability = dataclasses.replace(shown.ability, arguments=arguments)
    _write(shown, out, overwrite)
    rich.print(f"{shown.count} samples of {preset}: {out}")


@app.command()
def run(
    preset: Preset,
    ability: Annotated[str, typer.Argument(help="What to do, such as reconstruct or classify.")],
    inputs: Annotated[
        list[str],
        typer.Option(
            "--in",
            "-i",
            help="What it is done to: an image file, a folder of them, or an .npy file; NAME=PATH "
            "where several are needed.",
            show_default="samples of the data it was trained on",
        ),
    ] = [],  # noqa: B006 (typer copies it)
    out: Out = OUT,
    num: Annotated[
        int, typer.Option("--num", "-n", min=1, help="How many samples, without --in.")
    ] = 64,
    seed: Seed = 0,
    overwrite: Overwrite = False,
):
    """Use what a preset can do: encode, reconstruct, classify, translate, ..."""
    _check_new(out, overwrite)
    model = _library().models.from_preset(preset)
    shown = _demonstration(model, preset, ability, inputs, num, seed)
    _write(shown, out, overwrite)
    rich.print(f"{ability} of {preset}: {out}")


def _short_name_of_run(ability: str):
    """The command `ability PRESET INPUT`, which does what `run PRESET ability --in INPUT` does."""

    def command(
        preset: Preset,
        given: Annotated[
            str,
            typer.Argument(
                metavar="INPUT", help="An image file, a folder of them, or an .npy file."
            ),
        ],
        out: Out = OUT,
        overwrite: Overwrite = False,
    ):
        run(preset, ability, [given], out, overwrite=overwrite)

    return command


for _ability, _help in SHORT_NAMES.items():
    app.command(_ability, help=_help)(_short_name_of_run(_ability))


@app.command()
def translate(
    preset: Preset,
    given: Annotated[
        str,
        typer.Argument(metavar="INPUT", help="An image file, a folder of them, or an .npy file."),
    ],
    out: Annotated[
        pathlib.Path,
        typer.Option(help="For an image file a picture, for a folder a folder of pictures."),
    ] = OUT,
    direction: Annotated[
        str | None, typer.Option(help="Where a preset translates there and back: which of them.")
    ] = None,
    overlap: Annotated[
        int | None,
        typer.Option(min=0, help="Pixels of overlap, where pictures are cut into tiles."),
    ] = None,
    overwrite: Overwrite = False,
):
    """Translate pictures of any size, with a preset that translates images."""
    path, options = pathlib.Path(given), {} if direction is None else {"direction": direction}
    _check_new(out, overwrite)
    if path.is_dir() == bool(out.suffix) and path.suffix != ".npy":
        kind = "a folder of pictures" if path.is_dir() else "a picture, such as out.png,"
        raise ValueError(f"Expected --out to be {kind} for {given}. Received: {out}")
    kgz = _library()
    model = kgz.models.from_preset(preset)
    kind = model.ability("translate").takes.get("images")
    if path.suffix == ".npy" or not isinstance(kind, kgz.kinds.Image):
        run(preset, direction or "translate", [given], out, overwrite=overwrite)
        return
    files = kgz.datasets.image_files(path, below=False) if path.is_dir() else [path]
    stems = collections.Counter(file.stem for file in files)
    place = atomic.folder(out, overwrite) if path.is_dir() else atomic.file(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    with place as unfinished:
        for file in files:
            image = kgz.pictures.read(file, (None, None, kind.shape[-1]))[None]
            made = model.translate_any_size(image, overlap=overlap, **options)
            picture = kgz.pictures.grid(made, padding=0)
            name = file.stem if stems[file.stem] == 1 else file.name
            picture.save(unfinished / f"{name}.png" if path.is_dir() else unfinished)
    rich.print(f"{len(files)} pictures of {given}: {out}")


def _check_new(out, overwrite):
    if out.exists() and not overwrite:
        raise FileExistsError(
            f"Expected a path that does not exist yet. Received: {out}. Pass --overwrite."
        )


def _demonstration(model, preset, ability, inputs, num, seed, label=None):
    """What a preset is to do, with what it is to do it to."""
    kgz = _library()
    takes = model.ability(ability).takes
    show = functools.partial(kgz.training.Demonstration, model, ability, num_samples=num, seed=seed)
    given = dict(_named_path(one) for one in inputs)
    if label is not None:
        labels = model.condition.checked(model, label, num)
        return show({"labels": labels[0]})
    if given:
        name = next((name for name in takes if name != "latents"), None)
        given = {name if key is None else key: path for key, path in given.items()}
        for key in given.keys() - takes.keys():
            raise errors.unknown_name(f"input of {ability}", key, takes)
        given = {key: takes[key].read(path) for key, path in given.items()}
        return show(given)
    try:
        return show()
    except ValueError:
        data = registry.preset_metadata(preset).get("data")
        if not data:
            raise
    kept = {key: value for key, value in data.items() if key in ("name", "image_size")}
    from keras_gan_zoo.recipes import reading_options

    data = {**kept, **reading_options(data)}
    batch = next(iter(kgz.datasets.load(**data, split="test", batch_size=num, shuffle=False)))
    return show(batch)


def _named_path(given):
    """The name and the path of `NAME=PATH`; no name where a path holds the sign, as `lr=0.1/x`."""
    name, sign, path = given.partition("=")
    is_named = sign and name.isidentifier() and not pathlib.Path(given).exists()
    return (name, path) if is_named else (None, given)


def _write(shown, out, overwrite):
    with atomic.no_empty_folders(out.parent):
        if out.suffix in (".png", ".jpg"):
            picture = shown.picture()
            out.parent.mkdir(parents=True, exist_ok=True)
            with atomic.file(out) as unfinished:
                picture.save(unfinished)
        else:
            shown.ability.given.save(shown.run(), out, overwrite)


@app.command()
def evaluate(
    samples: Annotated[str, typer.Argument(help="Preset, preset folder, or folder of images.")],
    against: Annotated[
        str | None, typer.Option(show_default="what the preset was trained on", help="Data set.")
    ] = None,
    metrics: Annotated[
        str | None,
        typer.Option(
            help="Of fid, kid, is, prdc, class_shares, ms_ssim, intra_fid, class_accuracy; and on "
            "the test split test_errors, likelihood, reconstruction, translation. With commas, "
            "without spaces."
        ),
    ] = None,
    extractor: Annotated[
        str | None, typer.Option(show_default="what fits the data", help="Feature network.")
    ] = None,
    split: Annotated[str, typer.Option(help="Split that samples are compared with.")] = "train",
    num: Annotated[
        int | None,
        typer.Option(
            "--num",
            "-n",
            min=2,
            show_default="of a preset as many as images, at most 10,000; else all",
            help="Samples.",
        ),
    ] = None,
    num_reference: Annotated[
        int | None,
        typer.Option(min=2, show_default="all, at most 60,000", help="Images of the data set."),
    ] = None,
    image_size: Annotated[
        int | None,
        typer.Option(
            "--size", "--image-size", "-s", min=1, help="Side that images are resized to."
        ),
    ] = None,
    importance_samples: Annotated[
        int, typer.Option(min=1, help="Latents per image for the likelihood.")
    ] = 200,
    seed: Seed = 0,
    record: Annotated[
        bool, typer.Option("--record", help="Write the numbers into the preset's metadata.")
    ] = False,
    json: Json = False,
):
    """Measure a preset, or images made by any program, against a data set."""
    source = None
    if registry.is_preset(samples):
        source = registry.preset_metadata(samples)
        against = against or source.get("against") or source.get("data", {}).get("name")
    elif not pathlib.Path(samples).is_dir():
        registry.preset_metadata(samples)  # says what there is
    if against is None:
        raise ValueError("Expected --against, the data set to compare with. Received: none")
    if record and source is None:
        raise ValueError(f"Expected a preset with --record. Received: {samples}")
    kgz = _library()
    data = (source or {}).get("data", {})
    from keras_gan_zoo.recipes import reading_options

    options = {}
    if data.get("name") == against:  # read as it was for training
        options, image_size = reading_options(data), image_size or data.get("image_size")
    result = kgz.evaluation.evaluate(
        samples,
        against,
        metrics=metrics,
        extractor=extractor,
        split=split,
        num_samples=num,
        num_reference=num_reference,
        image_size=image_size,
        importance_samples=importance_samples,
        load_options=options,
        seed=seed,
        verbose=True,
    )
    if record:
        kgz.presets.record_evaluation(samples, result)
    if json:
        print(json_module.dumps({"samples": samples, **result}, indent=1))
        return
    _print_metrics(result["metrics"], samples)
    for key, value in result["protocol"].items():
        rich.print(f"{key}: {rich.markup.escape(str(value))}")


@app.command()
def export(
    preset: Preset,
    path: Annotated[pathlib.Path, typer.Argument(help="Folder to write.")],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the folder.")] = False,
):
    """Export a preset as a SavedModel."""
    _check_new(path, overwrite)
    _library().models.from_preset(preset).export(path, overwrite=overwrite, verbose=True)


def _library():
    """`keras_gan_zoo` with all its parts.

    TensorFlow greets from C++, before it reads a log level: what it writes while it is imported is
    shown only if the import fails.
    """
    import keras_gan_zoo

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with _quiet_unless_it_fails():
        keras_gan_zoo.models  # noqa: B018  the first part to be used imports all
    return keras_gan_zoo


@contextlib.contextmanager
def _quiet_unless_it_fails():
    """Keeps back what the process writes to its standard error."""
    if "tensorflow" in sys.modules:
        yield
        return
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as written:
        os.dup2(written.fileno(), 2)
        try:
            yield
        except BaseException:
            written.seek(0)
            os.write(kept, written.read())
            raise
        finally:
            sys.stderr.flush()
            os.dup2(kept, 2)
            os.close(kept)


def _print_metrics(metrics, title):
    table = rich.table.Table("metric", "value", title=rich.markup.escape(title))
    for name, value in metrics.items():
        table.add_row(rich.markup.escape(name), f"{value:.5g}")
    rich.print(table)


def _verbosity():
    """A progress bar for people, a line per epoch for log files."""
    return 1 if sys.stdout.isatty() else 2


def _say(message, mark=""):
    """Prints one line of any width, beside what a command gives."""
    console = rich.console.Console(stderr=True, soft_wrap=True, highlight=False)
    console.print(f"{mark}{rich.markup.escape(message)}")


def _message_of(error) -> str | None:
    """What is wrong with what a person gave, in one line; `None` if that is not what is wrong."""
    of_options = hasattr(error, "format_message")
    message = " ".join((error.format_message() if of_options else str(error)).split())
    if type(error).__module__.startswith("tensorflow"):
        # Our own sentence, if one is inside what TensorFlow made of it.
        found = re.search(r"Error: (Expected .*? Received: .*?) Traceback", message)
        return found.group(1) if found else None
    is_expected = isinstance(error, (ValueError, OSError, ImportError, FloatingPointError))
    return message if is_expected or of_options else None


def main():
    """Entry point: bad input is one clear line and exit code 2."""
    try:
        sys.exit(app(standalone_mode=False))
    except Exception as error:
        message = _message_of(error)
        if message is None:
            raise
        if message:  # there is none where help was printed instead
            for argument, option in OPTIONS.items():
                message = message.replace(argument, f"{argument} ({option})")
            _say(message, mark="[red]error:[/red] ")
        sys.exit(2)


if __name__ == "__main__":
    main()

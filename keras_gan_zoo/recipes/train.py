"""Training a preset from its recipe."""

import functools
import math
import os
import pathlib
import platform

import keras

from keras_gan_zoo import (
    atomic,
    callbacks,
    datasets,
    errors,
    evaluation,
    models,
    penalties,
    presets,
    processor,
)
from keras_gan_zoo.recipes.own_data import fit_to_data, with_channels, with_test_split
from keras_gan_zoo.recipes.progress import Progress
from keras_gan_zoo.recipes.recipe import AUTO, SHAPES, Recipe
from keras_gan_zoo.recipes.stages import check_plan, stages_of
from keras_gan_zoo.training import Demonstration, LinearDecay

PROGRESS = "progress.json"
IN_A_RUN = ("state", "samples", PROGRESS)  # beside the preset
PICTURE = 32  # samples in a picture of what a model makes of given ones


def build_model(recipe: Recipe):
    """The compiled model of a recipe, for images as its data have them where it does not say.

    Raises:
        ValueError: If the model, one of its arguments, an optimizer or a penalty is unknown, or the
            model cannot be made for such images.
        FileNotFoundError: If the data are asked and not there.
    """
    model_class = _class_of(models, "model", recipe.model)
    fitted = fit_to_data(recipe, model_class)
    arguments = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in fitted.arguments.items()
    }
    training = _on_this_machine(recipe).training
    try:
        if recipe.penalties is not None:
            arguments["penalties"] = [_penalty(**one) for one in recipe.penalties]
        model = model_class(**arguments, seed=training.seed, dtype=training.dtype)
        model.compile(_optimizers(recipe, model))
    except TypeError as error:
        raise ValueError(f"{recipe.model} does not take these arguments: {error}") from None
    except ValueError as error:
        if fitted is recipe or not any(f"`{name}`" in str(error) for name in SHAPES):
            raise
        raise ValueError(
            f"{error}. That is what the images of {recipe.data.name} have; `data.image_size` "
            f"(--size) resizes them for {recipe.model}"
        ) from None
    return model


def _on_this_machine(recipe):
    """The recipe with `dtype: auto` replaced by what trains fastest here."""
    if recipe.training.dtype != AUTO:
        return recipe
    training = recipe.training.model_copy(update={"dtype": processor.training_dtype()})
    return recipe.model_copy(update={"training": training})


def _class_of(package, kind, name):
    names = [known for known in package.__all__ if isinstance(getattr(package, known), type)]
    if name not in names:
        raise errors.unknown_name(kind, name, names)
    return getattr(package, name)


def _penalty(name, **options):
    return _class_of(penalties, "penalty", name)(**options)


def _optimizers(recipe, model):
    paper = model.paper_optimizers()
    if unknown := [phase for phase in recipe.optimizers if phase not in paper]:
        raise errors.unknown_name("phase in `optimizers`", unknown[0], paper)
    return {phase: _optimizer(paper[phase], **one) for phase, one in recipe.optimizers.items()}


def _optimizer(paper, name=None, **options):
    """An optimizer of a recipe: of the paper's class, it is the paper's where nothing is said."""
    if isinstance(rate := options.get("learning_rate"), dict):
        options["learning_rate"] = keras.optimizers.schedules.serialize(LinearDecay(**rate))
    chosen = keras.optimizers.get({"class_name": name or type(paper).__name__, "config": options})
    if type(chosen) is not type(paper):
        return chosen
    return type(paper).from_config({**paper.get_config(), **options})


def load_data(recipe: Recipe):
    """The data set of a recipe; raises `ValueError` if it has not one whole batch."""
    size = recipe.training.batch_size
    data = datasets.load(**recipe.data.model_dump(), batch_size=size, seed=recipe.training.seed)
    if int(data.cardinality()) == 0:
        raise ValueError(
            f"Expected at least one whole batch of {size} samples. Received: {recipe.data.name}, "
            "which has fewer; `training.batch_size` (--batch-size) makes batches smaller"
        )
    return data


def train_recipe(
    recipe: Recipe, name: str, out, *, resume: bool = False, evaluate: bool = True, verbose="auto"
):
    """Trains a recipe and writes `<out>/<name>`, a preset, when it is done, and measures it.

    Beside it are `state/`, from which a killed run resumes, and `samples/`, a picture per epoch, in
    a folder for each stage if there are stages. They are trained one after another.

    Args:
        recipe: What to train.
        name: Name of the preset.
        out: Folder of the run. It is not made if nothing comes to be written.
        resume: Go on with the run in `out`.
        evaluate: Whether to measure the preset, which is complete before. What is measured is added
            to its metadata and card.
        verbose: As for `fit`.

    Returns:
        The path of the preset.

    Raises:
        FileExistsError: If `out` holds a run and `resume` is false, or the preset is done.
        FileNotFoundError: If `resume` is true and `out` holds no run, or there are no data.
        ValueError: If the recipe, its data and its model do not fit together.
    """
    out = pathlib.Path(out)
    if pathlib.PurePath(name).name != name or name in IN_A_RUN:
        raise ValueError(
            "Expected `name` (--name) to be a name without folders, which `out` (--out) has, and "
            f"none of {', '.join(IN_A_RUN)}. Received: {name!r}"
        )
    _check_run(out, out / name, resume)
    with atomic.no_empty_folders(out):
        preset, evaluation_of_it = _train(_on_this_machine(recipe), name, out, evaluate, verbose)
    if evaluate:
        if verbose:
            print(f"{preset} is written, and is now measured.", flush=True)
        presets.record_evaluation(str(preset), evaluation_of_it(verbose=bool(verbose)))
    return preset


def _check_run(out, preset, resume):
    """Raises unless there is a run to go on with, or none where a new one is to begin."""
    if preset.exists():
        raise FileExistsError(
            f"Expected a run that is not finished. Received: {out}, which is: its preset is "
            f"{preset}. Choose another --out; or, to train on, pass --resume with more --epochs, "
            f"another --name, and --out {out}."
        )
    begun = any((out / "state").glob("state-*"))
    if begun and not resume:
        raise FileExistsError(
            f"Expected a new folder. Received: {out}, which holds an unfinished run; "
            "pass --resume to go on with it, or choose another --out."
        )
    if resume and not begun:
        raise FileNotFoundError(
            f"Expected a run to go on with. Received: {out}, which holds none; leave out --resume "
            "to begin it, or name its folder with --out."
        )


def _train(recipe, name, out, evaluate, verbose):
    """Trains and saves the preset; returns its path, and a function that measures it."""
    # The seed also decides the initial weights.
    keras.utils.set_random_seed(recipe.training.seed)
    model = build_model(recipe)
    recipe = with_channels(recipe, model)
    if model.abilities()[0].takes or evaluation.default_metrics(model):
        recipe = with_test_split(recipe)  # for its pictures, or its numbers
    stages = stages_of(recipe, model)
    measured = stages[-1][1].evaluation_options()
    if evaluate:
        metrics = measured["metrics"] or evaluation.default_metrics(model)
        measured["metrics"] = evaluation.check_metrics(metrics, measured["against"])
        options = {key: value for key, value in measured.items() if key != "metrics"}
        evaluation.check_ahead(model, names=measured["metrics"], **options)
    data = load_data(stages[0][1])
    check_plan(recipe, stages, model, load_data)
    if evaluation.default_metrics(model) == ("translation",):
        evaluation.check_pairs(recipe.data.name, data.element_spec, unpaired=True)
    if hasattr(model, "initialize_from_data"):
        batches = map(model.parts_of, load_data(stages[0][1]).take(5))
        first = [batch[model.sample_kind.key] for batch in batches]
        model.initialize_from_data(keras.ops.concatenate(first))
    out.mkdir(parents=True, exist_ok=True)
    progress = Progress(out / PROGRESS)
    progress.check(recipe)
    if verbose:
        _announce(model, data, stages[0][1].training)
    for stage, own in stages:
        data = load_data(own) if data is None else data
        shown, caption = _train_stage(stage, own, data, model, out, progress, verbose)
        data = None
    metadata = {
        "recipe": recipe.command,
        "data": own.data.model_dump(),
        "training": recipe.training.model_dump(),
        "optimizers": {key: _described(one) for key, one in model.optimizers.items()},
        **_said_of(stages, progress, model),
        "training_minutes": round(progress.seconds / 60, 1),
        "cpu_minutes": round(progress.cpu_seconds / 60, 1),
        "hardware": f"{os.cpu_count()} CPU cores, {platform.machine()}, shared with other work",
        "final_losses": progress.stages[stage or ""]["final_losses"],
        "notes": recipe.notes,
        **({"against": own.against} if own.evaluation.against else {}),
        **caption,
    }
    metadata = {key: value for key, value in metadata.items() if value != ""}
    picture = Demonstration(model, inputs=shown).picture()
    model.save_to_preset(out / name, metadata, picture)
    return out / name, functools.partial(evaluation.evaluate, model, **measured)


def _announce(model, data, training):
    """Says what begins, since nothing is seen of a large model's first step for a long time."""
    parameters = sum(math.prod(weight.shape) for weight in model.trainable_weights)
    steps = training.steps_per_epoch or int(data.cardinality())
    print(
        f"{type(model).__name__}: {parameters:,} trainable parameters; {steps:,} steps of "
        f"{training.batch_size} samples in an epoch. The first step is traced before it runs, and "
        "takes far longer than the others.",
        flush=True,
    )


def _train_stage(stage, recipe, data, model, out, progress, verbose):
    """Trains one stage; returns what the pictures of it show, and their caption."""
    training, pictures_folder = recipe.training, out / "samples"
    if stage is not None:
        model.begin_stage(stage)
        pictures_folder /= stage
    shown, caption = shown_inputs(recipe, model)
    model.fit(
        data,
        epochs=training.epochs,
        steps_per_epoch=training.steps_per_epoch,
        verbose=verbose,
        callbacks=[
            callbacks.ExactResume(out / "state", every=training.save_every),
            callbacks.SampleGrid(pictures_folder, every=training.grid_every, inputs=shown),
            callbacks.StopOnNaN(),
            progress,
        ],
    )
    if model.stop_training:
        raise FloatingPointError(
            f"Training diverged; the last good state is in {out / 'state'}. No preset was written."
        )
    return shown, caption


def _said_of(stages, progress, model):
    """What metadata say of the length of the training, and of each of its stages."""
    if stages[0][0] is None:
        return {"steps": int(model.optimizers[model.phases()[-1].name].iterations)}
    said = {}
    for name, own in stages:
        training = own.training.model_dump(include={"epochs", "batch_size", "steps_per_epoch"})
        said[name] = {**training, "image_size": own.data.image_size, **progress.stages[name]}
    return {"stages": said, "steps": sum(one["steps"] for one in said.values())}


def shown_inputs(recipe, model):
    """What the pictures show: nothing for samples, else a batch of the test split; and a caption.

    A model needs one that does not generate by itself: it reconstructs, or takes labels that no
    rule gives.
    """
    if not model.abilities()[0].takes:
        return None, {}
    plain = {"labels_per_class": None, "flip": None, "random_crop": None, "drop_remainder": False}
    test = recipe.data.model_copy(update={"split": "test", **plain})
    batch = datasets.load(**test.model_dump(), batch_size=PICTURE, shuffle=False)
    parts, noisy = model.parts_of(next(iter(batch))), ""
    if hasattr(model, "corrupt"):
        name = model.sample_kind.key
        parts[name], noisy = model.corrupt(parts[name], seed=0), ", made noisy"
    shown = Demonstration(model, inputs=parts)
    ability, target = shown.ability.name, " and what it should be" * (shown.wanted is not None)
    made = {
        "reconstruct": ", each beside its reconstruction",
        "translate": f", each beside its translation{target}",
    }.get(ability, f", by `{ability}`")
    count = len(keras.tree.flatten(parts)[0])
    said = f"The first {count} {model.sample_kind.plural} of the test split{noisy}{made}"
    return parts, {"ability": ability, "picture": said}


def _described(optimizer):
    """Everything that decides what an optimizer does, without what it leaves out."""
    optimizer = getattr(optimizer, "inner_optimizer", optimizer)  # of one that scales losses
    config = optimizer.get_config()
    if not config["use_ema"]:
        del config["ema_momentum"]
    return {"name": type(optimizer).__name__, **_said(config)}


def _said(config):
    said = {}
    for key, value in config.items():
        if isinstance(value, dict):  # a schedule
            said[key] = _said(value["config"])
        elif key != "name" and value is not None and value is not False:
            said[key] = float(f"{value:.6g}") if isinstance(value, float) else value
    return said

"""The stages of a recipe's training, each as a recipe of its own."""

from keras_gan_zoo import errors
from keras_gan_zoo.recipes.recipe import Recipe, list_recipes


def stages_of(recipe: Recipe, model) -> list[tuple[str | None, Recipe]]:
    """Each stage's name and what is trained in it; one without a name where there are none.

    What the recipe says of a stage comes before what the model says of it, and that before what the
    recipe says of all.

    Raises:
        ValueError: If a stage is unknown, or comes twice or too early, or there are none for a
            model that is trained in stages.
    """
    known = {stage.name: stage for stage in model.stages()}
    if known and not recipe.stages:
        raise ValueError(
            f"Expected `stages` in a recipe of {recipe.model}, which is trained in stages: each as "
            f"stage and epochs, of {', '.join(known)}{_examples(recipe.model)}. "
            "Received: none"
        )
    names = [one.stage for one in recipe.stages]
    for name in names:
        if name not in known:
            error = errors.unknown_name(f"stage of {recipe.model}", name, known)
            raise ValueError(f"{error}{how_to_write(recipe, known)}")
    if names != [name for name in known if name in names]:
        raise ValueError(f"Expected stages in the order {list(known)}. Received: {names}")
    return [(one.stage, _alone(recipe, one, known[one.stage])) for one in recipe.stages] or [
        (None, recipe)
    ]


def how_to_write(recipe: Recipe, names) -> str:
    """The setting that makes a recipe's stages those that are named."""
    epochs = {one.stage: one.epochs for one in recipe.stages}
    most = recipe.stages[-1].epochs
    said = [f"{{stage: {name}, epochs: {epochs.get(name, most)}}}" for name in names]
    return f" (--set 'stages=[{', '.join(said)}]', say)" if said else ""


def check_plan(recipe: Recipe, stages, model, load):
    """Asks a model, before the first step, whether it can be trained in such stages.

    Args:
        recipe: The recipe.
        stages: What `stages_of` says.
        model: The model.
        load: Gives the data set of a stage's recipe.

    Raises:
        ValueError: If it cannot, with what mends it.
    """
    steps = {
        name: own.training.epochs * (own.training.steps_per_epoch or int(load(own).cardinality()))
        for name, own in stages
        if name is not None
    }
    if not steps:
        return
    try:
        model.check_plan(steps)
    except ValueError as error:
        names = [stage.name for stage in model.stages()]
        hint = "" if [*steps] == names else how_to_write(recipe, names)
        raise ValueError(f"{error}{hint}") from None


def _examples(model):
    """Which recipes of this package have stages for a model, if there are any."""
    known = {name: path.read_text("utf-8") for name, path in list_recipes().items()}
    named = [name for name, text in known.items() if f"\nmodel: {model}\n" in text]
    return f", as in the recipe {' or '.join(named)}" if named else ""


def _alone(recipe, own, stage):
    """The recipe as if a stage were all there is."""
    said = {"batch_size": stage.batch_size, "image_size": stage.image_size}
    said = {name: value for name, value in said.items() if value is not None}
    said |= own.model_dump(exclude={"stage"}, exclude_none=True)
    sections = {}
    for name in ("data", "training"):
        section = getattr(recipe, name)
        fields = {key: said[key] for key in type(section).model_fields if key in said}
        sections[name] = section.model_copy(update=fields)
    return recipe.model_copy(update=sections)

"""What follows from the data of a recipe: shapes, classes, and a test split where there is none."""

import inspect
import pathlib

import keras

from keras_gan_zoo import datasets
from keras_gan_zoo.datasets.folder import splits_of
from keras_gan_zoo.recipes.recipe import AUTO, SHAPES, Recipe

TEST_SHARE = 0.1


def fit_to_data(recipe: Recipe, model_class: type) -> Recipe:
    """The recipe with those arguments of its model that follow from the data.

    Args:
        recipe: The recipe, which is returned as it is if it says them all.
        model_class: The class of its model.

    Raises:
        ValueError: If the data have no classes for a model that needs them.
        FileNotFoundError: If the data are not there.
    """
    known, given = inspect.signature(model_class).parameters, recipe.arguments
    must_have_classes = given.get("num_classes") == AUTO
    wanted = []
    if not any(name in given for name in SHAPES):
        wanted = [name for name in SHAPES if name in known]
        if "sample_shape" in known:  # of which `image_shape` is another name
            wanted = ["sample_shape"]
        has_classes = "num_classes" in known and known["num_classes"].default is not None
        wanted += ["num_classes"] * (has_classes and "num_classes" not in given)
    wanted += ["num_classes"] * must_have_classes
    if not wanted:
        return recipe
    data = datasets.load(**recipe.data.model_dump())
    specs = keras.tree.flatten(data.element_spec)
    shapes = [tuple(one.shape[1:]) for one in specs if len(one.shape) > 1]
    # Of pairs it is the target that a model makes; beside other samples are labels.
    made = shapes[-1 if isinstance(data.element_spec, dict) else 0]
    found: dict[str, list | int] = {
        name: list(shapes[0] if name == "source_shape" else made) for name in wanted
    }
    if "target_channels" in found:
        found["target_channels"] = made[-1]
    if "num_classes" in found:
        if names := getattr(data, "class_names", None):
            found["num_classes"] = len(names)
        elif must_have_classes:
            raise ValueError(
                f"Expected data with classes for `num_classes` of {recipe.model}, such as a folder "
                f"with one subfolder for each. Received: {recipe.data.name}, which has none"
            )
        else:
            del found["num_classes"]
    return recipe.model_copy(update={"arguments": {**given, **found}})


def with_channels(recipe: Recipe, model) -> Recipe:
    """The recipe of a folder with the channels of its model, so that no file is asked for them."""
    kind, _, _ = recipe.data.name.partition(":")
    shape = next(iter(model.inputs().values())).shape
    if kind != "folder" or recipe.data.channels or shape[-1] not in (1, 3):
        return recipe
    data = recipe.data.model_copy(update={"channels": shape[-1]})
    return recipe.model_copy(update={"data": data})


def with_test_split(recipe: Recipe) -> Recipe:
    """The recipe with a share of its folder set aside for tests, if nothing is so far."""
    kind, _, rest = recipe.data.name.partition(":")
    folder = pathlib.Path(rest.split(",")[0].removeprefix("folder:")).expanduser()
    has_splits = kind not in ("folder", "pairs", "unpaired") or not folder.is_dir()
    if has_splits or recipe.data.test_share or "test" in splits_of(folder):
        return recipe
    data = recipe.data.model_copy(update={"test_share": TEST_SHARE})
    return recipe.model_copy(update={"data": data})

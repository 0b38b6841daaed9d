"""What a recipe says."""

import copy
import importlib.resources
import pathlib
import re
import shlex
from typing import Any, Literal

import pydantic
import yaml

from keras_gan_zoo import errors, listing

AUTO = "auto"
# Of a recipe's data set alone: another one is read by its own features, and has a shape of its own.
OWN_DATA = (
    "split",
    "labels",
    "labels_per_class",
    "labels_seed",
    "channels",
    "image_key",
    "label_key",
)
SHAPES = ("image_shape", "sample_shape", "source_shape", "target_channels")
EPOCHS = 100  # of a model without a recipe, if nobody says how many
# Arguments of `load` that training, evaluation and pictures share.
DATA_OPTIONS = (
    "labels",
    "resize",
    "channels",
    "skip_broken",
    "test_share",
    "image_key",
    "label_key",
)


class _Loader(yaml.SafeLoader):
    """Reads `1e-3` as the number it is: YAML 1.1 wants `1.0e-3`."""


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"[-+]?(\d+\.?\d*|\.\d+)[eE][-+]?\d+$"),
    [*"-+.0123456789"],
)


class _Section(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid")


class Data(_Section):
    """Arguments of `kgz.datasets.load`."""

    name: str
    split: str = "train"
    image_size: int | None = None
    drop_remainder: bool = True
    labels: bool = True
    labels_per_class: int | None = pydantic.Field(None, ge=1)
    labels_seed: int = pydantic.Field(0, ge=0)
    resize: Literal["crop", "pad", "stretch"] = "crop"
    flip: Literal["horizontal", "vertical", "both"] | None = None
    random_crop: float | None = pydantic.Field(None, gt=0, lt=1)
    channels: Literal[1, 3] | None = None
    skip_broken: bool = False
    test_share: float | None = pydantic.Field(None, gt=0, lt=1)
    image_key: str | None = None
    label_key: str | None = None

    def options(self) -> dict:
        """How images are read, whatever they are read for: see `reading_options`."""
        return reading_options(self.model_dump())


def reading_options(data: dict) -> dict:
    """Those of `DATA_OPTIONS` in a preset's metadata that are not as `load` has them anyway."""
    usual = {key: Data.model_fields[key].default for key in DATA_OPTIONS}
    return {key: data[key] for key in usual if data.get(key, usual[key]) != usual[key]}


class Training(_Section):
    """How long and how."""

    epochs: int | None = pydantic.Field(None, ge=1, description="required, but for stages")
    batch_size: int = pydantic.Field(64, ge=1)
    steps_per_epoch: int | None = pydantic.Field(None, ge=1)
    seed: int = pydantic.Field(0, ge=0)
    dtype: str = pydantic.Field("float32", description=f"a dtype policy, or {AUTO!r}: see `Recipe`")
    save_every: int = pydantic.Field(500, ge=1, description="steps between resume states")
    grid_every: int = pydantic.Field(1, ge=1, description="epochs between sample grids")


class StageOfTraining(_Section):
    """A stage of the model, how long it is, and what in it differs from `Training` and `Data`."""

    stage: str
    epochs: int = pydantic.Field(ge=1)
    batch_size: int | None = pydantic.Field(None, ge=1)
    steps_per_epoch: int | None = pydantic.Field(None, ge=1)
    name: str | None = None
    split: str | None = None
    image_size: int | None = None


class Evaluation(_Section):
    """What is measured at the end: arguments of `kgz.evaluation.evaluate`.

    `against` is the data set that is trained on, unless another is named.
    """

    against: str | None = None
    metrics: list[str] | None = None
    extractor: str | None = None
    split: str = "train"
    num_samples: int | None = pydantic.Field(default=None, ge=2)


class Recipe(_Section):
    """Everything it takes to train a preset from nothing.

    Args:
        model: Name of a class in `kgz.models`.
        arguments: Arguments of its constructor. The shape of samples, if left out, is that of the
            data, as is `num_classes` where a model needs it or it is `auto`.
        optimizers: By phase, the class of a Keras optimizer under `name` and its arguments. What is
            left out is the paper's: phases, the class, and of its class the arguments. A
            `learning_rate` may be the arguments of `kgz.training.LinearDecay`.
        penalties: The discriminator's, each as the class in `kgz.penalties` under `name` and its
            arguments; left out, the paper's.
        data, training, evaluation: See `Data`, `Training` and `Evaluation`. The training's `dtype`
            may be `auto`: `mixed_bfloat16` with a GPU or on a processor with AVX-512 BF16,
            `float32` elsewhere; the preset's metadata say which it was.
        stages: For a model that is trained in stages, those that are trained, in order: see
            `StageOfTraining`. The epochs are then theirs, and `training` has none.
        notes: What the card should say about the choice of these numbers.
    """

    model: str
    arguments: dict[str, Any] = {}
    optimizers: dict[str, dict[str, Any]] = {}
    penalties: list[dict[str, Any]] | None = None
    data: Data
    training: Training
    stages: list[StageOfTraining] = []
    evaluation: Evaluation = Evaluation()
    notes: str = ""
    version: Literal[1] = 1
    _command: str = ""

    @property
    def command(self) -> str:
        """What `keras-gan-zoo train` is told to train this; empty for one made in Python."""
        return self._command

    @pydantic.model_validator(mode="after")
    def _check_epochs(self):
        if (self.training.epochs is None) != bool(self.stages):
            raise ValueError(
                "Expected `epochs` in `training` (--epochs), or in each of `stages` (such as --set "
                "stages='[{stage: NAME, epochs: 3}]'), and not in both. Received: "
                f"{self.training.epochs} epochs and {len(self.stages)} stages"
            )
        return self

    @property
    def against(self) -> str:
        """The data set that the model is measured on."""
        return self.evaluation.against or self.data.name

    def evaluation_options(self) -> dict:
        """Arguments of `kgz.evaluation.evaluate` besides the model."""
        own = self.against == self.data.name
        return {
            **self.evaluation.model_dump(),
            "against": self.against,
            "image_size": self.data.image_size,
            "load_options": self.data.options() if own else {},
        }


def list_recipes() -> dict[str, pathlib.Path]:
    """The recipes in this package, by name."""
    root = pathlib.Path(str(importlib.resources.files("keras_gan_zoo.recipes")))
    return {path.stem: path for path in sorted(root.glob("*.yaml"))}


def load_recipe(recipe: str, settings: tuple[str, ...] = (), data: str | None = None) -> Recipe:
    """Reads a recipe.

    A recipe that is changed loses its notes, which are of the original.

    Args:
        recipe: The name of one in this package, the path of a YAML file, or the name of a model,
            which is trained as its class says.
        settings: Changes such as `"training.epochs=2"`; values are YAML.
        data: Name of another data set, see `kgz.datasets.load`. The shape of samples then follows
            from it, as does the number of classes if the recipe has any, and it is measured by the
            metrics that any data set has.

    Raises:
        ValueError: If the recipe or a key is unknown, a value is of the wrong kind, or a model is
            named without `data`.
    """
    path = list_recipes().get(recipe, pathlib.Path(recipe))
    is_model = not path.is_file() and recipe in listing.model_names()
    if not path.is_file() and not is_model:
        known = [*list_recipes(), *listing.model_names()]
        raise errors.unknown_name("recipe or model (no such file either)", recipe, known)
    if is_model and data is None:
        raise ValueError(
            f"Expected `data` (--data) with the name of a model, such as folder:PHOTOS. Received: "
            f"{recipe} without it"
        )
    try:
        content = _of_model(recipe) if is_model else yaml.load(path.read_text("utf-8"), _Loader)
        if not isinstance(content, dict):
            raise ValueError(
                f"Expected a recipe: `model`, `data`, `training`, ... with their values. Received: "
                f"{path}, which holds {'nothing' if content is None else type(content).__name__}"
            )
        original = copy.deepcopy(content)
        if data is not None:
            _use(data, content)
        for setting in settings:
            _change(content, setting)
        if content != original and content.get("notes") == original.get("notes"):
            content.pop("notes", None)
        loaded = Recipe.model_validate(content)
        changes = [] if data is None else ["--data", data]
        changes += [part for setting in settings for part in ("--set", setting)]
        loaded._command = shlex.join([str(recipe), *changes])
        return loaded
    except yaml.YAMLError as error:
        raise ValueError(f"Expected YAML. Received: {path}: {error}") from None
    except RecursionError:
        raise ValueError(
            f"Expected a recipe. Received: {path}, which is nested too deeply"
        ) from None
    except pydantic.ValidationError as error:
        raise ValueError(_explain(path, error)) from None


def _of_model(name):
    """The content of a recipe that says nothing but what it must."""
    return {"model": name, "data": {}, "training": {"epochs": EPOCHS, "dtype": AUTO}}


def _use(data, content):
    """Makes a recipe one for another data set."""
    for section, own in (("data", OWN_DATA), ("arguments", SHAPES)):
        kept = content.get(section)
        kept = kept.items() if isinstance(kept, dict) else ()
        content[section] = {key: value for key, value in kept if key not in own}
    content["data"]["name"] = data
    if content["arguments"].get("num_classes") is not None:
        content["arguments"]["num_classes"] = AUTO
    content.pop("evaluation", None)


def _change(content, setting):
    key, equals, value = setting.partition("=")
    if not equals or not key:
        raise ValueError(f"Expected a setting as key=value. Received: {setting!r}")
    *sections, last = key.split(".")
    for section in sections:
        if isinstance(content, list):
            content = content[int(section)] if section in map(str, range(len(content))) else None
        else:
            content = content.setdefault(section, {})
        if not isinstance(content, (dict, list)):
            raise ValueError(f"Expected {section!r} in {key!r} to be a section of the recipe.")
    if isinstance(content, list):
        raise ValueError(f"Expected a number before {last!r} in {key!r}: there are several.")
    content[last] = yaml.load(value, _Loader)


def _explain(path, error):
    first = error.errors()[0]
    if not first["loc"]:  # of the whole, and already as it should be
        return f"{path.name}: {first['ctx']['error']}"
    place = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        sections = {"data": Data, "training": Training, "evaluation": Evaluation}
        sections["stages"] = StageOfTraining
        section = sections.get(str(first["loc"][0]), Recipe)
        section = section if len(first["loc"]) > 1 else Recipe
        return (
            f"{path.name}: {errors.unknown_name('key', place.split('.')[-1], section.model_fields)}"
        )
    return f"{path.name}: `{place}`: {first['msg']}. Received: {first['input']!r}"

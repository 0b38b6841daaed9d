"""The model card of a preset, written from its metadata."""

import inspect
import re

from keras_gan_zoo import licences

UNKNOWN = "licence not stated"
SHOWN = (
    "translate",
    "reconstruct",
    "classify",
    "encode",
)  # what a card shows of what cannot generate


def model_card(address: str, model_class: type, metadata: dict, has_picture: bool) -> str:
    """The card as Markdown: what it is, how it looks, how good it is, and how it was made.

    `address` is what `from_preset` takes: a name, or a path that ends in it.
    """
    doc = inspect.getdoc(model_class) or ""
    summary = doc.split("\n\n")[0].replace("\n", " ")
    ours = "kgz.models." if model_class.__module__.startswith("keras_gan_zoo.") else ""
    parts = [f"# {address.rsplit('/')[-1]}", f"`{ours}{model_class.__name__}`: {summary}"]
    facts = dict(metadata)
    usual = "reconstruct" if "picture" in facts else "generate"
    known = [one for one in (usual, *SHOWN) if hasattr(model_class, one)]
    ability = facts.pop("ability", known[0] if known else None)
    shown = facts.pop("picture", "The first 64 samples of seed 0")
    if has_picture:
        selected = "" if "command" in facts else ", not selected"
        parts.append(f"![samples](samples.png)\n\n{shown}{selected}.")
    use = f'model = kgz.models.from_preset("{address}")'
    if ability is not None:
        takes = "64" if ability == "generate" else _required(getattr(model_class, ability))
        use += f"\nmodel.{ability}({takes})"
    parts.append(f"```python\n{use}\n```")
    licence = f"Weights: {facts.pop('licence', UNKNOWN)}.\n\nData: {_data_licence(facts)}."
    if references := _section(doc, "References"):
        parts.append(f"## Paper\n\n{references}")
    if deviations := _section(doc, "Deviations"):
        parts.append(f"## Deviations from the paper\n\n{deviations}")
    for evaluation in facts.pop("evaluations", []):
        parts.append(
            f"## Measured\n\n{_table(evaluation['metrics'])}\n\nProtocol:\n\n"
            f"{_table(evaluation['protocol'])}"
        )
    made_by = facts.pop("command", None)
    parts.append(f"## Facts\n\n{_table(facts)}")
    if "recipe" in metadata:
        made_by = f"keras-gan-zoo train {metadata['recipe']}"
    if made_by is not None:
        parts.append(f"Made by `{made_by}`.")
    parts.append(f"## Licence\n\n{licence}")
    return "\n\n".join(parts) + "\n"


def _data_licence(facts):
    """Names, licences and credits of the data that a preset learnt from."""
    data = facts.get("data")
    name = data.get("name") if isinstance(data, dict) else data
    if not isinstance(name, str):
        return UNKNOWN
    return "; ".join(
        f"`{one}`, {f'{found.name}. {found.credit}' if found else UNKNOWN}"
        for one, found in licences.of_data(name).items()
    )


def _required(method):
    """The arguments that a method needs, with commas between them."""
    _, *arguments = inspect.signature(method).parameters.values()
    return ", ".join(one.name for one in arguments if one.default is one.empty)


def _section(doc, title):
    found = re.search(rf"^{title}:\n((?:    .*\n?|\n)+)", doc, flags=re.MULTILINE)
    return inspect.cleandoc(found.group(1)).strip() if found else ""


def _table(values):
    rows = "\n".join(f"| {key} | {readable(value)} |" for key, value in values.items())
    return f"| | |\n|---|---|\n{rows}"


def readable(value) -> str:
    """A fact of `metadata.json` as people read it."""
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, dict):
        return ", ".join(f"{key} {readable(one)}" for key, one in value.items())
    return f"{value:,}" if type(value) is int else str(value)

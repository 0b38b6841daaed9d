"""Edit attributes of faces along directions of a latent space, and measure what changes.

python faces.py train --out runs/faces
python faces.py measure --attribute glasses --out runs/faces
python faces.py pictures --attribute glasses --out runs/faces
python faces.py pictures --data orl_faces --out runs/faces
python faces.py invert --out runs/faces
"""

import argparse
import json
import pathlib

import keras_gan_zoo as kgz  # before Keras: it has TensorFlow use oneDNN

# isort: split
import keras
import numpy as np
import rich.console
import rich.table
import tensorflow_datasets as tfds

from keras_gan_zoo import recipes
from keras_gan_zoo.datasets.avataaars import ATTRIBUTES, CLEAR_GLASSES

ATTRIBUTED = "avataaars"  # the data set whose attributes are known
DATA = (ATTRIBUTED, "orl_faces")
STRENGTHS = (0.5, 1.0, 1.5, 2.0)
TRAIN, TEST = 5000, 2000  # faces that a direction is made from, and that it is measured on
FACES = 1000  # edited for a measurement


def train(arguments):
    """Trains the VAE by its recipe, and the judge of attributes; both resume or are done."""
    name = f"vae_{arguments.data}"
    out = arguments.out / arguments.data
    if not (out / name).exists():
        recipes.train_recipe(recipes.load_recipe(name), name, out, resume=True, verbose=2)
    if arguments.data == ATTRIBUTED:
        judge_of(arguments.out)


def judge_of(out):
    """A classifier of attributes, trained on real faces alone; kept in `out`."""
    path = out / "judge.keras"
    if path.exists():
        return keras.saving.load_model(path)
    keras.utils.set_random_seed(0)
    network = kgz.networks.small_classifier((64, 64, 3), len(ATTRIBUTES), filters=(16, 32, 48, 64))
    judge = keras.Model(network.input, network.output["logits"])
    judge.compile(
        keras.optimizers.Adam(1e-3),
        keras.losses.BinaryCrossentropy(from_logits=True),
        metrics=[keras.metrics.BinaryAccuracy(threshold=0.0)],
    )
    data = kgz.datasets.load(f"tfds:{ATTRIBUTED}", "train", batch_size=64).map(
        lambda images, attributes: (images, (attributes + 1.0) / 2.0)
    )
    judge.fit(data, epochs=4, verbose=2)
    judge.save(path)
    return judge


def faces_of(data, split, count):
    """The first images and their attributes, or people, as arrays."""
    data = kgz.datasets.load(f"tfds:{data}", split, image_size=64, batch_size=count, shuffle=False)
    return next(data.as_numpy_iterator())


def direction_of(model, attribute):
    """The attribute's direction, from the latents of training faces.

    Dark glasses and patches hide eyes, and a direction made from them would open closed ones: that
    of glasses leads from bare eyes to clear glasses.
    """
    images, attributes = faces_of(ATTRIBUTED, "train", TRAIN)
    has = attributes[:, ATTRIBUTES.index(attribute)] > 0
    lacks = ~has
    if attribute == "glasses":
        worn = accessories()
        has, lacks = np.isin(worn, list(CLEAR_GLASSES)), worn == ""
    return model.attribute_vector(images[has], images[lacks])


def accessories():
    """What each of the first training faces wears, as the generator calls it."""
    order = tfds.ReadConfig(interleave_cycle_length=1)
    data = tfds.load(ATTRIBUTED, split="train", shuffle_files=False, read_config=order)
    names = data.take(TRAIN).map(lambda face: face["accessory"]).as_numpy_iterator()
    return np.array([name.decode() for name in names])


def judged(judge, images):
    """Attributes that the judge sees, each -1 or 1."""
    return np.where(judge.predict(np.asarray(images), batch_size=250, verbose=0) > 0, 1.0, -1.0)


def measure_edits(model, judge, vector, attribute, images, attributes):
    """How often edits put the attribute on faces without, and change each other attribute.

    Changes are counted against the reconstruction of the same face.

    Returns:
        For each strength `{"put_on": share, "changed": {attribute: share}}`.
    """
    index = ATTRIBUTES.index(attribute)
    without = images[attributes[:, index] < 0][:FACES]
    before = judged(judge, model.reconstruct(without))
    result = {}
    for strength in STRENGTHS:
        after = judged(judge, model.edit(without, vector, strength))
        changed = (before != after).mean(axis=0)
        others = {name: float(changed[k]) for k, name in enumerate(ATTRIBUTES) if k != index}
        result[strength] = {"put_on": float((after[:, index] > 0).mean()), "changed": others}
    return result


def measure(arguments):
    """Prints and records the accuracy of the judge, and what edits change.

    An attribute may hide another, as glasses hide eyes. So the judge is also asked of real faces:
    by how much does the share in which it sees an attribute differ between those with and without
    the edited one?
    """
    model, judge = load("VAE", ATTRIBUTED, arguments.out), judge_of(arguments.out)
    images, attributes = faces_of(ATTRIBUTED, "test", TEST)
    seen = judged(judge, images)
    right = (seen == attributes).mean(axis=0)
    has = attributes[:, ATTRIBUTES.index(arguments.attribute)] > 0
    real = np.abs((seen[has] > 0).mean(axis=0) - (seen[~has] > 0).mean(axis=0))
    kept = (judged(judge, model.reconstruct(images)) == attributes).mean(axis=0)
    vector = direction_of(model, arguments.attribute)
    edits = measure_edits(model, judge, vector, arguments.attribute, images, attributes)
    table = rich.table.Table("attribute", "judge right", "kept by copies", "real faces differ")
    for strength in edits:
        table.add_column(f"strength {strength}")
    for k, name in enumerate(ATTRIBUTES):
        own = name == arguments.attribute
        shares = (one["put_on"] if own else one["changed"][name] for one in edits.values())
        cells = [f"{share:.1%} {'have it' if own else 'changed'}" for share in shares]
        table.add_row(name, f"{right[k]:.1%}", f"{kept[k]:.1%}", f"{real[k]:.1%}", *cells)
    rich.console.Console(width=140).print(table)
    facts = {"attributes": ATTRIBUTES, "judge": right.tolist(), "reconstructed": kept.tolist()}
    facts |= {"real": real.tolist(), "edits": edits}
    (arguments.out / f"{arguments.attribute}.json").write_text(json.dumps(facts, indent=1) + "\n")


def pictures(arguments):
    """Draws reconstructions, edits of growing strength, and the way from face to face."""
    model = load("VAE", arguments.data, arguments.out)
    images, attributes = faces_of(arguments.data, "test", 200)
    if arguments.data == ATTRIBUTED:
        faces = images[attributes[:, ATTRIBUTES.index(arguments.attribute)] < 0][:8]
        vector = direction_of(model, arguments.attribute)
        edits = [model.edit(faces, vector, strength) for strength in STRENGTHS]
        draw([faces, model.reconstruct(faces), *edits], arguments.out / arguments.attribute)
    faces = images[:8]
    draw([faces, model.reconstruct(faces)], arguments.out / f"{arguments.data}_reconstructions")
    path = np.asarray(model.interpolate(images[:6], images[1:7], steps=8))
    draw(path.swapaxes(0, 1), arguments.out / f"{arguments.data}_interpolations")
    frames = [
        kgz.pictures.grid(frame[None], padding=0).resize((128, 128))
        for frame in path.reshape(-1, *images.shape[1:])
    ]
    frames[0].save(
        arguments.out / f"{arguments.data}.gif",
        save_all=True,
        append_images=frames[1:],
        duration=80,
        loop=0,
    )
    print(f"Pictures: {arguments.out}")


def invert(arguments):
    """Turns over each attribute of faces by IcGAN; the judge says what became of them."""
    model, judge = load("IcGAN", ATTRIBUTED, arguments.out), judge_of(arguments.out)
    images, attributes = faces_of(ATTRIBUTED, "test", FACES)
    found = np.sign(model.conditions_of(images))
    copies = model.reconstruct(images)
    before = judged(judge, copies)
    columns = [images[:8], copies[:8]]
    table = rich.table.Table(
        "attribute", "read right", "turned over", "others change", title="IcGAN"
    )
    facts = {}
    for k, name in enumerate(ATTRIBUTES):
        asked = found.copy()
        asked[:, k] *= -1.0
        edited = model.edit(images, asked)
        after = judged(judge, edited)
        facts[name] = {
            "read_right": float((found[:, k] == attributes[:, k]).mean()),
            "turned_over": float((after[:, k] == asked[:, k]).mean()),
            "others_change": float(np.delete(after != before, k, axis=1).mean()),
        }
        table.add_row(name, *(f"{share:.1%}" for share in facts[name].values()))
        columns.append(edited[:8])
    rich.console.Console().print(table)
    (arguments.out / "icgan.json").write_text(json.dumps(facts, indent=1) + "\n")
    draw(columns, arguments.out / "icgan")
    print(f"Pictures: {arguments.out}")


def draw(columns, path):
    """Saves a picture whose columns are batches of images."""
    images = np.stack([np.asarray(column) for column in columns], axis=1)
    grid = kgz.pictures.grid(images.reshape(-1, *images.shape[2:]), len(columns))
    grid.save(path.with_suffix(".png"))


def load(model, data, out):
    """A model trained on a data set, of `out` or else the preset of the package."""
    name = f"{model.lower()}_{data}"
    own = out / data / name
    out.mkdir(parents=True, exist_ok=True)
    return getattr(kgz.models, model).from_preset(str(own) if own.exists() else name)


def main():
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    for function in (train, measure, pictures, invert):
        command = commands.add_parser(function.__name__, help=function.__doc__)
        command.set_defaults(run=function)
        command.add_argument("--out", type=pathlib.Path, default=pathlib.Path("runs/faces"))
        if function in (train, pictures):
            command.add_argument("--data", default=ATTRIBUTED, choices=DATA)
        if function in (measure, pictures):
            command.add_argument("--attribute", default="glasses", choices=ATTRIBUTES)
    arguments = parser.parse_args()
    arguments.run(arguments)


if __name__ == "__main__":
    main()

"""Trains the classifiers behind the extractors `fashion_mnist` and `mnist`: the recipe.

    python tools/train_classifier.py fashion_mnist

Writes `keras_gan_zoo/extractors/weights/NAME.h5` (float16) and `NAME.json`, which says how it was
made and what the stored weights reach on the 10,000 test images.
"""

import argparse
import json
import pathlib
import sys
import time

import keras
import numpy as np
import tensorflow as tf

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from keras_gan_zoo import datasets, weight_files  # noqa: E402
from keras_gan_zoo.networks import small_classifier  # noqa: E402
from keras_gan_zoo.version import __version__  # noqa: E402

BATCH, RATE, WARMUP, DECAY, SMOOTHING, SHIFT = 128, 2e-3, 500, 1e-4, 0.05, 2
# Clothes look the same in a mirror, digits do not.
MIRROR = {"fashion_mnist": True, "mnist": False}


def augment(images, labels, mirror):
    """Shifts by up to two pixels and, if asked, mirrors half of the images."""
    rows = tf.shape(images)[0]
    padded = tf.pad(images, [[0, 0], [SHIFT, SHIFT], [SHIFT, SHIFT], [0, 0]], constant_values=-1.0)
    corners = tf.random.uniform((rows, 2), 0, 2 * SHIFT + 1, tf.int32)
    boxes = tf.range(28)
    down = corners[:, :1] + boxes
    right = corners[:, 1:] + boxes
    if mirror:
        flip = tf.random.uniform((rows, 1)) < 0.5
        right = tf.where(flip, right[:, ::-1], right)
    images = tf.gather(tf.gather(padded, down, batch_dims=1), right, axis=2, batch_dims=1)
    return images, tf.one_hot(labels, 10)


def main():
    """Trains, stores, loads again and measures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("name", choices=MIRROR)
    parser.add_argument("--epochs", type=int, default=16)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--out", type=pathlib.Path, default=ROOT / "keras_gan_zoo/extractors/weights"
    )
    options = parser.parse_args()
    keras.utils.set_random_seed(options.seed)

    data = datasets.load(options.name, batch_size=BATCH, seed=options.seed, drop_remainder=True)
    steps = options.epochs * int(data.cardinality())
    data = data.map(lambda x, y: augment(x, y, MIRROR[options.name]))
    network = small_classifier()
    model = keras.Model(network.input, network.output["logits"])
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, steps - WARMUP, warmup_target=RATE, warmup_steps=WARMUP
    )
    model.compile(
        keras.optimizers.AdamW(rate, weight_decay=DECAY),
        keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=SMOOTHING),
        metrics=["accuracy"],
    )
    began = time.monotonic()
    model.fit(data, epochs=options.epochs, verbose=2)
    minutes = (time.monotonic() - began) / 60

    options.out.mkdir(parents=True, exist_ok=True)
    path = options.out / f"{options.name}.h5"
    weight_files.save_weights(path, {"classifier": network}, "float16")
    stored = small_classifier()
    weight_files.load_weights(path, {"classifier": stored})
    test = datasets.load(options.name, "test", batch_size=500, shuffle=False)
    right = [
        np.argmax(stored.predict_on_batch(images)["logits"], axis=1) == labels
        for images, labels in test.as_numpy_iterator()
    ]
    facts = {
        "data": options.name,
        "test_accuracy": float(np.mean(np.concatenate(right))),
        "epochs": options.epochs,
        "batch_size": BATCH,
        "optimizer": f"AdamW, rate {RATE} warmed up over {WARMUP} steps then cosine, decay {DECAY}",
        "label_smoothing": SMOOTHING,
        "augmentation": f"shifts by up to {SHIFT} pixels"
        + (", mirroring" if MIRROR[options.name] else ""),
        "seed": options.seed,
        "training_minutes": round(minutes, 1),
        "library_version": __version__,
        "sha256": weight_files.sha256(path),
    }
    path.with_suffix(".json").write_text(json.dumps(facts, indent=1) + "\n")
    print(json.dumps(facts, indent=1))


if __name__ == "__main__":
    main()

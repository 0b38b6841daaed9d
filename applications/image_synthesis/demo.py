"""The three journeys in a few minutes: load, train, resume, export, serve.

Run by `make demo`. Uses the public API only.
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras_gan_zoo as kgz  # before Keras: it has TensorFlow use oneDNN

# isort: split
import keras
import numpy as np

SERVE = """
import sys
sys.modules["keras_gan_zoo"] = None  # importing it would fail
import numpy as np
import tensorflow as tf
model = tf.saved_model.load(sys.argv[1])
images = model.signatures["sample"](num_samples=tf.constant(16), seed=tf.constant(7))["images"]
np.save(sys.argv[2], images)
"""


def main():
    """Runs the demo."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("demo"))
    parser.add_argument(
        "--steps", type=int, default=1200, help="training steps in each of two runs"
    )
    arguments = parser.parse_args()
    out = arguments.out
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    begin = time.monotonic()

    say("1. Load trained weights and generate")
    model = kgz.models.from_preset("dcgan_fashion_mnist")
    kgz.pictures.grid(model.generate(64, seed=0)).save(out / "preset.png")
    path = model.interpolate(*model.sample_latents(2, seed=3), steps=12)
    kgz.pictures.grid(path, columns=12).save(out / "interpolation.png")

    say(f"2. Train a DCGAN on 10,000 embedded images for {arguments.steps} steps")
    train(out, steps=arguments.steps, epochs=1)

    say("3. Start the same program again: it resumes where it stopped")
    model = train(out, steps=arguments.steps, epochs=2)

    say("4. Export a SavedModel and call it in a process that cannot import this library")
    model.export(out / "saved_model" / "1")
    command = [sys.executable, "-c", SERVE, out / "saved_model" / "1", out / "served.npy"]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    served, live = np.load(out / "served.npy"), np.asarray(model.generate(16, seed=7))
    print(f"largest difference to the live model: {np.abs(served - live).max():.1e}")

    say(f"Done in {time.monotonic() - begin:.0f} s. Look at:")
    print(f"  {out / 'preset.png'}          64 samples of the trained preset")
    print(f"  {out / 'interpolation.png'}   a walk through its latents")
    print(f"  {out / 'samples'}/            what the short training made after each run")
    print(f"  {out / 'saved_model' / '1'}      the exported model")


def train(out, steps, epochs):
    """Trains, or goes on training, in `out`."""
    keras.utils.set_random_seed(0)
    model = kgz.models.DCGAN(image_shape=(28, 28, 1), latent_dim=64, filters=32, seed=0)
    model.compile()
    model.fit(
        kgz.datasets.load("fashion_mnist_mini"),
        epochs=epochs,
        steps_per_epoch=steps,
        verbose=1 if sys.stdout.isatty() else 2,
        callbacks=[
            kgz.callbacks.ExactResume(out / "state", every=100),
            kgz.callbacks.SampleGrid(out / "samples"),
            kgz.callbacks.StopOnNaN(),
        ],
    )
    return model


def say(text):
    """Prints a heading."""
    print(f"\n=== {text}", flush=True)


if __name__ == "__main__":
    main()

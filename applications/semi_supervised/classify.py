"""Learn to classify from few labels and many samples without: the K+1 GAN on MNIST.

python classify.py train --labels-per-class 10 --labels-seed 0 --out runs/mnist_100
python classify.py test --preset semi_supervised_gan_mnist_100
"""

import argparse
import json
import pathlib

import keras
import numpy as np

import keras_gan_zoo as kgz

BATCH = 100
RATE = 3e-3


def train(arguments):
    """Trains one classifier, resumably, and writes its errors and a preset."""
    keras.utils.set_random_seed(arguments.seed)
    data = kgz.datasets.load(
        arguments.data,
        batch_size=BATCH,
        seed=arguments.seed,
        drop_remainder=True,
        labels_per_class=arguments.labels_per_class,
        labels_seed=arguments.labels_seed,
    )
    steps = arguments.epochs * len(data)
    model = kgz.models.SemiSupervisedGAN(
        image_shape=data.element_spec["image"].shape[1:], seed=arguments.seed
    )
    # Constant for two thirds of the training, then down to 0, as the authors do on CIFAR-10.
    model.compile(
        {
            name: keras.optimizers.Adam(
                kgz.training.LinearDecay(RATE, stop=steps, start=2 * steps // 3),
                beta_1=0.5,
                epsilon=1e-4,
            )
            for name in ("discriminator", "generator")
        }
    )
    first = [batch["image"] for batch in data.take(5)]
    model.initialize_from_data(np.concatenate(first))
    log = TestErrors(arguments.data, arguments.out / "errors.json")
    model.fit(
        data,
        epochs=arguments.epochs,
        verbose=2,
        callbacks=[kgz.callbacks.ExactResume(arguments.out / "state", every=600), log],
    )
    print(f"{log.errors[-1]} wrong of {len(log.labels)}")


class TestErrors(keras.callbacks.Callback):
    """Counts the test images that the averaged classifier gets wrong, after each epoch."""

    def __init__(self, data, path):
        super().__init__()
        self.path = path
        self.errors = json.loads(path.read_text()) if path.exists() else []
        batches = kgz.datasets.load(data, "test", batch_size=1000, shuffle=False)
        images, labels = zip(*batches.as_numpy_iterator(), strict=True)
        self.images, self.labels = np.concatenate(images), np.concatenate(labels)

    def on_epoch_end(self, epoch, logs=None):
        guessed = np.argmax(self.model.classify(self.images), axis=1)
        self.errors = [*self.errors[:epoch], int(np.sum(guessed != self.labels))]
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(json.dumps(self.errors))
        print(f"\n{self.errors[-1]} wrong of {len(self.labels)}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", default="mnist")
    parser.add_argument("--labels-per-class", type=int, default=10)
    parser.add_argument("--labels-seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    train(parser.parse_args())

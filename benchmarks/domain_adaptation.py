"""What PixelDA's classifier reaches without adaptation, as the tables of its paper have it.

python benchmarks/domain_adaptation.py --cpu-minutes 1

Its own layers are trained on the labelled source alone ("source only"), and on labels of the target
("target only"), and tested on the target's test split. Between the two is what adaptation can win.
"""

import argparse
import time

import keras
import numpy as np
import tensorflow as tf

import keras_gan_zoo as kgz


def main():
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--source", default="mnist")
    parser.add_argument("--target", default="tfds:mnist_m")
    parser.add_argument("--cpu-minutes", type=float, default=1.0, help="of each training")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    test = kgz.datasets.load(arguments.target, "test", batch_size=250, shuffle=False)
    shape = test.element_spec[0].shape[1:]
    for what, name in (("source", arguments.source), ("target", arguments.target)):
        keras.utils.set_random_seed(arguments.seed)
        data = kgz.datasets.load(name, batch_size=32, seed=arguments.seed, drop_remainder=True)
        data = data.map(lambda images, labels: (tf.broadcast_to(images, (32, *shape)), labels))
        network, epochs = trained(data, shape, 60 * arguments.cpu_minutes)
        right = [np.argmax(network(images), axis=1) == labels for images, labels in test]
        accuracy = 100 * np.concatenate(right).mean()
        print(f"{what} only: {accuracy:.1f} % of {arguments.target} after {epochs} epochs")


def trained(data, shape, seconds):
    """The classifier, trained for as many epochs as begin within so much processor time."""
    private = kgz.networks.pixel_da_private_layers(tuple(shape))
    shared = kgz.networks.pixel_da_classifier(private.output_shape[1:])
    network = keras.Sequential([private, shared])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile(keras.optimizers.Adam(1e-3, beta_1=0.5), loss)
    start, epochs = time.process_time(), 0
    while time.process_time() - start < seconds:
        network.fit(data, verbose=0)
        epochs += 1
    return network, epochs


if __name__ == "__main__":
    main()

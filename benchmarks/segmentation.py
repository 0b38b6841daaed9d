"""How much of its label map a segmenter finds in a generated image, as SPADE's paper measures it.

python benchmarks/segmentation.py gaugan_doom pix2pix_doom

A small U-Net is trained on real frames and their label maps, and reads the test split: the real
frames, and what each preset paints from their label maps. Printed are the mean of intersection over
union (mIoU) over the classes of the split, and the share of pixels that are right (Park et al.,
arXiv 1903.07291, section 4, where the segmenters are DeepLabV2, UperNet101 and DRN-D-105).
"""

import argparse

import numpy as np

import keras_gan_zoo as kgz  # before Keras: it has TensorFlow use oneDNN

# isort: split
import keras
from keras import layers


def main():
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("presets", nargs="+", help="which translate label maps or their colours")
    parser.add_argument("--data", default="pairs:tfds:doom_frames")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    keras.utils.set_random_seed(arguments.seed)
    train = kgz.datasets.load(arguments.data, batch_size=16, seed=arguments.seed)
    network = segmenter(train.element_spec["target"].shape[1:], len(train.class_names))
    steps = arguments.epochs * len(train)
    rate = keras.optimizers.schedules.CosineDecay(2e-3, steps)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile(keras.optimizers.Adam(rate), loss)
    pairs = train.map(lambda batch: (batch["target"], batch["source"]))
    network.fit(pairs, epochs=arguments.epochs, verbose=2)

    test = kgz.datasets.load(arguments.data, "test", batch_size=64, shuffle=False)
    colors = kgz.datasets.load(
        arguments.data, "test", batch_size=64, shuffle=False, image_key="colors"
    )
    maps = gathered(test, "source")
    of_real = show("real frames", network, gathered(test, "target"), maps, train.class_names)
    for preset in arguments.presets:
        model = kgz.models.from_preset(preset)
        takes_maps = isinstance(model.inputs()["source"], kgz.kinds.LabelMap)
        sources = maps if takes_maps else gathered(colors, "source")
        painted = np.asarray(model.translate(sources))
        found = show(preset, network, painted, maps, train.class_names)
        print(f"{preset}: {100 * found / of_real:.1f} % of the mIoU of real frames")


def segmenter(shape, num_classes, filters=24):
    """A U-Net with three levels, from images to logits of classes."""

    def convolved(x, width):
        for _ in range(2):
            x = layers.Conv2D(width, 3, padding="same", use_bias=False)(x)
            x = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))
        return x

    inputs = keras.Input(shape)
    x, skips = convolved(inputs, filters), []
    for level in (1, 2):
        skips.append(x)
        x = convolved(layers.MaxPooling2D()(x), filters * 2**level)
    for level in (1, 0):
        x = layers.Concatenate()([layers.UpSampling2D()(x), skips.pop()])
        x = convolved(x, filters * 2**level)
    return keras.Model(inputs, layers.Conv2D(num_classes, 1)(x))


def gathered(batches, key):
    """One part of all batches, as an array."""
    return np.concatenate([np.asarray(batch[key]) for batch in batches])


def show(name, network, images, maps, class_names):
    """Prints what the segmenter finds in images; returns the mean of intersection over union."""
    found = np.argmax(network.predict(images, verbose=0), axis=-1)
    overlaps = {}
    for number in np.unique(maps):
        metric = keras.metrics.IoU(len(class_names), [number])
        overlaps[class_names[number]] = 100 * float(metric(maps, found))
    mean, right = np.mean([*overlaps.values()]), 100 * np.mean(found == maps)
    each = ", ".join(f"{name} {one:.1f}" for name, one in overlaps.items())
    print(f"{name}: mIoU {mean:.1f} %, pixels {right:.1f} % ({each})")
    return mean


if __name__ == "__main__":
    main()

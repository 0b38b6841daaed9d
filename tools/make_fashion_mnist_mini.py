"""Makes the embedded data set from the full one: python tools/make_fashion_mnist_mini.py

Takes the first 1,000 training and the first 200 test images of each class, in their order.
"""

import pathlib

import numpy as np

from keras_gan_zoo.datasets.builtin import fashion_mnist

TARGET = pathlib.Path("keras_gan_zoo/datasets/data/fashion_mnist_mini.npz")
PER_CLASS = {"train": 1000, "test": 200}

arrays = {}
for split, count in PER_CLASS.items():
    images, labels = fashion_mnist(split, seed=0)
    chosen = np.sort(np.concatenate([np.flatnonzero(labels == c)[:count] for c in range(10)]))
    arrays[f"{split}_images"] = images[chosen, :, :, 0]
    arrays[f"{split}_labels"] = labels[chosen].astype("int64")
np.savez_compressed(TARGET, **arrays)
print(TARGET, f"{TARGET.stat().st_size / 1e6:.2f} MB")

"""Digits over patches of photographs: a builder for TensorFlow Datasets."""

import pathlib

import numpy as np
import tensorflow_datasets as tfds

from keras_gan_zoo import image_files
from keras_gan_zoo.datasets import builtin

PACKAGE = "mate-backgrounds"
FOLDER = "usr/share/backgrounds/mate/nature"
PHOTOGRAPHS = {
    "train": (
        *("Aqua", "Blinds", "Dune", "FreshFlower", "Garden"),
        *("GreenMeadow", "LadyBird", "RainDrops", "Storm"),
    ),
    "test": ("TwoWings", "Wood", "YellowFlower"),
}
SIZE = (160, 240)  # so small that a patch of a blurred background still holds something
SIDE = 28


class MnistM(tfds.core.GeneratorBasedBuilder):
    """MNIST-M by its recipe: MNIST's 60,000 and 10,000 digits over patches of colour photographs.

    A pixel is the absolute difference of the digit's and the patch's, in each channel (Ganin et al.
    2015, Domain-Adversarial Training of Neural Networks, arXiv 1505.07818). Patches are cut out at
    random places, those of the test split from photographs of their own.

    The published set has patches of BSDS500; here they come from twelve photographs of the package
    `mate-backgrounds` (GPL-2+). Accuracies on the two sets are not to be compared to the point.
    """

    VERSION = tfds.core.Version("1.0.0")
    MANUAL_DOWNLOAD_INSTRUCTIONS = (
        f"The photographs are those of Debian's package {PACKAGE}. Install it, or unpack it into "
        f"the folder `{PACKAGE}` of `manual_dir`: apt-get download {PACKAGE} && "
        f"dpkg-deb --extract {PACKAGE}_*.deb FOLDER"
    )

    def _info(self):
        return self.dataset_info_from_configs(
            features=tfds.features.FeaturesDict(
                {
                    "image": tfds.features.Image(shape=(SIDE, SIDE, 3)),
                    "label": tfds.features.ClassLabel(num_classes=10),
                }
            ),
            supervised_keys=("image", "label"),
        )

    def _split_generators(self, dl_manager):
        unpacked = pathlib.Path(dl_manager.manual_dir) / PACKAGE
        places = [root / FOLDER for root in (unpacked, pathlib.Path("/"))]
        folder = next((place for place in places if place.is_dir()), None)
        if folder is None:
            raise FileNotFoundError(
                f"Expected the photographs of the package {PACKAGE} in {places[0]} or {places[1]}. "
                f"Received: neither. Get them: apt-get download {PACKAGE} && "
                f"dpkg-deb --extract {PACKAGE}_*.deb {unpacked}"
            )
        return {split: self._generate_examples(split, folder) for split in PHOTOGRAPHS}

    def _generate_examples(self, split, folder):
        names = PHOTOGRAPHS[split]
        photographs = [image_files.read(folder / f"{name}.jpg", SIZE, 3) for name in names]
        random = np.random.default_rng(list(PHOTOGRAPHS).index(split))
        for index, (digit, label) in enumerate(zip(*builtin.mnist(split, 0), strict=True)):
            photograph = photographs[random.integers(len(photographs))]
            top, left = (random.integers(side - SIDE + 1) for side in photograph.shape[:2])
            patch = photograph[top : top + SIDE, left : left + SIDE]
            yield index, {"image": blended(digit, patch), "label": label}


def blended(digit: np.ndarray, patch: np.ndarray) -> np.ndarray:
    """The absolute difference of a grey digit and a colour patch, both bytes, in each channel."""
    return np.abs(patch.astype("int16") - digit).astype("uint8")

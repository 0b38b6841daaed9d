"""Patches of photographs: a builder for TensorFlow Datasets."""

import pathlib

import numpy as np
import PIL.Image
import tensorflow_datasets as tfds

from keras_gan_zoo import image_files

SIDE = 96
SHORT_SIDE = 480  # of a photograph before it is cut; smaller ones stay as they are
# Pixels between patches: training patches overlap by half, test patches not at all.
STRIDES = {"train": SIDE // 2, "test": SIDE}
DEBIAN = ("lomiri-wallpapers-16.04", "mate-backgrounds", "plasma-workspace-wallpapers")
WHEEL = "scikit-image==0.26.0"
# Ends of the paths that the packages have, by the split that a photograph belongs to.
PHOTOGRAPHS = {
    "train": (
        "Bridge_by_Sander_Klootwijk.jpg",
        "Picture_0B_by_freespace.jpg",
        "Picture_1A_by_freespace.jpg",
        "Wine_by_Jakkub_Mede.jpg",
        "aitzgorri_by_Aitzol_Berasategi.jpg",
        "free_by_Peter_Nerlich.jpg",
        "greentock_by_Peter_Nerlich.jpg",
        "life_by_Aitzol_Berasategi.jpg",
        "seeding_by_Clements_Engelhardt.jpg",
        "sunset_by_Aitzol_Berasategi.jpg",
        "nature/Aqua.jpg",
        "nature/Blinds.jpg",
        "nature/FreshFlower.jpg",
        "nature/Garden.jpg",
        "nature/GreenMeadow.jpg",
        "nature/LadyBird.jpg",
        "nature/Storm.jpg",
        "nature/TwoWings.jpg",
        "nature/Wood.jpg",
        "nature/YellowFlower.jpg",
        "ColorfulCups/contents/images/2560x1600.jpg",
        "EveningGlow/contents/images/2560x1600.jpg",
        "FallenLeaf/contents/images/2560x1600.jpg",
        "Kite/contents/images/2560x1600.jpg",
        "OneStandsOut/contents/images/2560x1600.jpg",
        "Path/contents/images/2560x1600.jpg",
        "skimage/data/astronaut.png",
        "skimage/data/rocket.jpg",
    ),
    "test": (
        "Dragonfly_by_Bolly.jpg",
        "friends_by_Aitzol_Berasategi.jpg",
        "picosdeeuropa_by_Aitzol_Berasategi.jpg",
        "nature/Dune.jpg",
        "nature/RainDrops.jpg",
        "BytheWater/contents/images/2560x1600.jpg",
        "skimage/data/chelsea.png",
        "skimage/data/coffee.png",
    ),
}


class PhotoPatches(tfds.core.GeneratorBasedBuilder):
    """Patches of 36 colour photographs, 96x96, split by photograph.

    Photographs come from packages of Debian and from scikit-image, under free licences that each
    package states. Where the short side has more than 480 pixels a photograph is shrunk to it
    (bicubic, antialiased), so that patches are sharp. The label is the number of the photograph.
    """

    VERSION = tfds.core.Version("1.0.0")
    MANUAL_DOWNLOAD_INSTRUCTIONS = (
        "Unpack the packages that hold the photographs into the folder `photo_patches` of "
        f"`manual_dir`: apt-get download {' '.join(DEBIAN)}; for each of these, "
        "dpkg-deb -x PACKAGE.deb FOLDER (or ar x PACKAGE.deb, and tar xf data.tar.*); "
        f"pip download --no-deps {WHEEL}, and unzip scikit_image*.whl 'skimage/data/*' -d FOLDER"
    )

    def _info(self):
        names = [name for part in PHOTOGRAPHS.values() for name in part]
        return self.dataset_info_from_configs(
            features=tfds.features.FeaturesDict(
                {
                    "image": tfds.features.Image(shape=(SIDE, SIDE, 3)),
                    "photograph": tfds.features.ClassLabel(names=names),
                }
            ),
            supervised_keys=("image", "photograph"),
        )

    def _split_generators(self, dl_manager):
        folder = pathlib.Path(dl_manager.manual_dir) / "photo_patches"
        there = [path.as_posix() for path in folder.rglob("*")]
        found = {
            name: next((path for path in there if path.endswith(f"/{name}")), None)
            for part in PHOTOGRAPHS.values()
            for name in part
        }
        missing = [name for name, path in found.items() if path is None]
        if missing:
            raise FileNotFoundError(
                f"Expected {len(found)} photographs below {folder}. Received: {len(missing)} less, "
                f"such as {missing[0]}. {self.MANUAL_DOWNLOAD_INSTRUCTIONS}"
            )
        return {
            split: self._generate_examples([(name, found[name]) for name in part], STRIDES[split])
            for split, part in PHOTOGRAPHS.items()
        }

    def _generate_examples(self, photographs, stride):
        for name, path in photographs:
            for place, patch in patches_of(image_files.read(path, channels=3), stride):
                yield f"{name}-{place}", {"image": patch, "photograph": name}


def patches_of(pixels: np.ndarray, stride: int):
    """Pairs of a place and a patch at it, of bytes `(height, width, 3)` that are shrunk first."""
    photograph = PIL.Image.fromarray(pixels)
    width, height = photograph.size
    share = min(1.0, SHORT_SIDE / min(width, height))
    size = round(width * share), round(height * share)
    pixels = np.asarray(photograph.resize(size, PIL.Image.Resampling.BICUBIC))
    for top in range(0, pixels.shape[0] - SIDE + 1, stride):
        for left in range(0, pixels.shape[1] - SIDE + 1, stride):
            yield f"{top}-{left}", pixels[top : top + SIDE, left : left + SIDE]

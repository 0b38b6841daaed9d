"""The builder of the data set for TensorFlow Datasets."""

import importlib.resources
import json
import pathlib
import shutil
import subprocess
import tempfile

import numpy as np
import tensorflow_datasets as tfds

from keras_gan_zoo.datasets.avataaars.attributes import ATTRIBUTES, attributes_of

SIZE = 64
FACES = {"train": (0, 20_000), "test": (20_000, 2_000)}
PACKAGES = ("@dicebear/core@9.4.3", "@dicebear/avataaars@9.4.3", "@resvg/resvg-js@2.6.2")


class Avataaars(tfds.core.GeneratorBasedBuilder):
    """22,000 cartoon faces, drawn on this machine by a seeded generator, with their attributes.

    Images are 64x64; attributes are -1 or 1, in the order of `ATTRIBUTES`; `accessory` is what the
    generator calls the glasses or the patch, or "". The design is "Avataaars" by Pablo Stanley,
    free for personal and commercial use; the generator is DiceBear, under the MIT licence.
    """

    VERSION = tfds.core.Version("1.1.0")
    RELEASE_NOTES = {"1.1.0": "Has `accessory`; faces and attributes are those of 1.0.0."}
    MANUAL_DOWNLOAD_INSTRUCTIONS = (
        "The faces are drawn by Node.js (18 or newer) from three packages of its registry. Install "
        f"them in the folder `avataaars` of `manual_dir`: npm install --prefix FOLDER "
        f"{' '.join(PACKAGES)}"
    )

    def _info(self):
        return self.dataset_info_from_configs(
            features=tfds.features.FeaturesDict(
                {
                    "image": tfds.features.Image(shape=(SIZE, SIZE, 3)),
                    "attributes": tfds.features.Tensor(shape=(len(ATTRIBUTES),), dtype=np.float32),
                    "accessory": tfds.features.Text(),
                }
            ),
            supervised_keys=("image", "attributes"),
            homepage="https://www.dicebear.com/styles/avataaars/",
        )

    def _split_generators(self, dl_manager):
        folder = pathlib.Path(dl_manager.manual_dir) / "avataaars"
        node = shutil.which("node")
        missing = [
            name
            for name in (package.rpartition("@")[0] for package in PACKAGES)
            if not (folder / "node_modules" / name).is_dir()
        ]
        if node is None or missing:
            received = f"no {missing[0]} in {folder}" if missing else "no command `node`"
            raise FileNotFoundError(
                f"Expected Node.js and its packages to draw faces with. Received: {received}. "
                f"Install them: npm install --prefix {folder} {' '.join(PACKAGES)}"
            )
        return {
            split: self._generate_examples(node, folder, *faces) for split, faces in FACES.items()
        }

    def _generate_examples(self, node, folder, first, count):
        script = importlib.resources.files("keras_gan_zoo.datasets.avataaars") / "draw_faces.mjs"
        with tempfile.TemporaryDirectory() as drawn, importlib.resources.as_file(script) as path:
            command = [node, str(path), str(first), str(count), drawn]
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
            if done.returncode:
                raise RuntimeError(f"{' '.join(command)} failed in {folder}:\n{done.stderr}")
            shape = (count, SIZE, SIZE, 3)
            faces = np.memmap(pathlib.Path(drawn) / "faces.rgb", "uint8", "r", shape=shape)
            lines = (pathlib.Path(drawn) / "labels.jsonl").read_text().splitlines()
            for index, (face, line) in enumerate(zip(faces, lines, strict=True)):
                label = json.loads(line)
                example = {
                    "image": np.array(face),
                    "attributes": attributes_of(label),
                    "accessory": label.get("accessories", ""),
                }
                yield first + index, example

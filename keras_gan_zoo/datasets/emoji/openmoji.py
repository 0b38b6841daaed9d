"""Line art and its colours: a builder for TensorFlow Datasets."""

import importlib.resources
import json
import pathlib
import shutil
import subprocess
import tempfile

import numpy as np
import tensorflow_datasets as tfds

from keras_gan_zoo.datasets.emoji.relatives import SKIN_TONES, families, share

SIDE = 64
FOLDERS = {"source": "black", "target": "color"}
PACKAGES = ("openmoji@17.0.0", "@resvg/resvg-js@2.6.2")
TEST_SHARE = 0.1


class Openmoji(tfds.core.GeneratorBasedBuilder):
    """Emoji as black line art (`source`) and in colour (`target`), 64x64, on white.

    `openmoji/plain` is without what line art does not tell: skin tones, and flags, most of which
    are drawn as the same empty rectangle. `openmoji/all` has all 4,495. About a tenth is the test
    split; variants of an emoji are on one side, see `families`.

    OpenMoji is under CC-BY-SA 4.0.
    """

    VERSION = tfds.core.Version("1.0.0")
    BUILDER_CONFIGS = [
        tfds.core.BuilderConfig(name="plain", description="Without flags and skin tones."),
        tfds.core.BuilderConfig(name="all", description="All."),
    ]
    MANUAL_DOWNLOAD_INSTRUCTIONS = (
        "The emoji are drawn by Node.js (18 or newer) from two packages of its registry. Install "
        f"them in the folder `emoji` of `manual_dir`: npm install --prefix FOLDER "
        f"{' '.join(PACKAGES)}"
    )

    def _info(self):
        image = tfds.features.Image(shape=(SIDE, SIDE, 3))
        return self.dataset_info_from_configs(
            features=tfds.features.FeaturesDict(
                {"source": image, "target": image, "name": tfds.features.Text()}
            ),
            supervised_keys=("source", "target"),
            homepage="https://openmoji.org",
        )

    def _split_generators(self, dl_manager):
        folder = pathlib.Path(dl_manager.manual_dir) / "emoji"
        node = shutil.which("node")
        modules = folder / "node_modules"
        places = [modules / package.rpartition("@")[0] for package in PACKAGES]
        missing = [place for place in places if not place.is_dir()]
        if node is None or missing:
            received = f"no {missing[0]}" if missing else "no command `node`"
            raise FileNotFoundError(
                f"Expected Node.js and its packages to draw emoji with. Received: {received}. "
                f"Install them: npm install --prefix {folder} {' '.join(PACKAGES)}"
            )
        entries = json.loads((places[0] / "data" / "openmoji.json").read_text(encoding="utf-8"))
        flags = {one["hexcode"] for one in entries if "flag" in one["group"] + one["subgroups"]}
        names = sorted(one["hexcode"] for one in entries)
        if self.builder_config.name == "plain":
            names = [
                n for n in names if n not in flags and not SKIN_TONES.intersection(n.split("-"))
            ]
        pictures = {
            key: _drawn(node, folder, [places[0] / name / "svg" / f"{one}.svg" for one in names])
            for key, name in FOLDERS.items()
        }
        shares = np.array([share(family) for family in families(names, *pictures.values())])
        return {
            "train": self._generate_examples(names, pictures, shares >= TEST_SHARE),
            "test": self._generate_examples(names, pictures, shares < TEST_SHARE),
        }

    def _generate_examples(self, names, pictures, chosen):
        for place in np.flatnonzero(chosen):
            parts = {key: batch[place] for key, batch in pictures.items()}
            yield names[place], {**parts, "name": names[place]}


def _drawn(node, folder, paths):
    """Vector pictures as bytes `(pictures, SIDE, SIDE, 3)`."""
    script = importlib.resources.files("keras_gan_zoo.datasets.emoji") / "draw_svgs.mjs"
    with tempfile.TemporaryDirectory() as scratch, importlib.resources.as_file(script) as path:
        drawn = pathlib.Path(scratch) / "drawn.rgb"
        command = [node, str(path), str(SIDE), str(drawn)]
        lines = "\n".join(map(str, paths))
        done = subprocess.run(command, cwd=folder, input=lines, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)} failed in {folder}:\n{done.stderr}")
        return np.fromfile(drawn, "uint8").reshape(len(paths), SIDE, SIDE, 3)

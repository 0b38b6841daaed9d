"""The same emoji by two designers: a builder for TensorFlow Datasets."""

import pathlib

import numpy as np
import tensorflow_datasets as tfds

from keras_gan_zoo import image_files
from keras_gan_zoo.datasets.emoji.relatives import families, share

SIDE = 64
DESIGNERS = {"source": "google", "target": "twitter"}
PACKAGES = ("emoji-datasource-google@16.0.0", "emoji-datasource-twitter@16.0.0")
TEST_SHARE = 0.1


class EmojiPairs(tfds.core.GeneratorBasedBuilder):
    """3,786 emoji as Google and as Twitter draw them, 64x64, on white.

    `emoji_pairs/pairs` has pairs of `source` (Google) and `target` (Twitter). `emoji_pairs/google`
    and `emoji_pairs/twitter` have an `image` each, for translation without pairs: no emoji of the
    training split of one is in that of the other, while their test splits are the pairs of
    `emoji_pairs/pairs`, in the same order. About a tenth is the test split; variants of an emoji
    (skin tones, genders, pictures that are nearly equal) are on one side, see `families`.

    Noto Emoji by Google are under the Apache licence 2.0, Twemoji by Twitter under CC-BY 4.0.
    """

    VERSION = tfds.core.Version("1.0.0")
    BUILDER_CONFIGS = [
        tfds.core.BuilderConfig(name="pairs", description="Pairs."),
        tfds.core.BuilderConfig(name="google", description="Of half of the emoji, by Google."),
        tfds.core.BuilderConfig(name="twitter", description="Of the others, by Twitter."),
    ]
    MANUAL_DOWNLOAD_INSTRUCTIONS = (
        "The pictures are in two packages of Node.js's registry. Install them in the folder "
        f"`emoji` of `manual_dir`: npm install --prefix FOLDER {' '.join(PACKAGES)}"
    )

    def _info(self):
        keys = ("source", "target") if self.builder_config.name == "pairs" else ("image",)
        features = {key: tfds.features.Image(shape=(SIDE, SIDE, 3)) for key in keys}
        return self.dataset_info_from_configs(
            features=tfds.features.FeaturesDict({**features, "name": tfds.features.Text()}),
            supervised_keys=("source", "target") if len(keys) == 2 else None,
            homepage="https://github.com/iamcal/emoji-data",
        )

    def _split_generators(self, dl_manager):
        folder = pathlib.Path(dl_manager.manual_dir) / "emoji"
        folders = {
            key: folder / "node_modules" / f"emoji-datasource-{name}" / "img" / name / str(SIDE)
            for key, name in DESIGNERS.items()
        }
        for place in folders.values():
            if not place.is_dir():
                raise FileNotFoundError(
                    f"Expected the packages that hold the pictures. Received: no {place}. Install "
                    f"them: npm install --prefix {folder} {' '.join(PACKAGES)}"
                )
        names = sorted(set.intersection(*({p.stem for p in f.iterdir()} for f in folders.values())))
        pictures = {
            key: np.stack(
                [image_files.read(place / f"{name}.png", (SIDE, SIDE), 3) for name in names]
            )
            for key, place in folders.items()
        }
        shares = np.array([share(family) for family in families(names, *pictures.values())])
        half = TEST_SHARE + (1.0 - TEST_SHARE) / 2.0
        first = {"twitter": half}.get(self.builder_config.name, TEST_SHARE)
        end = {"google": half}.get(self.builder_config.name, 1.0)
        return {
            "train": self._generate_examples(names, pictures, (first <= shares) & (shares < end)),
            "test": self._generate_examples(names, pictures, shares < TEST_SHARE),
        }

    def _generate_examples(self, names, pictures, chosen):
        keys = {"google": {"image": "source"}, "twitter": {"image": "target"}}
        keys = keys.get(self.builder_config.name, {"source": "source", "target": "target"})
        for place in np.flatnonzero(chosen):
            parts = {key: pictures[side][place] for key, side in keys.items()}
            yield names[place], {**parts, "name": names[place]}

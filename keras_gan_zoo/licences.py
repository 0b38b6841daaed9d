"""Under which licences the data sets are that presets learnt from: one entry for each.

Model cards, and the tables that are made from presets, take them from here.
"""

import dataclasses

WEIGHTS = "MIT"  # of the presets of this project


@dataclasses.dataclass(frozen=True)
class DataLicence:
    """The licence of a data set.

    Attributes:
        name: The name of the licence, or what its makers say instead.
        credit: Whose the data are, where they are from, and what else a user of them should know.
    """

    name: str
    credit: str


FASHION_MNIST = DataLicence(
    "MIT",
    "Fashion-MNIST, copyright 2017 Zalando SE, https://github.com/zalandoresearch/fashion-mnist",
)
DOOM = DataLicence(
    "BSD 3-clause and MIT",
    "pictures of the game Freedoom, copyright its contributors, https://freedoom.github.io, in "
    "scenarios of ViZDoom, https://vizdoom.farama.org",
)
DATA = {
    "fashion_mnist": FASHION_MNIST,
    "fashion_mnist_mini": FASHION_MNIST,
    "mnist": DataLicence(
        "CC BY-SA 3.0",
        "MNIST, copyright Yann LeCun and Corinna Cortes, made of digits that NIST collected",
    ),
    "mnist_m": DataLicence(
        "CC BY-SA 3.0 and GPL 2 or later",
        "digits of MNIST, copyright Yann LeCun and Corinna Cortes, over photographs of the package "
        "mate-backgrounds, https://mate-desktop.org",
    ),
    "emoji_pairs": DataLicence(
        "Apache 2.0 and CC BY 4.0",
        "Noto Emoji, copyright Google, https://github.com/googlefonts/noto-emoji, and Twemoji, "
        "copyright Twitter and other contributors, https://github.com/jdecked/twemoji",
    ),
    "openmoji": DataLicence(
        "CC BY-SA 4.0",
        "all emojis designed by OpenMoji, the open-source emoji and icon project, "
        "https://openmoji.org",
    ),
    "doom": DOOM,
    "doom_frames": DOOM,
    "photo_patches": DataLicence(
        "CC BY 4.0, CC BY-SA 4.0, CC0, GPL 2 or later, and public domain",
        "photographs of the packages lomiri-wallpapers-16.04 (by Aitzol Berasategi, Bolly, Clemens "
        "Engelhardt, Freespace, Sander Klootwijk, Jakkub Mede and Peter Nerlich), mate-backgrounds "
        "(by Charles Barbin and others), plasma-workspace-wallpapers (KDE Visual Design Group) and "
        "scikit-image, whose `copyright` and README name each author; one shows a real person, the "
        "astronaut Eileen Collins",
    ),
    "avataaars": DataLicence(
        "free for personal and commercial use",
        "Avataaars, designed by Pablo Stanley, https://avataaars.com; drawn by DiceBear, "
        "https://www.dicebear.com, whose program is under the MIT licence",
    ),
    "orl_faces": DataLicence(
        "none stated; its makers ask to be credited",
        "The ORL Database of Faces, AT&T Laboratories Cambridge (then Olivetti Research "
        "Laboratory), 1992 to 1994; described in Samaria and Harter 1994, Parameterisation of a "
        "Stochastic Model for Human Face Identification. It shows 40 real people, whom samples and "
        "reconstructions can resemble",
    ),
}


def of_data(name: str) -> dict[str, DataLicence | None]:
    """The licences of the data sets in a name that `kgz.datasets.load` takes, by their own names.

    `None` for those that have no entry, such as folders.
    """
    rest = name.partition(":")[2]
    sets = [one for one in rest.split(",") if not one.isdigit()] if "," in rest else [name]
    if name.startswith("pairs:") and not rest.startswith("tfds:"):
        sets = [f"folder:{one}" for one in sets]
    return {one: None if one.startswith("folder:") else DATA.get(_plain(one)) for one in sets}


def _plain(name):
    """The name of a data set without where it is from, what is made of it, and its part."""
    return name.rpartition(":")[2].partition("/")[0]

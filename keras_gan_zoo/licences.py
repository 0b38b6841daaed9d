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
    "avataaars": DataLicence(
        "free for personal and commercial use",
        "Avataaars, designed by Pablo Stanley, https://avataaars.com; drawn by DiceBear, "
        "https://www.dicebear.com, whose program is under the MIT licence",
    ),
    "photo_patches": DataLicence(
        "CC BY 4.0, CC BY-SA 4.0, CC0, public domain, and GPL 2 or later",
        "photographs of the Debian packages lomiri-wallpapers-16.04, mate-backgrounds and "
        "plasma-workspace-wallpapers, whose copyright files name the photographers, and of "
        "scikit-image, https://scikit-image.org; one shows an astronaut of NASA",
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
    source, _, rest = name.partition(":")
    if source == "grey":
        return of_data(rest)
    if source == "low_resolution":  # after the factor
        return of_data(rest.partition(",")[2])
    sets = rest.split(",") if "," in rest else [name]
    if source in ("folder", "pairs"):
        return dict.fromkeys([name])
    return {one: DATA.get(one.rpartition(":")[2].partition("/")[0]) for one in sets}

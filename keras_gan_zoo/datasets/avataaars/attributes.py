"""Binary attributes of cartoon faces, from the labels of their generator."""

import numpy as np

CLEAR_GLASSES = {"prescription01", "prescription02", "round"}  # through which one sees the eyes
GLASSES = CLEAR_GLASSES | {"kurt", "sunglasses", "wayfarers"}
SMILES = {"default", "smile", "tongue", "twinkle"}
HATS = {"hat", "hijab", "turban", "winterHat1", "winterHat02", "winterHat03", "winterHat04"}
LONG_HAIR = {
    *("bigHair", "bob", "bun", "curly", "curvy", "dreads", "frida", "longButNotTooLong"),
    *("miaWallace", "straight01", "straight02", "straightAndStrand"),
}
DARK_SKINS = {"#614335", "#ae5d29", "#d08b5b"}

# Each attribute is a question to the label of a face; hidden parts have labels, and no attribute.
QUESTIONS = {
    "glasses": lambda label: label.get("accessories") in GLASSES,
    "smiling": lambda label: label["mouth"] in SMILES,
    "facial_hair": lambda label: "facialHair" in label,
    "hat": lambda label: label["top"] in HATS,
    "long_hair": lambda label: label["top"] in LONG_HAIR,
    "dark_skin": lambda label: label["skinColor"] in DARK_SKINS,
    "closed_eyes": lambda label: label["eyes"] in {"closed", "happy"},
}
ATTRIBUTES = tuple(QUESTIONS)


def attributes_of(label: dict) -> np.ndarray:
    """The attributes of a face, each -1 or 1, in the order of `ATTRIBUTES`."""
    return np.array([1.0 if ask(label) else -1.0 for ask in QUESTIONS.values()], "float32")

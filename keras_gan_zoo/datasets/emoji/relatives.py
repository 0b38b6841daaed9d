"""Which emoji are variants of one, so that a split does not tear them apart."""

import hashlib

import numpy as np

SKIN_TONES = {"1F3FB", "1F3FC", "1F3FD", "1F3FE", "1F3FF"}
# Joiners, presentation, signs of gender, and the arrow of those who look to the right.
SIGNS = {"200D", "FE0F", "2640", "2642", "27A1"}
PERSON, FAMILY = "1F9D1", "1F46A"
ADULTS = {"1F468", "1F469", PERSON}  # man, woman, person
CHILDREN = {"1F466", "1F467", "1F9D2"}
# Emoji of two people that are sequences of people in other tones.
COUPLES = {
    "1F46B": "1F9D1-1F91D-1F9D1",  # holding hands
    "1F46C": "1F9D1-1F91D-1F9D1",
    "1F46D": "1F9D1-1F91D-1F9D1",
    "1F48F": "1F9D1-2764-1F48B-1F9D1",  # kiss
    "1F491": "1F9D1-2764-1F9D1",  # with heart
    "1F46F": "1F9D1-1F430-1F9D1",  # with bunny ears
    "1F93C": "1F9D1-1FAEF-1F9D1",  # wrestling
    "1FAF1-1FAF2": "1F91D",  # handshake
}
NEAR = 0.02  # root mean square difference of two pictures that are nearly one, of values in [0, 1]
SIDE = 16  # at which they are compared
CHUNK = 256  # pictures that are compared with all others at once


def meaning(name: str) -> str:
    """What an emoji shows, whatever its skin tone and gender and the way it looks.

    Args:
        name: Its code points, in hexadecimal with hyphens, as in the names of files.

    Returns:
        Code points that all its variants have in common.
    """
    points = [point for point in name.upper().split("-") if point not in SKIN_TONES | SIGNS]
    points = [PERSON if point in ADULTS else point for point in points]
    if len(points) > 1 and set(points) <= CHILDREN | {PERSON}:
        return FAMILY
    found = "-".join(points)
    return COUPLES.get(found, found)


def families(names, *pictures) -> list[str]:
    """For each emoji the first name of its family: what must not be on both sides of a split.

    A family has one meaning. Families are one where the pictures of two of their emoji are nearly
    equal, all of them: some flags, or people of professions that a designer hardly tells apart.

    Args:
        names: Of the emoji, see `meaning`.
        *pictures: Batches of bytes `(emoji, height, width, channels)`, one for each designer; sides
            are multiples of 16.

    Returns:
        A list as long as `names`.
    """
    family = {name: name for name in names}

    def first(name):
        while family[name] != name:
            name = family[name]
        return name

    def unite(one, other):
        one, other = sorted((first(one), first(other)))
        family[other] = one

    known = {}
    for name in names:
        unite(name, known.setdefault(meaning(name), name))
    small = [_small(one) for one in pictures]
    for start in range(0, len(names), CHUNK):
        distances = [_squared_distances(one[start : start + CHUNK], one) for one in small]
        for place, other in zip(*np.nonzero(np.max(distances, axis=0) < NEAR**2), strict=True):
            unite(names[start + place], names[other])
    return [first(name) for name in names]


def share(name: str) -> float:
    """A number in [0, 1) that only the name decides, by which families are split."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") / 2.0**64


def _small(pictures):
    count, height, width, channels = pictures.shape
    blocks = pictures.reshape(count, SIDE, height // SIDE, SIDE, width // SIDE, channels)
    return blocks.mean(axis=(2, 4), dtype="float32").reshape(count, -1) / 255.0


def _squared_distances(some, others):
    """Mean squared differences `(some, others)` of rows of numbers."""
    squares = np.square(some).sum(axis=1)[:, None] + np.square(others).sum(axis=1)
    return (squares - 2.0 * some @ others.T) / some.shape[1]

"""Voxels drawn as cubes, seen from above a corner."""

import numpy as np

SIDE = 256  # pixels that a picture is about wide
TOP, LEFT, RIGHT = 1, 2, 3
LIGHT = np.array([0.0, 1.0, 0.8, 0.6])  # on each face
FARTHEST = 0.75  # light on the cube that is farthest away


def isometric(occupied, colors):
    """Draws occupied voxels as cubes, the nearer the brighter.

    The first axis goes to the lower right, the second to the lower left, the third up.

    Args:
        occupied: Booleans `(x, y, z)`.
        colors: Bytes `(x, y, z, 3)`.

    Returns:
        An RGB image on white, bytes `(height, width, 3)`, whose size depends on that of the voxels.
    """
    wide, deep, high = occupied.shape
    half = 2 * max(1, SIDE // (2 * (wide + deep)))  # half of a cube's width; even
    canvas = np.full(((wide + deep) * half // 2 + high * half, (wide + deep) * half, 3), 255, "u1")
    x, y, z = np.nonzero(occupied & ~_hidden(occupied))
    order = np.argsort(x + y + z, kind="stable")  # what is nearer is painted over the rest
    x, y, z = x[order], y[order], z[order]
    down, right, light = _cube(half)
    rows = ((x + y) * half // 2 + (high - 1 - z) * half)[:, None] + down
    columns = ((x - y + deep - 1) * half)[:, None] + right
    nearness = FARTHEST + (1.0 - FARTHEST) * (x + y + z) / max(1, wide + deep + high - 3)
    shades = colors[x, y, z][:, None] * (nearness[:, None] * light)[..., None]
    # Of several values for one pixel, NumPy assigns the last.
    canvas[rows.ravel(), columns.ravel()] = shades.reshape(-1, 3).astype("uint8")
    return canvas


def _hidden(occupied):
    """Which voxels have neighbours before all three faces that could be seen."""
    behind = np.zeros_like(occupied)
    behind[:-1, :-1, :-1] = occupied[1:, :-1, :-1] & occupied[:-1, 1:, :-1] & occupied[:-1, :-1, 1:]
    return behind


def _cube(half):
    """The pixels of a cube, `2 * half` wide and high: their rows, columns and light."""
    down, right = np.mgrid[: 2 * half, : 2 * half] + 0.5
    aside = np.abs(right - half)  # from the middle
    face = np.where(right < half, LEFT, RIGHT)
    face = np.where(down < half - aside / 2.0, TOP, face)
    outside = (down < aside / 2.0) | (down >= 2.0 * half - aside / 2.0)
    face = np.where(outside, 0, face)
    light = LIGHT[face]
    if half >= 6:  # edges, where there is room for them
        edge = (face != np.roll(face, 1, axis=0)) | (face != np.roll(face, 1, axis=1))
        light = np.where(edge, 0.9 * light, light)
    rows, columns = np.nonzero(face)
    return rows, columns, light[rows, columns]

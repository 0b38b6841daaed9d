"""Pictures of samples, by their pixels."""

import time

import numpy as np
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo.kinds import drawing, isometric
from tests.kinds.every import EVERY, NAMES

kinds = kgz.kinds
WHITE = (255, 255, 255)


def pixels(picture):
    return np.array(picture.convert("RGB"))


def ink(picture):
    """The share of pixels that are not white."""
    return float((pixels(picture) != 255).any(axis=-1).mean())


@pytest.mark.parametrize("kind", EVERY, ids=NAMES)
def test_every_kind_is_drawn(kind):
    picture = kind.draw(kind.examples(5))
    assert ink(picture) > 0.01 and picture.width > 10
    assert ink(kind.draw(kind.examples(1), columns=3)) > 0.01


def test_bad_samples_are_not_drawn():
    image = kinds.Image((4, 4, 1))
    with pytest.raises(ValueError, match="Expected `samples` to be .*Received"):
        image.draw(np.zeros((1, 5, 4, 1), "float32"))
    with pytest.raises(ValueError, match="at least one of `samples`. Received: an empty batch"):
        image.draw(np.zeros((0, 4, 4, 1), "float32"))
    with pytest.raises(ValueError, match="1 or 3.*Received"):
        kinds.Image((4, 4, 2)).draw(np.zeros((1, 4, 4, 2), "float32"))
    with pytest.raises(ValueError, match="1 or 3 channels.*Received: 2"):
        video = kinds.Video((2, 4, 4, 2))
        video.draw(video.examples(1))


def test_a_kind_that_cannot_draw_itself_says_so():
    import dataclasses

    @dataclasses.dataclass(frozen=True)
    class Blank(kinds.Kind):
        shape: tuple
        axes = ("numbers",)

    with pytest.raises(TypeError, match="Blank must define `draw`"):
        Blank((3,)).draw(np.zeros((1, 3), "float32"))


def test_images_are_a_grid():
    images = np.stack([np.full((4, 6, 1), value, "float32") for value in (-1.0, 0.0, 1.0)])
    picture = kinds.Image((4, 6, 1)).draw(images, columns=3)
    assert picture.size == (3 * 8 + 2, 4 + 4)
    assert [pixels(picture)[3, 3 + 8 * i, 0] for i in range(3)] == [0, 128, 255]


def test_voxels_have_ink_where_they_are():
    voxels = np.full((2, 4, 4, 4, 1), -1.0, "float32")
    voxels[1, 1:3, 1:3, 1:3] = 1.0
    kind = kinds.Voxels((4, 4, 4, 1))
    empty, cube = (kind.draw(one[None]) for one in voxels)
    assert empty.size == cube.size == (256 + 4, 256 + 4)
    assert ink(empty) == 0.0
    # A hexagon of half the width and height: three quarters of a quarter.
    assert abs(ink(cube) * 260**2 / 256**2 - 3 / 16) < 0.01
    assert tuple(pixels(cube)[130, 130]) != WHITE and tuple(pixels(cube)[20, 20]) == WHITE


def test_voxels_are_lit_from_above_and_hidden_by_nearer_ones():
    occupied = np.zeros((2, 2, 2), bool)
    occupied[1, 1, 1] = True
    colors = np.full((2, 2, 2, 3), 200, "uint8")
    colors[0, 0, 0] = (255, 0, 0)
    alone = isometric.isometric(occupied, colors)
    occupied[0, 0, 0] = True
    np.testing.assert_array_equal(isometric.isometric(occupied, colors), alone)
    half = alone.shape[1] // 4
    top, left, right = (
        alone[3 * half // 2, 2 * half],
        alone[9 * half // 4, 3 * half // 2],
        alone[9 * half // 4, 5 * half // 2],
    )
    assert top[0] > left[0] > right[0] > 0
    assert (top == 200).all()


def test_cubes_leave_no_gaps():
    for size in range(1, 12):
        drawn = isometric.isometric(
            np.ones((size, size, size), bool), np.full((size, size, size, 3), 200, "uint8")
        )
        assert abs((drawn[..., 0] != 255).mean() - 0.75) < 0.01


def test_channels_of_voxels_have_colours():
    voxels = np.full((1, 1, 1, 1, 3), -1.0, "float32")
    drawn = set()
    for channel in range(3):
        one = voxels.copy()
        one[..., channel] = 0.5
        drawn.add(tuple(pixels(kinds.Voxels((1, 1, 1, 3)).draw(one))[66, 130]))
    assert len(drawn) == 3


def test_voxels_are_drawn_quickly():
    kind = kinds.Voxels((32, 32, 32, 1))
    samples = kind.examples(16)
    start = time.process_time()
    kind.draw(samples)
    assert time.process_time() - start < 2.0


def test_videos_are_strips():
    video = np.full((2, 3, 4, 4, 1), -1.0, "float32")
    video[1, 2] = 1.0
    picture = kinds.Video((3, 4, 4, 1)).draw(video)
    assert picture.size == (3 * 6 + 2, 2 * 6 + 2)
    shown = pixels(picture)
    assert [[shown[4 + 6 * i, 4 + 6 * j, 0] for j in range(3)] for i in range(2)] == [
        [0, 0, 0],
        [0, 0, 255],
    ]
    assert tuple(shown[4, 6]) == WHITE
    long = kinds.Video((40, 4, 4, 1))
    assert long.draw(long.examples(1)).size == (16 * 6 + 2, 8)


def test_classes_of_a_map_differ():
    colors = drawing.palette(256)
    assert len({tuple(color) for color in colors}) == 256
    first = colors[:12].astype(float)
    apart = np.linalg.norm(first[:, None] - first[None], axis=-1) + 1e9 * np.eye(12)
    assert apart.min() > 60
    np.testing.assert_array_equal(drawing.palette(7), colors[:7])
    maps = np.arange(6, dtype="int32").reshape(1, 2, 3)
    shown = pixels(kinds.LabelMap((2, 3), classes=6).draw(maps))
    np.testing.assert_array_equal(shown[2:4, 2:5].reshape(6, 3), colors[:6])


def test_pairs_are_side_by_side():
    pair = kinds.Named(source=kinds.LabelMap((2, 3), 2), target=kinds.Image((4, 4, 1)))
    samples = {"source": np.ones((2, 2, 3), "int32"), "target": np.full((2, 4, 4, 1), -1.0, "f4")}
    picture = pair.draw(samples)
    assert picture.size == (3 + 2 + 4 + 4, 2 * 6 + 2)
    shown = pixels(picture)
    for top in (2, 8):
        assert (shown[top : top + 2, 2:5] == drawing.palette(2)[1]).all()
        assert (shown[top + 2 : top + 4, 2:5] == 255).all()  # the map is smaller
        assert (shown[top : top + 4, 5:7] == 255).all()
        assert (shown[top : top + 4, 7:11] == 0).all()
    assert pair.draw(samples, columns=2).size == (2 * 11 + 2, 8)


def test_other_parts_are_below_each_other():
    both = kinds.Named(image=kinds.Image((40, 40, 1)), label=kinds.Label(3))
    samples = both.examples(4)
    parts = [kind.draw(samples[name]) for name, kind in both.parts]
    picture = both.draw(samples)
    assert picture.size == (max(p.width for p in parts), sum(p.height for p in parts))
    np.testing.assert_array_equal(pixels(picture)[:86, :86], pixels(parts[0]))


def test_vectors_of_many_dimensions_are_a_heat_map():
    """Positive is red and negative is blue, in the place of the number."""
    picture = kinds.Vector((4,)).draw(np.array([[5.0, 5.0, -5.0, -5.0]] * 4, "float32"))
    shown = pixels(picture).astype(int)
    row = shown[picture.height // 3]
    assert row[150, 0] > row[150, 2] + 50 and row[500, 2] > row[500, 0] + 50


def test_low_frequencies_are_at_the_bottom():
    samples = np.zeros((1, 6, 8), "float32")
    samples[:, :, 0] = 1.0
    picture = kinds.Spectrogram((6, 8), rate=100, hop=4).draw(samples)
    shown = pixels(picture).astype(int).sum(axis=-1)
    column = shown[:, picture.width // 2]
    top, bottom = 8, 126  # of the frame; the lowest of eight bins is an eighth of it
    assert (column[top + 2 : bottom - 17] < 60).all()
    assert (column[bottom - 12 : bottom - 2] > 400).all()


def test_tokens_have_numbers_where_there_is_room():
    short, long = kinds.Tokens((3,), 9), kinds.Tokens((64,), 9)
    picture = short.draw([[0, 1, 0]])
    assert picture.size == (3 * 24 + 2, 26)
    shown, colors = pixels(picture), drawing.palette(2)
    assert [tuple(shown[3, 4 + 24 * i]) for i in range(3)] == [tuple(colors[i]) for i in (0, 1, 0)]
    inside = shown[3:23, 3:23].reshape(-1, 3)
    assert (inside != colors[0]).any(axis=-1).mean() > 0.03  # a number
    assert long.draw(long.examples(2)).size == (64 * 8 + 2, 2 * 8 + 2)


def test_points_are_where_they_are():
    """Two clouds in one scale: the left one at the left, the right one at the right."""
    clouds = np.zeros((2, 50, 2), "float32")
    clouds[0, :, 0], clouds[1, :, 0] = -1.0, 1.0
    picture = kinds.Points((50, 2)).draw(clouds, columns=2)
    shown = pixels(picture).astype(int)
    blue = np.flatnonzero((shown[..., 2] - shown[..., 0] > 80).any(axis=0))
    assert blue.min() < 60 and blue.max() > 360 and len(blue) < 40

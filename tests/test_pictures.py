"""Pictures: attention maps beside their images."""

import numpy as np
import pytest

import keras_gan_zoo as kgz


def test_attention_marks_the_queries_and_shows_their_maps():
    images = np.full((2, 8, 8, 1), -1.0, "float32")
    maps = np.zeros((2, 4, 4, 2, 2), "float32")
    maps[:, :, :, 1, 0] = 1.0  # every position looks at the lower left
    picture = np.array(kgz.pictures.attention(images, maps, queries=[(0, 0), (3, 3)], scale=4))
    assert picture.shape == (2 * 36, 3 * 36, 3)
    marked, first, second = (picture[2:34, 36 * i + 2 : 36 * i + 34] for i in range(3))
    red, green = kgz.pictures.QUERY_COLORS[:2]
    assert (marked[4, 4] == red).all() and (marked[28, 28] == green).all()
    assert (marked[16, 16] == 0).all()
    assert (first[0, 0] == red).all() and (second[0, 0] == green).all()
    assert first[24, 8].min() > 200 and first[8, 24].max() < 50


def test_by_default_five_points_are_asked():
    picture = kgz.pictures.attention(np.zeros((1, 8, 8, 3)), np.ones((1, 4, 4, 2, 2)), scale=2)
    assert picture.size == (6 * 20, 20)


def test_shapes_and_queries_are_checked():
    images, maps = np.zeros((1, 8, 8, 1)), np.ones((1, 4, 4, 2, 2))
    with pytest.raises(ValueError, match="as many maps.*Received"):
        kgz.pictures.attention(images, maps[0])
    with pytest.raises(ValueError, match="grid of 4x4.*Received"):
        kgz.pictures.attention(images, maps, queries=[(4, 0)])

"""Random affine maps of images. Oracle: scipy's interpolation, told the map that was drawn."""

import numpy as np
import pytest
import scipy.ndimage
import tensorflow as tf

from keras_gan_zoo import backend
from keras_gan_zoo.families.distortion import distort

IMAGES = np.random.default_rng(0).uniform(-1, 1, (6, 14, 20, 2)).astype("float32")


def test_each_image_is_moved_by_a_map_of_its_own():
    received = np.array(distort(IMAGES, 1.5, seed=3))
    drawn = np.array(backend.random_uniform((6, 5), -1.5, 1.5, seed=3))
    for image, found, (right, down, turn, scale, shear) in zip(
        IMAGES, received, drawn, strict=True
    ):
        turn = 0.2 * turn
        rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        linear = (1 + 0.1 * scale) * rotation @ np.array([[1, 0.2 * shear], [0, 1]])
        places = np.stack(np.meshgrid(np.arange(20.0), np.arange(14.0)), axis=-1)
        centre = np.array([9.5, 6.5])
        x, y = np.moveaxis((places - centre) @ linear.T + centre, -1, 0)
        x, y = x + right * 20 / 14, y + down
        for channel in range(2):
            expected = scipy.ndimage.map_coordinates(
                image[..., channel], [y, x], order=1, mode="grid-constant", cval=-1.0
            )
            np.testing.assert_allclose(found[..., channel], expected, atol=2e-4)


def test_no_strength_changes_nothing_and_types_stay():
    np.testing.assert_allclose(distort(IMAGES, 0.0, seed=0), IMAGES, atol=1e-5)
    assert distort(tf.cast(IMAGES, tf.bfloat16), 1.0, seed=0).dtype == tf.bfloat16


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match=r"of shape \(batch.*Received: shape \(14, 20, 2\)"):
        distort(IMAGES[0], 1.0)
    with pytest.raises(ValueError, match="`strength` >= 0. Received: -1"):
        distort(IMAGES, -1)

"""Weights are stored exactly, or as exactly as was asked."""

import keras
import numpy as np
import pytest

from keras_gan_zoo import weight_files


@pytest.fixture
def network():
    """Kernels of two and four axes, vectors, and one slice of a kernel that is all zero."""
    keras.utils.set_random_seed(0)
    network = keras.Sequential(
        [
            keras.Input((9, 9, 3)),
            keras.layers.Conv2D(8, 3),
            keras.layers.BatchNormalization(),
            keras.layers.Flatten(),
            keras.layers.Dense(64),
        ]
    )
    kernel = network.layers[-1].kernel
    kernel.assign(np.where(np.arange(64) == 5, 0.0, kernel.numpy()))
    return network


def pairs(network, path, dtype):
    """Each weight, and what it became in a copy that was loaded from a file."""
    weight_files.save_weights(path, {"one": network}, dtype)
    copy = keras.models.clone_model(network)
    weight_files.load_weights(path, {"one": copy})
    return zip(network.get_weights(), copy.get_weights(), strict=True)


def test_weights_are_kept_to_the_bit(network, tmp_path):
    for value, found in pairs(network, tmp_path / "w.h5", None):
        np.testing.assert_array_equal(found, value)


def test_float16_rounds_to_eleven_bits(network, tmp_path):
    for value, found in pairs(network, tmp_path / "w.h5", "float16"):
        np.testing.assert_array_equal(found, value.astype("float16").astype("float32"))


@pytest.mark.parametrize(
    ("dtype", "largest", "share"), [("int8", 127, 0.4), ("int5", 15, 0.32), ("int4", 7, 0.31)]
)
def test_whole_numbers_are_half_a_step_off_at_most(dtype, largest, share, network, tmp_path):
    for value, found in pairs(network, tmp_path / "small.h5", dtype):
        if value.ndim < 2:
            np.testing.assert_array_equal(found, value)
            continue
        step = np.abs(value).max(axis=tuple(range(value.ndim - 1))) / largest
        assert (np.abs(found - value) <= step * 0.501).all()
        assert np.abs(found - value).max() > 0
    weight_files.save_weights(tmp_path / "whole.h5", {"one": network})
    small, whole = ((tmp_path / name).stat().st_size for name in ("small.h5", "whole.h5"))
    assert small < share * whole  # with what HDF5 itself takes of a file as small as this


def test_other_types_are_refused(network, tmp_path):
    with pytest.raises(ValueError, match="Expected `dtype` to be one of.*'int8', 'int5', 'int4'"):
        weight_files.save_weights(tmp_path / "w.h5", {"one": network}, "int3")

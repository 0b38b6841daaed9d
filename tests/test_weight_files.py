"""Weights are stored exactly, or as exactly as was asked."""

import subprocess
import sys
import textwrap

import h5py
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


SECRET = "secret.h5"


def one_layer():
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, use_bias=False)])


def external_link(group, secret):
    group["0000"] = h5py.ExternalLink(str(secret), "/weights")


def soft_link(group, secret):
    group["0001"] = np.zeros((2, 3), "float32")
    group["0000"] = h5py.SoftLink("/one/0001")


def external_storage(group, secret):
    secret = secret.with_suffix(".txt")
    secret.write_bytes(b"the secret of the file..")
    group.create_dataset("0000", (2, 3), "float32", external=[(str(secret), 0, 24)])


def virtual(group, secret):
    layout = h5py.VirtualLayout((2, 3), "float32")
    layout[:] = h5py.VirtualSource(str(secret), "weights", (2, 3))
    group.create_virtual_dataset("0000", layout)


def compact(group, secret):
    how = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    how.set_layout(h5py.h5d.COMPACT)
    space = h5py.h5s.create_simple((2, 3))
    h5py.h5d.create(group.id, b"0000", h5py.h5t.IEEE_F32LE, space, how)


def strings(group, secret):
    group.create_dataset("0000", (2, 3), h5py.string_dtype())


def never_written(group, secret):
    group.create_dataset("0000", (2, 3), "float32", chunks=(2, 3))


def group_for_numbers(group, secret):
    group.create_group("0000")


def scale_of_nothing(group, secret):
    group["0000"], group["0001.scale"] = np.zeros((2, 3), "float32"), np.ones(3, "float32")


def scale_of_another_shape(group, secret):
    group["0000"], group["0000.scale"] = np.zeros((2, 3), "int8"), np.ones((9, 2, 3), "float32")


@pytest.mark.parametrize(
    ("attack", "said"),
    [
        (external_link, "/one/0000 is a link"),
        (soft_link, "/one/0000 is a link"),
        (external_storage, "is stored in other files"),
        (virtual, "neither contiguous nor chunked"),
        (compact, "neither contiguous nor chunked"),
        (strings, "holds object, not numbers"),
        (never_written, "says it has 6 numbers, of which most are missing"),
        (group_for_numbers, "/one/0000 is no dataset"),
        (scale_of_nothing, "'0001.scale' of /one scales nothing"),
        (scale_of_another_shape, r"has the shape \(9, 2, 3\)"),
    ],
    ids=lambda case: getattr(case, "__name__", ""),
)
def test_only_numbers_of_the_file_itself_are_read(attack, said, tmp_path):
    with h5py.File(tmp_path / SECRET, "w") as file:
        file["weights"] = np.arange(6, dtype="float32").reshape(2, 3)
    with h5py.File(tmp_path / "w.h5", "w") as file:
        attack(file.create_group("one"), tmp_path / SECRET)
    network = one_layer()
    before = network.get_weights()
    with pytest.raises(ValueError, match=f"(?s)Expected an HDF5 file of weights that.*{said}"):
        weight_files.load_weights(tmp_path / "w.h5", {"one": network})
    np.testing.assert_array_equal(network.get_weights(), before)


def test_a_linked_group_is_refused(tmp_path):
    with h5py.File(tmp_path / SECRET, "w") as file:
        file["one/0000"] = np.arange(6, dtype="float32").reshape(2, 3)
    with h5py.File(tmp_path / "w.h5", "w") as file:
        file["one"] = h5py.ExternalLink(str(tmp_path / SECRET), "/one")
    with pytest.raises(ValueError, match="/one is a link"):
        weight_files.load_weights(tmp_path / "w.h5", {"one": one_layer()})


def test_shapes_are_compared_before_numbers_are_read(tmp_path):
    """4 GB of zeros in a file of some kB; reading them would take that much memory."""
    with h5py.File(tmp_path / "w.h5", "w") as file:
        data = file.create_group("one").create_dataset(
            "0000", (10**9,), "float32", chunks=(10**6,), compression="gzip"
        )
        data[: 10**6] = 0.0
    assert (tmp_path / "w.h5").stat().st_size < 1e6
    resource = pytest.importorskip("resource")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ValueError, match="Expected"):
        weight_files.load_weights(tmp_path / "w.h5", {"one": one_layer()})
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 500_000  # kB


def test_weights_come_in_the_order_of_their_numbers(tmp_path):
    """Beyond 9,999 numbers have five digits."""
    with h5py.File(tmp_path / "w.h5", "w") as file:
        group = file.create_group("one")
        group["9999"], group["10000"] = np.zeros((2, 3), "float32"), np.ones(3, "float32")
    network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)])
    weight_files.load_weights(tmp_path / "w.h5", {"one": network})
    assert network.get_weights()[1].tolist() == [1.0, 1.0, 1.0]


def test_a_full_disk_is_an_error_and_no_crash(tmp_path):
    """At 13 places of the file, in a process whose files may only be so large."""
    resource = pytest.importorskip("resource")
    code = textwrap.dedent(
        """
        import os, pathlib, resource, signal, sys
        os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
        import keras
        from keras_gan_zoo import weight_files

        network = keras.Sequential([keras.Input((100,)), keras.layers.Dense(300)])
        path = pathlib.Path(sys.argv[1])
        weight_files.save_weights(path, {"one": network})
        whole = path.read_bytes()
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        for part in range(13):
            limit = len(whole) * part // 13
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
            try:
                weight_files.save_weights(path, {"one": network}, "float16")
            except OSError:
                print("error", end=" ")
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
            print(path.read_bytes() == whole, len(list(path.parent.iterdir())))
        """
    )
    assert resource.RLIMIT_FSIZE
    command = [sys.executable, "-c", code, str(tmp_path / "w.h5")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=True)
    lines = done.stdout.splitlines()
    # Half as large as what is there: it fits from the middle on.
    assert lines[:6] == ["error True 1"] * 6 and lines[-1] == "False 1"

"""What the library makes of the processor it runs on."""

import os
import platform
import subprocess
import sys
import warnings

import keras
import pytest

from keras_gan_zoo import processor

AVX2 = frozenset({"fma", "avx2"})
VNNI = AVX2 | {"avx512f", "avx512_vnni"}


@pytest.fixture
def cpuinfo(tmp_path, monkeypatch):
    """The file that Linux describes its processors in, here ours."""
    monkeypatch.setattr(processor, "CPUINFO", tmp_path / "cpuinfo")
    processor.features.cache_clear()
    yield tmp_path / "cpuinfo"
    processor.features.cache_clear()


def test_features_are_read_from_the_first_processor(cpuinfo):
    cpuinfo.write_text("model name\t: A\nflags\t\t: fpu avx2 fma\n\nflags\t\t: fpu avx512_bf16\n")
    assert processor.features() == {"fpu", "avx2", "fma"}


@pytest.mark.parametrize("content", [None, "processor\t: 0\nFeatures\t: fp asimd bf16\n"])
def test_features_of_other_systems_and_processors_are_unknown(content, cpuinfo):
    if content is not None:
        cpuinfo.write_text(content)
    assert processor.features() is None


@pytest.mark.parametrize(("said", "expected"), [(None, "1"), ("0", "0"), ("1", "1")])
def test_onednn_is_preferred_where_the_user_said_nothing(said, expected):
    """In a process of its own: TensorFlow reads the variable while it is imported."""
    environment = {**os.environ, "KERAS_BACKEND": "tensorflow"}
    environment.pop(processor.ONEDNN, None)
    if said is not None:
        environment[processor.ONEDNN] = said
    code = (
        "import keras_gan_zoo, os; from tensorflow.python.util import _pywrap_util_port as port; "
        f"print(os.environ[{processor.ONEDNN!r}], port.IsMklEnabled())"
    )
    output = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    ).stdout
    variable, used = output.split()
    assert variable == expected
    if sys.platform == "linux" and platform.machine() == "x86_64":  # others are built without
        assert used == str(expected == "1")


@pytest.mark.parametrize(
    ("features", "said", "warns"),
    [
        (AVX2, None, True),
        (AVX2, "0", False),
        (AVX2, "1", False),
        (VNNI, None, False),
        (AVX2 | {"avx_vnni"}, None, False),
        (None, None, False),
    ],
)
def test_one_line_where_tensorflow_came_first_and_left_onednn_off(
    features, said, warns, monkeypatch
):
    monkeypatch.setattr(processor, "features", lambda: features)
    monkeypatch.delenv(processor.ONEDNN, raising=False)
    if said is not None:
        monkeypatch.setenv(processor.ONEDNN, said)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        processor.prefer_onednn()
    assert os.environ.get(processor.ONEDNN) == said
    messages = [str(one.message) for one in caught]
    assert len(messages) == warns
    if warns:
        assert "TF_ENABLE_ONEDNN_OPTS=1" in messages[0] and "\n" not in messages[0]


@pytest.mark.parametrize(
    ("features", "gpu", "expected"),
    [
        (VNNI | {"avx512_bf16"}, False, "mixed_bfloat16"),
        (VNNI, False, "float32"),
        (VNNI, True, "mixed_bfloat16"),
        (None, False, "float32"),
    ],
)
def test_bfloat16_is_chosen_where_it_is_fast(features, gpu, expected, monkeypatch):
    monkeypatch.setattr(processor, "features", lambda: features)
    monkeypatch.setattr(processor, "has_gpu", lambda: gpu)
    assert processor.training_dtype() == expected


@pytest.mark.parametrize("policy", ["mixed_bfloat16", keras.DTypePolicy("mixed_bfloat16")])
def test_bfloat16_on_a_processor_without_it_is_warned_of(policy, monkeypatch):
    monkeypatch.setattr(processor, "has_gpu", lambda: False)
    monkeypatch.setattr(processor, "features", lambda: VNNI)
    with pytest.warns(UserWarning, match="^mixed_bfloat16 is slower than float32.*lacks AVX-512"):
        processor.warn_of_slow_bfloat16(policy)


@pytest.mark.parametrize(
    ("policy", "features", "gpu"),
    [
        ("float32", VNNI, False),
        ("mixed_float16", VNNI, False),
        ("mixed_bfloat16", VNNI | {"avx512_bf16"}, False),
        ("mixed_bfloat16", VNNI, True),
        ("mixed_bfloat16", None, False),
    ],
)
def test_no_warning_where_bfloat16_is_fast_unknown_or_not_meant(policy, features, gpu, monkeypatch):
    monkeypatch.setattr(processor, "features", lambda: features)
    monkeypatch.setattr(processor, "has_gpu", lambda: gpu)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        processor.warn_of_slow_bfloat16(policy)


@pytest.fixture
def memory(tmp_path, monkeypatch):
    """A function that writes what Linux says of memory."""
    monkeypatch.setattr(processor, "MEMINFO", tmp_path / "meminfo")
    monkeypatch.setattr(processor, "CONTAINER", tmp_path)

    def say(meminfo=None, limit=None, used=None):
        said = {"meminfo": meminfo, "memory.max": limit, "memory.current": used}
        for name, content in said.items():
            (tmp_path / name).unlink(missing_ok=True)
            if content is not None:
                (tmp_path / name).write_text(content)

    return say


def test_available_memory_is_what_linux_says_or_what_a_container_has_left(memory):
    meminfo = "MemTotal:       16 kB\nMemFree:         3 kB\nMemAvailable:    8 kB\n"
    for said, expected in (
        ({}, None),
        ({"meminfo": "MemTotal: 16 kB\n"}, None),
        ({"meminfo": meminfo}, 8192),
        ({"meminfo": meminfo, "limit": "max\n", "used": "5\n"}, 8192),
        ({"meminfo": meminfo, "limit": "7000\n", "used": "5000\n"}, 2000),
        ({"meminfo": meminfo, "limit": "7000\n", "used": "8000\n"}, 0),
    ):
        memory(**said)
        assert processor.available_memory() == expected

"""What this machine's processor can do, known without importing TensorFlow."""

import functools
import os
import pathlib
import re
import sys
import warnings

CPUINFO = pathlib.Path("/proc/cpuinfo")
MEMINFO = pathlib.Path("/proc/meminfo")
CONTAINER = pathlib.Path("/sys/fs/cgroup")
BFLOAT16 = "avx512_bf16"
ONEDNN = "TF_ENABLE_ONEDNN_OPTS"
# TensorFlow for Linux uses oneDNN unasked on processors with one of these, and on no other x86
# processor (DefaultOneDnnPolicy in tensorflow/core/util/port.cc).
ONEDNN_UNASKED = {
    *("avx512_vnni", "avx512_bf16", "avx_vnni"),
    *("amx_tile", "amx_int8", "amx_bf16"),
}


@functools.cache
def features() -> frozenset[str] | None:
    """The feature flags of an x86 processor, as Linux names them.

    Returns:
        Names such as `"avx2"` and `"avx512_bf16"`; `None` where they are unknown: on other systems
        and other kinds of processors.
    """
    try:
        with CPUINFO.open() as lines:
            flags = next((line for line in lines if line.startswith("flags")), None)
    except OSError:
        return None
    return frozenset(flags.partition(":")[2].split()) if flags else None


def prefer_onednn():
    """Has TensorFlow use oneDNN, unless the user has set `TF_ENABLE_ONEDNN_OPTS` to something.

    TensorFlow reads the variable once, while it is imported. Where it was imported before, and has
    left oneDNN off, this warns and changes nothing.
    """
    if ONEDNN in os.environ:
        return
    if "tensorflow" not in sys.modules:
        os.environ[ONEDNN] = "1"
    elif features() is not None and not ONEDNN_UNASKED & features():
        warnings.warn(
            "TensorFlow was imported before keras_gan_zoo and leaves oneDNN off on this processor, "
            "with which training takes about half the time: import keras_gan_zoo first, or set "
            f"{ONEDNN}=1 (0 silences this line).",
            stacklevel=3,  # where the package is imported
        )


def training_dtype() -> str:
    """The dtype policy that trains fastest here, which is what `dtype: auto` of a recipe means.

    Returns:
        `"mixed_bfloat16"` with a GPU or on a processor that is known to have AVX-512 BF16,
        `"float32"` elsewhere.
    """
    return "mixed_bfloat16" if BFLOAT16 in (features() or ()) or has_gpu() else "float32"


def warn_of_slow_bfloat16(policy):
    """Warns where bfloat16 is asked for and the processor has no instructions for it.

    Args:
        policy: Name of a dtype policy, or a `keras.DTypePolicy`.
    """
    name = str(getattr(policy, "name", policy))
    if "bfloat16" not in name or features() is None or BFLOAT16 in features() or has_gpu():
        return
    warnings.warn(
        f"{name} is slower than float32 on this processor, which lacks AVX-512 BF16: a training "
        "step takes several times as long. Use float32, or `dtype: auto` in a recipe.",
        stacklevel=2,
    )


def available_memory() -> int | None:
    """Bytes of memory that this process may still take without swapping.

    The least of what Linux estimates to be available and what is left of the limit of a container.

    Returns:
        `None` where it is unknown: on other systems, and with a GPU, whose memory counts then.
    """
    if has_gpu():
        return None
    try:
        found = re.search(r"^MemAvailable: +(\d+) kB", MEMINFO.read_text(), re.MULTILINE)
    except OSError:
        return None
    if found is None:
        return None
    available = 1024 * int(found[1])
    try:
        limit, used = ((CONTAINER / name).read_text() for name in ("memory.max", "memory.current"))
        return min(available, max(0, int(limit) - int(used)))
    except (OSError, ValueError):  # no container, or "max"
        return available


def has_gpu() -> bool:
    """Whether Keras sees a GPU; unlike all else here, this asks Keras."""
    import keras

    return bool(keras.distribution.list_devices("gpu"))

"""Where results go, and what machine and commit they are of."""

import os
import pathlib
import platform
import subprocess
import time

from keras_gan_zoo import processor

RESULTS = pathlib.Path(__file__).parent / "results"
# Of processors, the best first: what decides which kernels run.
KINDS = {"avx512_bf16": "AVX-512 BF16", "avx512f": "AVX-512", "avx2": "AVX2"}


def machine() -> dict:
    """What processor this is, and which commit of the library was measured."""
    features = processor.features() or frozenset()
    flag = next((flag for flag in KINDS if flag in features), None)
    return {
        "processor": _name(),
        "kind": flag or platform.machine(),
        "features": KINDS.get(flag, "unknown features"),
        "cores": os.cpu_count(),
        "onednn_isa": os.environ.get("ONEDNN_MAX_CPU_ISA", "all"),
        "commit": _commit(),
        "date": time.strftime("%Y-%m-%d"),
    }


def _name():
    try:
        with open("/proc/cpuinfo") as file:
            names = [line.split(":")[1].strip() for line in file if line.startswith("model name")]
    except OSError:
        names = []
    return names[0] if names else platform.processor() or "unknown"


def _commit():
    here = pathlib.Path(__file__).parent
    command = ["git", "describe", "--always", "--dirty", "--exclude", "*"]
    try:
        found = subprocess.run(command, cwd=here, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return found.stdout.strip()

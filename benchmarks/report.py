"""Where results go, and what machine and commit they are of."""

import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
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


def parsed(parser, numbers: dict):
    """What the command line says, these positive integers among it: `{name: (default, help)}`."""
    for name, (value, text) in numbers.items():
        parser.add_argument(f"--{name}", default=value, type=int, help=f"{text} [{value}]")
    arguments = parser.parse_args()
    for name in numbers:
        value = getattr(arguments, name.replace("-", "_"))
        if value < 1:
            parser.error(f"expected --{name} >= 1, received {value}")
    return arguments


def spread(values) -> dict:
    """The median of values, the lowest and the highest."""
    return {"median": statistics.median(values), "low": min(values), "high": max(values)}


def in_words(values: dict, digits: int = 1) -> str:
    """A `spread` as "median (low to high)"."""
    return "{median:,.{n}f} ({low:,.{n}f} to {high:,.{n}f})".format(**values, n=digits)


def ratios(records: list, over: str, under: str) -> dict:
    """The `spread` of quotients of two sides' processor seconds, each within a round.

    Args:
        records: Of each round, what `turns.timed` gave, by the name of the side.
        over, under: Names of sides.
    """
    return spread(
        [one[over]["processor_seconds"] / one[under]["processor_seconds"] for one in records]
    )


def in_turns(sides: dict, rounds: int) -> list:
    """Calls functions in turns: of each round the results, by the functions' names.

    Who comes first changes from round to round.
    """
    names, records = list(sides), []
    for index in range(rounds):
        first = index % len(names)
        records.append({name: sides[name]() for name in names[first:] + names[:first]})
    return records


def reset_peak() -> float:
    """Forgets the peak so far (Linux), and returns the resident megabytes of now."""
    pathlib.Path("/proc/self/clear_refs").write_text("5")
    return memory("VmRSS")


def memory(name: str) -> float:
    """A number of megabytes of this process (Linux), such as `"VmHWM"`, the peak."""
    lines = pathlib.Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(name))


def write(name: str, result: dict) -> dict:
    """Writes a result to `RESULTS`, with command, machine, commit and load, and returns it so.

    The name of the file ends in the kind of processor.
    """
    about = machine()
    result = {
        **result,
        "command": " ".join(sys.orig_argv[1:]),
        "machine": about,
        "load_after": os.getloadavg()[0],
    }
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}_{about['kind']}.json"
    path.write_text(json.dumps(result, indent=1) + "\n")
    return result


def _name():
    try:
        with open("/proc/cpuinfo") as file:
            names = [line.split(":")[1].strip() for line in file if line.startswith("model name")]
    except OSError:
        names = []
    return names[0] if names else platform.processor() or "unknown"


def _commit(folder=RESULTS.parent):
    """The commit that is checked out, and whether anything but results differs from it."""

    def git(*arguments):
        return subprocess.run(
            ["git", *arguments], cwd=folder, capture_output=True, text=True, check=True
        ).stdout.strip()

    try:
        commit = git("rev-parse", "--short", "HEAD")
        changed = git("diff", "--name-only", "HEAD", "--", ":/", f":(exclude){RESULTS.name}")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return f"{commit}-dirty" if changed else commit

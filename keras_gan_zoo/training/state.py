"""The whole state of a training, on disk and in memory, to the bit."""

import contextlib
import json
import os
import pathlib
import zipfile

import numpy as np

METADATA = "metadata.json"


class BrokenStateError(Exception):
    """A state file that is torn, corrupt or incomplete."""


def variables(model) -> dict:
    """Every variable that decides how training goes on, by group and position.

    Weights, random states, optimizer slots, and the running means of the epoch. Names of layers
    are no help: Keras counts them through the whole process.
    """
    named = {}
    groups = {"model": model.variables, "metrics": model.metrics_variables}
    for phase, optimizer in model.optimizers.items():
        groups[f"optimizer/{phase}"] = optimizer.variables
    for group, members in groups.items():
        for index, variable in enumerate(members):
            named[f"{group}/{index}"] = variable
    return named


def capture(model) -> dict[str, np.ndarray]:
    """A copy of the state in memory."""
    return {name: np.array(variable) for name, variable in variables(model).items()}


def restore(model, state: dict[str, np.ndarray]):
    """Puts a captured state back; raises `ValueError` if it is another model's."""
    expected = variables(model)
    if problem := _difference(expected, state):
        raise ValueError(
            "Expected the training state of this model, compiled as it is now. "
            f"Received: a state in which {problem}"
        )
    for name, variable in expected.items():
        value = state[name]  # NumPy's files know bfloat16 only as two raw bytes
        variable.assign(value.view(np.dtype(variable.dtype)) if value.dtype.kind == "V" else value)


def is_finite(state: dict[str, np.ndarray]) -> bool:
    """Whether no number in the state is NaN or infinite."""
    return all(np.isfinite(v).all() for v in state.values() if v.dtype.kind == "f")


def write(path, state: dict[str, np.ndarray], metadata: dict):
    """Writes a state so that `path` holds either all of it or what was there before.

    Raises:
        OSError: If the disk is full or not writable; the old file is untouched.
    """
    path = pathlib.Path(path)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.unfinished")
    try:
        with open(unfinished, "wb") as file:
            with zipfile.ZipFile(file, "w") as archive:
                for name, value in state.items():
                    with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                        np.lib.format.write_array(member, np.asarray(value), allow_pickle=False)
                archive.writestr(METADATA, json.dumps(metadata))
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
        _sync_folder(path.parent)
    except OSError as error:
        with contextlib.suppress(OSError):
            unfinished.unlink()
        raise OSError(
            error.errno,
            f"Could not write the training state ({error.strerror or error}); "
            "what was saved before is intact. Free some space and resume",
            str(path),
        ) from error


def read(path) -> tuple[dict[str, np.ndarray], dict]:
    """Reads a state and its metadata; raises `BrokenStateError` unless all of it is sound."""
    try:
        with zipfile.ZipFile(path) as archive:
            state = {}
            for name in archive.namelist():
                if name != METADATA:
                    with archive.open(name) as member:
                        array = np.lib.format.read_array(member, allow_pickle=False)
                        member.read()  # to the end, where the checksum is compared
                    state[name.removesuffix(".npy")] = array
            return state, json.loads(archive.read(METADATA))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise BrokenStateError(f"{path}: {error}") from error


def _difference(expected, state):
    if missing := sorted(expected.keys() - state.keys()):
        return f"{missing[0]!r} is missing"
    if surplus := sorted(state.keys() - expected.keys()):
        return f"{surplus[0]!r} is left over"
    for name, variable in expected.items():
        if tuple(variable.shape) != state[name].shape:
            return f"{name!r} has shape {state[name].shape}, not {tuple(variable.shape)}"
    return None


def _sync_folder(folder):
    """Makes the renaming itself durable, where the system allows it."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

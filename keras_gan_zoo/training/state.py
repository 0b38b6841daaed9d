"""The whole state of a training, on disk and in memory, to the bit."""

import json
import zipfile

import numpy as np

from keras_gan_zoo import atomic

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
    with atomic.file(path) as unfinished, zipfile.ZipFile(unfinished, "w") as archive:
        for name, value in state.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, np.asarray(value), allow_pickle=False)
        archive.writestr(METADATA, json.dumps(metadata))


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
    # A single wrong bit makes zipfile and NumPy raise nearly anything: of a flag that stands for
    # encryption a RuntimeError, of one for another compression a NotImplementedError.
    except Exception as error:
        raise BrokenStateError(f"{path}: {type(error).__name__}: {error}") from error


def _difference(expected, state):
    if missing := sorted(expected.keys() - state.keys()):
        return f"{missing[0]!r} is missing"
    if surplus := sorted(state.keys() - expected.keys()):
        return f"{surplus[0]!r} is left over"
    for name, variable in expected.items():
        if tuple(variable.shape) != state[name].shape:
            return f"{name!r} has shape {state[name].shape}, not {tuple(variable.shape)}"
    return None

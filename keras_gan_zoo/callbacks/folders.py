"""Folders that callbacks write to, tried before a training."""

import pathlib
import tempfile


def check_folder(name: str, path):
    """Makes a folder; raises `OSError` if it cannot be, or if nothing can be written there."""
    try:
        pathlib.Path(path).mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            pass
    except OSError as error:
        reason = error.strerror or error
        raise OSError(
            f"Expected `{name}` to be a folder that can be written. Received: {path} ({reason})"
        ) from None

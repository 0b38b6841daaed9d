"""The packages of the extra `world-models`, and of others."""

import importlib
from typing import Any


def package(name: str, extra: str = "world-models") -> Any:
    """A package of the extra.

    Raises:
        ImportError: If it is not installed; it says how to install it.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ImportError(
            f"Expected the package {name!r}, of an extra that this needs: "
            f"pip install 'keras-gan-zoo[{extra}]'. Received: {error}"
        ) from error

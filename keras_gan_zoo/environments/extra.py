"""The packages of the extra `world-models`."""

import importlib
from typing import Any


def package(name: str) -> Any:
    """A package of the extra.

    Raises:
        ImportError: If it is not installed; it says how to install it.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ImportError(
            f"Expected the package {name!r}, which environments need: "
            f"pip install 'keras-gan-zoo[world-models]'. Received: {error}"
        ) from error

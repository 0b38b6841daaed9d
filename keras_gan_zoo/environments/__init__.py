"""Environments of agents: real games and dreams, all of Gymnasium's interface.

They need the extra `world-models`, and are imported when the first of them is asked for.
"""

import importlib

PLACES = {
    "CarRacing": "car_racing",
    "DoomTakeCover": "doom",
    "Dream": "dream",
    "DreamEnv": "dream_env",
    "Remembered": "remembered",
}

__all__ = ["CarRacing", "DoomTakeCover", "Dream", "DreamEnv", "Remembered"]  # noqa: F822


def __getattr__(name):
    """An environment, imported when it is asked for: Gymnasium may not be installed."""
    if name not in PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{PLACES[name]}"), name)

"""How tests come to the scripts of an application, which import each other by bare names."""

import importlib
import pathlib
import sys

APPLICATIONS = pathlib.Path(__file__).parents[2] / "applications"


def load(application, script):
    """The script as a module."""
    folder = str(APPLICATIONS / application)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    return importlib.import_module(script)

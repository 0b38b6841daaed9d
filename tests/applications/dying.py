"""A task whose process may die; a module of its own, which other processes import in no time."""

import os
import pathlib


def square(task):
    """The square of a number; the first to come to the number 3 dies on the way."""
    folder, number = task
    if number == 3:
        try:
            (pathlib.Path(folder) / "died").touch(exist_ok=False)
        except FileExistsError:
            return number**2
        os._exit(1)
    return number**2


def die(task):
    """Dies."""
    os._exit(1)

"""torch-fidelity's arithmetic as an oracle, also where torchvision (its image input) is absent."""

import importlib
import importlib.util
import sys
import types
from unittest import mock

import pytest


def load(metric: str):
    """The module `torch_fidelity.metric_<metric>`; skips the test where it is not installed."""
    pytest.importorskip("torch")
    if importlib.util.find_spec("torch_fidelity") is None:
        pytest.skip("torch-fidelity is not installed")
    missing = {} if importlib.util.find_spec("torchvision") else _empty_torchvision()
    with mock.patch.dict(sys.modules, missing):
        module = importlib.import_module(f"torch_fidelity.metric_{metric}")
        loaded = {n: m for n, m in sys.modules.items() if n.startswith("torch_fidelity")}
    sys.modules.update(loaded)
    return module


def _empty_torchvision():
    """Modules whose every attribute is an empty class: nothing of them runs on given features."""
    names = ("", ".datasets", ".models", ".transforms", ".transforms.functional")
    modules = {f"torchvision{name}": types.ModuleType(f"torchvision{name}") for name in names}
    for name, module in modules.items():
        module.__path__ = []
        module.__getattr__ = lambda attribute: type(attribute, (), {})
        parent, _, child = name.rpartition(".")
        if parent:
            setattr(modules[parent], child, module)
    return modules

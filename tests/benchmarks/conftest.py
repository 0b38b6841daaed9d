"""The benchmarks in this process, whose threads TensorFlow and PyTorch no longer change."""

import pathlib

import pytest
import tensorflow as tf

import keras_gan_zoo as kgz

ROOT = pathlib.Path(kgz.__file__).parent.parent


@pytest.fixture(autouse=True)
def importable(monkeypatch):
    """Benchmarks import each other by name."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    for name in ("set_intra_op_parallelism_threads", "set_inter_op_parallelism_threads"):
        monkeypatch.setattr(tf.config.threading, name, lambda threads: None)
    monkeypatch.setenv("OMP_WAIT_POLICY", "PASSIVE")  # so that no benchmark sets it for good
